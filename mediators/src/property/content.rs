//! What a property is set to.

use http::HeaderValue;
use sinew_core::config::{Attributes, NAMESPACE, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::{Expression, Scope};
use sinew_core::mediation::Fault;
use sinew_core::message::{Value, ValueType};
use sinew_core::xml::Element;

use crate::parts::{
    FullMatch, computed_header_value, element_document, expression_ignored, written_header_value,
};

/// What a property is set to.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A value that was written down, typed and cut to its group.
    Literal(Value),
    /// Computed per message.
    Computed(Computed),
}

/// What a header is set to.
#[derive(Clone, Debug)]
pub(super) enum HeaderContent {
    /// A value that was written down, checked.
    Literal(HeaderValue),
    /// Computed per message.
    Computed(Computed),
}

/// A value computed per message.
#[derive(Clone, Debug)]
pub(super) struct Computed {
    expression: Expression,
    value_type: ValueType,
    extraction: Option<Extraction>,
}

/// The part of a text that `pattern` and `group` select.
#[derive(Clone, Debug)]
pub(super) struct Extraction {
    pattern: FullMatch,
    group: usize,
}

impl Content {
    /// Reads value, child element or expression, in this order of precedence (case 43); what none of them needs is
    /// reported as having no effect.
    pub(super) fn parse(
        element: Element<'_>,
        attributes: &mut Attributes<'_>,
        context: &mut ParseContext<'_>,
    ) -> Option<Self> {
        let value_type = value_type(element, attributes, context);
        let extraction = Extraction::parse(element, attributes, context);
        let value = attributes.optional("value");
        let expression = attributes.optional("expression").is_some();
        let child = element.children().find(|child| !child.is(NAMESPACE, "description"));
        if value.is_none() && child.is_none() && !expression {
            context.push(
                Diagnostic::error(
                    codes::MEDIATOR_VALUE_MISSING,
                    "<property> needs a value, an expression or an element inside",
                )
                .at(element.name_location())
                .label("nothing to set it to"),
            );
            return None;
        }
        let (value_type, extraction) = (value_type?, extraction?);
        if extraction.is_some() && (value_type != ValueType::String || value.is_none() && child.is_some()) {
            pattern_ignored(element, context);
        }
        match (value, child) {
            (Some(text), _) => {
                if expression {
                    expression_ignored(element, "value", context);
                }
                written_value(text, value_type, extraction.as_ref(), element, context).map(Self::Literal)
            }
            (None, Some(child)) => {
                if expression {
                    expression_ignored(element, "element inside", context);
                }
                Some(Self::Literal(Value::Xml(element_document(child))))
            }
            (None, None) => {
                let expression = context.expression(element, "expression")?;
                Some(Self::Computed(Computed { expression, value_type, extraction }))
            }
        }
    }

    /// True when it can only be computed with the payload in memory.
    pub(super) fn needs_payload(&self) -> bool {
        matches!(self, Content::Computed(computed) if computed.expression.needs_payload())
    }

    /// The value for this message; `None` is null.
    ///
    /// # Errors
    /// The expression fails, or what it gives is not of the type (case 46).
    pub(super) fn value(&self, scope: Scope<'_>) -> Result<Option<Value>, Fault> {
        match self {
            Content::Literal(value) => Ok(Some(value.clone())),
            Content::Computed(computed) => computed.value(scope),
        }
    }
}

impl HeaderContent {
    /// Makes a header's content of a property's; a literal that cannot stand in a header is reported.
    pub(super) fn of(content: Content, element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        match content {
            Content::Literal(value) => {
                written_header_value(&value.text(), element, context).map(Self::Literal)
            }
            Content::Computed(computed) => Some(Self::Computed(computed)),
        }
    }

    /// See [`Content::needs_payload`].
    pub(super) fn needs_payload(&self) -> bool {
        matches!(self, HeaderContent::Computed(computed) if computed.expression.needs_payload())
    }

