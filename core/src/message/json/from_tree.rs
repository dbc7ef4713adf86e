//! A tree to JSON: the way back of [`document_of`](super::document_of), and what other XML looks like in JSON.
//!
//! Namespaces and comments have no place in JSON and are left out. Text that looks like a number or a Boolean becomes
//! one (message-and-expressions.md §4.2).

use std::collections::HashSet;

use serde_json::{Map, Number, Value};

use super::super::names::key;
use super::JsonError;
use super::to_tree::{ARRAY, ELEMENT, MULTIPLE, OBJECT, VALUE};
use crate::xml::{Document, NodeId, NodeKind, namespaces};

/// How deep elements may be nested: more than a parsed document can have.
const DEPTH: usize = 512;

/// The JSON of an element: the members of `jsonObject`, the items of `jsonArray`, the scalar in `jsonValue`; of any other
/// element an object with one member.
///
/// # Errors
/// Elements are nested deeper than any received document has them.
pub fn value_of(document: &Document, element: NodeId) -> Result<Value, JsonError> {
    let name = local_name(document, element);
    match name {
        OBJECT => object(document, element, DEPTH).map(Value::Object),
        ARRAY => list(document, element, DEPTH),
        VALUE => value(document, element, DEPTH),
        _ => {
            let member = value(document, element, DEPTH)?;
            Ok(Value::Object(Map::from_iter([(key(name).into_owned(), member)])))
        }
    }
}

fn local_name(document: &Document, element: NodeId) -> &str {
    document.name(element).map_or("", |name| name.local)
}

fn value(document: &Document, element: NodeId, depth: usize) -> Result<Value, JsonError> {
    let depth = depth.checked_sub(1).ok_or(JsonError::TooDeep)?;
    let mut children = document.child_elements(element);
    let (first, second) = (children.next(), children.next());
    let has_members = second.is_some()
        || attributes(document, element).next().is_some()
        || has_instruction(document, element);
    match first {
        None if is_nil(document, element) => Ok(Value::Null),
        None if !has_members => Ok(scalar(&document.string_value(element))),
        Some(only) if !has_members && has_name(document, only, ARRAY) => list(document, only, depth),
        Some(only) if !has_members && is_empty_object(document, only) => Ok(Value::Object(Map::new())),
        _ => object(document, element, depth).map(Value::Object),
    }
}

fn list(document: &Document, element: NodeId, depth: usize) -> Result<Value, JsonError> {
    let items = document.child_elements(element).filter(|&child| has_name(document, child, ELEMENT));
    items.map(|item| value(document, item, depth)).collect::<Result<_, _>>().map(Value::Array)
}

fn object(document: &Document, element: NodeId, depth: usize) -> Result<Map<String, Value>, JsonError> {
    let mut members = Map::new();
    for (name, text) in attributes(document, element) {
        members.insert(format!("@{name}"), scalar(text));
    }
    let mut lists = HashSet::new();
    let mut text = String::new();
    for child in document.children(element) {
        match document.kind(child) {
            NodeKind::Element => {
                let name = key(local_name(document, child)).into_owned();
                add(&mut members, &mut lists, name, value(document, child, depth)?);
            }
            NodeKind::ProcessingInstruction if local_name(document, child) == MULTIPLE => {
                let name = key(document.text(child).trim()).into_owned();
                if lists.insert(name.clone()) {
                    let before = members.shift_remove(&name);
                    members.insert(name, Value::Array(before.into_iter().collect()));
                }
            }
            NodeKind::Text => text.push_str(document.text(child)),
            _ => {}
        }
    }
    if !text.trim().is_empty() {
        members.insert("$".to_owned(), scalar(&text));
    }
    Ok(members)
}

/// Adds a member; a second one of that name makes a list of both.
fn add(members: &mut Map<String, Value>, lists: &mut HashSet<String>, name: String, value: Value) {
    match members.get_mut(&name) {
        None => {
            members.insert(name, value);
        }
        Some(Value::Array(items)) if lists.contains(&name) => items.push(value),
        Some(single) => {
            let before = std::mem::take(single);
            *single = Value::Array(vec![before, value]);
            lists.insert(name);
        }
    }
}

/// Attributes but those that say how the element is to be read.
fn attributes(document: &Document, element: NodeId) -> impl Iterator<Item = (&str, &str)> {
    let own = document.attributes(element);
    own.filter(|attribute| attribute.namespace != namespaces::SCHEMA_INSTANCE)
        .map(|attribute| (attribute.local, attribute.value))
}

fn is_nil(document: &Document, element: NodeId) -> bool {
    matches!(document.attribute(element, namespaces::SCHEMA_INSTANCE, "nil"), Some("true" | "1"))
}

fn has_name(document: &Document, element: NodeId, name: &str) -> bool {
    document.has_name(element, "", name)
}

fn is_empty_object(document: &Document, element: NodeId) -> bool {
    has_name(document, element, OBJECT) && document.first_child(element).is_none()
}

fn has_instruction(document: &Document, element: NodeId) -> bool {
    let mut children = document.children(element);
    children.any(|child| {
        document.kind(child) == NodeKind::ProcessingInstruction && local_name(document, child) == MULTIPLE
    })
}

/// Text as a number or Boolean where it looks like one, else as a string.
fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match text.parse::<Number>() {
            Ok(number) => Value::Number(number),
            Err(_) => Value::String(text.to_owned()),
        },
    }
}
