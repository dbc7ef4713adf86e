//! `get-property`: properties, headers and facts by scope and name (message-and-expressions.md §8).

use std::borrow::Cow;
use std::str::FromStr;

use http::HeaderName;

use super::Scope;
use super::xpath::Object;
use crate::message::{Message, Payload, header_text};

/// The scope of template parameters. It is none of [`PropertyScope`]: reading a parameter can fail.
pub(super) const PARAMETERS: &str = "func";

/// The scopes that `get-property` knows (message-and-expressions.md §8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyScope {
    /// Message properties, then local entries.
    Default,
    /// The axis2 read chain.
    Axis2,
    /// HTTP headers.
    Transport,
    /// Shared by request and response.
    Operation,
    /// Process-wide settings.
    System,
    /// The registry, which is always empty here.
    Registry,
}

impl FromStr for PropertyScope {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "default" => PropertyScope::Default,
            "axis2" => PropertyScope::Axis2,
            "transport" => PropertyScope::Transport,
            "operation" => PropertyScope::Operation,
            "system" => PropertyScope::System,
            "registry" => PropertyScope::Registry,
            _ => return Err(()),
        })
    }
}

/// The text of a property as an expression shows it, or `None` for null. `format` is the date pattern of
/// `SYSTEM_DATE`.
pub fn property_value<'a>(
    scope: Scope<'a>,
    property_scope: PropertyScope,
    name: &str,
    format: Option<&str>,
) -> Option<Cow<'a, str>> {
    property(scope, property_scope, name, format).into_text()
}

/// A property with its type.
pub(super) fn property<'a>(
    scope: Scope<'a>,
    property_scope: PropertyScope,
    name: &str,
    format: Option<&str>,
) -> Object<'a> {
    match name {
        "" => return text(""),
        "SYSTEM_DATE" => return Object::Text(Cow::Owned(system_date(scope, format))),
        "SYSTEM_TIME" => {
            let milliseconds = scope.surroundings.now().timestamp().as_millisecond();
            return Object::Text(Cow::Owned(milliseconds.to_string()));
        }
        _ => {}
    }
    let message = scope.message;
    match property_scope {
        PropertyScope::Default => default_property(scope, name),
        PropertyScope::Axis2 => axis2_property(message, name),
        PropertyScope::Transport => optional_text(transport_header(message, name)),
        PropertyScope::Operation => match message.operation.value(name) {
            Some(value) => Object::from_value(Cow::Borrowed(value)),
            None => Object::Missing,
        },
        PropertyScope::System => {
            Object::Text(scope.surroundings.system_property(name).unwrap_or(Cow::Borrowed("")))
        }
        PropertyScope::Registry => text(""),
    }
}

/// True for the names that mean the same in every scope.
pub(super) fn is_of_every_scope(name: &str) -> bool {
    matches!(name, "" | "SYSTEM_DATE" | "SYSTEM_TIME")
}

/// True for the reserved names that only the payload can answer: a fault, and what nothing but an envelope says. `To`,
/// `Action` and `MessageID` are known without it; what the envelope says of them counts once it has been read.
pub(super) fn asks_payload(name: &str) -> bool {
    matches!(name, "FAULT" | "From" | "ReplyTo" | "FaultTo" | "RelatesTo")
}

/// A default property, a reserved name, or a local entry, in that order (message-and-expressions.md §8.3).
fn default_property<'a>(scope: Scope<'a>, name: &str) -> Object<'a> {
    let message = scope.message;
    let addressing = &message.addressing;
    let or_empty = |field: Option<&'a str>| text(field.unwrap_or_default());
    match name {
        "To" => Object::Text(message.to().unwrap_or_default()),
        "From" => or_empty(addressing.from()),
        "ReplyTo" => or_empty(addressing.reply_to()),
        "FaultTo" => or_empty(addressing.fault_to()),
        "RelatesTo" => or_empty(addressing.relates_to()),
        "Action" => or_empty(message.action()),
        "MessageID" => text(message.message_id()),
        "MESSAGE_FORMAT" => text(message.format_word()),
        "FAULT" => or_empty(is_fault(message).then_some("TRUE")),
        "OperationName" => text("mediate"),
        "OperationNamespace" => text(""),
        _ => match message.properties.value(name) {
            Some(value) => Object::from_value(Cow::Borrowed(value)),
            None => optional_text(scope.surroundings.local_entry(name)),
        },
    }
}

