//! What a `<sequence>` element inside a list says.

use std::sync::Arc;

use sinew_core::config::{
    Attributes, BuildContext, MediatorConfig, ParseContext, ResourceKey, SequenceDefinition,
};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::{Expression, ValueSource};
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::run::{ComputedSequence, InlineSequence, NamedSequence};

/// The `sequence` mediator.
#[derive(Clone, Debug)]
pub(crate) struct SequenceMediator {
    label: Arc<str>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Key(ResourceKey),
    Computed(Expression),
    Inline(SequenceDefinition),
}

impl MediatorConfig for SequenceMediator {
    const ELEMENT: &'static str = "sequence";
    const TYPE: &'static str = "Sequence";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        if let Some(name) = element.attribute("name") {
            let definition = SequenceDefinition::parse_named(element, context)?;
            return Some(Self { label: name.trim().into(), content: Content::Inline(definition) });
        }
        if element.attribute("key").is_none() {
            context.push(
                Diagnostic::error(codes::MEDIATOR_VALUE_MISSING, "a <sequence> needs a key or a name")
                    .at(element.name_location())
                    .label("\"key\" is missing"),
            );
            return None;
        }
        reference(element, context)
    }

    fn needs(&self) -> Needs {
        match &self.content {
            Content::Computed(key) if key.needs_payload() => Needs::Payload,
            _ => Needs::Nothing,
        }
    }

    fn label(&self) -> Option<&str> {
        Some(&self.label)
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        Action::Branch(match &self.content {
            Content::Key(key) => Box::new(NamedSequence(context.sequence(key))),
            Content::Computed(key) => Box::new(ComputedSequence(key.clone())),
            Content::Inline(definition) => Box::new(InlineSequence(context.inline("", definition))),
        })
    }
}

/// The key form. It has no `onError` of its own (case 39).
fn reference(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<SequenceMediator> {
    let mut attributes = Attributes::of(element);
    let label = attributes.required("key", context);
    if attributes.optional("onError").is_some() {
        context.push(
            Diagnostic::error(
                codes::ATTRIBUTES_CONFLICT,
                "a sequence by key has the onError of its definition",
            )
            .at(element.attribute_name_location("onError"))
            .label("cannot stand beside \"key\""),
        );
        return None;
    }
    attributes.finish(context);
    let label: Arc<str> = label?.trim().into();
    let content = match context.value_source(element, "key")? {
        ValueSource::Literal(text) => {
            Content::Key(ResourceKey { text, location: element.attribute_location("key") })
        }
        ValueSource::Computed(expression) => Content::Computed(expression),
    };
    Some(SequenceMediator { label, content })
}
