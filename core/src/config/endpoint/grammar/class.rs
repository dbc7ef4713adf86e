//! `<class>` (endpoints.md §8.4).

use super::values::ignored_child;
use crate::config::endpoint::{ClassDefinition, ClassParameter};
use crate::config::{Attributes, NAMESPACE, ParseContext};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<ClassDefinition> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    attributes.finish(context);
    let mut parameters: Vec<ClassParameter> = Vec::new();
    for child in element.children() {
        // Each engine looks in one of the two namespaces only.
        if !child.is(NAMESPACE, "parameter") && !child.is("", "parameter") {
            if child.local_name() != "description" {
                ignored_child(child, context);
            }
            continue;
        }
        let Some(parameter) = parameter(child, context) else { continue };
        if parameters.iter().any(|known| known.name == parameter.name) {
            context.push(
                Diagnostic::error(
                    codes::ELEMENT_REPEATED,
                    format!("the parameter \"{}\" is set already", parameter.name),
                )
                .at(child.attribute_location("name"))
                .label("second of its name"),
            );
            continue;
        }
        parameters.push(parameter);
    }
    let name = name?.trim().into();
    Some(ClassDefinition { name, name_location: element.attribute_location("name"), parameters })
}

fn parameter(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<ClassParameter> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    attributes.finish(context);
    Some(ClassParameter {
        name: name?.trim().into(),
        value: element.string_value().trim().into(),
        location: element.text_location(),
    })
}
