//! The namespace prefixes that an expression may use.

use std::sync::Arc;

/// The prefixes in scope where an expression stands. The default namespace is left out: unprefixed names in XPath
/// mean no namespace (message-and-expressions.md §7.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces(Arc<[(String, String)]>);

impl Namespaces {
    /// Collects prefix and URI pairs; an empty prefix is skipped.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let bound = pairs.into_iter().filter(|(prefix, _)| !prefix.is_empty());
        Self(bound.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect())
    }

    /// The URI bound to a prefix.
    pub fn uri(&self, prefix: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str())
    }

    /// Every bound prefix.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(prefix, _)| prefix.as_str())
    }
}
