//! The nodes that expressions see: those of a document, and the envelope around a payload that came without one.

mod axes;
mod navigation;
mod text;
mod tree;

pub(super) use text::Budget;
pub use tree::{Item, Node, NodeSet, Tree};
