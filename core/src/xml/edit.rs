//! Changing a document.

use super::document::{
    AttributeId, AttributeRecord, Content, Document, ElementRecord, Name, NodeId, NodeKind,
};
use super::name::{NameId, Names, namespaces, nc_name};
use crate::diagnostics::Span;

/// Nodes are made loose and then put somewhere; putting a node moves it from where it was.
///
/// Moves that would make no tree do nothing: into itself or below itself, below something that has no
/// children, beside something that has no parent, or the document node anywhere. Whoever builds a document
/// node's children sees to it that there is one element among them. Names that are not NCNames
/// ([`is_nc_name`](super::is_nc_name)) get `_` for what is wrong with them, so that no name can break the output.
impl Document {
    /// Makes an element.
    ///
    /// Without a namespace the prefix is dropped, for it could not be declared; so are `xml` and `xmlns` with
    /// another namespace than theirs. The namespace of `xmlns` counts as none (Namespaces in XML 1.0 §3).
    pub fn create_element(&mut self, prefix: &str, local: &str, namespace: &str) -> NodeId {
        let name = self.intern_name(prefix, local, namespace);
        self.add(Content::Element(ElementRecord::new(name)), Span::default())
    }

    /// Makes a text.
    pub fn create_text(&mut self, text: &str) -> NodeId {
        let text = self.store(text);
        self.add(Content::Text(text), Span::default())
    }

    /// Makes a comment. Hyphens that may not stand together are set apart when written.
    pub fn create_comment(&mut self, text: &str) -> NodeId {
        let text = self.store(text);
        self.add(Content::Comment(text), Span::default())
    }

    /// Makes a processing instruction. A `?>` in its data is set apart when written.
    pub fn create_processing_instruction(&mut self, target: &str, data: &str) -> NodeId {
        let target = nc_name(target);
        let reserved = target.eq_ignore_ascii_case("xml");
        let target = self.names.intern(if reserved { "_xml" } else { &target });
        let data = self.store(data.trim_start_matches([' ', '\t', '\r', '\n']));
        self.add(Content::Instruction { target, data }, Span::default())
    }

    /// Makes `child` the last child of `parent`.
    pub fn append_child(&mut self, parent: NodeId, child: NodeId) {
        if self.may_hold(parent, child) {
            self.detach(child);
            let last = self.node(parent).last_child;
            self.link(parent, last, child, None);
        }
    }

    /// Puts `node` before `sibling`.
    pub fn insert_before(&mut self, sibling: NodeId, node: NodeId) {
        if let Some(parent) = self.parent(sibling)
            && sibling != node
            && self.may_hold(parent, node)
        {
            self.detach(node);
            let previous = self.node(sibling).previous;
            self.link(parent, previous, node, Some(sibling));
        }
    }

    /// Puts `node` after `sibling`.
    pub fn insert_after(&mut self, sibling: NodeId, node: NodeId) {
        if let Some(parent) = self.parent(sibling)
            && sibling != node
            && self.may_hold(parent, node)
        {
            self.detach(node);
            let next = self.node(sibling).next;
            self.link(parent, Some(sibling), node, next);
        }
    }

    /// Puts `replacement` where `node` is and cuts `node` loose.
    pub fn replace(&mut self, node: NodeId, replacement: NodeId) {
        if let Some(parent) = self.parent(node)
            && node != replacement
            && self.may_hold(parent, replacement)
        {
            self.insert_before(node, replacement);
            self.detach(node);
        }
    }

    /// Cuts the node, with all below it, loose from its parent.
    pub fn detach(&mut self, node: NodeId) {
        let Some(parent) = self.node(node).parent else { return };
        let (previous, next) = (self.node(node).previous, self.node(node).next);
        match previous {
            Some(previous) => self.node_mut(previous).next = next,
            None => self.node_mut(parent).first_child = next,
        }
        match next {
            Some(next) => self.node_mut(next).previous = previous,
            None => self.node_mut(parent).last_child = previous,
        }
        let node = self.node_mut(node);
        (node.parent, node.previous, node.next) = (None, None, None);
        self.order_changed();
    }

