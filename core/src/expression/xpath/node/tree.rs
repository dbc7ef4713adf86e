//! Trees and nodes.

use std::cmp::Ordering;
use std::ptr;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use smallvec::SmallVec;

use crate::message::{JsonPayload, Message, Payload, SoapVersion};
use crate::xml::{AttributeId, Document, NodeId};

/// The tree that a node belongs to.
///
/// An expression always sees an envelope (message-and-expressions.md §7.1). For a payload that came without one, the
/// envelope is imagined: nothing is copied or wrapped, navigation knows the few nodes that are not in the document.
/// Such an envelope is the root itself; a SOAP envelope is the child of its document.
#[derive(Clone, Copy, Debug)]
pub enum Tree<'a> {
    /// A whole document: a SOAP envelope, or the XML of a property.
    Document(&'a Document),
    /// An imagined SOAP 1.1 envelope around the root element of a document.
    Bare(&'a Document),
    /// An imagined SOAP 1.1 envelope around the tree of a JSON payload, which is built when somebody walks into it.
    Json(&'a JsonPayload),
    /// An imagined SOAP 1.1 envelope around text (message-and-expressions.md §4.2, `text/plain`).
    Text(&'a Arc<str>),
    /// An imagined envelope around nothing.
    Empty(SoapVersion),
}

/// A node of a tree. Two nodes are equal when they are the same node, not when they look alike.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    pub(super) tree: Tree<'a>,
    pub(super) item: Item,
}

/// Which node of its tree a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A node of the document.
    Node(NodeId),
    /// An attribute of the document.
    Attribute(AttributeId),
    /// A namespace in scope at an element; every element has its own (XPath 1.0 §5.4).
    Namespace {
        /// The element.
        element: NodeId,
        /// The position among those in scope.
        index: u16,
    },
    /// The imagined envelope.
    Envelope,
    /// The empty header of the imagined envelope.
    Header,
    /// The body of the imagined envelope.
    Body,
    /// The element around text in the body of the imagined envelope.
    TextElement,
    /// The text in it.
    Text,
}

/// Nodes in document order, each once. Most sets are small and live without an allocation.
pub type NodeSet<'a> = SmallVec<[Node<'a>; 2]>;

impl<'a> Tree<'a> {
    /// The tree that expressions see for a message.
    pub fn of(message: &'a Message) -> Tree<'a> {
        match &message.payload {
            Payload::Xml(xml) if xml.soap.is_some() => Tree::Document(&xml.document),
            Payload::Xml(xml) => Tree::Bare(&xml.document),
            Payload::Json(json) => Tree::Json(json),
            Payload::Text(text) => Tree::Text(text),
            Payload::Empty => Tree::Empty(version_of_nothing(message)),
            Payload::Stream(_) | Payload::Sent | Payload::Bytes(_) => Tree::Empty(SoapVersion::Soap12),
        }
    }

    /// The root: what `/` selects.
    pub fn root(self) -> Node<'a> {
        let item = match self {
            Tree::Document(document) => Item::Node(document.document_node()),
            _ => Item::Envelope,
        };
        Node { tree: self, item }
    }

    /// The envelope: the context node of every expression of a configuration.
    pub fn envelope(self) -> Node<'a> {
        match self {
            Tree::Document(document) => {
                let root = document.root_element().unwrap_or(document.document_node());
                Node { tree: self, item: Item::Node(root) }
            }
            _ => self.root(),
        }
    }

    /// The body of the envelope.
    pub fn body(self) -> Option<Node<'a>> {
        self.part("Body", Item::Body)
    }

    /// The header of the envelope.
    pub fn header(self) -> Option<Node<'a>> {
        self.part("Header", Item::Header)
    }

    fn part(self, local: &str, imagined: Item) -> Option<Node<'a>> {
        let Tree::Document(document) = self else {
            return Some(Node { tree: self, item: imagined });
        };
        let envelope = document.root_element()?;
        let namespace = document.name(envelope)?.namespace;
        let part =
            document.child_elements(envelope).find(|&child| document.has_name(child, namespace, local))?;
        Some(Node { tree: self, item: Item::Node(part) })
    }

    /// The document behind the tree.
    pub(super) fn document(self) -> Option<&'a Document> {
        match self {
            Tree::Document(document) | Tree::Bare(document) => Some(document),
            Tree::Json(json) => Some(json.document()),
            Tree::Text(_) | Tree::Empty(_) => None,
        }
    }

    /// The version of the imagined envelope.
    pub(super) fn version(self) -> SoapVersion {
        match self {
            Tree::Empty(version) => version,
            _ => SoapVersion::Soap11,
        }
    }

    /// A number that tells trees apart and orders them.
    fn identity(self) -> (u8, usize) {
        match self {
            Tree::Document(document) => (0, ptr::from_ref(document).addr()),
            Tree::Bare(document) => (1, ptr::from_ref(document).addr()),
            Tree::Text(text) => (2, ptr::from_ref(text).addr()),
            Tree::Empty(_) => (3, 0),
            Tree::Json(json) => (4, ptr::from_ref(json).addr()),
        }
    }
}

