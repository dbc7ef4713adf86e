//! Where what is moved comes from.

use std::sync::Arc;

use sinew_core::config::ResourceKey;
use sinew_core::expression::jsonpath::JsonPath;
use sinew_core::expression::{Expression, Item, Node, Object, Scope, Tree};
use sinew_core::mediation::Fault;
use sinew_core::message::{Message, Payload, SoapVersion, XmlPayload};
use sinew_core::xml::{Document, NodeId};

use super::parts::{Part, parts_of};
use super::target::in_payload;
use crate::parts::{document_of, selected_element};

/// `<source>`.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// What an expression selects.
    Custom(Expression),
    /// What JSONPaths lead to; only to be removed.
    Paths(Vec<JsonPath>),
    /// The whole envelope.
    Envelope,
    /// The first element in the body.
    Body,
    /// A property.
    Property(Arc<str>),
    /// Written in place.
    Inline(Part),
    /// The local entry with this key.
    Entry(ResourceKey),
}

/// What a source gave.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) parts: Vec<Part>,
    /// The elements of the payload that the parts are copies of.
    pub(super) originals: Vec<NodeId>,
}

impl Source {
    /// True when the payload is looked at.
    pub(super) fn needs_payload(&self) -> bool {
        match self {
            Source::Custom(expression) => expression.needs_payload(),
            Source::Envelope | Source::Body | Source::Paths(_) => true,
            Source::Property(_) | Source::Inline(_) | Source::Entry(_) => false,
        }
    }

    /// True for a JSONPath.
    pub(super) fn is_json_path(&self) -> bool {
        matches!(self, Source::Custom(expression) if expression.is_json_path())
    }

    /// The paths into a JSON payload that are the source.
    pub(super) fn paths(&self) -> &[JsonPath] {
        match self {
            Source::Custom(expression) => {
                expression.json_path().map(std::slice::from_ref).unwrap_or_default()
            }
            Source::Paths(paths) => paths,
            _ => &[],
        }
    }

    /// Copies of everything the source gives; nothing is no fault.
    ///
    /// # Errors
    /// The expression fails, or there is no local entry with the key.
    pub(super) fn gather(&self, scope: Scope<'_>) -> Result<Gathered, Fault> {
        let message = scope.message;
        let parts = match self {
            Source::Custom(expression) if expression.is_json_path() => {
                expression.json(scope)?.map(Part::Json).into_iter().collect()
            }
            Source::Custom(expression) => return selected(expression.value(scope)?, message),
            Source::Paths(_) => Vec::new(),
            Source::Body => return Ok(body(message)),
            Source::Envelope => vec![Part::Element(envelope(message))],
            Source::Property(name) => message.properties.value(name).map(parts_of).unwrap_or_default(),
            Source::Inline(part) => vec![part.clone()],
            Source::Entry(ResourceKey { text: key, .. }) => match scope.surroundings.local_entry(key) {
                Some(text) => vec![entry(&text)],
                None => return Err(Fault::mediation(format!("the source \"{key}\" is no local entry"))),
            },
        };
        Ok(Gathered { parts, originals: Vec::new() })
    }
}

/// Elements as elements; all else as its text.
fn selected(object: Object<'_>, message: &Message) -> Result<Gathered, Fault> {
    let mut gathered = Gathered::default();
    let Object::Nodes(nodes) = object else {
        gathered.parts.extend(object.into_text().map(|text| Part::Text(text.into())));
        return Ok(gathered);
    };
    for node in nodes {
        match selected_element(node) {
            Some(element) => gathered.parts.push(Part::Element(element)),
            None if node.item() == Item::TextElement => gathered.parts.extend(as_element(message)),
            None => gathered.parts.push(Part::Text(node.text().into())),
        }
        gathered.originals.extend(payload_element(node, message));
    }
    Ok(gathered)
}

/// The node when it is an element of the payload.
fn payload_element(node: Node<'_>, message: &Message) -> Option<NodeId> {
    match node.item() {
        Item::Node(id) if node.is_element() && in_payload(node, message) => Some(id),
        _ => None,
    }
}

/// The first element in the body; an empty body gives nothing (case 142).
fn body(message: &Message) -> Gathered {
    match &message.payload {
        Payload::Xml(xml) => match xml.content() {
            Some(content) => {
                let parts = vec![Part::Element(alone(&xml.document, content))];
                Gathered { parts, originals: vec![content] }
            }
            None => Gathered::default(),
        },
        Payload::Text(_) => {
            Gathered { parts: as_element(message).into_iter().collect(), originals: Vec::new() }
        }
        Payload::Json(json) => {
            Gathered { parts: vec![Part::Text(json.text().into())], originals: Vec::new() }
        }
        _ => Gathered::default(),
    }
}

/// The element that stands for a payload that is not XML (message-and-expressions.md §4.2).
fn as_element(message: &Message) -> Option<Part> {
    message.payload.to_xml().map(|xml| Part::Element(xml.document))
}

/// An element as a document; the document itself where it holds nothing else.
fn alone(document: &Arc<Document>, element: NodeId) -> Arc<Document> {
    let top = document.document_node();
    if document.first_child(top) == Some(element) && document.last_child(top) == Some(element) {
        return document.clone();
    }
    document_of(document, element)
}

/// The envelope; one around the payload when it came without.
fn envelope(message: &Message) -> Arc<Document> {
    if let Payload::Xml(XmlPayload { document, soap: Some(_), .. }) = &message.payload {
        return document.root_element().map_or_else(|| document.clone(), |root| alone(document, root));
    }
    let version = version(message);
    match message.payload.to_xml() {
        Some(xml) => xml.in_envelope(version).document,
        None => XmlPayload::empty_envelope(version).document,
    }
}

/// The version that expressions see.
fn version(message: &Message) -> SoapVersion {
    let envelope = Tree::of(message).envelope().name();
    envelope.and_then(|name| SoapVersion::from_namespace(name.namespace)).unwrap_or(SoapVersion::Soap11)
}

/// A local entry: an element when it is one, else text.
fn entry(text: &str) -> Part {
    match sinew_core::xml::parse(text, &sinew_core::xml::Limits::default()) {
        Ok(document) => Part::Element(Arc::new(document)),
        Err(_) => Part::Text(text.into()),
    }
}
