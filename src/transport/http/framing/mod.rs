//! The framing policy: which messages are refused, what is rewritten in the others, what is never forwarded.
//!
//! Pure functions over heads that were parsed; the verdicts are those of hardening.md §1.1 and §1.3.
//! Who reads a message checks it (`check_request`, [`check_response`]); who writes one removes what belongs
//! to a single connection ([`strip_hop_by_hop`]) and frames the body anew.

mod authority;
mod content_length;
mod hop_by_hop;
mod request;
mod response;

use ::http::StatusCode;
use sinew_core::message::BodyError;

use super::codec::HeadFault;

pub use hop_by_hop::strip_hop_by_hop;
pub(super) use hop_by_hop::{is_hop_by_hop, named_by_connection};
pub(crate) use request::check_request;
pub(crate) use response::check_response;

/// Limits on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// Bytes of the whole head, at least 8192. Over it: 431. Default 64 KiB.
    pub head: usize,
    /// Header lines. Over it: 431. Default 100.
    pub headers: usize,
    /// Bytes of the request target. Over it: 414. Default 8 KiB (RFC 9112 §3 asks for 8000 at least).
    pub target: usize,
    /// Bytes of the method. Over it: 501. Default 32.
    pub method: usize,
    /// Bytes of the body; `None` is no limit (the default). Over it: 413.
    pub body: Option<u64>,
    /// Let TRACE pass; otherwise 405. Default false.
    pub allow_trace: bool,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { head: 64 * 1024, headers: 100, target: 8 * 1024, method: 32, body: None, allow_trace: false }
    }
}

/// Limits on the head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseLimits {
    /// Bytes of the whole head, at least 8192. Default 64 KiB.
    pub head: usize,
    /// Header lines. Default 100.
    pub headers: usize,
}

impl Default for ResponseLimits {
    fn default() -> Self {
        Self { head: 64 * 1024, headers: 100 }
    }
}

/// A message we do not pass on, and the status that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", status.as_u16())]
pub struct Refusal {
    /// What the client is told.
    pub status: StatusCode,
    /// The class, for counters.
    pub reason: RefusalReason,
    /// What exactly, for logs; never sent.
    pub detail: &'static str,
}

/// Classes of refused messages; the label of the `refused` counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// Not HTTP, or a head or body that breaks the grammar.
    Malformed,
    /// A head whose message length can be read in two ways.
    Framing,
    /// A `Host` or authority that is missing, doubled or no authority.
    Host,
    /// A target that is no path, or that must not be passed on.
    Target,
    /// A method that is not served.
    Method,
    /// An expectation that cannot be met.
    Expectation,
    /// Head, target or body over its limit.
    TooLarge,
    /// The client took too long.
    Timeout,
    /// Too many connections or requests.
    Overload,
    /// We are shutting down.
    Draining,
}

impl RefusalReason {
    /// Every reason, in the order of [`RefusalReason::index`].
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::Framing,
        Self::Host,
        Self::Target,
        Self::Method,
        Self::Expectation,
        Self::TooLarge,
        Self::Timeout,
        Self::Overload,
        Self::Draining,
    ];

    /// The position in [`RefusalReason::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// The value of the label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Framing => "framing",
            Self::Host => "host",
            Self::Target => "target",
            Self::Method => "method",
            Self::Expectation => "expectation",
            Self::TooLarge => "too_large",
            Self::Timeout => "timeout",
            Self::Overload => "overload",
            Self::Draining => "draining",
        }
    }
}

impl Refusal {
    pub(crate) const fn new(status: StatusCode, reason: RefusalReason, detail: &'static str) -> Self {
        Self { status, reason, detail }
    }

    pub(crate) const fn framing(detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, RefusalReason::Framing, detail)
    }

    /// What a client is told whose request body failed, when nothing has been answered yet:
    /// 400 for a broken body, 408 for one that stalled, 413 for one over the limit (hardening.md §1.1).
    pub fn of_body(error: &BodyError) -> Self {
        match error {
            BodyError::Aborted(_) => Self::new(
                StatusCode::BAD_REQUEST,
                RefusalReason::Malformed,
                "the body was cut off or malformed",
            ),
            BodyError::Idle => {
                Self::new(StatusCode::REQUEST_TIMEOUT, RefusalReason::Timeout, "the body stalled")
            }
            BodyError::TooLarge { .. } => Self::body_too_large(),
        }
    }

    /// What a client is told whose bytes are no head that is served.
    pub(crate) const fn of_head(fault: HeadFault) -> Self {
        match fault {
            HeadFault::Malformed => {
                Self::new(StatusCode::BAD_REQUEST, RefusalReason::Malformed, "the head is not HTTP")
            }
            HeadFault::TooLarge => Self::new(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                RefusalReason::TooLarge,
                "the head is over a limit",
            ),
            HeadFault::TargetTooLong => Self::target_too_long(),
        }
    }

    pub(crate) const fn target_too_long() -> Self {
        Self::new(StatusCode::URI_TOO_LONG, RefusalReason::TooLarge, "the target is too long")
    }

    pub(crate) const fn body_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, RefusalReason::TooLarge, "the body is over the limit")
    }
}

/// Whether a connection may carry another exchange after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// Yes, when both sides agree.
    Allowed,
    /// No: the framing was doubtful.
    Forbidden,
}
