//! Parents, children, siblings and names, the imagined envelope included.

use super::{Item, Node, Tree};
use crate::xml::{NodeKind, QualifiedName};

/// The namespace of the element that stands for text (message-and-expressions.md §4.2).
const PAYLOAD_NAMESPACE: &str = "http://ws.apache.org/commons/ns/payload";

impl<'a> Node<'a> {
    pub(super) fn at(self, item: Item) -> Node<'a> {
        Node { tree: self.tree, item }
    }

    /// The parent; of an attribute or namespace its element; none for the root.
    pub fn parent(self) -> Option<Node<'a>> {
        let document = self.tree.document();
        let item = match self.item {
            Item::Node(node) => {
                let document = document?;
                let parent = document.parent(node)?;
                match self.tree {
                    Tree::Bare(_) | Tree::Json(_) if parent == document.document_node() => Item::Body,
                    _ => Item::Node(parent),
                }
            }
            Item::Attribute(id) => Item::Node(document?.attribute_owner(id)),
            Item::Namespace { element, .. } => Item::Node(element),
            Item::Envelope => return None,
            Item::Header | Item::Body => Item::Envelope,
            Item::TextElement => Item::Body,
            Item::Text => Item::TextElement,
        };
        Some(self.at(item))
    }

    /// The first child.
    pub fn first_child(self) -> Option<Node<'a>> {
        let item = match (self.item, self.tree) {
            (Item::Node(node), tree) => Item::Node(tree.document()?.first_child(node)?),
            (Item::Envelope, _) => Item::Header,
            (Item::Body, tree @ (Tree::Bare(_) | Tree::Json(_))) => {
                Item::Node(tree.document()?.root_element()?)
            }
            (Item::Body, Tree::Text(_)) => Item::TextElement,
            (Item::TextElement, Tree::Text(text)) if !text.is_empty() => Item::Text,
            _ => return None,
        };
        Some(self.at(item))
    }

    /// The last child.
    pub fn last_child(self) -> Option<Node<'a>> {
        match self.item {
            Item::Node(node) => {
                let last = self.tree.document()?.last_child(node)?;
                Some(self.at(Item::Node(last)))
            }
            Item::Envelope => Some(self.at(Item::Body)),
            _ => self.first_child(),
        }
    }

    /// The next child of the same parent; attributes and namespaces have no siblings.
    pub fn next_sibling(self) -> Option<Node<'a>> {
        match self.item {
            Item::Node(node) if !self.is_wrapped_root() => {
                let next = self.tree.document()?.next_sibling(node)?;
                Some(self.at(Item::Node(next)))
            }
            Item::Header => Some(self.at(Item::Body)),
            _ => None,
        }
    }

    /// The previous child of the same parent.
    pub fn previous_sibling(self) -> Option<Node<'a>> {
        match self.item {
            Item::Node(node) if !self.is_wrapped_root() => {
                let previous = self.tree.document()?.previous_sibling(node)?;
                Some(self.at(Item::Node(previous)))
            }
            Item::Body => Some(self.at(Item::Header)),
            _ => None,
        }
    }

    /// True for the only child of an imagined body: comments beside it in its document are not seen.
    fn is_wrapped_root(self) -> bool {
        match (self.tree, self.item, self.tree.document()) {
            (Tree::Bare(_) | Tree::Json(_), Item::Node(node), Some(document)) => {
                document.parent(node) == Some(document.document_node())
            }
            _ => false,
        }
    }

    /// True for an element.
    pub fn is_element(self) -> bool {
        self.kind() == Some(NodeKind::Element)
    }

    /// What the node is; none for attributes and namespaces.
    pub fn kind(self) -> Option<NodeKind> {
        match self.item {
            Item::Node(node) => self.tree.document().map(|document| document.kind(node)),
            Item::Attribute(_) | Item::Namespace { .. } => None,
            Item::Envelope | Item::Header | Item::Body | Item::TextElement => Some(NodeKind::Element),
            Item::Text => Some(NodeKind::Text),
        }
    }

    /// The expanded name and its prefix: of elements and attributes; the local name alone of processing instructions
    /// (their target) and namespaces (their prefix); none of others (XPath 1.0 §5).
    pub fn name(self) -> Option<QualifiedName<'a>> {
        let imagined = |local| {
            let namespace = self.tree.version().namespace();
            Some(QualifiedName { prefix: super::text::ENVELOPE_PREFIX, local, namespace })
        };
        match self.item {
            Item::Node(node) => self.tree.document()?.name(node),
            Item::Attribute(id) => {
                let attribute = self.tree.document()?.attribute_by_id(id);
                Some(QualifiedName {
                    prefix: attribute.prefix,
                    local: attribute.local,
                    namespace: attribute.namespace,
                })
            }
            Item::Namespace { .. } => {
                let (prefix, _) = self.namespace()?;
                Some(QualifiedName { prefix: "", local: prefix, namespace: "" })
            }
            Item::Envelope => imagined("Envelope"),
            Item::Header => imagined("Header"),
            Item::Body => imagined("Body"),
            Item::TextElement => {
                Some(QualifiedName { prefix: "", local: "text", namespace: PAYLOAD_NAMESPACE })
            }
            Item::Text => None,
        }
    }

    /// True when it has this name; `namespace` is "" for none.
    pub(crate) fn has_name(self, namespace: &str, local: &str) -> bool {
        match (self.item, self.tree) {
            (Item::Node(node), Tree::Document(document) | Tree::Bare(document)) => {
                document.has_name(node, namespace, local)
            }
            _ => self.name().is_some_and(|name| name.local == local && name.namespace == namespace),
        }
    }

    /// Prefix and URI of a namespace node.
    pub(super) fn namespace(self) -> Option<(&'a str, &'a str)> {
        let Item::Namespace { element, index } = self.item else { return None };
        self.tree.document()?.namespaces_in_scope(element).into_iter().nth(usize::from(index))
    }
}
