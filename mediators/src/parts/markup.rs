//! Elements as documents of their own.

use std::sync::Arc;

use sinew_core::expression::{Item, Node};
use sinew_core::message::{Value, ValueType};
use sinew_core::xml::{Document, Element, NodeId, NodeKind};

/// The element as a document of its own, with the namespaces it uses.
///
/// Whoever changes it later changes a copy: the document is shared and copied on write (mediators.md cases 52 and 68).
pub(crate) fn element_document(element: Element<'_>) -> Arc<Document> {
    document_of(element.document(), element.node())
}

/// A copy of an element as a document of its own.
pub(crate) fn document_of(source: &Document, element: NodeId) -> Arc<Document> {
    let mut document = Document::new();
    let copy = document.import(source, element);
    document.append_child(document.document_node(), copy);
    Arc::new(document)
}

/// A copy of a selected element, or of the root of a selected document, as a document of its own; `None` for what is
/// no element, and for the element imagined around text.
pub(crate) fn selected_element(node: Node<'_>) -> Option<Arc<Document>> {
    match node.item() {
        Item::Node(id) => {
            let document = node.document()?;
            match document.kind(id) {
                NodeKind::Element => Some(document_of(document, id)),
                NodeKind::Document => Some(document_of(document, document.root_element()?)),
                _ => None,
            }
        }
        // They exist nowhere but in expressions: their XML is the only copy there is.
        Item::Envelope | Item::Header | Item::Body => match ValueType::Om.convert(&node.text()) {
            Ok(Value::Xml(document)) => Some(document),
            _ => None,
        },
        Item::Attribute(_) | Item::Namespace { .. } | Item::TextElement | Item::Text => None,
    }
}
