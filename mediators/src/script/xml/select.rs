//! Asking XML values: `x.name`, `x..*::name`, `x.@id` (ECMA-357 §9, §11.2).

use std::sync::Arc;

use sinew_core::xml::{Document, NodeId, NodeKind};

use super::{Failure, Handle, Item, Values};

/// What a member name asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selector<'a> {
    pub(super) descendants: bool,
    pub(super) attribute: bool,
    /// `*` for any, "" for none.
    pub(super) namespace: &'a str,
    /// `*` for any.
    pub(super) local: &'a str,
}

impl<'a> Selector<'a> {
    /// Reads `name`, `*`, `@name`, `..name`, `..@name`, each also as `namespace::name`.
    pub(super) fn parse(key: &'a str) -> Self {
        let (descendants, key) = key.strip_prefix("..").map_or((false, key), |rest| (true, rest));
        let (attribute, key) = key.strip_prefix('@').map_or((false, key), |rest| (true, rest));
        let (namespace, local) = match key.rsplit_once("::") {
            Some(qualified) => qualified,
            None if key == "*" => ("*", "*"),
            None => ("", key),
        };
        Self { descendants, attribute, namespace, local }
    }

    fn takes(&self, namespace: &str, local: &str) -> bool {
        (self.namespace == "*" || self.namespace == namespace) && (self.local == "*" || self.local == local)
    }

    fn takes_node(&self, document: &Document, node: NodeId) -> bool {
        match document.kind(node) {
            NodeKind::Element => {
                document.name(node).is_some_and(|name| self.takes(name.namespace, name.local))
            }
            NodeKind::Text => {
                self.namespace == "*" && self.local == "*" && !document.text(node).trim().is_empty()
            }
            _ => false,
        }
    }
}

/// What a script can know of an item's name.
#[derive(Clone, Debug, Default)]
pub(in crate::script) struct Description {
    pub(in crate::script) kind: &'static str,
    pub(in crate::script) local: String,
    pub(in crate::script) namespace: String,
    pub(in crate::script) prefix: String,
}

impl Values {
    /// What a member name of these items stands for, in document order within each of them.
    pub(in crate::script) fn select(
        &mut self,
        handles: &[Handle],
        key: &str,
    ) -> Result<Vec<Handle>, Failure> {
        let selector = Selector::parse(key);
        let mut found = Vec::new();
        for &handle in handles {
            let Item::Node(number, node) = self.item(handle)? else { continue };
            let document = self.document(number)?.clone();
            for item in selected(&document, number, node, selector) {
                found.push(self.add(item)?);
            }
        }
        Ok(found)
    }

    /// The texts directly inside these items.
    pub(in crate::script) fn texts(&mut self, handles: &[Handle]) -> Result<Vec<Handle>, Failure> {
        let mut found = Vec::new();
        for child in self.select(handles, "*")? {
            if let Item::Node(number, node) = self.item(child)?
                && self.document(number)?.kind(node) == NodeKind::Text
            {
                found.push(child);
            }
        }
        Ok(found)
    }

    /// The element around the only item.
    pub(in crate::script) fn parent(&mut self, handles: &[Handle]) -> Result<Option<Handle>, Failure> {
        let (number, parent) = match self.only(handles)? {
            Item::Node(number, node) => (number, self.document(number)?.parent(node)),
            Item::Attribute(number, id) => (number, Some(self.document(number)?.attribute_owner(id))),
        };
        let document = self.document(number)?;
        match parent.filter(|&parent| document.is_element(parent)) {
            Some(parent) => self.add(Item::Node(number, parent)).map(Some),
            None => Ok(None),
        }
    }

    /// Kind and name of the only item.
    pub(in crate::script) fn describe(&self, handles: &[Handle]) -> Result<Description, Failure> {
        Ok(match self.only(handles)? {
            Item::Attribute(number, id) => {
                let attribute = self.document(number)?.attribute_by_id(id);
                Description {
                    kind: "attribute",
                    local: attribute.local.to_owned(),
                    namespace: attribute.namespace.to_owned(),
                    prefix: attribute.prefix.to_owned(),
                }
            }
            Item::Node(number, node) => match self.document(number)?.name(node) {
                Some(name) => Description {
                    kind: "element",
                    local: name.local.to_owned(),
                    namespace: name.namespace.to_owned(),
                    prefix: name.prefix.to_owned(),
                },
                None => Description { kind: "text", ..Description::default() },
            },
        })
    }
}

/// The items a selector takes, seen from one node.
pub(super) fn selected(
    document: &Arc<Document>,
    number: usize,
    node: NodeId,
    selector: Selector<'_>,
) -> Vec<Item> {
    let elements = |node| std::iter::once(node).chain(document.descendants(node));
    let attributes = |node| {
        let taken = document.attribute_ids(node).filter(|&id| {
            let attribute = document.attribute_by_id(id);
            selector.takes(attribute.namespace, attribute.local)
        });
        taken.map(|id| Item::Attribute(number, id))
    };
    let nodes = |node: &NodeId| selector.takes_node(document, *node);
    match (selector.attribute, selector.descendants) {
        (false, false) => {
            document.children(node).filter(nodes).map(|node| Item::Node(number, node)).collect()
        }
        (false, true) => {
            document.descendants(node).filter(nodes).map(|node| Item::Node(number, node)).collect()
        }
        (true, false) => attributes(node).collect(),
        (true, true) => elements(node).flat_map(attributes).collect(),
    }
}