    /// Sets what a text, comment or processing instruction says; the children of an element become this text,
    /// none when it is empty. The document node is left alone.
    pub fn set_text(&mut self, node: NodeId, text: &str) {
        match self.kind(node) {
            NodeKind::Document => {}
            NodeKind::Element => {
                while let Some(child) = self.first_child(node) {
                    self.detach(child);
                }
                if !text.is_empty() {
                    let text = self.create_text(text);
                    self.append_child(node, text);
                }
            }
            NodeKind::Text | NodeKind::Comment | NodeKind::ProcessingInstruction => {
                let stored = self.store(text);
                match &mut self.node_mut(node).content {
                    Content::Text(text)
                    | Content::Comment(text)
                    | Content::Instruction { data: text, .. } => {
                        *text = stored;
                    }
                    Content::Document | Content::Element(_) => {}
                }
            }
        }
    }

    /// Sets an attribute of an element, keeping the place of one with the same namespace and local name.
    ///
    /// With a namespace but without a prefix, or with a prefix that means something else on this element, a
    /// prefix is chosen. Declarations are set with [`declare_namespace`](Document::declare_namespace), not here.
    pub fn set_attribute(&mut self, node: NodeId, prefix: &str, local: &str, namespace: &str, value: &str) {
        if !self.is_element(node) {
            return;
        }
        let stored = self.store(value);
        let mut name = self.intern_name(prefix, local, namespace);
        let is_it = |id: &AttributeId| {
            let found = self.attribute_record(*id).name;
            (found.local, found.namespace) == (name.local, name.namespace)
        };
        let present = self.attribute_ids(node).find(is_it);
        if let Some(id) = present {
            self.attribute_record_mut(id).value = stored;
            return;
        }
        if name.namespace != NameId::EMPTY && !self.prefix_is_free(node, name) {
            name.prefix = self.choose_prefix(node, name.namespace);
        }
        self.link_attribute(AttributeRecord {
            owner: node,
            next: None,
            name,
            value: stored,
            name_start: 0,
            value_span: Span::default(),
        });
    }

    /// Removes an attribute and says whether there was one.
    pub fn remove_attribute(&mut self, node: NodeId, namespace: &str, local: &str) -> bool {
        let mut previous: Option<AttributeId> = None;
        let mut current = self.element(node).and_then(|element| element.first_attribute);
        while let Some(id) = current {
            let record = self.attribute_record(id);
            let next = record.next;
            if self.is_named(record.name, namespace, local) {
                if let Some(previous) = previous {
                    self.attribute_record_mut(previous).next = next;
                }
                if let Some(element) = self.element_mut(node) {
                    if previous.is_none() {
                        element.first_attribute = next;
                    }
                    if next.is_none() {
                        element.last_attribute = previous;
                    }
                }
                return true;
            }
            (previous, current) = (current, next);
        }
        false
    }

    /// Declares a namespace on an element; "" is the default prefix. Says whether the prefix now means `uri` there.
    ///
    /// Refused where the prefix means something else in the element's own name or attributes, for `xml` and
    /// `xmlns` and their namespaces, and for a prefix without a namespace (Namespaces in XML 1.0 §3, §5).
    pub fn declare_namespace(&mut self, node: NodeId, prefix: &str, uri: &str) -> bool {
        let prefix = nc_name_or_empty(&mut self.names, prefix);
        let uri = self.names.intern(uri);
        self.declare_interned(node, prefix, uri)
    }

    pub(super) fn declare_interned(&mut self, node: NodeId, prefix: NameId, uri: NameId) -> bool {
        let reserved = |name| {
            [NameId::XML, NameId::XMLNS, NameId::XML_NAMESPACE, NameId::XMLNS_NAMESPACE].contains(&name)
        };
        if reserved(prefix) || reserved(uri) {
            return (prefix, uri) == (NameId::XML, NameId::XML_NAMESPACE);
        }
        let Some(element) = self.element(node) else { return false };
        let unbinds = prefix != NameId::EMPTY && uri == NameId::EMPTY;
        let used_otherwise = |name: Name| name.prefix == prefix && name.namespace != uri;
        let in_attribute = prefix != NameId::EMPTY
            && self.own_attributes(node).any(|attribute| used_otherwise(attribute.name));
        if unbinds || used_otherwise(element.name) || in_attribute {
            return false;
        }
        let declared =
            std::iter::successors(element.first_declaration, |&id| self.declaration_record(id).next)
                .find(|&id| self.declaration_record(id).prefix == prefix);
        match declared {
            Some(id) => self.declaration_record_mut(id).uri = uri,
            None => self.link_declaration(node, prefix, uri),
        }
        true
    }

