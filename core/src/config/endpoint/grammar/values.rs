//! Numbers, switches and codes in the text of elements, and what is said of those that are wrong.

use std::str::FromStr;
use std::time::Duration;

use crate::config::ParseContext;
use crate::config::endpoint::{ErrorCodes, NO_SUCH_CODE};
use crate::diagnostics::{Diagnostic, codes};
use crate::xml::Element;

/// The text of an element as a number; text that is none is reported.
pub(super) fn number<T: FromStr>(
    element: Element<'_>,
    expected: &str,
    context: &mut ParseContext<'_>,
) -> Option<T> {
    let parsed = element.text().trim().parse().ok();
    if parsed.is_none() {
        invalid_text(element, expected, context);
    }
    parsed
}

/// A duration in milliseconds.
pub(super) fn milliseconds(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Duration> {
    number(element, "a number of milliseconds", context).map(Duration::from_millis)
}

/// Codes separated by commas and blanks. Numbers that no error has are allowed: `-1` is the usual way to name none.
pub(super) fn error_codes(element: Element<'_>, context: &mut ParseContext<'_>) -> ErrorCodes {
    let text = element.text();
    let words = text.split([',', ' ', '\n', '\t', '\r']).filter(|word| !word.is_empty());
    let code =
        |word: &str| word.parse::<i64>().ok().map(|number| u32::try_from(number).unwrap_or(NO_SUCH_CODE));
    let codes: Option<Vec<u32>> = words.map(code).collect();
    codes.map(Into::into).unwrap_or_else(|| {
        invalid_text(element, "error codes such as 101504, separated by commas", context);
        ErrorCodes::default()
    })
}

/// Reports the text of an element.
pub(super) fn invalid_text(element: Element<'_>, expected: &str, context: &mut ParseContext<'_>) {
    let name = element.local_name();
    context.push(
        Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, format!("the content of <{name}> is not allowed"))
            .at(element.text_location())
            .label(format!("expected {expected}")),
    );
}

/// Reports an attribute whose value is passed over.
pub(super) fn ignored_value(
    element: Element<'_>,
    attribute: &str,
    expected: &str,
    context: &mut ParseContext<'_>,
) {
    context.push(
        Diagnostic::warning(codes::VALUE_IGNORED, format!("this {attribute} is unknown; it is ignored"))
            .at(element.attribute_location(attribute))
            .label(format!("expected {expected}")),
    );
}

/// Reports a child that is passed over.
pub(super) fn ignored_child(child: Element<'_>, context: &mut ParseContext<'_>) {
    let message = format!("<{}> means nothing here", child.local_name());
    context.push(
        Diagnostic::warning(codes::IGNORED_ELEMENT, message).at(child.name_location()).label("ignored"),
    );
}

/// Reports a child that must be there.
pub(super) fn missing_child(
    element: Element<'_>,
    message: &str,
    missing: &str,
    context: &mut ParseContext<'_>,
) {
    context.push(
        Diagnostic::error(codes::CHILD_MISSING, message.to_owned())
            .at(element.name_location())
            .label(format!("{missing} is missing")),
    );
}

/// Reports something that is part of the language and not there yet.
pub(super) fn not_supported(element: Element<'_>, what: &str, context: &mut ParseContext<'_>) {
    context.push(
        Diagnostic::error(codes::ENDPOINT_NOT_SUPPORTED, format!("{what} are not supported yet"))
            .at(element.name_location())
            .label("not supported yet"),
    );
}
