//! From one form of XML payload to another: SOAP 1.1 to 1.2 and back, plain XML into an envelope and out of it
//! (endpoints.md §2.4, message-and-expressions.md §5.2).

use std::collections::HashSet;
use std::sync::Arc;

use super::soap;
use super::versions::{Conversion, FaultParts};
use crate::message::{Payload, SoapVersion, XmlPayload};
use crate::xml::{Document, NodeId, NodeKind};

/// The namespace of the elements that stand for text and bytes (message-and-expressions.md §4.2).
const PAYLOAD: &str = "http://ws.apache.org/commons/ns/payload";

/// The prefix of envelopes made here.
pub(super) const PREFIX: &str = "soapenv";

impl Payload {
    /// The payload as XML, to be read: a tree as it is, JSON as its tree, text in the element that stands for it. `None`
    /// for nothing and for bytes.
    pub fn to_xml(&self) -> Option<XmlPayload> {
        let bare = |document: Arc<Document>| Some(XmlPayload { document, soap: None, charset: None });
        match self {
            Payload::Xml(xml) => Some(xml.clone()),
            Payload::Json(json) => bare(json.document().clone()),
            Payload::Text(text) => bare(Arc::new(wrapped_text("text", text))),
            Payload::Empty | Payload::Stream(_) | Payload::Sent | Payload::Bytes(_) => None,
        }
    }

    /// The payload as XML, to be changed: JSON and text become trees first, and are written in their format again when
    /// the message is sent. `None` for nothing and for bytes.
    pub fn xml_mut(&mut self) -> Option<&mut XmlPayload> {
        if let Payload::Json(_) | Payload::Text(_) = self {
            *self = Payload::Xml(self.to_xml()?);
        }
        match self {
            Payload::Xml(xml) => Some(xml),
            _ => None,
        }
    }
}

fn wrapped_text(local: &str, text: &str) -> Document {
    let mut document = Document::new();
    let element = document.create_element("", local, PAYLOAD);
    document.append_child(document.document_node(), element);
    document.set_text(element, text);
    document
}

impl XmlPayload {
    /// An envelope without anything in it.
    pub fn empty_envelope(version: SoapVersion) -> XmlPayload {
        let mut document = Document::new();
        let top = document.document_node();
        let envelope = append(&mut document, top, PREFIX, "Envelope", version);
        append(&mut document, envelope, PREFIX, "Body", version);
        XmlPayload { document: document.into(), soap: Some(version), charset: None }
    }

    /// The payload in an envelope of this version. Header blocks and content stay, faults and the attributes of header
    /// blocks are translated (SOAP 1.2 part 1 §5, SOAP 1.1 §4).
    pub fn in_envelope(&self, version: SoapVersion) -> XmlPayload {
        match self.soap {
            Some(own) if own == version => self.clone(),
            Some(own) => Conversion::run(&self.document, own, version),
            None => {
                let mut envelope = Self::empty_envelope(version);
                envelope.replace_content(&self.document);
                envelope
            }
        }
    }

    /// What is left without an envelope: the content, or what a fault has to say to somebody who does not speak SOAP,
    /// the first element of its detail, else its reason as `<Exception>` (case 44). `None` when the body is empty.
    pub fn without_envelope(&self) -> Option<XmlPayload> {
        let Some(version) = self.soap else { return Some(self.clone()) };
        let document = match soap::fault(&self.document, version) {
            Some(fault) => self.fault_content(fault, version),
            None => extracted(&self.document, self.content()?),
        };
        Some(XmlPayload { document: document.into(), soap: None, charset: None })
    }

    fn fault_content(&self, fault: NodeId, version: SoapVersion) -> Document {
        let document = &*self.document;
        let parts = FaultParts::of(document, fault, version);
        let detail = parts.detail.and_then(|detail| document.child_elements(detail).next());
        if let Some(detail) = detail {
            return extracted(document, detail);
        }
        let mut exception = Document::new();
        let element = exception.create_element("", "Exception", "");
        exception.append_child(exception.document_node(), element);
        let reason = parts.reason.map(|reason| document.string_value(reason));
        exception.set_text(element, reason.as_deref().unwrap_or_default().trim());
        exception
    }
}

/// An element as a document of its own, with the prefixes that its attribute values and texts may speak of.
fn extracted(source: &Document, element: NodeId) -> Document {
    let mut document = Document::new();
    let copy = document.import(source, element);
    document.append_child(document.document_node(), copy);
    let spoken = prefixes_in_values(source, element);
    for (prefix, uri) in source.namespaces_in_scope(element) {
        if prefix != "xml" && spoken.contains(prefix) {
            document.declare_namespace(copy, prefix, uri);
        }
    }
    document
}

/// What stands before a colon in values below the element: prefixes perhaps, as in `xsi:type="xsd:string"`.
fn prefixes_in_values(document: &Document, element: NodeId) -> HashSet<&str> {
    let mut prefixes = HashSet::new();
    let mut note = |text| prefixes.extend(prefix_of(text));
    for node in std::iter::once(element).chain(document.descendants(element)) {
        match document.kind(node) {
            NodeKind::Element => document.attributes(node).for_each(|attribute| note(attribute.value)),
            NodeKind::Text => note(document.text(node)),
            _ => {}
        }
    }
    prefixes
}

/// Prefixes are short: what is longer is text.
fn prefix_of(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.bytes().take(64).position(|byte| byte == b':')?;
    text.get(..end).filter(|prefix| !prefix.is_empty())
}

pub(super) fn append(
    document: &mut Document,
    parent: NodeId,
    prefix: &str,
    local: &str,
    version: SoapVersion,
) -> NodeId {
    let element = document.create_element(prefix, local, version.namespace());
    document.append_child(parent, element);
    element
}
