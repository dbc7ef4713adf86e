//! Expressions that are one look-up or one literal.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderName;

use super::property::{PARAMETERS, PropertyScope, asks_payload, axis2_property, is_of_every_scope, property};
use super::xpath::{Object, UNSUPPORTED_SCOPES};
use super::{Namespaces, Scope};
use crate::message::{Message, Value, header_text};

/// An expression that needs no engine.
#[derive(Clone, Debug)]
pub(super) enum Direct {
    /// `'text'`.
    Literal(Arc<str>),
    /// `$trp:Name`.
    Header(HeaderName),
    /// `$ctx:name`.
    Default(Arc<str>),
    /// `$axis2:name`.
    Axis2(Arc<str>),
    /// `$operation:name`.
    Operation(Arc<str>),
    /// `get-property(…)` with literal arguments.
    Property { scope: PropertyScope, name: Arc<str>, format: Option<Arc<str>> },
}

impl Direct {
    /// Recognises the direct forms; everything else is for the engine.
    pub(super) fn parse(text: &str, namespaces: &Namespaces) -> Option<Self> {
        if let Some(literal) = literal(text) {
            return Some(Direct::Literal(literal.into()));
        }
        if let Some(variable) = text.strip_prefix('$') {
            return Self::variable(variable, namespaces);
        }
        let (function, rest) = text.split_once('(')?;
        let arguments = rest.strip_suffix(')')?;
        let function = function.trim();
        if function.rsplit(':').next() != Some("get-property") {
            return None;
        }
        let arguments: Vec<&str> =
            split_arguments(arguments).into_iter().map(literal).collect::<Option<_>>()?;
        Some(match *arguments.as_slice() {
            [name] => Direct::property(PropertyScope::Default, name, None),
            [first, second] => match first.parse() {
                Ok(scope) => Direct::property(scope, second, None),
                Err(()) if first == PARAMETERS || UNSUPPORTED_SCOPES.contains(&first) => return None,
                Err(()) => Direct::property(PropertyScope::Default, first, Some(second)),
            },
            [scope, name, format] => Direct::property(scope.parse().ok()?, name, Some(format)),
            _ => return None,
        })
    }

    /// `get-property` of a scope and name that are known; as a variable where it means the same as one.
    fn property(scope: PropertyScope, name: &str, format: Option<&str>) -> Self {
        if !is_of_every_scope(name) {
            match (scope, HeaderName::try_from(name)) {
                (PropertyScope::Transport, Ok(name)) => return Direct::Header(name),
                (PropertyScope::Axis2, _) => return Direct::Axis2(name.into()),
                (PropertyScope::Operation, _) => return Direct::Operation(name.into()),
                _ => {}
            }
        }
        Direct::Property { scope, name: name.into(), format: format.map(Into::into) }
    }

    /// A variable is only ours while its prefix is not bound to a namespace; `body` and `header` win over the prefix
    /// (message-and-expressions.md §7.2).
    fn variable(variable: &str, namespaces: &Namespaces) -> Option<Self> {
        let (prefix, name) = variable.split_once(':')?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if namespaces.uri(prefix).is_some()
            || name.is_empty()
            || !name.chars().all(plain)
            || name.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.')
            || matches!(name, "body" | "header" | "env")
        {
            return None;
        }
        Some(match prefix {
            "trp" => Direct::Header(HeaderName::try_from(name).ok()?),
            "ctx" => Direct::Default(name.into()),
            "axis2" => Direct::Axis2(name.into()),
            "operation" => Direct::Operation(name.into()),
            _ => return None,
        })
    }

    pub(super) fn object<'a>(&'a self, scope: Scope<'a>) -> Object<'a> {
        let message = scope.message;
        let found = |value| Object::from_value(Cow::Borrowed(value));
        match self {
            Direct::Literal(text) => Object::Text(Cow::Borrowed(text)),
            Direct::Header(name) => {
                message.headers.get(name).map_or(Object::Missing, |value| Object::Text(header_text(value)))
            }
            Direct::Default(name) => message.properties.value(name).map_or(Object::Missing, found),
            Direct::Axis2(name) => axis2_property(message, name),
            Direct::Operation(name) => message.operation.value(name).map_or(Object::Missing, found),
            Direct::Property { scope: property_scope, name, format } => {
                property(scope, *property_scope, name, format.as_deref())
            }
        }
    }

    /// The value of a variable that is a property.
    pub(super) fn property_value<'a>(&self, message: &'a Message) -> Option<Cow<'a, Value>> {
        match self {
            Direct::Default(name) => message.properties.value(name).map(Cow::Borrowed),
            Direct::Axis2(name) => message.axis2(name),
            Direct::Operation(name) => message.operation.value(name).map(Cow::Borrowed),
            Direct::Literal(_) | Direct::Header(_) | Direct::Property { .. } => None,
        }
    }

    /// The text of a literal.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Direct::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// Some reserved names ask the payload (mediators.md §2.2); `MESSAGE_FORMAT` looks into it only when it is there.
    pub(super) fn needs_payload(&self) -> bool {
        matches!(self, Direct::Property { scope: PropertyScope::Default, name, .. } if asks_payload(name))
    }
}

fn literal(text: &str) -> Option<&str> {
    let text = text.trim();
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = text.get(1..)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}

/// Splits at commas outside quotes.
fn split_arguments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut quote = None;
    let mut start = 0;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (None, ',') => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
