//! `<endpoint template="…">` (endpoints.md §8.3).

use std::sync::Arc;

use crate::config::endpoint::TemplateInstance;
use crate::config::{Attributes, ParseContext, ResourceKey};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::Element;

pub(super) fn instance(
    element: Element<'_>,
    template: ResourceKey,
    uri: Option<&str>,
    context: &mut ParseContext<'_>,
) -> TemplateInstance {
    let mut parameters: Vec<(Arc<str>, Arc<str>, Location)> = Vec::new();
    for child in element.children().filter(|child| child.local_name() == "parameter") {
        let mut attributes = Attributes::of(child);
        let name = attributes.required("name", context);
        let value = attributes.optional("value");
        attributes.finish(context);
        let Some(name) = name.map(str::trim) else { continue };
        let location = child.attribute_location("name");
        if parameters.iter().any(|(known, ..)| **known == *name) {
            context.push(
                Diagnostic::error(
                    codes::ELEMENT_REPEATED,
                    format!("the parameter \"{name}\" is given already"),
                )
                .at(location)
                .label("second of its name"),
            );
            continue;
        }
        let value = value.map_or_else(|| child.text().trim().into(), Arc::from);
        parameters.push((name.into(), value, location));
    }
    TemplateInstance { template, uri: uri.map(|uri| uri.trim().into()), parameters }
}
