//! Elements as documents of their own.

use std::sync::Arc;

use sinew_core::xml::{Document, Element, NodeId};

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
