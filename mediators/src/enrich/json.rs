//! Putting JSON into JSON payloads (mediators.md §5.4, the JSON mode).

use serde_json::Value;
use sinew_core::expression::jsonpath::{JsonPath, PathError};
use sinew_core::mediation::Fault;
use sinew_core::message::formats::Kind;
use sinew_core::message::{JsonPayload, Message, Payload, json};

use super::edit::at_element;
use super::parts::{Part, content_of};
use super::run::edit;
use super::target::Action;
use crate::parts::{declare_media_type, replace_content};

/// Puts the first part at the value of a JSON payload. False when something could not be put.
///
/// A text that is JSON replaces the whole when it is an object or array; as a child it is added to an array, and its
/// members to an object. Elements go into the tree that stands for the value.
pub(super) fn put_json(message: &mut Message, parts: &[Part], action: Action) -> Result<bool, Fault> {
    let fits = match (parts.first(), action) {
        (Some(Part::Json(value)), Action::Replace) => fill(message, value),
        (Some(Part::Json(value)), Action::Child) => add(message, value.clone()),
        (Some(Part::Text(text)), Action::Replace) => match whole(text) {
            Some(json) => {
                message.payload = Payload::Json(json);
                true
            }
            None => false,
        },
        (Some(Part::Text(text)), Action::Child) => add(message, value_of_text(text)),
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

/// Makes an object or array the payload, whatever the message was. False for other values.
pub(super) fn fill(message: &mut Message, value: &Value) -> bool {
    if !matches!(value, Value::Object(_) | Value::Array(_)) {
        return false;
    }
    let was_json = matches!(message.payload, Payload::Json(_));
    message.payload = Payload::Json(JsonPayload::new(value.clone()));
    if !was_json {
        declare_media_type(message, "application/json");
    }
    true
}

/// Adds to an array or object.
fn add(message: &mut Message, new: Value) -> bool {
    let Payload::Json(json) = &mut message.payload else { return false };
    let takes = json.value().is_array() || json.value().is_object() && new.is_object();
    takes && add_to(json.value_mut(), new)
}

fn add_to(value: &mut Value, new: Value) -> bool {
    match (value, new) {
        (Value::Array(items), new) => items.push(new),
        (Value::Object(members), Value::Object(new)) => members.extend(new),
        _ => return false,
    }
    true
}

/// The JSON text of a property with a part added to its array or object; none when it is neither, or the part is an
/// element.
pub(super) fn added_to_text(held: &str, parts: &[Part]) -> Option<String> {
    let new = match parts {
        [Part::Json(value)] => value.clone(),
        [Part::Text(text)] => value_of_text(text),
        _ => return None,
    };
    let mut held = JsonPayload::parse(held.trim()).ok()?;
    add_to(held.value_mut(), new).then(|| held.text().to_owned())
}

/// The JSON that a text is. A text that is no JSON is a string.
fn value_of_text(text: &str) -> Value {
    match JsonPayload::parse(text.trim()) {
        Ok(json) => json.value().clone(),
        Err(_) => Value::from(text),
    }
}

/// Puts the parts where a path into a JSON payload leads, several as a list. Elements become the JSON that they are.
/// False when the places take no such value, or have no room beside them.
///
/// # Errors
/// The payload is no JSON, or the path leads nowhere (case 140).
pub(super) fn put_at(
    message: &mut Message,
    path: &JsonPath,
    parts: &[Part],
    action: Action,
) -> Result<bool, Fault> {
    let Payload::Json(json) = &mut message.payload else {
        return Err(invalid_target(path, "the payload is no JSON"));
    };
    let mut values = parts.iter().map(value_of_part).collect::<Result<Vec<_>, _>>()?;
    let new = match (values.pop(), values.is_empty()) {
        (Some(one), true) => one,
        (last, _) => Value::Array(values.into_iter().chain(last).collect()),
    };
    let done = match action {
        Action::Replace => path.set(json.value_mut(), new),
        Action::Child => path.append(json.value_mut(), new),
        Action::Sibling | Action::Remove => return Ok(false),
    };
    match done {
        Ok(_) => Ok(true),
        Err(PathError::NotAnArray) => Ok(false),
        Err(error) => Err(invalid_target(path, &error.to_string())),
    }
}

fn invalid_target(path: &JsonPath, reason: &str) -> Fault {
    Fault::mediation("Invalid Target object to enrich").detail(format!("\"{}\": {reason}", path.as_str()))
}

fn value_of_part(part: &Part) -> Result<Value, Fault> {
    Ok(match part {
        Part::Json(value) => value.clone(),
        Part::Text(text) => value_of_text(text),
        Part::Element(document) => match document.root_element() {
            Some(root) => json::value_of(document, root).map_err(|error| {
                Fault::mediation("the source of enrich cannot become JSON").detail(error.to_string())
            })?,
            None => Value::Null,
        },
    })
}

/// Takes away what paths lead to in a JSON payload; where they lead nowhere, nothing. Without the document itself there
/// is no payload.
///
/// # Errors
/// A path takes too many steps.
pub(super) fn take_away(message: &mut Message, paths: &[JsonPath]) -> Result<(), Fault> {
    for path in paths {
        let Payload::Json(json) = &mut message.payload else { return Ok(()) };
        if path.is_document() {
            message.payload = Payload::Empty;
            return Ok(());
        }
        match path.remove(json.value_mut()) {
            Ok(_) => {}
            Err(PathError::Missing | PathError::NotAPlace) => {
                tracing::warn!(target: "mediation", "\"{}\" leads to nothing that enrich could take away", path.as_str());
            }
            Err(error) => return Err(Fault::mediation(error.to_string())),
        }
    }
    Ok(())
}
