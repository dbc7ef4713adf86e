//! Why a text is no JSON payload.

/// Why a text is no JSON payload, or a tree has no JSON form.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It does not follow the grammar.
    #[error("{0}")]
    Syntax(String),
    /// Objects and arrays are nested deeper than [`JsonError::DEPTH`].
    #[error("objects and arrays are nested more than {} deep", JsonError::DEPTH)]
    TooDeep,
    /// There are more values than [`JsonError::VALUES`].
    #[error("there are more than {} values", JsonError::VALUES)]
    TooManyValues,
    /// Its tree would take more than [`JsonError::TREE`] as text: long names of long lists stand there at every item.
    #[error("as XML it would be larger than {} bytes", JsonError::TREE)]
    TooLarge,
}

impl JsonError {
    /// Objects and arrays open at once: what the parser takes at most.
    pub const DEPTH: usize = 127;
    /// Values of the whole text, as many as nodes of an XML document (hardening.md §2 row 16).
    pub const VALUES: usize = 1_000_000;
    /// Bytes of the tree as text, as many as an XML document may have.
    pub const TREE: u64 = 64 * 1024 * 1024;
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::Syntax(error.to_string())
    }
}
