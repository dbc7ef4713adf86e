//! Templates: sequences and endpoints with parameters (configuration.md §6.7, mediators.md §3.9).

use std::sync::Arc;

use super::endpoint::OwnedElement;
use super::{Attributes, NAMESPACE, ParseContext, ResourceKey, SequenceDefinition};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::expression::{ParameterSource, ValueSource};
use crate::mediation::{Absence, TemplateParameter};
use crate::xml::Element;

/// A template as written. It has a sequence, an endpoint, or both.
#[derive(Clone, Debug)]
pub struct TemplateDefinition {
    /// The name.
    pub name: Arc<str>,
    /// The parameters that it declares; each name once.
    pub parameters: Vec<TemplateParameter>,
    /// What runs. Its `onError` is that of the `<sequence>`, else that of the template.
    pub body: Option<SequenceDefinition>,
    /// The endpoint, with `$parameter` in it: it is read when an endpoint fills it.
    pub endpoint: Option<OwnedElement>,
    /// Where the element starts.
    pub location: Location,
}

impl TemplateDefinition {
    /// Reads `<template>`.
    pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let name = attributes.required("name", context);
        let on_error = attributes.key("onError");
        attributes.finish(context);
        let parameters = parameters(element, context);
        let endpoint = element.child(NAMESPACE, "endpoint").map(OwnedElement::new);
        let sequence = element.child(NAMESPACE, "sequence");
        if endpoint.is_none() && sequence.is_none() {
            context.push(
                Diagnostic::error(codes::CHILD_MISSING, "a template needs a <sequence> or an <endpoint>")
                    .at(element.name_location())
                    .label("neither <sequence> nor <endpoint>"),
            );
            return None;
        }
        let body = sequence.map(|sequence| body(sequence, on_error, context));
        Some(Self { name: name?.trim().into(), parameters, body, endpoint, location: element.location() })
    }
}

fn body(
    sequence: Element<'_>,
    on_error: Option<ResourceKey>,
    context: &mut ParseContext<'_>,
) -> SequenceDefinition {
    let mut body = SequenceDefinition::parse_anonymous(sequence, context);
    match (&body.on_error, on_error) {
        (Some(_), Some(ignored)) => context.push(
            Diagnostic::warning(codes::VALUE_IGNORED, "the onError of the <sequence> inside counts")
                .at(ignored.location)
                .label("has no effect"),
        ),
        (None, on_error) => body.on_error = on_error,
        (Some(_), None) => {}
    }
    body
}

/// The `<parameter>` children. One that is wrong is left out, the others are read.
fn parameters(template: Element<'_>, context: &mut ParseContext<'_>) -> Vec<TemplateParameter> {
    let mut parameters: Vec<TemplateParameter> = Vec::new();
    for child in template.children() {
        match child.local_name() {
            "parameter" => {
                let Some(parameter) = parameter(child, context) else { continue };
                if parameters.iter().any(|known| known.name == parameter.name) {
                    context.push(
                        Diagnostic::error(
                            codes::ELEMENT_REPEATED,
                            format!("the parameter \"{}\" is declared already", parameter.name),
                        )
                        .at(child.attribute_location("name"))
                        .label("second of its name"),
                    );
                    continue;
                }
                parameters.push(parameter);
            }
            "sequence" | "endpoint" | "description" => {}
            name => context.push(
                Diagnostic::warning(
                    codes::IGNORED_ELEMENT,
                    format!("<{name}> means nothing in a <template>"),
                )
                .at(child.name_location())
                .label("ignored"),
            ),
        }
    }
    parameters
}

/// `default` and `optional` are the words of Apache Synapse, `defaultValue` and `isMandatory` those of WSO2.
fn parameter(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<TemplateParameter> {
    let mut attributes = Attributes::of(element);
    let name = attributes.required("name", context);
    let has_default = attributes.optional("default").is_some();
    let plain_default = attributes.optional("defaultValue");
    let expected = "true or false";
    let optional: Option<bool> = attributes.parsed("optional", expected, context);
    let mandatory: Option<bool> = attributes.parsed("isMandatory", expected, context);
    attributes.finish(context);
    let default = match plain_default {
        _ if has_default => Some(context.parameter_source(element, "default")?),
        Some(text) => Some(ParameterSource::Now(ValueSource::Literal(text.into()))),
        None => None,
    };
    let absence = match (mandatory, optional) {
        (Some(true), _) => Absence::Fault,
        (_, Some(true)) => Absence::Allowed,
        _ => Absence::Logged,
    };
    Some(TemplateParameter { name: name?.trim().into(), default, absence })
}
