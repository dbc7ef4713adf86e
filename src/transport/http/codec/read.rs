//! The buffer of what has arrived.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// What a buffer begins with; most messages need no more.
const SMALL: usize = 8 * 1024;
/// A read for less room than this is not worth a system call.
const LITTLE: usize = 4 * 1024;

/// Bytes that have arrived and were not taken yet. It has memory only while something is in it, or was lately.
#[derive(Debug)]
pub(crate) struct ReadBuffer {
    /// What is there.
    pub(crate) bytes: BytesMut,
    /// The room for the next read; it follows what comes.
    next: usize,
    largest: usize,
}

impl ReadBuffer {
    /// One that makes room for up to `largest` bytes at once.
    pub(crate) fn new(largest: usize) -> Self {
        Self { bytes: BytesMut::new(), next: SMALL, largest: largest.max(SMALL) }
    }

    /// Reads once, and says how many bytes came; 0 is the end.
    pub(crate) fn poll_fill(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let room = self.bytes.capacity() - self.bytes.len();
        if room < if self.bytes.is_empty() { self.next } else { LITTLE } {
            self.bytes.reserve(self.next);
        }
        let room = self.bytes.capacity() - self.bytes.len();
        let count = ready!(poll_read_buf(Pin::new(stream), context, &mut self.bytes))?;
        if count == room {
            self.next = (self.next * 2).min(self.largest);
        } else if count < self.next / 4 {
            self.next = (self.next / 2).max(SMALL);
        }
        Poll::Ready(Ok(count))
    }

    /// Gives the memory back, unless something is in it.
    pub(crate) fn release(&mut self) {
        if self.bytes.is_empty() {
            self.bytes = BytesMut::new();
        }
    }
}
