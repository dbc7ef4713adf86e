//! `<target>`: where a message is sent on to, and through which mediators (mediators.md §2.7).
//!
//! ```xml
//! <target to="http://…" soapAction="urn:a"><sequence>…</sequence></target>
//! <target sequence="orders"/>
//! <target endpoint="backend"/>
//! ```

use std::sync::Arc;

use sinew_core::config::endpoint::{EndpointDefinition, EndpointKind};
use sinew_core::config::{
    Attributes, BuildContext, NAMESPACE, ParseContext, ResourceKey, SequenceDefinition,
};
use sinew_core::diagnostics::{Diagnostic, Location, codes};
use sinew_core::mediation::{Endpoint, Exchange, Fault, Sequence, SequenceReference};
use sinew_core::message::Destination;
use sinew_core::xml::Element;

use super::{found, ignore_other_children, recipient};

/// A target as written.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    to: Option<Arc<str>>,
    soap_action: Option<Arc<str>>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Inline(SequenceDefinition),
    Key(ResourceKey),
    Endpoint(Box<EndpointDefinition>),
    Nothing,
}

/// A target, compiled.
pub(crate) struct CompiledTarget {
    to: Option<Arc<str>>,
    soap_action: Option<Arc<str>>,
    content: CompiledContent,
}

enum CompiledContent {
    Own(Sequence),
    Reference(SequenceReference),
    Endpoint(Arc<dyn Endpoint>),
    Nothing,
}

impl Target {
    /// Reads `<target>`. Of several contents the first counts: the sequence inside, the attribute, the endpoint inside,
    /// its attribute.
    pub(crate) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let mut text = |name| attributes.optional(name).map(str::trim).filter(|text| !text.is_empty());
        let (to, soap_action) = (text("to").map(Arc::from), text("soapAction").map(Arc::from));
        let (sequence_key, endpoint_key) = (attributes.key("sequence"), attributes.key("endpoint"));
        attributes.finish(context);
        ignore_other_children(element, &["sequence", "endpoint"], context);
        let sequence = element.child(NAMESPACE, "sequence");
        let endpoint = element.child(NAMESPACE, "endpoint");
        let mut contents: Vec<Location> = Vec::new();
        contents.extend(sequence.map(|sequence| sequence.name_location()));
        contents.extend(sequence_key.iter().map(|key| key.location.clone()));
        contents.extend(endpoint.map(|endpoint| endpoint.name_location()));
        contents.extend(endpoint_key.iter().map(|key| key.location.clone()));
        for ignored in contents.into_iter().skip(1) {
            context.push(
                Diagnostic::warning(codes::VALUE_IGNORED, "a target has one sequence or endpoint")
                    .at(ignored)
                    .label("has no effect"),
            );
        }
        let content = match (sequence, sequence_key, endpoint, endpoint_key) {
            (Some(sequence), ..) => sequence_child(sequence, context),
            (None, Some(key), ..) => Content::Key(key),
            (None, None, Some(endpoint), _) => Content::Endpoint(Box::new(context.endpoint(endpoint)?)),
            (None, None, None, Some(key)) => Content::Endpoint(Box::new(EndpointDefinition {
                name: None,
                kind: EndpointKind::Indirect(key),
                on_error: None,
                properties: Vec::new(),
                location: element.location(),
            })),
            (None, None, None, None) => Content::Nothing,
        };
        Some(Self { to, soap_action, content })
    }

    /// Compiles it; `part` names the sequence inside in addresses.
    pub(crate) fn build(&self, part: &str, context: &mut dyn BuildContext) -> CompiledTarget {
        CompiledTarget {
            to: self.to.clone(),
            soap_action: self.soap_action.clone(),
            content: match &self.content {
                Content::Inline(definition) => CompiledContent::Own(context.inline(part, definition)),
                Content::Key(key) => CompiledContent::Reference(context.sequence(key)),
                Content::Endpoint(definition) => CompiledContent::Endpoint(context.endpoint(definition)),
                Content::Nothing => CompiledContent::Nothing,
            },
        }
    }
}

/// A sequence inside: its mediators, or the one that it names.
fn sequence_child(element: Element<'_>, context: &mut ParseContext<'_>) -> Content {
    if element.attribute("key").is_none() {
        return Content::Inline(SequenceDefinition::parse_anonymous(element, context));
    }
    let mut attributes = Attributes::of(element);
    let key = attributes.key("key");
    attributes.finish(context);
    ignore_other_children(element, &[], context);
    key.map_or(Content::Nothing, Content::Key)
}

impl CompiledTarget {
    /// Addresses the message and sends it to the endpoint, or returns the list to run.
    ///
    /// # Errors
    /// The sequence does not exist.
    pub(crate) fn enter(&self, exchange: &mut Exchange) -> Result<Option<&Sequence>, Fault> {
        if self.to.is_some() || self.soap_action.is_some() {
            exchange.settle_deliveries();
        }
        let addressing = &mut exchange.message.addressing;
        if let Some(action) = &self.soap_action {
            addressing.action = Some(action.clone());
        }
        if let Some(to) = &self.to {
            addressing.to = Destination::Address(to.clone());
        }
        match &self.content {
            CompiledContent::Own(list) => Ok(Some(list)),
            CompiledContent::Reference(reference) => Ok(Some(found(reference)?)),
            CompiledContent::Endpoint(endpoint) => {
                let to = recipient(endpoint.clone(), None, exchange);
                exchange.deliver(to);
                Ok(None)
            }
            CompiledContent::Nothing => Ok(None),
        }
    }
}
