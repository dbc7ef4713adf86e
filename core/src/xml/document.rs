//! The arena: what a document is made of.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::OnceLock;

use super::name::{NameId, Names};
use crate::diagnostics::Span;

/// One XML document: a tree of nodes, and nodes cut loose from it.
///
/// Handles ([`NodeId`], [`AttributeId`]) belong to the document that gave them out and to its clones. A handle of
/// another document names some other node or panics: a mistake in the program, which no input can cause.
/// Removed nodes and replaced text keep their memory until the document is dropped.
#[derive(Clone)]
pub struct Document {
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<AttributeRecord>,
    pub(super) declarations: Vec<DeclarationRecord>,
    /// Every text, attribute value, comment and instruction.
    pub(super) text: String,
    pub(super) names: Names,
    /// Whether handles still ascend in document order, as after parsing.
    pub(super) in_order: bool,
    /// The rank of every node in document order, made when first asked for after an edit.
    pub(super) ranks: OnceLock<Box<[u32]>>,
}

/// Declares a handle: the number of a record in its arena, small enough for `Option` to cost nothing.
macro_rules! handle {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident) => {
        $(#[$attribute])*
        $visibility struct $name(NonZeroU32);

        impl $name {
            /// The handle of the record at `index`.
            pub(super) fn at(index: usize) -> $name {
                let number = u32::try_from(index).ok().and_then(|index| NonZeroU32::MIN.checked_add(index));
                $name(number.expect("an arena holds fewer records than 32 bits can number"))
            }

            /// The record's index in its arena.
            pub(super) fn index(self) -> usize {
                (self.0.get() - 1) as usize
            }
        }
    };
}

handle! {
    /// A node of a document.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub struct NodeId
}

handle! {
    /// An attribute of an element; those of one element ascend in the order they stand.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub struct AttributeId
}

handle! {
    /// A namespace declaration of an element.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub(super) struct DeclarationId
}

/// What a node is. Attributes and namespace declarations are no nodes; CDATA is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// The document itself, parent of the root element.
    Document,
    /// An element.
    Element,
    /// Text; after parsing, two texts are never neighbours.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    ProcessingInstruction,
}

#[derive(Clone)]
pub(super) struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) previous: Option<NodeId>,
    pub(super) next: Option<NodeId>,
    pub(super) first_child: Option<NodeId>,
    pub(super) last_child: Option<NodeId>,
    /// Where it stands in the parsed input; of an element its start tag. Empty at 0 for what was never parsed.
    pub(super) span: Span,
    pub(super) content: Content,
}

#[derive(Clone)]
pub(super) enum Content {
    Document,
    Element(ElementRecord),
    Text(Stretch),
    Comment(Stretch),
    Instruction { target: NameId, data: Stretch },
}

#[derive(Clone)]
pub(super) struct ElementRecord {
    pub(super) name: Name,
    pub(super) first_attribute: Option<AttributeId>,
    pub(super) last_attribute: Option<AttributeId>,
    pub(super) first_declaration: Option<DeclarationId>,
    pub(super) last_declaration: Option<DeclarationId>,
    /// The offset after the end tag in the parsed input.
    pub(super) end: u32,
}

/// An interned qualified name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) prefix: NameId,
    pub(super) local: NameId,
    pub(super) namespace: NameId,
}

/// A range of [`Document::text`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stretch {
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Clone)]
pub(super) struct AttributeRecord {
    pub(super) owner: NodeId,
    pub(super) next: Option<AttributeId>,
    pub(super) name: Name,
    pub(super) value: Stretch,
    /// Where the name starts in the parsed input.
    pub(super) name_start: u32,
    /// Where the value stands in the parsed input, without the quotes.
    pub(super) value_span: Span,
}

#[derive(Clone)]
pub(super) struct DeclarationRecord {
    pub(super) next: Option<DeclarationId>,
    pub(super) prefix: NameId,
    pub(super) uri: NameId,
}

