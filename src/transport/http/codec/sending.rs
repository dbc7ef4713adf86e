//! A body on its way out: frames that are ready together leave together.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body as _;
use sinew_core::message::{Body, BodyError};
use tokio::io::AsyncWrite;

use super::{BodyFault, Outbox};

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Not at all; what there is of it is not asked for.
    Nothing,
    /// So many bytes, which the head has announced.
    Known(u64),
    /// In chunks.
    Chunked,
    /// As it comes; the end of the connection is its end.
    UntilClose,
}

/// Why a body could not be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// It failed where it comes from.
    #[error(transparent)]
    Source(BodyError),
    /// It is not as long as the head has announced.
    #[error(transparent)]
    Length(BodyFault),
    /// The stream does not take it.
    #[error(transparent)]
    Stream(io::Error),
}

/// A body that is being written.
pub(crate) struct Sending {
    body: Body,
    written: Written,
    is_taken: bool,
    waits_for_source: bool,
    failure: Option<SendError>,
}

const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
const BEHIND_CHUNK: &[u8] = b"\r\n";
const BEHIND_LAST: &[u8] = b"\r\n0\r\n\r\n";

impl Sending {
    pub(crate) fn new(body: Body, written: Written) -> Self {
        let is_taken = matches!(written, Written::Nothing | Written::Known(0));
        Self { body, written, is_taken, waits_for_source: false, failure: None }
    }

    /// True when nothing can be written before the source gives more.
    pub(crate) fn waits_for_source(&self) -> bool {
        self.waits_for_source
    }

    /// Puts into the outbox what the source has ready. A body that fails before anything of it was put there is an error
    /// at once; later failures are told when what came before them has been written.
    pub(crate) fn take_ready(
        &mut self,
        outbox: &mut Outbox,
        context: &mut Context<'_>,
    ) -> Result<(), SendError> {
        let mut has_put = false;
        self.waits_for_source = false;
        while !self.is_taken && self.failure.is_none() && outbox.has_room() {
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are not forwarded, and an empty frame would end a chunked message.
                    let data = frame.into_data().unwrap_or_default();
                    let is_last = self.body.is_end_stream();
                    match self.put(data, is_last, outbox) {
                        Ok(()) => has_put = true,
                        Err(fault) => self.failure = Some(SendError::Length(fault)),
                    }
                }
                Poll::Ready(Some(Err(error))) => self.failure = Some(SendError::Source(error)),
                Poll::Ready(None) => {
                    if let Err(fault) = self.put(Bytes::new(), true, outbox) {
                        self.failure = Some(SendError::Length(fault));
                    }
                }
                Poll::Pending => {
                    self.waits_for_source = true;
                    break;
                }
            }
        }
        match self.failure.take_if(|_| !has_put) {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// Writes until all of the body is written, or it cannot go on.
    ///
    /// # Errors
    /// It was cut off: the connection cannot be used again.
    pub(crate) fn poll_send(
        &mut self,
        outbox: &mut Outbox,
        stream: &mut (impl AsyncWrite + Unpin),
        context: &mut Context<'_>,
        mut wrote: impl FnMut(usize),
    ) -> Poll<Result<(), SendError>> {
        loop {
            if self.failure.is_none()
                && let Err(failure) = self.take_ready(outbox, context)
            {
                self.failure = Some(failure);
            }
            match outbox.poll_flush(stream, context, &mut wrote) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(SendError::Stream(error))),
                Poll::Ready(Ok(())) => {}
            }
            if let Some(failure) = self.failure.take() {
                return Poll::Ready(Err(failure));
            }
            if self.is_taken {
                return Poll::Ready(Ok(()));
            }
            if self.waits_for_source {
                return Poll::Pending;
            }
        }
    }

    fn put(&mut self, data: Bytes, is_last: bool, outbox: &mut Outbox) -> Result<(), BodyFault> {
        match &mut self.written {
            Written::Nothing => {}
            Written::Known(left) => {
                *left = left
                    .checked_sub(data.len() as u64)
                    .ok_or(BodyFault("the body is longer than announced"))?;
                if is_last && *left > 0 {
                    return Err(BodyFault("the body is shorter than announced"));
                }
                self.is_taken = *left == 0;
                outbox.put(data, b"");
            }
            Written::Chunked if data.is_empty() => {
                if is_last {
                    outbox.put(data, LAST_CHUNK);
                }
            }
            Written::Chunked => {
                write_size(outbox.head(), data.len());
                outbox.put(data, if is_last { BEHIND_LAST } else { BEHIND_CHUNK });
            }
            Written::UntilClose => outbox.put(data, b""),
        }
        self.is_taken |= is_last;
        Ok(())
    }
}

/// The size line of a chunk.
fn write_size(out: &mut Vec<u8>, size: usize) {
    use std::io::Write as _;
    // Writing to memory does not fail.
    let _ = write!(out, "{size:X}\r\n");
}
