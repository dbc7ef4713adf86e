//! Sequence templates: sequences with parameters (configuration.md §6.7, mediators.md §3.9).

use std::sync::Arc;

use super::{Attributes, NAMESPACE, ParseContext, SequenceDefinition};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::expression::{ParameterSource, ValueSource};
use crate::mediation::{Absence, TemplateParameter};
use crate::xml::Element;

/// A sequence template as written.
#[derive(Clone, Debug)]
pub struct TemplateDefinition {
    /// The name.
    pub name: Arc<str>,
    /// The parameters that it declares; each name once.
    pub parameters: Vec<TemplateParameter>,
    /// What runs. Its `onError` is that of the `<sequence>`, else that of the template.
    pub body: SequenceDefinition,
    /// Where the element starts.
    pub location: Location,
}

impl TemplateDefinition {
    /// Reads `<template>`. Templates of endpoints are not supported yet.
    pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let name = attributes.required("name", context);
        let on_error = attributes.key("onError");
        attributes.finish(context);
        let parameters = parameters(element, context);
        let endpoint = element.child(NAMESPACE, "endpoint");
        if let Some(endpoint) = endpoint {
            context.push(
                Diagnostic::error(
                    codes::ARTIFACT_NOT_SUPPORTED,
                    "templates of endpoints are not supported yet",
                )
                .at(endpoint.name_location())
                .label("not supported yet"),
            );
        }
        let Some(sequence) = element.child(NAMESPACE, "sequence") else {
            if endpoint.is_none() {
                context.push(
                    Diagnostic::error(codes::CHILD_MISSING, "a template needs a <sequence>")
                        .at(element.name_location())
                        .label("<sequence> is missing"),
                );
            }
            return None;
        };
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
        Some(Self { name: name?.trim().into(), parameters, body, location: element.location() })
    }
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
