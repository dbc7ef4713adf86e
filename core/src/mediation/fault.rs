//! What goes wrong while a message is mediated or sent.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::expression::EvaluationError;

/// A failure that ends the current flow and runs the innermost fault handler (configuration.md §9).
#[derive(Clone, Debug)]
pub struct Fault {
    /// The base error code; [`ErrorCode::MEDIATION`] for failures of mediation itself.
    pub code: ErrorCode,
    /// One line for `ERROR_MESSAGE`.
    pub message: Cow<'static, str>,
    /// More for `ERROR_DETAIL`.
    pub detail: Option<String>,
    /// Whose fault it was.
    pub source: FaultSource,
    /// Whether the same request may be sent again.
    pub retry: Retry,
    /// True when no fault handler may run: the endpoint's time-out action is `discard` (endpoints.md §2.3).
    pub unhandled: bool,
    /// After what time another request may go better, for the `Retry-After` of an answer that no sequence made.
    pub retry_after: Option<Duration>,
}

/// A documented base error code (configuration.md §9.5); never shifted by a connection state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// A failure inside mediation.
    pub const MEDIATION: ErrorCode = ErrorCode(0);
    /// The request body of the client could not be read.
    pub const RECEIVER_INPUT: ErrorCode = ErrorCode(101_000);
    /// Writing the request failed.
    pub const SENDER_IO_SENDING: ErrorCode = ErrorCode(101_500);
    /// Reading the response failed.
    pub const SENDER_IO_RECEIVING: ErrorCode = ErrorCode(101_501);
    /// Refused, unknown host, reset while connecting.
    pub const CONNECTION_FAILED: ErrorCode = ErrorCode(101_503);
    /// No answer within the time-out.
    pub const CONNECTION_TIMEOUT: ErrorCode = ErrorCode(101_504);
    /// The endpoint closed the connection before it answered.
    pub const CONNECTION_CLOSED: ErrorCode = ErrorCode(101_505);
    /// The endpoint answered with something that is no HTTP.
    pub const PROTOCOL_VIOLATION: ErrorCode = ErrorCode(101_506);
    /// No connection within the connect time-out.
    pub const CONNECT_TIMEOUT: ErrorCode = ErrorCode(101_508);
    /// A composite endpoint has nothing to send to: no child is ready.
    pub const NONE_READY: ErrorCode = ErrorCode(303_000);
    /// The leaf endpoint is suspended or off.
    pub const ADDRESS_NONE_READY: ErrorCode = ErrorCode(303_001);
    /// The key of an indirect endpoint resolves to nothing.
    pub const INDIRECT_NOT_READY: ErrorCode = ErrorCode(305_100);
    /// The endpoint that a session is bound to is not ready.
    pub const SESSION_NOT_READY: ErrorCode = ErrorCode(309_001);
    /// The endpoint that a session is bound to is not there any more.
    pub const SESSION_PATH_INVALID: ErrorCode = ErrorCode(309_002);
    /// The endpoint that a session is bound to failed.
    pub const SESSION_FAILED: ErrorCode = ErrorCode(309_003);
    /// A parameter that a template cannot do without was not given.
    pub const TEMPLATE_PARAMETER: ErrorCode = ErrorCode(500_101);
    /// The payload is not what its content type says.
    pub const MESSAGE_PARSING: ErrorCode = ErrorCode(601_000);
}

impl ErrorCode {
    /// True for faults of endpoints that were not sent to, because they are not ready or not there.
    pub fn is_not_ready(self) -> bool {
        [Self::NONE_READY, Self::ADDRESS_NONE_READY, Self::INDIRECT_NOT_READY].contains(&self)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whose fault it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultSource {
    /// The configuration or a mediator.
    Mediation,
    /// The client's message.
    Client,
    /// Sending to or receiving from an endpoint.
    Endpoint,
}

/// Whether the same request may be sent again after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never.
    Never,
    /// Nothing reached the endpoint.
    NotSent,
    /// Only when repeating the request is harmless.
    Idempotent,
}

impl Fault {
    /// A failure of a mediator (`ERROR_CODE` 0).
    pub fn mediation(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: ErrorCode::MEDIATION,
            message: message.into(),
            detail: None,
            source: FaultSource::Mediation,
            retry: Retry::Never,
            unhandled: false,
            retry_after: None,
        }
    }

    /// A failure to send to an endpoint or to receive its answer.
    pub fn endpoint(code: ErrorCode, message: impl Into<Cow<'static, str>>, retry: Retry) -> Self {
        Self { code, source: FaultSource::Endpoint, retry, ..Self::mediation(message) }
    }

    /// A failure that the client's message caused.
    pub fn client(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, source: FaultSource::Client, ..Self::mediation(message) }
    }

    /// Adds the text for `ERROR_DETAIL`.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// An expression that cannot be evaluated for a message fails the mediator that asked (mediators.md §2.3).
impl From<EvaluationError> for Fault {
    fn from(error: EvaluationError) -> Self {
        Self::mediation(error.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Fault {}
