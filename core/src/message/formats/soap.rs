//! Finding one's way in SOAP envelopes, and changing their headers.

use std::sync::Arc;

use crate::message::{SoapVersion, XmlPayload, is_addressing};
use crate::xml::{Document, NodeId};

/// The SOAP version of a document whose root is an envelope.
pub(super) fn version(document: &Document) -> Option<SoapVersion> {
    let name = document.name(document.root_element()?)?;
    SoapVersion::from_namespace(name.namespace).filter(|_| name.local == "Envelope")
}

/// The body of an envelope.
pub(super) fn body(document: &Document, version: SoapVersion) -> Option<NodeId> {
    child(document, version, "Body")
}

/// The fault in the body of an envelope.
pub(super) fn fault(document: &Document, version: SoapVersion) -> Option<NodeId> {
    let body = body(document, version)?;
    document.child_elements(body).find(|&node| document.has_name(node, version.namespace(), "Fault"))
}

/// The children of the envelope's header.
pub(super) fn header_blocks(document: &Document, version: SoapVersion) -> Vec<NodeId> {
    child(document, version, "Header")
        .map(|header| document.child_elements(header).collect())
        .unwrap_or_default()
}

fn child(document: &Document, version: SoapVersion, local: &str) -> Option<NodeId> {
    let envelope = document.root_element()?;
    document.child_elements(envelope).find(|&node| document.has_name(node, version.namespace(), local))
}

impl XmlPayload {
    /// True when the payload is a SOAP envelope with a fault in its body.
    pub fn is_fault(&self) -> bool {
        self.soap.is_some_and(|version| fault(&self.document, version).is_some())
    }

    /// The element that carries the message: the first child of the SOAP body, or the root.
    pub fn content(&self) -> Option<NodeId> {
        match self.soap {
            Some(version) => {
                let body = body(&self.document, version)?;
                self.document.child_elements(body).next()
            }
            None => self.document.root_element(),
        }
    }

    /// The header blocks of the SOAP envelope.
    pub fn header_blocks(&self) -> Vec<NodeId> {
        self.soap.map(|version| header_blocks(&self.document, version)).unwrap_or_default()
    }

    /// Copies the root element of `block` to the end of the envelope's header, which is made when there is none.
    /// False when the payload is no SOAP envelope: there is no header then.
    pub fn append_header_block(&mut self, block: &Document) -> bool {
        let (Some(version), Some(root)) = (self.soap, block.root_element()) else { return false };
        let document = Arc::make_mut(&mut self.document);
        let Some(header) = child(document, version, "Header").or_else(|| create_header(document, version))
        else {
            return false;
        };
        let copy = document.import(block, root);
        document.append_child(header, copy);
        true
    }

    /// Puts a copy of the root element of `content` in the place of [`XmlPayload::content`], or where it would be.
    pub fn replace_content(&mut self, content: &Document) {
        let Some(root) = content.root_element() else { return };
        let old = self.content();
        let document = Arc::make_mut(&mut self.document);
        let copy = document.import(content, root);
        let parent = match self.soap {
            Some(version) => body(document, version),
            None => Some(document.document_node()),
        };
        match (old, parent) {
            (Some(old), _) => document.replace(old, copy),
            (None, Some(parent)) => document.append_child(parent, copy),
            (None, None) => {}
        }
    }

    /// Removes the header blocks of WS-Addressing, and the header when nothing else is in it.
    pub fn remove_addressing(&mut self) {
        let mut blocks = self.header_blocks();
        let all = blocks.len();
        blocks.retain(|&block| self.document.name(block).is_some_and(|name| is_addressing(name.namespace)));
        if blocks.is_empty() {
            return;
        }
        let document = Arc::make_mut(&mut self.document);
        let header = blocks.first().and_then(|&block| document.parent(block));
        match header {
            Some(header) if blocks.len() == all => document.detach(header),
            _ => blocks.iter().for_each(|&block| document.detach(block)),
        }
    }

    /// Removes every header block of that name; the number of those removed.
    pub fn remove_header_blocks(&mut self, namespace: &str, local: &str) -> usize {
        let mut blocks = self.header_blocks();
        blocks.retain(|&block| self.document.has_name(block, namespace, local));
        if !blocks.is_empty() {
            let document = Arc::make_mut(&mut self.document);
            blocks.iter().for_each(|&block| document.detach(block));
        }
        blocks.len()
    }
}

/// An empty header in front of everything else in the envelope (SOAP 1.1 §4, SOAP 1.2 part 1 §5.1).
fn create_header(document: &mut Document, version: SoapVersion) -> Option<NodeId> {
    let envelope = document.root_element()?;
    let prefix = document.name(envelope)?.prefix.to_owned();
    let header = document.create_element(&prefix, "Header", version.namespace());
    match document.first_child(envelope) {
        Some(first) => document.insert_before(first, header),
        None => document.append_child(envelope, header),
    }
    Some(header)
}
