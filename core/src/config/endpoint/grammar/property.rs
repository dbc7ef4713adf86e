//! `<property>` children: name, exactly one of value and expression, scope (endpoints.md §1.2).

use crate::config::endpoint::{EndpointProperty, PropertyTarget};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::expression::ValueSource;
use crate::xml::Element;

/// Those of an endpoint.
pub(super) fn all(element: Element<'_>, context: &mut ParseContext<'_>) -> Vec<EndpointProperty> {
    let children = element.children().filter(|child| child.is(NAMESPACE, "property"));
    children.filter_map(|child| property(child, context)).collect()
}

fn property(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<EndpointProperty> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    let value = attributes.optional("value");
    let expression = attributes.optional("expression").is_some();
    let target = match attributes.optional("scope") {
        None | Some("default") => PropertyTarget::Default,
        Some("axis2" | "axis2-client") => PropertyTarget::Axis2,
        Some("transport") => PropertyTarget::Transport,
        Some(_) => {
            let message = "endpoint properties have no such scope";
            attributes.invalid("scope", message, "default, axis2, axis2-client or transport", context);
            return None;
        }
    };
    attributes.finish(context);
    let value = match (value, expression) {
        (Some(value), false) => ValueSource::Literal(value.into()),
        (None, true) => ValueSource::Computed(context.expression(element, "expression")?),
        _ => {
            context.push(
                Diagnostic::error(
                    codes::ATTRIBUTES_CONFLICT,
                    "a property has either a value or an expression",
                )
                .at(element.name_location())
                .label("expected exactly one of \"value\" and \"expression\""),
            );
            return None;
        }
    };
    let written = if expression { "expression" } else { "value" };
    Some(EndpointProperty {
        name: name?.into(),
        value,
        target,
        location: element.attribute_location(written),
    })
}
