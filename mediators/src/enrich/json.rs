//! Putting JSON into JSON payloads (mediators.md §5.4, the JSON mode).

use serde_json::Value;
use sinew_core::mediation::Fault;
use sinew_core::message::formats::Kind;
use sinew_core::message::{JsonPayload, Message, Payload};

use super::edit::at_element;
use super::parts::{Part, content_of};
use super::run::edit;
use super::target::Action;
use crate::parts::replace_content;

/// Puts the first part at the value of a JSON payload. False when something could not be put.
///
/// A text that is JSON replaces the whole when it is an object or array; as a child it is added to an array, and its
/// members to an object. Elements go into the tree that stands for the value.
pub(super) fn put_json(message: &mut Message, parts: &[Part], action: Action) -> Result<bool, Fault> {
    let fits = match (parts.first(), action) {
        (Some(Part::Text(text)), Action::Replace) => match whole(text) {
            Some(json) => {
                message.payload = Payload::Json(json);
                true
            }
            None => false,
        },
        (Some(Part::Text(text)), Action::Child) => add(message, text),
        (Some(element @ Part::Element(_)), Action::Replace) => {
            replace_content(message, content_of(std::slice::from_ref(element)))?;
            true
        }
        (Some(Part::Element(_)), Action::Child) => edit(message, |document| match document.root_element() {
            Some(root) => at_element(document, root, parts, Action::Child),
            None => false,
        }),
        _ => false,
    };
    let put = if action == Action::Child { parts.len() } else { 1 };
    Ok(fits && parts.len() == put)
}

/// Makes a text that is JSON the payload of a message that says it is JSON and is empty.
pub(super) fn fill_with_json(message: &mut Message, parts: &[Part]) -> bool {
    let says_json = message.axis2("messageType").is_some_and(|value| Kind::of(&value.text()) == Kind::Json);
    let json = match parts.first() {
        Some(Part::Text(text)) if says_json => whole(text),
        _ => None,
    };
    json.map(|json| message.payload = Payload::Json(json)).is_some()
}

/// An object or array: what can be a JSON payload by itself.
fn whole(text: &str) -> Option<JsonPayload> {
    let json = JsonPayload::parse(text.trim()).ok()?;
    matches!(json.value(), Value::Object(_) | Value::Array(_)).then_some(json)
}

/// Adds to an array or object. A text that is no JSON is a string.
fn add(message: &mut Message, text: &str) -> bool {
    let Payload::Json(json) = &mut message.payload else { return false };
    let new = match JsonPayload::parse(text.trim()) {
        Ok(new) => new.value().clone(),
        Err(_) => Value::from(text),
    };
    match (json.value(), new) {
        (Value::Array(_), new) => {
            if let Value::Array(items) = json.value_mut() {
                items.push(new);
            }
            true
        }
        (Value::Object(_), Value::Object(new)) => {
            if let Value::Object(members) = json.value_mut() {
                members.extend(new);
            }
            true
        }
        _ => false,
    }
}
