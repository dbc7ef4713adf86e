//! The messages of HTTP/1.1 as bytes: heads and bodies that come in, heads and bodies that go out (RFC 9112).
//!
//! Nothing here waits or decides: who reads a message calls the parsers and a [`Decoder`] with what has arrived, who writes
//! one fills an [`Outbox`] through [`Sending`]. The verdicts on what was read are those of [`super::framing`].

mod chunks;
mod decoder;
mod head;
mod names;
mod outbox;
mod read;
mod request;
mod response;
mod sending;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use decoder::{Decoder, Length};
pub(crate) use head::{HeadFault, Unfinished};
pub(crate) use outbox::Outbox;
pub(crate) use read::ReadBuffer;
pub(crate) use request::{RequestHead, parse_request};
pub(crate) use response::{ResponseHead, parse_response};
pub(crate) use sending::{SendError, Sending, Written};
pub(crate) use write::{write_line, write_request_line, write_status_line};

/// A body that is not what its framing promised; the text is for logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BodyFault(pub(crate) &'static str);