fn text(text: &str) -> Object<'_> {
    Object::Text(Cow::Borrowed(text))
}

fn optional_text(text: Option<Cow<'_, str>>) -> Object<'_> {
    text.map_or(Object::Missing, Object::Text)
}

/// A property of the axis2 scope without copying what was set.
pub(super) fn axis2_property<'a>(message: &'a Message, name: &str) -> Object<'a> {
    message.axis2(name).map_or(Object::Missing, Object::from_value)
}

/// A header by a name that is only known now.
fn transport_header<'a>(message: &'a Message, name: &str) -> Option<Cow<'a, str>> {
    let name = HeaderName::try_from(name).ok()?;
    message.headers.get(name).map(header_text)
}

/// True for a fault in the payload or an endpoint's status of 400 and above.
fn is_fault(message: &Message) -> bool {
    let status = message.axis2("FAULT_MESSAGE").is_some_and(|value| value.text() == "TRUE");
    status || matches!(&message.payload, Payload::Xml(xml) if xml.is_fault())
}

/// The current time in the pattern of a Java date format; ISO 8601 without a pattern.
fn system_date(scope: Scope<'_>, format: Option<&str>) -> String {
    let now = scope.surroundings.now();
    match format {
        None => now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Some(pattern) => now.strftime(&strftime_pattern(pattern)).to_string(),
    }
}

/// Translates a Java `SimpleDateFormat` pattern; letters it does not know are left out.
fn strftime_pattern(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len() * 2);
    let mut characters = pattern.chars().peekable();
    while let Some(letter) = characters.next() {
        if letter == '\'' {
            quoted(&mut characters, &mut translated);
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            push_literal(&mut translated, letter);
            continue;
        }
        let mut width = 1;
        while characters.next_if_eq(&letter).is_some() {
            width += 1;
        }
        translated.push_str(match (letter, width) {
            ('y' | 'Y' | 'u', 2) => "%y",
            ('y' | 'Y' | 'u', _) => "%Y",
            ('M' | 'L', 1) => "%-m",
            ('M' | 'L', 2) => "%m",
            ('M' | 'L', 3) => "%b",
            ('M' | 'L', _) => "%B",
            ('d', 1) => "%-d",
            ('d', _) => "%d",
            ('D', _) => "%j",
            ('H', 1) => "%-H",
            ('H', _) => "%H",
            ('h', 1) => "%-I",
            ('h', _) => "%I",
            ('m', 1) => "%-M",
            ('m', _) => "%M",
            ('s', 1) => "%-S",
            ('s', _) => "%S",
            ('S', _) => "%3f",
            ('E', 1..=3) => "%a",
            ('E', _) => "%A",
            ('a', _) => "%p",
            ('z', _) => "%Z",
            ('Z', _) => "%z",
            ('X', 3) => "%:z",
            ('X', _) => "%z",
            _ => "",
        });
    }
    translated
}

/// Text between apostrophes is literal; two apostrophes are one.
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    if characters.next_if_eq(&'\'').is_some() {
        out.push('\'');
        return;
    }
    while let Some(character) = characters.next() {
        if character != '\'' {
            push_literal(out, character);
        } else if characters.next_if_eq(&'\'').is_some() {
            out.push('\'');
        } else {
            return;
        }
    }
}

fn push_literal(out: &mut String, character: char) {
    if character == '%' {
        out.push('%');
    }
    out.push(character);
}

#[cfg(test)]
mod tests {
    use super::strftime_pattern;

    #[test]
    fn java_patterns_become_strftime() {
        for (java, strftime) in [
            ("yyyy", "%Y"),
            ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "%Y-%m-%dT%H:%M:%S.%3f%z"),
            ("d/M/yy", "%-d/%-m/%y"),
            ("EEE, d MMM yyyy", "%a, %-d %b %Y"),
            ("hh 'o''clock' a", "%I o'clock %p"),
            ("100%", "100%%"),
        ] {
            assert_eq!(strftime_pattern(java), strftime, "{java}");
        }
    }
}
