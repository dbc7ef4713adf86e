//! Labels from small closed sets.

use http::{Method, StatusCode};

/// What kind of artifact serves a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceKind {
    /// An API.
    Api,
    /// A proxy service.
    Proxy,
    /// The main sequence, for requests that no API or proxy service takes.
    Main,
}

/// A listener known to [`Metrics`](super::Metrics).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenerLabel(pub(super) usize);

/// The methods with a label of their own, and last that of all others.
pub(super) const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "other"];

/// The classes of status codes, and last that of exchanges without one.
pub(super) const CODE_CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "none"];

impl ServiceKind {
    /// The value of the label `kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Proxy => "proxy",
            Self::Main => "main",
        }
    }
}

/// The index in [`METHODS`].
pub(super) fn method_index(method: &Method) -> usize {
    let others = METHODS.len() - 1;
    METHODS[..others].iter().position(|known| *known == method.as_str()).unwrap_or(others)
}

/// The index in [`CODE_CLASSES`].
pub(super) fn code_class_index(status: Option<StatusCode>) -> usize {
    let none = CODE_CLASSES.len() - 1;
    match status.map(|status| status.as_u16() / 100) {
        Some(class @ 1..=5) => usize::from(class) - 1,
        _ => none,
    }
}
