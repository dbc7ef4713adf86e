//! Finding one's way in a document.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::iter;

use super::document::{AttributeId, Content, Document, Name, Node, NodeId, NodeKind};
use super::name::{NameId, QualifiedName, namespaces};
use crate::diagnostics::Span;

/// One attribute of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// The handle.
    pub id: AttributeId,
    /// The prefix as written, or "".
    pub prefix: &'a str,
    /// The name after the prefix.
    pub local: &'a str,
    /// The namespace, "" for none.
    pub namespace: &'a str,
    /// The value after normalisation (XML 1.0 §3.3.3).
    pub value: &'a str,
    /// Where the value stands in the parsed input, without the quotes.
    pub span: Span,
    /// Where the name stands in the parsed input.
    pub name_span: Span,
}

impl Document {
    /// The document node, which is the parent of the root element.
    pub fn document_node(&self) -> NodeId {
        NodeId::at(0)
    }

    /// The root element, unless it was removed or never added.
    pub fn root_element(&self) -> Option<NodeId> {
        self.child_elements(self.document_node()).next()
    }

    /// What the node is.
    pub fn kind(&self, node: NodeId) -> NodeKind {
        match self.node(node).content {
            Content::Document => NodeKind::Document,
            Content::Element(_) => NodeKind::Element,
            Content::Text(_) => NodeKind::Text,
            Content::Comment(_) => NodeKind::Comment,
            Content::Instruction { .. } => NodeKind::ProcessingInstruction,
        }
    }

    /// Whether the node is an element.
    pub fn is_element(&self, node: NodeId) -> bool {
        self.element(node).is_some()
    }

