//! Reading the attributes of an element, and saying which nobody read.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use super::{ParseContext, ResourceKey};
use crate::diagnostics::{Code, Diagnostic, codes, nearest};
use crate::xml::Element;

/// The attributes of one element. What was asked for is remembered, so that [`Attributes::finish`] can report the rest
/// as unknown, with the nearest known name.
pub struct Attributes<'e> {
    element: Element<'e>,
    asked: BTreeSet<&'static str>,
}

/// Attributes that every element may carry.
const COMMON: [&str; 3] = ["description", "trace", "statistics"];

impl<'e> Attributes<'e> {
    /// Starts reading.
    pub fn of(element: Element<'e>) -> Self {
        Self { element, asked: COMMON.into_iter().collect() }
    }

    /// The text of an attribute, if given.
    pub fn optional(&mut self, name: &'static str) -> Option<&'e str> {
        self.asked.insert(name);
        self.element.attribute(name)
    }

    /// Attributes that may stand here but say nothing, such as the value of a property that is removed.
    pub fn pass_over(&mut self, names: &[&'static str]) {
        self.asked.extend(names);
    }

    /// The text of an attribute that must be given and not be blank.
    pub fn required(&mut self, name: &'static str, context: &mut ParseContext<'_>) -> Option<&'e str> {
        match self.optional(name) {
            Some(text) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                context.push(
                    Diagnostic::error(codes::ATTRIBUTE_INVALID, format!("attribute \"{name}\" is empty"))
                        .at(self.element.attribute_location(name))
                        .label("must not be empty"),
                );
                None
            }
            None => {
                let element = self.element.local_name();
                context.push(
                    Diagnostic::error(
                        codes::ATTRIBUTE_MISSING,
                        format!("<{element}> needs the attribute \"{name}\""),
                    )
                    .at(self.element.name_location())
                    .label(format!("\"{name}\" is missing")),
                );
                None
            }
        }
    }

    /// A key of another artifact, if given.
    pub fn key(&mut self, name: &'static str) -> Option<ResourceKey> {
        let text = self.optional(name)?;
        Some(ResourceKey { text: Arc::from(text.trim()), location: self.element.attribute_location(name) })
    }

    /// A typed attribute, if given; text that does not parse is reported with the words that would.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        context: &mut ParseContext<'_>,
    ) -> Option<T>
    where
        T: FromStr,
    {
        let text = self.optional(name)?;
        match text.trim().parse() {
            Ok(value) => Some(value),
            Err(_) => {
                self.invalid(name, format!("\"{text}\" is not allowed here"), expected, context);
                None
            }
        }
    }

    /// Reports the value of an attribute.
    pub fn invalid(
        &self,
        name: &str,
        message: impl Into<String>,
        expected: impl Display,
        context: &mut ParseContext<'_>,
    ) {
        context.push(
            Diagnostic::error(codes::ATTRIBUTE_INVALID, message)
                .at(self.element.attribute_location(name))
                .label(format!("expected {expected}")),
        );
    }

    /// Reports every attribute that nobody asked for. They are ignored (mediators.md §2.1), so a warning is enough.
    pub fn finish(self, context: &mut ParseContext<'_>) {
        for attribute in self.element.attributes() {
            if !attribute.namespace.is_empty() || self.asked.contains(attribute.local) {
                continue;
            }
            let element = self.element.local_name();
            let mut diagnostic = Diagnostic::warning(
                WARNING,
                format!("<{element}> has no attribute \"{}\"; it is ignored", attribute.local),
            )
            .at(self.element.attribute_name_location(attribute.local))
            .label("unknown attribute");
            if let Some(near) = nearest(attribute.local, self.asked.iter().copied()) {
                diagnostic = diagnostic.help(format!("an attribute with a similar name exists: \"{near}\""));
            }
            context.push(diagnostic);
        }
    }
}

const WARNING: Code = codes::UNKNOWN_ATTRIBUTE;
