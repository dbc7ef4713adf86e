//! The XML values of scripts, kept outside the engine: a script holds numbers of items, here are the nodes.

mod change;
mod literal;
mod select;
mod write;

pub(super) use literal::check;

use std::sync::Arc;

use sinew_core::xml::{AttributeId, Document, Limits, NodeId, NodeKind, parse};

use super::limits;

/// Everything that one run of a script holds of XML.
#[derive(Default)]
pub(super) struct Values {
    documents: Vec<Arc<Document>>,
    items: Vec<Item>,
    spent: usize,
}

/// A node or an attribute, with the number of its document.
#[derive(Clone, Copy, Debug)]
enum Item {
    Node(usize, NodeId),
    Attribute(usize, AttributeId),
}

/// The number of an item, as scripts hold it.
pub(super) type Handle = u32;

/// What a script hands over to be put into XML.
#[derive(Clone, Debug)]
pub(super) enum Fill {
    Text(String),
    Items(Vec<Handle>),
}

/// What went wrong, in words for the author of the script.
pub(super) type Failure = String;

impl Values {
    /// A node of a document that the message or a property holds. The document is shared until the script changes it.
    pub(super) fn share(&mut self, document: &Arc<Document>, node: NodeId) -> Result<Handle, Failure> {
        self.documents.push(document.clone());
        self.add(Item::Node(self.documents.len() - 1, node))
    }

    /// The value of `XML(text)`: an element if it looks like one, else text; of `XMLList(text)`, all there is.
    pub(super) fn parse(&mut self, text: &str, list: bool) -> Result<Vec<Handle>, Failure> {
        let text = text.trim();
        if list {
            return self.parse_list(text);
        }
        let mut document = Document::new();
        let node = if text.starts_with('<') {
            document = self.parse_document(text)?;
            document.root_element().ok_or("there is no element")?
        } else {
            self.charge(text.len())?;
            document.create_text(text)
        };
        self.documents.push(Arc::new(document));
        Ok(vec![self.add(Item::Node(self.documents.len() - 1, node))?])
    }

    fn parse_list(&mut self, content: &str) -> Result<Vec<Handle>, Failure> {
        let document = self.parse_document(&format!("<list>{content}</list>"))?;
        self.documents.push(Arc::new(document));
        let number = self.documents.len() - 1;
        let document = self.document(number)?.clone();
        let Some(root) = document.root_element() else { return Ok(Vec::new()) };
        let children: Vec<_> = document.children(root).collect();
        children.into_iter().map(|child| self.add(Item::Node(number, child))).collect()
    }

    fn parse_document(&mut self, text: &str) -> Result<Document, Failure> {
        self.charge(text.len())?;
        let mut document = parse(text, &Limits::default()).map_err(|error| error.to_string())?;
        tidy(&mut document);
        Ok(document)
    }

    /// Copies of elements, each in a document of its own; other items are never changed and stay as they are.
    pub(super) fn copy(&mut self, handles: &[Handle]) -> Result<Vec<Handle>, Failure> {
        let mut copies = Vec::new();
        for &handle in handles {
            copies.push(match self.element(&[handle]) {
                Ok(copy) => match copy.root_element() {
                    Some(root) => self.share(&copy, root)?,
                    None => handle,
                },
                Err(_) => handle,
            });
        }
        Ok(copies)
    }

    /// The element that a list of one item is, as a document of its own.
    pub(super) fn element(&mut self, handles: &[Handle]) -> Result<Arc<Document>, Failure> {
        let (document, node) = match self.only(handles)? {
            Item::Node(document, node) if self.document(document)?.is_element(node) => (document, node),
            _ => return Err("an element is needed, not text or an attribute".to_owned()),
        };
        let source = self.document(document)?.clone();
        self.charge(source.string_value(node).len())?;
        Ok(crate::parts::document_of(&source, node))
    }

    fn only(&self, handles: &[Handle]) -> Result<Item, Failure> {
        match handles {
            [handle] => self.item(*handle),
            [] => Err("the XML value is empty".to_owned()),
            _ => Err(format!("the XML value is a list of {}; one item is needed", handles.len())),
        }
    }

    fn item(&self, handle: Handle) -> Result<Item, Failure> {
        let item = usize::try_from(handle).ok().and_then(|index| self.items.get(index));
        item.copied().ok_or_else(|| "this XML value belongs to another message".to_owned())
    }

    fn document(&self, number: usize) -> Result<&Arc<Document>, Failure> {
        self.documents.get(number).ok_or_else(|| "this XML value belongs to another message".to_owned())
    }

    fn add(&mut self, item: Item) -> Result<Handle, Failure> {
        self.charge(size_of::<Item>())?;
        self.items.push(item);
        Handle::try_from(self.items.len() - 1).map_err(|_| TOO_MUCH.to_owned())
    }

    /// Counts bytes; nothing is given back before the run ends.
    fn charge(&mut self, bytes: usize) -> Result<(), Failure> {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent > limits::MEMORY { Err(TOO_MUCH.to_owned()) } else { Ok(()) }
    }
}

const TOO_MUCH: &str = "the XML values of the script need more than 8 MiB";

/// Leaves out what E4X ignores: comments, processing instructions, and white space at the ends of texts
/// (ECMA-357 §13.4.3, as Rhino reads it).
fn tidy(document: &mut Document) {
    let nodes: Vec<_> = document.descendants(document.document_node()).collect();
    for node in nodes {
        match document.kind(node) {
            NodeKind::Comment | NodeKind::ProcessingInstruction => document.detach(node),
            NodeKind::Text => {
                let text = document.text(node);
                let trimmed = text.trim();
                if trimmed.is_empty() {
                    document.detach(node);
                } else if trimmed.len() < text.len() {
                    let trimmed = trimmed.to_owned();
                    document.set_text(node, &trimmed);
                }
            }
            NodeKind::Document | NodeKind::Element => {}
        }
    }
}
