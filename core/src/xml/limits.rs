//! How much one document may hold.

/// What a document may hold before [`parse`](super::parse) refuses it; hardening.md §2 row 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Elements open at once, the root included. Default 256.
    pub depth: usize,
    /// Attributes and namespace declarations of one element together. Default 256.
    pub attributes: usize,
    /// Bytes of one qualified name. Default 1024.
    pub name_length: usize,
    /// Nodes, attributes and namespace declarations of the whole document. Default 1,000,000.
    pub nodes: usize,
    /// Bytes of input, before and after decoding. Default 64 MiB; never more than 4 GiB less one byte.
    pub input: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 256, attributes: 256, name_length: 1024, nodes: 1_000_000, input: 64 * 1024 * 1024 }
    }
}
