//! Envelopes of one SOAP version as envelopes of the other (SOAP 1.2 part 1 §5, SOAP 1.1 §4).

use std::borrow::Cow;

use super::convert::{PREFIX, append};
use super::soap;
use crate::message::{SoapVersion, XmlPayload};
use crate::xml::{Document, NodeId, namespaces};

/// Where the parts of a fault stand.
pub(super) struct FaultParts {
    code: Option<NodeId>,
    pub(super) reason: Option<NodeId>,
    role: Option<NodeId>,
    pub(super) detail: Option<NodeId>,
}

impl FaultParts {
    pub(super) fn of(document: &Document, fault: NodeId, version: SoapVersion) -> Self {
        let find = |parent: Option<NodeId>, namespace: &str, local: &str| {
            document.child_elements(parent?).find(|&child| document.has_name(child, namespace, local))
        };
        let child = |namespace: &str, local: &str| find(Some(fault), namespace, local);
        match version {
            SoapVersion::Soap11 => Self {
                code: child("", "faultcode"),
                reason: child("", "faultstring"),
                role: child("", "faultactor"),
                detail: child("", "detail"),
            },
            SoapVersion::Soap12 => {
                let own = version.namespace();
                Self {
                    code: find(child(own, "Code"), own, "Value"),
                    reason: find(child(own, "Reason"), own, "Text"),
                    role: child(own, "Role"),
                    detail: child(own, "Detail"),
                }
            }
        }
    }
}

/// Fault codes of SOAP 1.1 §4.4.1 and what SOAP 1.2 part 1 §5.4.6 calls them.
const CODES: [(&str, &str); 4] = [
    ("Client", "Sender"),
    ("Server", "Receiver"),
    ("VersionMismatch", "VersionMismatch"),
    ("MustUnderstand", "MustUnderstand"),
];

/// A copy of an envelope in the other version.
pub(super) struct Conversion<'a> {
    from: &'a Document,
    old: SoapVersion,
    into: Document,
    new: SoapVersion,
    prefix: &'a str,
    blocks: &'a [(NodeId, BlockAttributes)],
}

/// What SOAP says about a header block. `relay` and `encodingStyle` have no counterpart in the other version.
#[derive(Default)]
struct BlockAttributes {
    must_understand: Option<bool>,
    recipient: Option<String>,
}

impl BlockAttributes {
    /// Takes them from the block, so that its copy does not speak of the old version.
    fn take(document: &mut Document, block: NodeId, version: SoapVersion) -> Self {
        let namespace = version.namespace();
        let recipient = recipient_attribute(version);
        let flag = document.attribute(block, namespace, "mustUnderstand");
        let taken = Self {
            must_understand: flag.map(|flag| matches!(flag, "1" | "true")),
            recipient: document.attribute(block, namespace, recipient).map(str::to_owned),
        };
        for name in ["mustUnderstand", recipient, "relay", "encodingStyle"] {
            document.remove_attribute(block, namespace, name);
        }
        taken
    }
}

/// The attribute that says for whom a header block is.
fn recipient_attribute(version: SoapVersion) -> &'static str {
    match version {
        SoapVersion::Soap11 => "actor",
        SoapVersion::Soap12 => "role",
    }
}

