//! Why a request got no answer: in which phase, with which code, and whether anything was sent.

use std::io;
use std::time::Duration;

use sinew_core::message::BodyError;

/// What went wrong between us and a member.
///
/// The text is for operators; what a client of ours may see is decided elsewhere.
/// The codes are the base codes of http-transport.md §8.1.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No connection: every address refused, was unreachable or reset the attempt.
    #[error("cannot connect to {target}: {source}")]
    Connect {
        /// Host and port.
        target: String,
        /// What the last attempt said.
        source: io::Error,
    },
    /// The host name has no address.
    #[error("cannot resolve the host of {target}: {source}")]
    Unresolved {
        /// Host and port.
        target: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// No connection within the connect time-out.
    #[error("no connection to {target} within {limit:?}")]
    ConnectTimeout {
        /// Host and port.
        target: String,
        /// The time-out.
        limit: Duration,
    },
    /// All connections to the target were busy for the whole connect time-out, or too many requests wait already.
    #[error("all connections to {target} are busy")]
    PoolExhausted {
        /// Host and port.
        target: String,
    },
    /// The TLS handshake failed: certificate, name or protocol.
    #[error("TLS with {target} failed: {source}")]
    Tls {
        /// Host and port.
        target: String,
        /// What the handshake said.
        source: io::Error,
    },
    /// The connection broke while the request was being sent.
    #[error("sending to {target} failed: {source}")]
    Sending {
        /// Host and port.
        target: String,
        /// What broke.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// True when not one byte of the request was taken by the operating system.
        nothing_sent: bool,
    },
    /// The connection broke with an error while the answer was awaited.
    #[error("receiving from {target} failed: {source}")]
    Receiving {
        /// Host and port.
        target: String,
        /// What broke.
        source: Box<dyn std::error::Error + Send + Sync>,
        /// True when not one byte of the answer had come.
        nothing_received: bool,
    },
    /// The member closed the connection before it answered.
    #[error("{target} closed the connection before it answered")]
    Closed {
        /// Host and port.
        target: String,
        /// The request was still being sent.
        while_sending: bool,
        /// True when not one byte of the request was taken by the operating system.
        nothing_sent: bool,
    },
    /// No answer within the response time-out.
    #[error("no answer from {target} within {limit:?}")]
    ResponseTimeout {
        /// Host and port.
        target: String,
        /// The time-out.
        limit: Duration,
    },
    /// The member sent something that is no acceptable HTTP answer.
    #[error("{target} violated the protocol: {detail}")]
    Protocol {
        /// Host and port.
        target: String,
        /// What was wrong with it.
        detail: String,
    },
    /// The request cannot be written as asked for.
    #[error("the request to {target} cannot be sent: {detail}")]
    InvalidRequest {
        /// Host and port.
        target: String,
        /// Why not.
        detail: &'static str,
    },
    /// The body that was to be sent broke on its own side; the member is not to blame.
    #[error("the body to be sent to {target} failed: {source}")]
    RequestBody {
        /// Host and port.
        target: String,
        /// What happened to the body.
        source: BodyError,
    },
}

/// Where in an exchange an error struck (`PROTOCOL_STATE_ON_FAILURE`, http-transport.md §8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// No connection yet.
    Connecting,
    /// The request was being written.
    Sending,
    /// The request was written, the answer had not begun.
    Waiting,
    /// The answer had begun.
    Receiving,
}

impl ClientError {
    /// The base code of http-transport.md §8.1.
    pub fn code(&self) -> u32 {
        match self {
            Self::Connect { .. } | Self::Unresolved { .. } => 101_503,
            Self::ConnectTimeout { .. } => 101_508,
            Self::PoolExhausted { .. } | Self::ResponseTimeout { .. } => 101_504,
            Self::Tls { .. } | Self::Sending { .. } | Self::RequestBody { .. } => 101_500,
            Self::Receiving { .. } => 101_501,
            Self::Closed { .. } => 101_505,
            Self::Protocol { .. } => 101_506,
            Self::InvalidRequest { .. } => 102_510,
        }
    }

    /// Where in the exchange it happened.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Connect { .. }
            | Self::Unresolved { .. }
            | Self::ConnectTimeout { .. }
            | Self::PoolExhausted { .. }
            | Self::Tls { .. } => Phase::Connecting,
            Self::Sending { .. } | Self::InvalidRequest { .. } | Self::RequestBody { .. } => Phase::Sending,
            Self::Closed { while_sending: true, .. } => Phase::Sending,
            Self::Closed { .. } | Self::ResponseTimeout { .. } => Phase::Waiting,
            Self::Receiving { .. } | Self::Protocol { .. } => Phase::Receiving,
        }
    }

    /// True when the member cannot have seen anything of the request: sending it elsewhere is safe for every method.
    pub fn nothing_sent(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Unresolved { .. }
            | Self::ConnectTimeout { .. }
            | Self::PoolExhausted { .. }
            | Self::Tls { .. }
            | Self::InvalidRequest { .. } => true,
            Self::Sending { nothing_sent, .. } | Self::Closed { nothing_sent, .. } => *nothing_sent,
            Self::Receiving { .. }
            | Self::ResponseTimeout { .. }
            | Self::Protocol { .. }
            | Self::RequestBody { .. } => false,
        }
    }
}