    /// The value for this message; `None` is null.
    ///
    /// # Errors
    /// Those of [`Content::value`], and text that cannot stand in a header.
    pub(super) fn value(&self, scope: Scope<'_>) -> Result<Option<HeaderValue>, Fault> {
        match self {
            HeaderContent::Literal(value) => Ok(Some(value.clone())),
            HeaderContent::Computed(computed) => {
                computed.value(scope)?.map(|value| computed_header_value(&value.text())).transpose()
            }
        }
    }
}

impl Computed {
    fn value(&self, scope: Scope<'_>) -> Result<Option<Value>, Fault> {
        if self.is_text()
            && let Some(value) = self.expression.property(scope.message)
            && let Value::String(_) = &*value
        {
            return Ok(Some(value.into_owned()));
        }
        let Some(text) = self.expression.string(scope)? else { return Ok(None) };
        match (self.value_type, &self.extraction) {
            (ValueType::String, Some(extraction)) => Ok(extraction.apply(&text).map(Value::from)),
            (value_type, _) => match value_type.convert(&text) {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(Fault::mediation(error.to_string())),
            },
        }
    }

    /// Whether it is set to a text as it is found.
    fn is_text(&self) -> bool {
        self.value_type == ValueType::String && self.extraction.is_none()
    }
}

fn value_type(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<ValueType> {
    let Some(text) = attributes.optional("type") else { return Some(ValueType::String) };
    if text == "JSON" {
        context.push(
            Diagnostic::error(codes::MEDIATOR_NOT_SUPPORTED, "properties of type JSON are not supported yet")
                .at(element.attribute_location("type"))
                .label("not supported yet"),
        );
        return None;
    }
    attributes.parsed("type", &ValueType::NAMES.join(", "), context)
}

/// A literal is converted and matched once, when it is read.
fn written_value(
    text: &str,
    value_type: ValueType,
    extraction: Option<&Extraction>,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Value> {
    if let (ValueType::String, Some(extraction)) = (value_type, extraction) {
        return Some(Value::from(extraction.apply(text).unwrap_or_default()));
    }
    match value_type.convert(text) {
        Ok(value) => Some(value),
        Err(error) => {
            context.push(
                Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, error.to_string())
                    .at(element.attribute_location("value"))
                    .label("cannot be converted to the type"),
            );
            None
        }
    }
}

impl Extraction {
    /// `pattern` with `group`; the outer `None` after a mistake, the inner one without a pattern.
    fn parse(
        element: Element<'_>,
        attributes: &mut Attributes<'_>,
        context: &mut ParseContext<'_>,
    ) -> Option<Option<Self>> {
        let group = match attributes.optional("group") {
            None => Some(0),
            Some(_) => attributes.parsed::<usize>("group", "the number of a group", context),
        };
        let Some(text) = attributes.optional("pattern") else {
            if attributes.optional("group").is_some() {
                context.push(
                    Diagnostic::error(codes::MEDIATOR_VALUE_MISSING, "a group needs a pattern")
                        .at(element.attribute_location("group"))
                        .label("\"pattern\" is missing"),
                );
                return None;
            }
            return Some(None);
        };
        let pattern = FullMatch::parse(text, "pattern", element, context)?;
        let group = group?;
        if group >= pattern.groups() {
            let message = format!("the pattern has no group {group}; the value is kept whole");
            context.push(
                Diagnostic::warning(codes::VALUE_IGNORED, message)
                    .at(element.attribute_location("group"))
                    .label(format!("the last group is {}", pattern.groups() - 1)),
            );
        }
        Some(Some(Self { pattern, group }))
    }

    /// The group of the match; empty when the text does not match (case 48); the text itself when the pattern has no
    /// such group (case 49, as Apache Synapse does); `None`, which is null, when the group took no part in the match.
    fn apply(&self, text: &str) -> Option<String> {
        let Some(captures) = self.pattern.captures(text) else { return Some(String::new()) };
        if self.group >= captures.len() {
            return Some(text.to_owned());
        }
        captures.get(self.group).map(|group| group.as_str().to_owned())
    }
}

fn pattern_ignored(element: Element<'_>, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::warning(codes::VALUE_IGNORED, "this pattern is ignored: only texts are matched")
            .at(element.attribute_location("pattern"))
            .label("has no effect"),
    );
}