impl Conversion<'_> {
    pub(super) fn run(document: &Document, old: SoapVersion, new: SoapVersion) -> XmlPayload {
        let mut source = Cow::Borrowed(document);
        let mut blocks = Vec::new();
        for block in soap::header_blocks(document, old) {
            blocks.push((block, BlockAttributes::take(source.to_mut(), block, old)));
        }
        let name = source.root_element().and_then(|root| source.name(root));
        let prefix = name.map(|name| name.prefix).filter(|prefix| !prefix.is_empty()).unwrap_or(PREFIX);
        let into = Document::new();
        let conversion = Conversion { from: &source, old, into, new, prefix, blocks: &blocks };
        XmlPayload { document: conversion.envelope().into(), soap: Some(new), charset: None }
    }

    fn envelope(mut self) -> Document {
        let top = self.into.document_node();
        let envelope = self.part(top, "Envelope");
        self.into.declare_namespace(envelope, self.prefix, self.new.namespace());
        if let Some(root) = self.from.root_element() {
            self.declarations(root, envelope);
            for part in self.from.child_elements(root) {
                if self.from.has_name(part, self.old.namespace(), "Header") {
                    self.header(part, envelope);
                } else if self.from.has_name(part, self.old.namespace(), "Body") {
                    self.body(part, envelope);
                }
            }
        }
        self.into
    }

    fn part(&mut self, parent: NodeId, local: &str) -> NodeId {
        append(&mut self.into, parent, self.prefix, local, self.new)
    }

    fn unqualified(&mut self, parent: NodeId, local: &str) -> NodeId {
        let element = self.into.create_element("", local, "");
        self.into.append_child(parent, element);
        element
    }

    /// Prefixes that were declared further out than what uses them, in values perhaps.
    fn declarations(&mut self, old: NodeId, new: NodeId) {
        for (prefix, uri) in self.from.namespace_declarations(old) {
            if uri != self.old.namespace() && !prefix.is_empty() {
                self.into.declare_namespace(new, prefix, uri);
            }
        }
    }

    fn copy(&mut self, node: NodeId, parent: NodeId) -> NodeId {
        let copy = self.into.import(self.from, node);
        self.into.append_child(parent, copy);
        copy
    }

    fn header(&mut self, header: NodeId, envelope: NodeId) {
        let new = self.part(envelope, "Header");
        self.declarations(header, new);
        for (block, attributes) in self.blocks {
            let copy = self.copy(*block, new);
            self.block_attributes(copy, attributes);
        }
    }

    fn block_attributes(&mut self, block: NodeId, attributes: &BlockAttributes) {
        let namespace = self.new.namespace();
        if let Some(flag) = attributes.must_understand {
            let text = match (self.new, flag) {
                (SoapVersion::Soap12, true) => "true",
                (SoapVersion::Soap12, false) => "false",
                (SoapVersion::Soap11, true) => "1",
                (SoapVersion::Soap11, false) => "0",
            };
            self.into.set_attribute(block, self.prefix, "mustUnderstand", namespace, text);
        }
        if let Some(recipient) = &attributes.recipient {
            let name = recipient_attribute(self.new);
            self.into.set_attribute(block, self.prefix, name, namespace, recipient);
        }
    }

    fn body(&mut self, body: NodeId, envelope: NodeId) {
        let new = self.part(envelope, "Body");
        self.declarations(body, new);
        for child in self.from.children(body) {
            if self.from.has_name(child, self.old.namespace(), "Fault") {
                self.fault(child, new);
            } else {
                self.copy(child, new);
            }
        }
    }

    fn fault(&mut self, fault: NodeId, body: NodeId) {
        let parts = FaultParts::of(self.from, fault, self.old);
        let new = self.part(body, "Fault");
        self.declarations(fault, new);
        let text = |node: Option<NodeId>| node.map(|node| self.from.string_value(node).trim().to_owned());
        let reason = text(parts.reason).unwrap_or_default();
        let role = text(parts.role);
        let code = match self.new {
            SoapVersion::Soap11 => self.unqualified(new, "faultcode"),
            SoapVersion::Soap12 => {
                let code = self.part(new, "Code");
                self.part(code, "Value")
            }
        };
        let text = self.code(parts.code, code);
        self.into.set_text(code, &text);
        match self.new {
            SoapVersion::Soap11 => {
                let element = self.unqualified(new, "faultstring");
                self.into.set_text(element, &reason);
                if let Some(role) = role {
                    let element = self.unqualified(new, "faultactor");
                    self.into.set_text(element, &role);
                }
            }
            SoapVersion::Soap12 => {
                let element = self.part(new, "Reason");
                let element = self.part(element, "Text");
                self.into.set_attribute(element, "xml", "lang", namespaces::XML, "en");
                self.into.set_text(element, &reason);
                if let Some(role) = role {
                    let element = self.part(new, "Role");
                    self.into.set_text(element, &role);
                }
            }
        }
        if let Some(detail) = parts.detail {
            let element = match self.new {
                SoapVersion::Soap11 => self.unqualified(new, "detail"),
                SoapVersion::Soap12 => self.part(new, "Detail"),
            };
            self.declarations(detail, element);
            for child in self.from.children(detail) {
                self.copy(child, element);
            }
        }
    }

    /// The code by its name in the new version. What is no code of SOAP's own keeps its name where codes are free, and
    /// is the receiver's fault in SOAP 1.2, where they are not.
    fn code(&mut self, old: Option<NodeId>, new: NodeId) -> String {
        let text = old.map(|node| self.from.string_value(node).trim().to_owned()).unwrap_or_default();
        let (prefix, local) = text.split_once(':').unwrap_or(("", &text));
        // SOAP 1.1 lets codes be refined behind a dot: `Client.Authentication`.
        let local = local.split('.').next().unwrap_or(local);
        let known = CODES.iter().find_map(|&(soap11, soap12)| match self.new {
            SoapVersion::Soap12 => (soap11 == local).then_some(soap12),
            SoapVersion::Soap11 => (soap12 == local).then_some(soap11),
        });
        let uri = old.and_then(|node| self.from.lookup_namespace(node, prefix)).unwrap_or_default();
        match (known, self.new) {
            (Some(known), _) if uri == self.old.namespace() || uri.is_empty() => {
                format!("{}:{known}", self.prefix)
            }
            (_, SoapVersion::Soap11) if !prefix.is_empty() && !uri.is_empty() => {
                if self.into.declare_namespace(new, prefix, uri) {
                    text
                } else {
                    format!("{}:Server", self.prefix)
                }
            }
            (_, SoapVersion::Soap11) => format!("{}:Server", self.prefix),
            (_, SoapVersion::Soap12) => format!("{}:Receiver", self.prefix),
        }
    }
}