    pub(super) fn intern_name(&mut self, prefix: &str, local: &str, namespace: &str) -> Name {
        let local = self.names.intern(&nc_name(local));
        let (prefix, namespace) = match (prefix, namespace) {
            (_, "" | namespaces::XMLNS) => (NameId::EMPTY, NameId::EMPTY),
            (_, namespaces::XML) => (NameId::XML, NameId::XML_NAMESPACE),
            ("xml" | "xmlns", namespace) => (NameId::EMPTY, self.names.intern(namespace)),
            (prefix, namespace) => (nc_name_or_empty(&mut self.names, prefix), self.names.intern(namespace)),
        };
        Name { prefix, local, namespace }
    }

    /// Whether the name's prefix can stand for its namespace on this element's attributes.
    fn prefix_is_free(&self, node: NodeId, name: Name) -> bool {
        if name.namespace == NameId::XML_NAMESPACE {
            return name.prefix == NameId::XML;
        }
        let clashes = |other: Name| other.prefix == name.prefix && other.namespace != name.namespace;
        name.prefix != NameId::EMPTY
            && name.prefix != NameId::XML
            && !self.element(node).is_some_and(|element| clashes(element.name))
            && !self.own_attributes(node).any(|attribute| clashes(attribute.name))
            && !self.own_declarations(node).any(|it| it.prefix == name.prefix && it.uri != name.namespace)
    }

    /// A prefix for a namespace: one in scope that already means it, else the first free of `ns0`, `ns1` and so on.
    fn choose_prefix(&mut self, node: NodeId, namespace: NameId) -> NameId {
        let name = |prefix| Name { prefix, local: NameId::EMPTY, namespace };
        let scope = self.scope(node);
        let bound =
            scope.iter().find(|&&(prefix, uri)| uri == namespace && self.prefix_is_free(node, name(prefix)));
        if let Some(&(prefix, _)) = bound {
            return prefix;
        }
        let mut number = 0_u64;
        loop {
            let prefix = self.names.intern(&format!("ns{number}"));
            if self.prefix_is_free(node, name(prefix)) {
                return prefix;
            }
            number += 1;
        }
    }

    fn may_hold(&self, parent: NodeId, child: NodeId) -> bool {
        matches!(self.kind(parent), NodeKind::Document | NodeKind::Element)
            && self.kind(child) != NodeKind::Document
            && parent != child
            && (self.first_child(child).is_none() || self.ancestors(parent).all(|ancestor| ancestor != child))
    }

    fn link(&mut self, parent: NodeId, previous: Option<NodeId>, node: NodeId, next: Option<NodeId>) {
        match previous {
            Some(previous) => self.node_mut(previous).next = Some(node),
            None => self.node_mut(parent).first_child = Some(node),
        }
        match next {
            Some(next) => self.node_mut(next).previous = Some(node),
            None => self.node_mut(parent).last_child = Some(node),
        }
        let node = self.node_mut(node);
        (node.parent, node.previous, node.next) = (Some(parent), previous, next);
        self.order_changed();
    }

    fn order_changed(&mut self) {
        self.in_order = false;
        self.ranks.take();
    }
}

impl ElementRecord {
    pub(super) fn new(name: Name) -> ElementRecord {
        ElementRecord {
            name,
            first_attribute: None,
            last_attribute: None,
            first_declaration: None,
            last_declaration: None,
            end: 0,
        }
    }
}

fn nc_name_or_empty(names: &mut Names, name: &str) -> NameId {
    if name.is_empty() { NameId::EMPTY } else { names.intern(&nc_name(name)) }
}
