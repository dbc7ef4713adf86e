//! Words that several artifacts share.

use std::fmt;
use std::sync::Arc;

use crate::diagnostics::Location;

/// The namespace of every configuration element (configuration.md §1).
pub const NAMESPACE: &str = "http://ws.apache.org/ns/synapse";

/// The key of another artifact, and where it was written.
#[derive(Clone)]
pub struct ResourceKey {
    /// The key.
    pub text: Arc<str>,
    /// The attribute value that holds it.
    pub location: Location,
}

/// A switch of an artifact such as `trace` or `statistics`: exactly `enable` or `disable`, anything else counts as
/// not given (configuration.md §6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Switch {
    /// Not given.
    #[default]
    Unset,
    /// `enable`.
    Enabled,
    /// `disable`.
    Disabled,
}

impl Switch {
    /// Reads the attribute's text.
    pub fn parse(text: Option<&str>) -> Self {
        match text {
            Some("enable") => Switch::Enabled,
            Some("disable") => Switch::Disabled,
            _ => Switch::Unset,
        }
    }
}

impl fmt::Debug for ResourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.text, self.location)
    }
}
