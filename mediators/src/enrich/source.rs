//! Where what is moved comes from.

use std::sync::Arc;

use sinew_core::expression::{Expression, Item, Node, Object, Scope, Tree};
use sinew_core::mediation::Fault;
use sinew_core::message::{Message, Payload, SoapVersion};
use sinew_core::xml::{Document, NodeId};

use super::parts::{Part, parts_of};
use super::target::in_payload;
use crate::parts::{document_of, new_envelope, selected_element};

/// `<source>`.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// What an expression selects.
    Custom(Expression),
    /// The whole envelope.
    Envelope,
    /// The first element in the body.
    Body,
    /// A property.
    Property(Arc<str>),
    /// Written in place.
    Inline(Part),
    /// The local entry with this key.
    Entry(Arc<str>),
}

/// What a source gave.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) parts: Vec<Part>,
    /// The elements of the payload that the parts are copies of.
    pub(super) originals: Vec<NodeId>,
}

/// The namespace and name of the element that stands for text (message-and-expressions.md §4.2).
const TEXT_ELEMENT: (&str, &str) = ("http://ws.apache.org/commons/ns/payload", "text");

impl Source {
    /// True when the payload is looked at.
    pub(super) fn needs_payload(&self) -> bool {
        match self {
            Source::Custom(expression) => expression.needs_payload(),
            Source::Envelope | Source::Body => true,
            Source::Property(_) | Source::Inline(_) | Source::Entry(_) => false,
        }
    }

    /// Copies of everything the source gives; nothing is no fault.
    ///
    /// # Errors
    /// The expression fails, or there is no local entry with the key.
    pub(super) fn gather(&self, scope: Scope<'_>) -> Result<Gathered, Fault> {
        let message = scope.message;
        let parts = match self {
            Source::Custom(expression) => return selected(expression.value(scope)?, message),
            Source::Body => return Ok(body(message)),
            Source::Envelope => vec![Part::Element(envelope(message))],
            Source::Property(name) => message.properties.value(name).map(parts_of).unwrap_or_default(),
            Source::Inline(part) => vec![part.clone()],
            Source::Entry(key) => match scope.surroundings.local_entry(key) {
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
            None if node.item() == Item::TextElement => {
                gathered.parts.push(Part::Element(text_element(&node.text())))
            }
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
        Payload::Text(text) => {
            Gathered { parts: vec![Part::Element(text_element(text))], originals: Vec::new() }
        }
        _ => Gathered::default(),
    }
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
    let (mut envelope, holder) = match &message.payload {
        Payload::Xml(xml) if xml.soap.is_some() => {
            return match xml.document.root_element() {
                Some(root) => alone(&xml.document, root),
                None => xml.document.clone(),
            };
        }
        _ => new_envelope(version(message)),
    };
    for part in body(message).parts {
        let copy = part.copy_into(&mut envelope);
        envelope.append_child(holder, copy);
    }
    Arc::new(envelope)
}

/// The version that expressions see.
fn version(message: &Message) -> SoapVersion {
    let envelope = Tree::of(message).envelope().name();
    envelope.and_then(|name| SoapVersion::from_namespace(name.namespace)).unwrap_or(SoapVersion::Soap11)
}

/// The element that stands for text in a body.
fn text_element(text: &str) -> Arc<Document> {
    let (namespace, local) = TEXT_ELEMENT;
    let mut document = Document::new();
    let element = document.create_element("", local, namespace);
    document.append_child(document.document_node(), element);
    document.set_text(element, text);
    Arc::new(document)
}

/// A local entry: an element when it is one, else text.
fn entry(text: &str) -> Part {
    match sinew_core::xml::parse(text, &sinew_core::xml::Limits::default()) {
        Ok(document) => Part::Element(Arc::new(document)),
        Err(_) => Part::Text(text.into()),
    }
}
