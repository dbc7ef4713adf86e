//! Sequences: named lists of mediators (configuration.md §6.2, mediators.md §3.1).

use std::sync::Arc;

use super::{Attributes, MediatorList, ParseContext, ResourceKey, Switch};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::Element;

/// A sequence as written: at the top level, or inside another artifact.
#[derive(Clone, Debug)]
pub struct SequenceDefinition {
    /// The name; anonymous sequences stand inside other artifacts.
    pub name: Option<Arc<str>>,
    /// What runs when a mediator fails.
    pub on_error: Option<ResourceKey>,
    /// `trace`.
    pub trace: Switch,
    /// `statistics`.
    pub statistics: Switch,
    /// The mediators.
    pub mediators: MediatorList,
    /// Where the element starts.
    pub location: Location,
}

impl SequenceDefinition {
    /// Reads a named sequence. The reference form (`key`) is no definition.
    pub fn parse_named(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        if element.attribute("name").is_none() && element.attribute("key").is_some() {
            context.push(
                Diagnostic::error(codes::NAME_MISSING, "a sequence definition needs a name, not a key")
                    .at(element.name_location())
                    .label("refers to a sequence instead of defining one"),
            );
            return None;
        }
        let mut attributes = Attributes::of(element);
        attributes.optional("key");
        let name = attributes.required("name", context)?;
        let mut definition = Self::parse_body(element, attributes, context);
        definition.name = Some(name.trim().into());
        Some(definition)
    }

    /// Reads an anonymous sequence: `inSequence`, `outSequence`, `faultSequence` and the like.
    pub fn parse_anonymous(element: Element<'_>, context: &mut ParseContext<'_>) -> Self {
        Self::parse_body(element, Attributes::of(element), context)
    }

    fn parse_body(
        element: Element<'_>,
        mut attributes: Attributes<'_>,
        context: &mut ParseContext<'_>,
    ) -> Self {
        let on_error = attributes.key("onError");
        let trace = Switch::parse(attributes.optional("trace"));
        let statistics = Switch::parse(attributes.optional("statistics"));
        attributes.finish(context);
        Self {
            name: None,
            on_error,
            trace,
            statistics,
            mediators: context.mediators_of(element, &[]),
            location: element.location(),
        }
    }
}
