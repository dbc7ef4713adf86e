//! XML: bytes to a tree, the tree's navigation and editing, the tree back to text.
//!
//! A [`Document`] keeps all its nodes in one arena and all its text in one string, so that a message costs a
//! handful of allocations and can be cloned, sent and dropped cheaply, however deep it is. [`parse`] refuses
//! what is not well-formed, every DOCTYPE, and whatever exceeds [`Limits`]. Configuration files are read
//! through [`SourceDocument`] and [`Element`], which know where everything stands in the file.

mod name;

mod document;
mod edit;
mod import;
mod navigation;

mod error;
mod limits;
mod reader;
mod scope;
mod well_formed;

mod writer;

mod element;

#[cfg(test)]
mod tests;

pub use document::{AttributeId, Document, NodeId, NodeKind};
pub use element::{Element, SourceDocument};
pub use error::{XmlError, XmlErrorKind};
pub use limits::Limits;
pub use name::{QualifiedName, is_nc_name, namespaces};
pub use navigation::Attribute;
pub use reader::{decode, parse, parse_bytes};
pub use writer::{write, write_indented};
