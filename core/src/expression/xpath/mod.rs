//! XPath 1.0 in the dialect of Synapse (message-and-expressions.md §7): text to a program, program and message to an
//! object.
//!
//! The parts, in the order an expression meets them: `syntax` reads text, `program` resolves names and simplifies,
//! `checks` looks for what cannot be meant, `evaluation` runs the program over `node`s and yields an `object`.

mod checks;
mod evaluation;
mod failure;
mod node;
mod object;
mod program;
mod syntax;

pub(crate) use failure::Failure;
pub use node::{Item, Node, NodeSet, Tree};
pub use object::Object;
pub(crate) use program::{Program, UNSUPPORTED_SCOPES};
