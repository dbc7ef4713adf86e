//! An element that is kept for another reader.

use std::fmt;
use std::sync::Arc;

use crate::diagnostics::Location;
use crate::xml::{Element, NodeId, SourceDocument};

/// An element together with the document it stands in.
#[derive(Clone)]
pub struct OwnedElement {
    source: Arc<SourceDocument>,
    node: NodeId,
}

impl OwnedElement {
    /// Keeps an element.
    pub fn new(element: Element<'_>) -> Self {
        Self { source: element.source().clone(), node: element.node() }
    }

    /// The element.
    pub fn element(&self) -> Element<'_> {
        Element::new(&self.source, self.node)
    }

    /// Where its start tag stands.
    pub fn location(&self) -> Location {
        self.element().location()
    }
}

impl fmt::Debug for OwnedElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}> at {}", self.element().local_name(), self.location())
    }
}
