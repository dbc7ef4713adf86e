//! The text of `loadbalancer.conf` as a tree of blocks and properties, and the tree as text.

mod block;
mod scanner;
mod writer;

pub use block::{Block, Property, Tree};
pub(super) use scanner::{Scanned, scan};
