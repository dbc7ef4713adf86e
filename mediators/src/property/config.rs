//! What a `<property>` element says.

use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Action, Needs};
use sinew_core::xml::Element;

use super::content::{Content, HeaderContent};
use super::run::{RemoveHeader, RemoveProperty, SetHeader, SetProperty};
use super::target::Target;
use crate::parts::removes;

/// The `property` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    label: Arc<str>,
    effect: Effect,
}

#[derive(Clone, Debug)]
enum Effect {
    Set(SetProperty),
    SetHeader(SetHeader),
    Remove(RemoveProperty),
    RemoveHeader(RemoveHeader),
}

impl MediatorConfig for Property {
    const ELEMENT: &'static str = "property";
    const TYPE: &'static str = "Property";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let name = name(element, &mut attributes, context);
        let label = element.attribute("name").unwrap_or_default().trim().into();
        let target = Target::parse(name, element, &mut attributes, context);
        let effect = if removes(element, &mut attributes, context) {
            attributes.pass_over(&["value", "expression", "type", "pattern", "group"]);
            target.map(|target| match target {
                Target::Property(store, name) => Effect::Remove(RemoveProperty { store, name }),
                Target::Header(name) => Effect::RemoveHeader(RemoveHeader { name }),
            })
        } else {
            let content = Content::parse(element, &mut attributes, context);
            target.zip(content).and_then(|(target, content)| match target {
                Target::Property(store, name) => Some(Effect::Set(SetProperty { store, name, content })),
                Target::Header(name) => {
                    let content = HeaderContent::of(content, element, context)?;
                    Some(Effect::SetHeader(SetHeader { name, content }))
                }
            })
        };
        attributes.finish(context);
        Some(Self { label, effect: effect? })
    }

    fn needs(&self) -> Needs {
        let payload = match &self.effect {
            Effect::Set(set) => set.name.needs_payload() || set.content.needs_payload(),
            Effect::SetHeader(set) => set.name.needs_payload() || set.content.needs_payload(),
            Effect::Remove(remove) => remove.name.needs_payload(),
            Effect::RemoveHeader(remove) => remove.name.needs_payload(),
        };
        if payload { Needs::Payload } else { Needs::Nothing }
    }

    fn label(&self) -> Option<&str> {
        Some(&self.label)
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        match &self.effect {
            Effect::Set(set) => Action::Mediate(Box::new(set.clone())),
            Effect::SetHeader(set) => Action::Mediate(Box::new(set.clone())),
            Effect::Remove(remove) => Action::Mediate(Box::new(remove.clone())),
            Effect::RemoveHeader(remove) => Action::Mediate(Box::new(remove.clone())),
        }
    }
}

/// The name: written down, or `{expression}`.
fn name(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<ValueSource> {
    attributes.required("name", context)?;
    context.value_source(element, "name")
}
