//! How calls of providers fail.

use std::time::Duration;

/// Why a provider did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IaasError {
    /// It is asked too often.
    #[error("throttled: {reason}")]
    Throttled {
        /// How long it wants to be left alone, if it said so.
        after: Option<Duration>,
        /// In its words.
        reason: String,
    },
    /// Something that may pass: no answer in time, a broken connection, an error inside the provider.
    #[error("{0}")]
    Transient(String),
    /// It says no, and will say no again.
    #[error("refused: {0}")]
    Refused(String),
    /// It knows nothing of what was asked for.
    #[error("{0} is not known")]
    NotFound(String),
    /// Providers of this kind cannot do it.
    #[error("this kind of provider cannot {0}")]
    Unsupported(&'static str),
}

impl IaasError {
    /// Whether the same call may succeed later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::Transient(_))
    }
}
