//! Java's object streams, as far as Tribes nodes need them (membership-wire.md §8.1).
//!
//! Reading yields a tree of tokens; nothing is ever instantiated, no class is looked up, and every size is bounded.
//! Writing the tree gives the same bytes again.

mod class;
mod reader;
mod text;
mod tree;
mod writer;

pub use class::{Class, ClassIndex, Field};
pub use reader::read;
pub use tree::{Object, Part, Tree, Value};
pub use writer::write;
