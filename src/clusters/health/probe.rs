//! Asking a member.

use std::future::Future;
use std::io;

use super::HealthCheck;
use crate::clusters::Member;
use crate::transport::http::client::ClientError;

/// Asks a member once whether it works.
pub trait Probe: Send + Sync + 'static {
    /// Asks; returns when it knows. Whoever asks limits the time.
    ///
    /// # Errors
    /// The member does not work.
    fn ask(&self, member: &Member, check: &HealthCheck) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Why a member is taken not to work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No connection.
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    /// No answer.
    #[error(transparent)]
    Exchange(#[from] ClientError),
    /// Not one of the expected statuses.
    #[error("the status is {0}")]
    Status(http::StatusCode),
    /// Neither within the time for it.
    #[error("no answer within {0:?}")]
    TimedOut(std::time::Duration),
}