impl Document {
    /// A document without a root element.
    pub fn new() -> Document {
        let mut document = Document {
            nodes: Vec::new(),
            attributes: Vec::new(),
            declarations: Vec::new(),
            text: String::new(),
            names: Names::default(),
            in_order: true,
            ranks: OnceLock::new(),
        };
        document.add(Content::Document, Span::default());
        document
    }

    /// Adds a node that belongs to nothing yet.
    pub(super) fn add(&mut self, content: Content, span: Span) -> NodeId {
        self.nodes.push(Node {
            parent: None,
            previous: None,
            next: None,
            first_child: None,
            last_child: None,
            span,
            content,
        });
        NodeId::at(self.nodes.len() - 1)
    }

    /// Adds text to the document's store.
    pub(super) fn store(&mut self, text: &str) -> Stretch {
        let start = self.text.len();
        self.text.push_str(text);
        self.stretch_from(start)
    }

    /// The store's text from `start` to its present end.
    pub(super) fn stretch_from(&self, start: usize) -> Stretch {
        Stretch { start: offset(start), end: offset(self.text.len()) }
    }

    pub(super) fn stored(&self, stretch: Stretch) -> &str {
        self.text.get(stretch.start as usize..stretch.end as usize).unwrap_or_default()
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.index()]
    }

    pub(super) fn element(&self, id: NodeId) -> Option<&ElementRecord> {
        match &self.node(id).content {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn element_mut(&mut self, id: NodeId) -> Option<&mut ElementRecord> {
        match &mut self.node_mut(id).content {
            Content::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn attribute_record(&self, id: AttributeId) -> &AttributeRecord {
        &self.attributes[id.index()]
    }

    pub(super) fn attribute_record_mut(&mut self, id: AttributeId) -> &mut AttributeRecord {
        &mut self.attributes[id.index()]
    }

    /// Adds a record at the end of an element's attributes.
    pub(super) fn link_attribute(&mut self, record: AttributeRecord) {
        let owner = record.owner;
        self.attributes.push(record);
        let id = AttributeId::at(self.attributes.len() - 1);
        let last = self.element_mut(owner).and_then(|element| {
            element.first_attribute.get_or_insert(id);
            element.last_attribute.replace(id)
        });
        if let Some(last) = last {
            self.attribute_record_mut(last).next = Some(id);
        }
    }

    pub(super) fn declaration_record(&self, id: DeclarationId) -> &DeclarationRecord {
        &self.declarations[id.index()]
    }

    pub(super) fn declaration_record_mut(&mut self, id: DeclarationId) -> &mut DeclarationRecord {
        &mut self.declarations[id.index()]
    }

    /// Adds a record at the end of an element's declarations.
    pub(super) fn link_declaration(&mut self, owner: NodeId, prefix: NameId, uri: NameId) {
        self.declarations.push(DeclarationRecord { next: None, prefix, uri });
        let id = DeclarationId::at(self.declarations.len() - 1);
        let last = self.element_mut(owner).and_then(|element| {
            element.first_declaration.get_or_insert(id);
            element.last_declaration.replace(id)
        });
        if let Some(last) = last {
            self.declaration_record_mut(last).next = Some(id);
        }
    }

    /// The declarations that stand on this very element.
    pub(super) fn own_declarations(&self, node: NodeId) -> impl Iterator<Item = &DeclarationRecord> + '_ {
        let first = self.element(node).and_then(|element| element.first_declaration);
        std::iter::successors(first, |&id| self.declaration_record(id).next)
            .map(|id| self.declaration_record(id))
    }

    /// The attribute records of an element in order.
    pub(super) fn own_attributes(&self, node: NodeId) -> impl Iterator<Item = &AttributeRecord> + '_ {
        self.attribute_ids(node).map(|id| self.attribute_record(id))
    }
}

impl Default for Document {
    fn default() -> Document {
        Document::new()
    }
}

/// Shows the document as XML.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        super::write(self, self.document_node(), &mut text);
        f.debug_tuple("Document").field(&text).finish()
    }
}

/// An offset of the text store; memory runs out long before the store reaches 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a document's text is smaller than 4 GiB")
}
