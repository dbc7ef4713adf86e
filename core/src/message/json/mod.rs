//! JSON payloads: the text as it came, its value, and the tree that expressions see.

mod error;
mod from_tree;
mod limits;
mod to_tree;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use serde_json::Value;

pub use error::JsonError;
pub use from_tree::value_of;
pub use to_tree::document_of;

use crate::xml::Document;

/// A JSON payload. Its text is what goes out, byte for byte, until somebody changes the value
/// (message-and-expressions.md §4.2).
///
/// Numbers keep their digits, however many: `1.0` stays `1.0`.
#[derive(Clone, Debug)]
pub struct JsonPayload {
    value: Arc<Value>,
    text: OnceLock<Arc<str>>,
    tree: OnceLock<Arc<Document>>,
}

impl JsonPayload {
    /// Reads JSON (RFC 8259) within the limits of [`JsonError`].
    ///
    /// # Errors
    /// The text is no JSON, or exceeds a limit. It takes time linear in the text.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        limits::check(text)?;
        let value: Value = serde_json::from_str(text).map_err(JsonError::from)?;
        limits::check_tree(&value)?;
        Ok(Self { text: OnceLock::from(Arc::from(text)), ..Self::new(value) })
    }

    /// A payload made here.
    pub fn new(value: Value) -> Self {
        Self { value: Arc::new(value), text: OnceLock::new(), tree: OnceLock::new() }
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value, to be changed: text and tree are made anew from it afterwards. A value that is shared with another
    /// message is copied first.
    pub fn value_mut(&mut self) -> &mut Value {
        self.text = OnceLock::new();
        self.tree = OnceLock::new();
        Arc::make_mut(&mut self.value)
    }

    /// The text: as received, or the value written without blanks.
    pub fn text(&self) -> &str {
        self.text.get_or_init(|| self.value.to_string().into())
    }

    /// The tree that XPath sees: `jsonObject`, `jsonArray` or `jsonValue` (message-and-expressions.md §4.2). It is
    /// built when first asked for, at most once.
    pub fn document(&self) -> &Arc<Document> {
        self.tree.get_or_init(|| Arc::new(document_of(&self.value)))
    }
}
