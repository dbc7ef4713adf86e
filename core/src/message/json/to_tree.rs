//! JSON to a tree (message-and-expressions.md §4.2).
//!
//! An object is `<jsonObject>` with an element for each member, an array as member is repeated elements behind an
//! `xml-multiple` instruction, so that lists of one or none come back as lists. An array that stands alone is
//! `<jsonArray>` with `<jsonElement>`s, a scalar `<jsonValue>`. `null` is an element with `xsi:nil`. Members named
//! `@name` are attributes, `$` is the text beside them.

use serde_json::{Map, Value};

use super::super::names::element_name;
use crate::xml::{Document, NodeId, is_nc_name, namespaces};

pub(super) const OBJECT: &str = "jsonObject";
pub(super) const ARRAY: &str = "jsonArray";
pub(super) const ELEMENT: &str = "jsonElement";
pub(super) const VALUE: &str = "jsonValue";
/// The instruction in front of a list; its data is the name of the elements.
pub(super) const MULTIPLE: &str = "xml-multiple";

/// The tree of a value.
pub fn document_of(value: &Value) -> Document {
    let mut document = Document::new();
    let top = document.document_node();
    match value {
        Value::Object(members) => {
            let root = element(&mut document, top, OBJECT);
            append_members(&mut document, root, members);
        }
        Value::Array(items) => append_list(&mut document, top, items),
        scalar => append_value(&mut document, top, VALUE, scalar),
    }
    document
}

fn element(document: &mut Document, parent: NodeId, name: &str) -> NodeId {
    let element = document.create_element("", name, "");
    document.append_child(parent, element);
    element
}

fn append_members(document: &mut Document, parent: NodeId, members: &Map<String, Value>) {
    for (key, value) in members {
        match value {
            Value::Array(items) => {
                let name = element_name(key);
                let instruction = document.create_processing_instruction(MULTIPLE, &name);
                document.append_child(parent, instruction);
                for item in items {
                    append_value(document, parent, &name, item);
                }
            }
            _ => match (scalar_text(value), attribute_name(key)) {
                (Some(text), Some(attribute)) => document.set_attribute(parent, "", attribute, "", &text),
                (Some(text), None) if key == "$" => {
                    let text = document.create_text(&text);
                    document.append_child(parent, text);
                }
                _ => append_value(document, parent, &element_name(key), value),
            },
        }
    }
}

/// One element. Depth is bounded by [`JsonError::DEPTH`](super::JsonError::DEPTH) for what was parsed.
fn append_value(document: &mut Document, parent: NodeId, name: &str, value: &Value) {
    let element = element(document, parent, name);
    match value {
        Value::Null => document.set_attribute(element, "xsi", "nil", namespaces::SCHEMA_INSTANCE, "true"),
        Value::Object(members) if members.is_empty() => {
            self::element(document, element, OBJECT);
        }
        Value::Object(members) => append_members(document, element, members),
        Value::Array(items) => append_list(document, element, items),
        scalar => document.set_text(element, &scalar_text(scalar).unwrap_or_default()),
    }
}

/// An array where no member names its items.
fn append_list(document: &mut Document, parent: NodeId, items: &[Value]) {
    let list = element(document, parent, ARRAY);
    for item in items {
        append_value(document, list, ELEMENT, item);
    }
}

/// The text of a string, number or Boolean.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The attribute that a member stands for. `@xmlns` would declare a namespace, so it is an element.
fn attribute_name(key: &str) -> Option<&str> {
    key.strip_prefix('@').filter(|name| is_nc_name(name) && *name != "xmlns")
}
