//! Copies from one document to another.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::document::{AttributeRecord, Content, Document, ElementRecord, Name, NodeId};
use super::name::NameId;
use super::scope::Scope;

impl Document {
    /// Copies a node of another document, with all below it, and returns the copy, which is loose.
    ///
    /// The copy's topmost element declares the namespaces that names below it use without a declaration inside
    /// the copy. Of a document node, the root element is copied (an empty text if
    /// there is none). Spans are kept.
    pub fn import(&mut self, other: &Document, node: NodeId) -> NodeId {
        let from = match other.node(node).content {
            Content::Document => other.root_element().unwrap_or(node),
            _ => node,
        };
        let mut copy = Copy {
            from: other,
            into: self,
            names: HashMap::default(),
            scope: Scope::new(),
            noted: HashSet::default(),
            undeclared: Vec::new(),
        };
        let copied = copy.subtree(from);
        for (prefix, namespace) in copy.undeclared {
            if self.own_declarations(copied).all(|declaration| declaration.prefix != prefix) {
                self.declare_interned(copied, prefix, namespace);
            }
        }
        copied
    }
}

struct Copy<'a> {
    from: &'a Document,
    into: &'a mut Document,
    /// Numbers of names in `from` to those in `into`.
    names: HashMap<NameId, NameId, RandomState>,
    /// What the copy declares, in names of `into`.
    scope: Scope,
    /// Prefixes and namespaces that names of the copy use but nothing inside declares, in order and as a set.
    undeclared: Vec<(NameId, NameId)>,
    noted: HashSet<(NameId, NameId), RandomState>,
}

impl Copy<'_> {
    fn subtree(&mut self, top: NodeId) -> NodeId {
        let copied_top = self.start(top);
        let (mut current, mut copied) = (top, copied_top);
        loop {
            let next = if let Some(child) = self.from.first_child(current) {
                Some((child, copied))
            } else {
                self.after(&mut current, &mut copied, top)
            };
            let Some((source, parent)) = next else { return copied_top };
            current = source;
            copied = self.start(source);
            self.into.append_child(parent, copied);
        }
    }

    /// Leaves elements until one has a next sibling below `top`: the sibling and the copy it belongs into.
    fn after(&mut self, current: &mut NodeId, copied: &mut NodeId, top: NodeId) -> Option<(NodeId, NodeId)> {
        loop {
            if self.from.is_element(*current) {
                self.scope.leave();
            }
            if *current == top {
                return None;
            }
            let parent = self.into.parent(*copied)?;
            if let Some(next) = self.from.next_sibling(*current) {
                return Some((next, parent));
            }
            *current = self.from.parent(*current)?;
            *copied = parent;
        }
    }

    /// Copies one node with its attributes and declarations.
    fn start(&mut self, node: NodeId) -> NodeId {
        let from = self.from;
        let source = from.node(node);
        let content = match &source.content {
            Content::Document => return self.into.create_text(""),
            Content::Element(element) => {
                let mut record = ElementRecord::new(self.qualified(element.name));
                record.end = element.end;
                Content::Element(record)
            }
            Content::Text(text) => Content::Text(self.into.store(from.stored(*text))),
            Content::Comment(text) => Content::Comment(self.into.store(from.stored(*text))),
            Content::Instruction { target, data } => {
                Content::Instruction { target: self.name(*target), data: self.into.store(from.stored(*data)) }
            }
        };
        let copied = self.into.add(content, source.span);
        if from.is_element(node) {
            self.scope.enter();
        }
        for declaration in from.own_declarations(node) {
            let (prefix, uri) = (self.name(declaration.prefix), self.name(declaration.uri));
            self.into.link_declaration(copied, prefix, uri);
            self.scope.bind(prefix, uri);
        }
        for attribute in from.own_attributes(node) {
            let record = AttributeRecord {
                owner: copied,
                next: None,
                name: self.qualified(attribute.name),
                value: self.into.store(from.stored(attribute.value)),
                ..*attribute
            };
            self.into.link_attribute(record);
        }
        self.note_undeclared(copied);
        copied
    }

    /// Remembers which of a copied element's names nothing inside the copy declares.
    fn note_undeclared(&mut self, copied: NodeId) {
        let own = self.into.element(copied).map(|element| element.name);
        for name in own.into_iter().chain(self.into.own_attributes(copied).map(|attribute| attribute.name)) {
            let undeclared = self.scope.lookup(name.prefix) != Some(name.namespace);
            if undeclared && self.noted.insert((name.prefix, name.namespace)) {
                self.undeclared.push((name.prefix, name.namespace));
            }
        }
    }

    fn qualified(&mut self, name: Name) -> Name {
        Name {
            prefix: self.name(name.prefix),
            local: self.name(name.local),
            namespace: self.name(name.namespace),
        }
    }

    fn name(&mut self, name: NameId) -> NameId {
        let (from, into) = (self.from, &mut *self.into);
        *self.names.entry(name).or_insert_with(|| into.names.intern(from.names.get(name)))
    }
}
