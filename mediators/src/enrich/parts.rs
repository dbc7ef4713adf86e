//! What travels from a source to a target.

use std::sync::Arc;

use serde_json::Value as Json;
use sinew_core::message::Value;
use sinew_core::xml::{Document, NodeId, NodeKind};

use crate::parts::document_of;

/// One thing that a source gives.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// An element: the root of a document of its own.
    Element(Arc<Document>),
    /// Text.
    Text(Arc<str>),
    /// What a JSONPath found.
    Json(Json),
}

impl Part {
    /// The part as text: of JSON a string without quotes, as `json-eval()` has it (message-and-expressions.md §10).
    pub(super) fn text(&self) -> String {
        match self {
            Part::Element(document) => document.string_value(document.document_node()).into_owned(),
            Part::Text(text) => text.to_string(),
            Part::Json(Json::String(text)) => text.clone(),
            Part::Json(value) => value.to_string(),
        }
    }

    /// A loose copy of the part in a document.
    pub(super) fn copy_into(&self, document: &mut Document) -> NodeId {
        match self {
            Part::Element(element) => document.import(element, element.document_node()),
            Part::Text(text) => document.create_text(text),
            Part::Json(_) => document.create_text(&self.text()),
        }
    }
}

/// The parts where there is no JSON: what a JSONPath found is a text.
pub(super) fn without_json(parts: &[Part]) -> Vec<Part> {
    let plain = |part: &Part| match part {
        Part::Json(_) => Part::Text(part.text().into()),
        other => other.clone(),
    };
    parts.iter().map(plain).collect()
}

/// The parts that a property holds. Anything but XML is one text.
pub(super) fn parts_of(value: &Value) -> Vec<Part> {
    let Value::Xml(document) = value else { return vec![Part::Text(value.text().into())] };
    let nodes: Vec<NodeId> = document.children(document.document_node()).collect();
    if let [root] = nodes.as_slice()
        && document.is_element(*root)
    {
        return vec![Part::Element(document.clone())];
    }
    let parts = nodes.into_iter().filter_map(|node| match document.kind(node) {
        NodeKind::Element => Some(Part::Element(document_of(document, node))),
        NodeKind::Text => Some(Part::Text(document.text(node).into())),
        _ => None,
    });
    parts.collect()
}

/// The property that holds parts: one text is a string; an element, several parts or none are the top of a document.
pub(super) fn value_of(parts: &[Part]) -> Value {
    match parts {
        [Part::Text(text)] => Value::String(text.clone()),
        [json @ Part::Json(_)] => Value::from(json.text()),
        [Part::Element(document)] => Value::Xml(document.clone()),
        several => Value::Xml(Arc::new(content_of(several))),
    }
}

/// A document with parts side by side at its top.
pub(super) fn content_of(parts: &[Part]) -> Document {
    let mut document = Document::new();
    for part in parts {
        let copy = part.copy_into(&mut document);
        document.append_child(document.document_node(), copy);
    }
    document
}
