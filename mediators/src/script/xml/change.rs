//! Changing XML values: `x.name = …`, `x.@id = …`, `delete x.name`, `x.appendChild(…)`.

use std::sync::Arc;

use sinew_core::xml::{Document, NodeId};

use super::select::{Selector, selected};
use super::{Failure, Fill, Handle, Item, Values};

impl Values {
    /// `x.name = value` and `x.@name = value`, of one element. What had the name is replaced; what there is more of is
    /// removed.
    pub(in crate::script) fn assign(
        &mut self,
        handles: &[Handle],
        key: &str,
        fill: &Fill,
    ) -> Result<(), Failure> {
        let selector = Selector::parse(key);
        if selector.descendants || selector.local == "*" {
            return Err(format!("\"{key}\" names no place to put something"));
        }
        let (number, element) = self.only_element(handles)?;
        if selector.attribute {
            let text = self.text_of(fill)?;
            let namespace = if selector.namespace == "*" { "" } else { selector.namespace };
            self.changed(number, text.len())?.set_attribute(element, "", selector.local, namespace, &text);
            return Ok(());
        }
        let old = self.nodes_selected(number, element, selector)?;
        let new = match fill {
            Fill::Items(handles) => self.copies(number, handles)?,
            Fill::Text(text) => {
                let document = self.changed(number, text.len())?;
                let child = match old.first() {
                    Some(&first) => first,
                    None => document.create_element("", selector.local, selector.namespace.trim_matches('*')),
                };
                document.set_text(child, text);
                vec![child]
            }
        };
        let document = self.changed(number, 0)?;
        for &node in &new {
            match old.first() {
                Some(&first) if first == node => {}
                Some(&first) => document.insert_before(first, node),
                None => document.append_child(element, node),
            }
        }
        old.iter().filter(|node| !new.contains(node)).for_each(|&node| document.detach(node));
        Ok(())
    }

    /// `delete x.name` and `delete x.@name`, of every item.
    pub(in crate::script) fn remove(&mut self, handles: &[Handle], key: &str) -> Result<(), Failure> {
        for handle in self.select(handles, key)? {
            match self.item(handle)? {
                Item::Node(number, node) => self.changed(number, 0)?.detach(node),
                Item::Attribute(number, id) => {
                    let document = self.changed(number, 0)?;
                    let attribute = document.attribute_by_id(id);
                    let (namespace, local) = (attribute.namespace.to_owned(), attribute.local.to_owned());
                    let owner = document.attribute_owner(id);
                    document.remove_attribute(owner, &namespace, &local);
                }
            }
        }
        Ok(())
    }

    /// `x.appendChild(value)`, of one element.
    pub(in crate::script) fn append(&mut self, handles: &[Handle], fill: &Fill) -> Result<(), Failure> {
        let (number, element) = self.only_element(handles)?;
        let new = match fill {
            Fill::Items(handles) => self.copies(number, handles)?,
            Fill::Text(text) => vec![self.changed(number, text.len())?.create_text(text)],
        };
        let document = self.changed(number, 0)?;
        new.into_iter().for_each(|node| document.append_child(element, node));
        Ok(())
    }

    fn only_element(&self, handles: &[Handle]) -> Result<(usize, NodeId), Failure> {
        match self.only(handles)? {
            Item::Node(number, node) if self.document(number)?.is_element(node) => Ok((number, node)),
            _ => Err("only an element can be changed".to_owned()),
        }
    }

    fn nodes_selected(
        &self,
        number: usize,
        element: NodeId,
        selector: Selector<'_>,
    ) -> Result<Vec<NodeId>, Failure> {
        let items = selected(self.document(number)?, number, element, selector);
        let nodes = items.into_iter().filter_map(|item| match item {
            Item::Node(_, node) => Some(node),
            Item::Attribute(..) => None,
        });
        Ok(nodes.collect())
    }

    /// Copies of items in another document; attributes become text.
    fn copies(&mut self, into: usize, handles: &[Handle]) -> Result<Vec<NodeId>, Failure> {
        let mut copies = Vec::new();
        for &handle in handles {
            let copy = match self.item(handle)? {
                Item::Attribute(..) => {
                    let text = self.string(&[handle])?;
                    self.changed(into, text.len())?.create_text(&text)
                }
                Item::Node(from, node) => {
                    let source = self.document(from)?.clone();
                    let size = source.string_value(node).len();
                    self.changed(into, size)?.import(&source, node)
                }
            };
            copies.push(copy);
        }
        Ok(copies)
    }

    fn text_of(&self, fill: &Fill) -> Result<String, Failure> {
        match fill {
            Fill::Text(text) => Ok(text.clone()),
            Fill::Items(handles) => self.string(handles),
        }
    }

    /// A document to change, by something of this size. One that is shared with the message is copied first, so that the
    /// message stays as it is until the script sets its payload.
    fn changed(&mut self, number: usize, size: usize) -> Result<&mut Document, Failure> {
        let copied = match self.documents.get_mut(number).map(Arc::get_mut) {
            Some(None) => self.document(number)?.to_xml().len(),
            _ => 0,
        };
        self.charge(copied.saturating_add(size).saturating_add(64))?;
        let document = self.documents.get_mut(number).ok_or("this XML value belongs to another message")?;
        Ok(Arc::make_mut(document))
    }
}
