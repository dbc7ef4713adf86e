//! Names and values of HTTP headers that a configuration sets.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use sinew_core::config::ParseContext;
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::{Expression, Scope, ValueSource};
use sinew_core::mediation::Fault;
use sinew_core::message::header_value;
use sinew_core::xml::Element;

/// The name of a header: known when the configuration is read, or computed per message.
#[derive(Clone, Debug)]
pub(crate) enum HeaderSource {
    /// Written down.
    Literal(HeaderName),
    /// `{expression}`.
    Computed(Expression),
}

impl HeaderSource {
    /// Checks the name when it is written down.
    pub(crate) fn parse(
        name: ValueSource,
        element: Element<'_>,
        context: &mut ParseContext<'_>,
    ) -> Option<Self> {
        match name {
            ValueSource::Computed(expression) => Some(Self::Computed(expression)),
            ValueSource::Literal(text) => written_header_name(&text, element, context).map(Self::Literal),
        }
    }

    /// The name for this message; `None` when the expression gives nothing.
    pub(crate) fn name(&self, scope: Scope<'_>) -> Result<Option<Cow<'_, HeaderName>>, Fault> {
        match self {
            Self::Literal(name) => Ok(Some(Cow::Borrowed(name))),
            Self::Computed(expression) => {
                let Some(text) = expression.string(scope)?.filter(|text| !text.is_empty()) else {
                    return Ok(None);
                };
                match HeaderName::try_from(&*text) {
                    Ok(name) => Ok(Some(Cow::Owned(name))),
                    Err(_) => Err(Fault::mediation(format!("no header can be named {text:?}"))),
                }
            }
        }
    }

    /// See [`ValueSource::needs_payload`]. Changing `Content-Encoding` reads the payload first: it is decompressed then,
    /// and compressed again if the header says so when it is sent (message-and-expressions.md §6.2, case 43).
    pub(crate) fn needs_payload(&self) -> bool {
        match self {
            Self::Literal(name) => *name == http::header::CONTENT_ENCODING,
            Self::Computed(expression) => expression.needs_payload(),
        }
    }
}

/// Checks a written name; one that no header can have is reported.
pub(crate) fn written_header_name(
    text: &str,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<HeaderName> {
    let name = HeaderName::try_from(text.trim()).ok();
    if name.is_none() {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("no header can be named \"{text}\""))
                .at(element.attribute_location("name"))
                .label("not a header name")
                .help("header names are letters, digits and - _ . ~ ! # $ % & ' * + ^ ` |"),
        );
    }
    name
}

/// Checks a written header value; one that no header can have is reported.
pub(crate) fn written_header_value(
    text: &str,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<HeaderValue> {
    let value = header_value(text).ok();
    if value.is_none() {
        context.push(
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, "no header can have this value")
                .at(element.attribute_location("value"))
                .label("contains a control character"),
        );
    }
    value
}

/// A computed text as header value.
///
/// # Errors
/// It contains CR, LF, NUL or another control character: nothing is written then (hardening.md §2 row 5).
pub(crate) fn computed_header_value(text: &str) -> Result<HeaderValue, Fault> {
    header_value(text).map_err(|_| {
        Fault::mediation("a header value contains a control character").detail(format!("{text:?}"))
    })
}

/// Sets a header in place of every line it had. Null leaves no header, as a null in the header map of Apache Synapse
/// was never written (mediators.md case 55, message-and-expressions.md §2).
pub(crate) fn set_header(headers: &mut HeaderMap, name: &HeaderName, value: Option<HeaderValue>) {
    match value {
        Some(value) => drop(headers.insert(name, value)),
        None => drop(headers.remove(name)),
    }
}
