//! Tests of the tree.

mod edit;
mod element;
mod properties;
mod read;
mod refuse;
mod scale;
mod write;

use super::{Document, Limits, NodeId, parse, write as write_to};

/// Parses what must be well-formed.
fn document(text: &str) -> Document {
    parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text:?}: {error} at {}", error.offset))
}

fn root(document: &Document) -> NodeId {
    document.root_element().expect("a root element")
}

fn xml(document: &Document, node: NodeId) -> String {
    let mut out = String::new();
    write_to(document, node, &mut out);
    out
}
