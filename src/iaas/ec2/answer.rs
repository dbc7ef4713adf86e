//! Answers of EC2: XML whose elements are looked for by their names.

use sinew_core::xml::{Document, Limits, NodeId, parse_bytes};

/// An answer.
#[derive(Debug)]
pub(super) struct Reply(Document);

/// An element of an answer.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    document: &'a Document,
    node: NodeId,
}

/// What an answer may hold: a page of instances is far below.
const LIMITS: Limits =
    Limits { depth: 64, attributes: 64, name_length: 256, nodes: 2_000_000, input: super::api::LARGEST };

impl Reply {
    /// Reads an answer; none when it is no XML.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let document = parse_bytes(bytes, None, &LIMITS).ok()?;
        document.root_element()?;
        Some(Self(document))
    }

    /// The root element.
    pub(super) fn root(&self) -> Node<'_> {
        let node = self.0.root_element().unwrap_or_else(|| self.0.document_node());
        Node { document: &self.0, node }
    }
}

impl<'a> Node<'a> {
    /// The name, without prefix.
    pub(super) fn name(&self) -> &'a str {
        self.document.name(self.node).map(|name| name.local).unwrap_or_default()
    }

    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<Node<'a>> {
        self.children().find(|child| child.name() == name)
    }

    /// The text of the first child of a name, unless it is empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let child = self.child(name)?;
        let text = child.document.string_value(child.node);
        Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// What a set holds.
    pub(super) fn items(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        self.children().filter(|child| child.name() == "item")
    }

    fn children(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let document = self.document;
        document.child_elements(self.node).map(move |node| Node { document, node })
    }
}