impl<'a> Node<'a> {
    /// A node of a document that is seen as it is, without an envelope around it.
    pub fn new(document: &'a Document, node: NodeId) -> Node<'a> {
        Node { tree: Tree::Document(document), item: Item::Node(node) }
    }

    /// The tree it belongs to.
    pub fn tree(self) -> Tree<'a> {
        self.tree
    }

    /// The document behind the tree; none for text and for nothing.
    pub fn document(self) -> Option<&'a Document> {
        self.tree.document()
    }

    /// Which node of its tree it is: what mediators that change the tree start from.
    pub fn item(self) -> Item {
        self.item
    }

    /// Document order (XPath 1.0 §5): namespaces stand before attributes, both before children. Nodes of different
    /// trees are in some order that does not change while they live.
    pub fn order(self, other: Node<'a>) -> Ordering {
        if let (Item::Node(left), Item::Node(right), Some(document)) =
            (self.item, other.item, self.tree.document())
            && self.same_tree(other)
        {
            return document.document_order(left, right);
        }
        let identity = self.tree.identity().cmp(&other.tree.identity());
        identity.then_with(|| match (self.place(), other.place(), self.tree.document()) {
            (Place::Imagined(left), Place::Imagined(right), _) => left.cmp(&right),
            (Place::Imagined(_), Place::Real(..), _) => Ordering::Less,
            (Place::Real(..), Place::Imagined(_), _) => Ordering::Greater,
            (Place::Real(left, before), Place::Real(right, after), Some(document)) => {
                document.document_order(left, right).then(before.cmp(&after))
            }
            (Place::Real(..), Place::Real(..), None) => Ordering::Equal,
        })
    }

    /// The same node as a node of `tree`, which may live longer; none when it belongs to another tree.
    pub(crate) fn seen_in<'t>(self, tree: Tree<'t>) -> Option<Node<'t>> {
        (self.tree.identity() == tree.identity()).then_some(Node { tree, item: self.item })
    }

    pub(super) fn same_tree(self, other: Node<'_>) -> bool {
        match (self.tree, other.tree) {
            (Tree::Document(left), Tree::Document(right)) | (Tree::Bare(left), Tree::Bare(right)) => {
                ptr::eq(left, right)
            }
            (left, right) => left.identity() == right.identity(),
        }
    }

    fn place(self) -> Place {
        match self.item {
            Item::Node(node) => Place::Real(node, Within::Itself),
            Item::Namespace { element, index } => Place::Real(element, Within::Namespace(index)),
            Item::Attribute(id) => match self.tree.document() {
                Some(document) => Place::Real(document.attribute_owner(id), Within::Attribute(id)),
                None => Place::Imagined(5),
            },
            Item::Envelope => Place::Imagined(0),
            Item::Header => Place::Imagined(1),
            Item::Body => Place::Imagined(2),
            Item::TextElement => Place::Imagined(3),
            Item::Text => Place::Imagined(4),
        }
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.item == other.item && self.same_tree(*other)
    }
}

impl Eq for Node<'_> {}

/// Where a node stands. All of the imagined envelope stands before what it wraps.
enum Place {
    Imagined(u8),
    Real(NodeId, Within),
}

/// An element, its namespaces, its attributes: in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    Itself,
    Namespace(u16),
    Attribute(AttributeId),
}

/// The envelope of an empty payload: 1.1 for an empty SOAP 1.1 or plain XML body, else 1.2
/// (message-and-expressions.md §4.2, §4.3).
fn version_of_nothing(message: &Message) -> SoapVersion {
    let media_type = message.headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let is =
        |name: &str| media_type.get(..name.len()).is_some_and(|t| t.eq_ignore_ascii_case(name.as_bytes()));
    if is("text/xml") || is("application/xml") { SoapVersion::Soap11 } else { SoapVersion::Soap12 }
}
