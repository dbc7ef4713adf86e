//! How a mediator element becomes a definition, and the definition something that runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::endpoint::EndpointDefinition;
use super::{ParseContext, ResourceKey, SequenceDefinition};
use crate::diagnostics::{Diagnostic, Location};
use crate::mediation::{
    Action, Endpoint, FaultHandler, Needs, Sequence, SequenceReference, TemplateReference,
};
use crate::xml::Element;

/// A mediator's definition: what its element says.
pub trait MediatorConfig: Send + Sync + Sized + 'static {
    /// The local name of the element.
    const ELEMENT: &'static str;
    /// The name of the type in addresses such as `proxy:Echo/in/3.Property[RESPONSE]`.
    const TYPE: &'static str;

    /// Reads the element. Every mistake is pushed to the context; `None` when no definition can be made of it.
    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self>;

    /// What must be in memory before the mediator runs.
    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    /// What tells it from its neighbours in addresses, as the name of a property.
    fn label(&self) -> Option<&str> {
        None
    }

    /// The list that it holds, if it only holds one: `in` and `out`.
    fn list(&self) -> Option<&MediatorList> {
        None
    }

    /// The same with another list, if it holds one.
    fn with_list(&self, list: MediatorList) -> Option<Self> {
        let _ = list;
        None
    }

    /// Makes what runs: everything that can be looked up or computed once is done here.
    fn build(&self, context: &mut dyn BuildContext) -> Action;
}

/// What building needs from the compiler: other artifacts, and lists of mediators.
pub trait BuildContext {
    /// The sequence with this key. A missing one is reported where the key was written.
    fn sequence(&mut self, key: &ResourceKey) -> SequenceReference;
    /// The sequence template with this key. A missing one is reported where the key was written.
    fn template(&mut self, key: &ResourceKey) -> TemplateReference;
    /// Looks for the local entry with this key, whose text is read when a message needs it. A missing one is reported
    /// where the key was written.
    fn local_entry(&mut self, key: &ResourceKey);
    /// A list written inside the mediator; `part` names it in addresses (`then`, `case[1]`; empty: the mediator's own).
    fn list(&mut self, part: &str, list: &MediatorList) -> Sequence;
    /// A sequence written inside the mediator, with its `onError`.
    fn inline(&mut self, part: &str, definition: &SequenceDefinition) -> Sequence;
    /// The fault handler named by `onError`. A missing sequence is reported.
    fn on_error(&mut self, key: &ResourceKey) -> FaultHandler;
    /// An endpoint written inside the mediator, or named there by key.
    fn endpoint(&mut self, definition: &EndpointDefinition) -> Arc<dyn Endpoint>;
    /// Reports what can only be known now that the other artifacts are.
    fn push(&mut self, diagnostic: Diagnostic);
    /// The address of the mediator that is being built.
    fn address(&self) -> &Arc<str>;
}

/// Any mediator's definition.
pub trait AnyMediator: Send + Sync {
    /// See [`MediatorConfig::needs`].
    fn needs(&self) -> Needs;
    /// See [`MediatorConfig::label`].
    fn label(&self) -> Option<&str>;
    /// See [`MediatorConfig::list`].
    fn list(&self) -> Option<&MediatorList>;
    /// See [`MediatorConfig::with_list`].
    fn with_list(&self, list: MediatorList) -> Option<Arc<dyn AnyMediator>>;
    /// See [`MediatorConfig::build`].
    fn build(&self, context: &mut dyn BuildContext) -> Action;
}

impl<M: MediatorConfig> AnyMediator for M {
    fn needs(&self) -> Needs {
        MediatorConfig::needs(self)
    }

    fn label(&self) -> Option<&str> {
        MediatorConfig::label(self)
    }

    fn list(&self) -> Option<&MediatorList> {
        MediatorConfig::list(self)
    }

    fn with_list(&self, list: MediatorList) -> Option<Arc<dyn AnyMediator>> {
        MediatorConfig::with_list(self, list).map(|config| Arc::new(config) as Arc<dyn AnyMediator>)
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        MediatorConfig::build(self, context)
    }
}

/// A mediator in its list.
#[derive(Clone)]
pub struct ParsedMediator {
    /// [`MediatorConfig::TYPE`].
    pub type_name: &'static str,
    /// Where the element stands.
    pub location: Location,
    /// Its definition.
    pub config: Arc<dyn AnyMediator>,
}

/// A list of mediators as written.
#[derive(Clone, Debug, Default)]
pub struct MediatorList(pub Vec<ParsedMediator>);

impl std::fmt::Debug for ParsedMediator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.config.label() {
            Some(label) => write!(f, "{}[{label}] at {}", self.type_name, self.location),
            None => write!(f, "{} at {}", self.type_name, self.location),
        }
    }
}

type Parser = fn(Element<'_>, &mut ParseContext<'_>) -> Option<Arc<dyn AnyMediator>>;

/// The mediators there are, by element name.
#[derive(Default)]
pub struct MediatorRegistry {
    parsers: BTreeMap<&'static str, (Parser, &'static str)>,
    planned: Vec<&'static str>,
}

impl MediatorRegistry {
    /// Registers a mediator.
    pub fn add<M: MediatorConfig>(&mut self) {
        let parser: Parser = |element, context| {
            M::parse(element, context).map(|config| Arc::new(config) as Arc<dyn AnyMediator>)
        };
        self.parsers.insert(M::ELEMENT, (parser, M::TYPE));
    }

    /// Names elements of the language that have no mediator here yet, so that they are told from misspelt ones.
    pub fn plan(&mut self, elements: &[&'static str]) {
        self.planned.extend_from_slice(elements);
    }

    /// Every registered element name in alphabetical order.
    pub fn elements(&self) -> impl Iterator<Item = &'static str> {
        self.parsers.keys().copied()
    }

    /// The parser of an element. A versioned name such as `log.v2` is the mediator before the first dot
    /// (mediators.md §2.1).
    pub(super) fn find(&self, element: &str) -> Option<(Parser, &'static str)> {
        let base = || element.split('.').next().and_then(|name| self.parsers.get(name));
        self.parsers.get(element).or_else(base).copied()
    }

    /// True for an element of the language that is not there yet.
    pub(super) fn is_planned(&self, element: &str) -> bool {
        self.planned.contains(&element)
    }
}
