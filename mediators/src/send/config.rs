//! What a `<send>` element says.

use sinew_core::config::endpoint::EndpointDefinition;
use sinew_core::config::{Attributes, BuildContext, MediatorConfig, NAMESPACE, ParseContext, ResourceKey};
use sinew_core::diagnostics::{Diagnostic, Location, codes};
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::run::Sender;

/// The `send` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Send {
    endpoint: Option<EndpointDefinition>,
    receive: Option<(ValueSource, Location)>,
    reads_payload: bool,
}

impl MediatorConfig for Send {
    const ELEMENT: &'static str = "send";
    const TYPE: &'static str = "Send";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let receive = match attributes.optional("receive") {
            None => None,
            Some(_) => {
                attributes.required("receive", context)?;
                Some((context.value_source(element, "receive")?, element.attribute_location("receive")))
            }
        };
        let reads_payload = attributes.optional("buildmessage") == Some("true");
        attributes.finish(context);
        let endpoint = match endpoint_child(element, context) {
            None => None,
            Some(child) => Some(context.endpoint(child)?),
        };
        Some(Self { endpoint, receive, reads_payload })
    }

    fn needs(&self) -> Needs {
        let receive = self.receive.as_ref().is_some_and(|(receive, _)| receive.needs_payload());
        if self.reads_payload || receive { Needs::Payload } else { Needs::Nothing }
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        if let Some((ValueSource::Literal(key), location)) = &self.receive {
            // Looked up again when the answer is there; this reports a key that nothing has.
            context.sequence(&ResourceKey { text: key.clone(), location: location.clone() });
        }
        let endpoint = self.endpoint.as_ref().map(|definition| context.endpoint(definition));
        let receive = self.receive.as_ref().map(|(receive, _)| receive.clone());
        Action::Mediate(Box::new(Sender { endpoint, receive }))
    }
}

/// The first `<endpoint>`; everything else inside is ignored (mediators.md §2.1).
fn endpoint_child<'e>(element: Element<'e>, context: &mut ParseContext<'_>) -> Option<Element<'e>> {
    let mut first = None;
    for child in element.children().filter(|child| !child.is(NAMESPACE, "description")) {
        if first.is_none() && child.is(NAMESPACE, "endpoint") {
            first = Some(child);
            continue;
        }
        context.push(
            Diagnostic::warning(codes::IGNORED_ELEMENT, format!("<{}> is ignored here", child.local_name()))
                .at(child.name_location())
                .label("<send> has at most one <endpoint> inside"),
        );
    }
    first
}
