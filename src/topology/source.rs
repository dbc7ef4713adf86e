//! Where texts come from.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::diagnostics::SourceFile;

use crate::transport::http::client::ClientError;

/// Gives the state of the infrastructure, again and again.
pub trait TopologySource: Send + 'static {
    /// Its name in logs and metrics.
    fn name(&self) -> &'static str;

    /// Waits for a text that may be another than the last. May be dropped and called again at any time.
    fn next(&mut self) -> impl Future<Output = Result<Arc<SourceFile>, SourceError>> + Send;
}

/// Why there is no text. Whoever asks tries again.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// No answer.
    #[error(transparent)]
    Exchange(#[from] ClientError),
    /// An answer that is none.
    #[error("the status is {0}")]
    Status(http::StatusCode),
    /// The text breaks off.
    #[error("the text broke off: {0}")]
    BrokenOff(String),
    /// The text is too large.
    #[error("the text is larger than {0} bytes")]
    TooLarge(usize),
    /// The text did not come in time.
    #[error("the text did not come within {0:?}")]
    TooSlow(Duration),
    /// The text is not in UTF-8.
    #[error("the text is not in UTF-8")]
    NotText,
}
