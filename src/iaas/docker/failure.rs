//! What errors of the engine mean.

use bollard::errors::Error;

use crate::iaas::{IaasError, http as calls};

/// The status of an answer that is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status(u16);

impl Status {
    /// There is no such container, image or network.
    pub(super) const NOT_FOUND: Self = Self(404);
    /// The name is in use, or the container is in the midst of something else.
    pub(super) const CONFLICT: Self = Self(409);

    /// None when there was no answer, or one that makes no sense.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::DockerResponseServerError { status_code, .. } => Some(Self(*status_code)),
            _ => None,
        }
    }
}

/// What an error means for the caller. Without an answer, there may be one later: engines are started again.
pub(super) fn read(error: Error) -> IaasError {
    let reason = reason(&error);
    match Status::of(&error) {
        Some(Status::NOT_FOUND) => IaasError::NotFound(reason),
        Some(Status::CONFLICT) => IaasError::Transient(reason),
        Some(Status(status)) => calls::refusal(status, None, reason),
        None => IaasError::Transient(reason),
    }
}

/// An error in words.
pub(super) fn reason(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { status_code, message } if message.trim().is_empty() => {
            format!("Docker answered with status {status_code}")
        }
        Error::DockerResponseServerError { message, .. } => calls::readable(message.trim()),
        other => calls::readable(&format!("Docker: {other}")),
    }
}

/// An answer that is no answer: the same call later may bring a better one, and does no harm.
pub(super) fn odd(what: String) -> IaasError {
    IaasError::Transient(format!("the answer of Docker is odd: {what}"))
}
