//! Where a property is kept: a scope and a name.

use std::sync::Arc;

use sinew_core::config::{Attributes, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::ValueSource;
use sinew_core::message::{Message, Value};
use sinew_core::xml::Element;

use crate::parts::HeaderSource;

/// Where a property is kept.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// Among the properties of a scope.
    Property(Store, ValueSource),
    /// `scope="transport"`: among the headers.
    Header(HeaderSource),
}

/// The scopes that hold properties of any type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// `default`.
    Default,
    /// `axis2`, and `axis2-client`, which is the same to us (message-and-expressions.md §2).
    Axis2,
    /// `operation`: shared by request and response.
    Operation,
}

/// What `scope` may say.
const SCOPES: &str = "default, axis2, axis2-client, transport or operation";

impl Target {
    pub(super) fn parse(
        name: Option<ValueSource>,
        element: Element<'_>,
        attributes: &mut Attributes<'_>,
        context: &mut ParseContext<'_>,
    ) -> Option<Self> {
        let scope = attributes.optional("scope").unwrap_or("default");
        let store = match scope {
            "default" => Store::Default,
            "axis2" | "axis2-client" => Store::Axis2,
            "operation" => Store::Operation,
            "transport" => return HeaderSource::parse(name?, element, context).map(Self::Header),
            other => {
                context.push(refusal(other).at(element.attribute_location("scope")));
                return None;
            }
        };
        Some(Self::Property(store, name?))
    }
}

/// Why a property cannot be set in a scope.
fn refusal(scope: &str) -> Diagnostic {
    match scope {
        "system" => Diagnostic::error(
            codes::MEDIATOR_VALUE_INVALID,
            "properties of scope system can be read, not set",
        )
        .label(format!("expected {SCOPES}"))
        .help("a message must not change what every other message sees"),
        "registry" | "analytics" | "trace" => Diagnostic::error(
            codes::MEDIATOR_NOT_SUPPORTED,
            format!("properties of scope {scope} are not supported yet"),
        )
        .label("not supported yet"),
        other => {
            Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("properties have no scope \"{other}\""))
                .label(format!("expected {SCOPES}"))
        }
    }
}

impl Store {
    /// Sets a property. Null leaves a default property as it was and removes any other (mediators.md §2.10).
    pub(super) fn set(self, message: &mut Message, name: Arc<str>, value: Option<Value>) {
        match (self, value) {
            (Store::Default, None) => {}
            (Store::Default, Some(value)) => {
                if &*name == "RESPONSE" {
                    message.operation.set("RESPONSE_WRITTEN", "SKIP");
                }
                message.properties.set(name, value);
            }
            (Store::Axis2, Some(value)) => message.axis2.set(name, value),
            (Store::Operation, Some(value)) => message.operation.set(name, value),
            (Store::Axis2 | Store::Operation, None) => self.remove(message, name),
        }
    }

    /// Removes a property. `TRANSPORT_HEADERS` stands for all headers (message-and-expressions.md §12.3).
    pub(super) fn remove(self, message: &mut Message, name: Arc<str>) {
        match self {
            Store::Default => drop(message.properties.remove(&name)),
            Store::Axis2 => {
                if &*name == "TRANSPORT_HEADERS" {
                    message.headers.clear();
                }
                message.axis2.remove(name);
            }
            Store::Operation => drop(message.operation.remove(&name)),
        }
    }
}