    /// The parent; none for the document node and for what was cut loose.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.node(node).parent
    }

    /// The first child.
    pub fn first_child(&self, node: NodeId) -> Option<NodeId> {
        self.node(node).first_child
    }

    /// The last child.
    pub fn last_child(&self, node: NodeId) -> Option<NodeId> {
        self.node(node).last_child
    }

    /// The next child of the same parent.
    pub fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        self.node(node).next
    }

    /// The previous child of the same parent.
    pub fn previous_sibling(&self, node: NodeId) -> Option<NodeId> {
        self.node(node).previous
    }

    /// The children in order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        iter::successors(self.first_child(node), |&child| self.next_sibling(child))
    }

    /// The children that are elements, in order.
    pub fn child_elements(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(node).filter(|&child| self.is_element(child))
    }

    /// The parent, its parent and so on up to the document node.
    pub fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        iter::successors(self.parent(node), |&ancestor| self.parent(ancestor))
    }

    /// Everything below the node in document order, the node itself excluded.
    pub fn descendants(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        iter::successors(self.first_child(node), move |&current| self.following_within(current, node))
    }

    /// The next node in document order that is still below `top`.
    pub(super) fn following_within(&self, current: NodeId, top: NodeId) -> Option<NodeId> {
        self.first_child(current).or_else(|| {
            iter::successors(Some(current), |&up| self.parent(up))
                .take_while(|&up| up != top)
                .find_map(|up| self.next_sibling(up))
        })
    }

    /// The name of an element, or of a processing instruction, whose target is a local name without namespace.
    pub fn name(&self, node: NodeId) -> Option<QualifiedName<'_>> {
        match &self.node(node).content {
            Content::Element(element) => Some(self.qualified(element.name)),
            Content::Instruction { target, .. } => {
                Some(QualifiedName { prefix: "", local: self.names.get(*target), namespace: "" })
            }
            _ => None,
        }
    }

    pub(super) fn qualified(&self, name: Name) -> QualifiedName<'_> {
        QualifiedName {
            prefix: self.names.get(name.prefix),
            local: self.names.get(name.local),
            namespace: self.names.get(name.namespace),
        }
    }

    /// Whether the node is an element of this name; `namespace` is "" for none.
    pub fn has_name(&self, node: NodeId, namespace: &str, local: &str) -> bool {
        self.element(node).is_some_and(|element| self.is_named(element.name, namespace, local))
    }

    pub(super) fn is_named(&self, name: Name, namespace: &str, local: &str) -> bool {
        self.names.get(name.local) == local && self.names.get(name.namespace) == namespace
    }

    /// The text of a text or comment, or what follows the target of a processing instruction; "" for others.
    pub fn text(&self, node: NodeId) -> &str {
        match self.node(node).content {
            Content::Text(text) | Content::Comment(text) | Content::Instruction { data: text, .. } => {
                self.stored(text)
            }
            Content::Document | Content::Element(_) => "",
        }
    }

    /// The string value of XPath 1.0 §5: all text below an element or document, else the node's own text.
    pub fn string_value(&self, node: NodeId) -> Cow<'_, str> {
        if !matches!(self.node(node).content, Content::Document | Content::Element(_)) {
            return Cow::Borrowed(self.text(node));
        }
        let mut texts = self
            .descendants(node)
            .filter(|&below| matches!(self.node(below).content, Content::Text(_)))
            .map(|below| self.text(below));
        let first = texts.next().unwrap_or("");
        let Some(second) = texts.next() else { return Cow::Borrowed(first) };
        let mut value = String::with_capacity(first.len() + second.len());
        value.push_str(first);
        value.push_str(second);
        value.extend(texts);
        Cow::Owned(value)
    }

    /// The handles of an element's attributes in order; namespace declarations are not among them.
    pub fn attribute_ids(&self, node: NodeId) -> impl Iterator<Item = AttributeId> + '_ {
        let first = self.element(node).and_then(|element| element.first_attribute);
        iter::successors(first, |&id| self.attribute_record(id).next)
    }

    /// An element's attributes in order; namespace declarations are not among them.
    pub fn attributes(&self, node: NodeId) -> impl Iterator<Item = Attribute<'_>> + '_ {
        self.attribute_ids(node).map(|id| self.attribute_by_id(id))
    }

    /// The attribute behind a handle.
    pub fn attribute_by_id(&self, id: AttributeId) -> Attribute<'_> {
        let record = self.attribute_record(id);
        let QualifiedName { prefix, local, namespace } = self.qualified(record.name);
        let value = self.stored(record.value);
        let name_span = name_span(record.name_start, prefix, local);
        Attribute { id, prefix, local, namespace, value, span: record.value_span, name_span }
    }

    /// The element an attribute stands on.
    pub fn attribute_owner(&self, id: AttributeId) -> NodeId {
        self.attribute_record(id).owner
    }

    /// The handle of the attribute of this name; `namespace` is "" for none.
    pub fn find_attribute(&self, node: NodeId, namespace: &str, local: &str) -> Option<AttributeId> {
        self.attribute_ids(node).find(|&id| self.is_named(self.attribute_record(id).name, namespace, local))
    }

    /// The value of the attribute of this name; `namespace` is "" for none.
    pub fn attribute(&self, node: NodeId, namespace: &str, local: &str) -> Option<&str> {
        self.find_attribute(node, namespace, local).map(|id| self.stored(self.attribute_record(id).value))
    }

    /// The declarations on this very element as (prefix, namespace), "" standing for the default prefix.
    pub fn namespace_declarations(&self, node: NodeId) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.own_declarations(node)
            .map(|declaration| (self.names.get(declaration.prefix), self.names.get(declaration.uri)))
    }

    /// Every (prefix, namespace) in scope at the node, innermost declarations first, then `xml`.
    ///
    /// An undeclared default namespace is left out.
    pub fn namespaces_in_scope(&self, node: NodeId) -> Vec<(&str, &str)> {
        let mut known = self.scope(node);
        known.retain(|&(prefix, _)| prefix != NameId::XML);
        let mut pairs: Vec<_> = known
            .into_iter()
            .filter(|&(_, uri)| uri != NameId::EMPTY)
            .map(|(prefix, uri)| (self.names.get(prefix), self.names.get(uri)))
            .collect();
        pairs.push(("xml", namespaces::XML));
        pairs
    }

    /// The declarations in scope, innermost first, each prefix once.
    pub(super) fn scope(&self, node: NodeId) -> Vec<(NameId, NameId)> {
        let mut seen = std::collections::HashSet::with_hasher(foldhash::fast::RandomState::default());
        iter::once(node)
            .chain(self.ancestors(node))
            .flat_map(|element| self.own_declarations(element))
            .filter(|declaration| seen.insert(declaration.prefix))
            .map(|declaration| (declaration.prefix, declaration.uri))
            .collect()
    }

    /// The namespace a prefix means at the node; "" asks for the default namespace, whose absence is `None`.
    pub fn lookup_namespace(&self, node: NodeId, prefix: &str) -> Option<&str> {
        if prefix == "xml" {
            return Some(namespaces::XML);
        }
        let prefix = self.names.find(prefix)?;
        iter::once(node)
            .chain(self.ancestors(node))
            .find_map(|element| self.own_declarations(element).find(|declared| declared.prefix == prefix))
            .map(|declaration| self.names.get(declaration.uri))
            .filter(|uri| !uri.is_empty())
    }

    /// Where the node stands in the parsed input; of an element, its start tag.
    ///
    /// Nodes that were not parsed have an empty span at 0.
    pub fn span(&self, node: NodeId) -> Span {
        self.node(node).span
    }

    /// Where the name of an element's start tag stands in the parsed input.
    pub fn name_span(&self, node: NodeId) -> Span {
        let span = self.span(node);
        match self.element(node) {
            Some(element) if span != Span::default() => {
                let QualifiedName { prefix, local, .. } = self.qualified(element.name);
                name_span(span.start.saturating_add(1), prefix, local)
            }
            _ => span,
        }
    }

    /// Where the node stands in the parsed input; of an element, from its start tag through its end tag.
    pub fn full_span(&self, node: NodeId) -> Span {
        let span = self.span(node);
        self.element(node).map_or(span, |element| Span::new(span.start, element.end.max(span.end)))
    }

    /// Compares two nodes in document order, also after edits.
    ///
    /// After an edit the first comparison walks the whole document once, the following ones cost nothing.
    /// Nodes cut loose come after the tree, one loose subtree after the other.
    pub fn document_order(&self, left: NodeId, right: NodeId) -> Ordering {
        if self.in_order {
            return left.index().cmp(&right.index());
        }
        let ranks = self.ranks.get_or_init(|| self.rank());
        ranks.get(left.index()).cmp(&ranks.get(right.index()))
    }

    fn rank(&self) -> Box<[u32]> {
        let mut ranks = vec![0; self.nodes.len()].into_boxed_slice();
        let is_top = |(_, node): &(usize, &Node)| node.parent.is_none();
        let tops = self.nodes.iter().enumerate().filter(is_top).map(|(index, _)| NodeId::at(index));
        let all = tops.flat_map(|top| iter::once(top).chain(self.descendants(top)));
        for (rank, node) in (0..).zip(all) {
            if let Some(slot) = ranks.get_mut(node.index()) {
                *slot = rank;
            }
        }
        ranks
    }
}

fn name_span(start: u32, prefix: &str, local: &str) -> Span {
    let prefix_length = if prefix.is_empty() { 0 } else { prefix.len() + 1 };
    let length = u32::try_from(prefix_length + local.len()).unwrap_or(u32::MAX);
    Span::new(start, start.saturating_add(length))
}
