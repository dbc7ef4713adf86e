//! What waits to be written.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

/// Frames up to this many bytes are copied behind what waits already; larger ones are written from where they are.
const COPIED: usize = 4 * 1024;
/// With so many bytes waiting it is time to write.
const FULL: usize = 16 * 1024;

/// Heads and small frames in one piece, and behind them one large frame that is not copied. What is put in together leaves
/// with one system call.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    bytes: Vec<u8>,
    /// So many of them are written.
    written: usize,
    frame: Bytes,
    /// What follows the frame.
    tail: &'static [u8],
    /// The stream has taken bytes that it may still hold back, as TLS does.
    is_unflushed: bool,
}

impl Outbox {
    /// True when everything is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.written == self.bytes.len() && self.frame.is_empty() && self.tail.is_empty()
    }

    /// True when more may be put in before something is written.
    pub(crate) fn has_room(&self) -> bool {
        self.frame.is_empty() && self.tail.is_empty() && self.bytes.len() < FULL
    }

    /// Where a head is written to. Must be asked only while there [is room](Self::has_room).
    pub(crate) fn head(&mut self) -> &mut Vec<u8> {
        debug_assert!(self.frame.is_empty() && self.tail.is_empty(), "what follows would overtake");
        &mut self.bytes
    }

    /// Puts data behind everything, and something fixed behind the data. Must be asked only while there
    /// [is room](Self::has_room).
    pub(crate) fn put(&mut self, data: Bytes, tail: &'static [u8]) {
        if data.len() <= COPIED {
            self.head().extend_from_slice(&data);
            self.bytes.extend_from_slice(tail);
        } else {
            debug_assert!(self.frame.is_empty() && self.tail.is_empty(), "this would overtake");
            self.frame = data;
            self.tail = tail;
        }
    }

    /// Forgets everything that is not written yet.
    pub(crate) fn clear(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        *self = Self { bytes, is_unflushed: self.is_unflushed, ..Self::default() };
        self.bytes.clear();
    }

    /// Writes until nothing is left, here or in the stream, and tells how many bytes each write took.
    ///
    /// # Errors
    /// The stream does not take any more.
    pub(crate) fn poll_flush(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        context: &mut Context<'_>,
        mut wrote: impl FnMut(usize),
    ) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            let bytes = self.bytes.get(self.written..).unwrap_or_default();
            let result = if self.frame.is_empty() && self.tail.is_empty() {
                Pin::new(&mut *stream).poll_write(context, bytes)
            } else {
                let slices = [IoSlice::new(bytes), IoSlice::new(&self.frame), IoSlice::new(self.tail)];
                Pin::new(&mut *stream).poll_write_vectored(context, &slices)
            };
            let count = ready!(result)?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            wrote(count);
            self.took(count);
            self.is_unflushed = true;
        }
        self.written = 0;
        self.bytes.clear();
        if self.is_unflushed {
            ready!(Pin::new(stream).poll_flush(context))?;
            self.is_unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn took(&mut self, mut count: usize) {
        let of_bytes = count.min(self.bytes.len() - self.written);
        self.written += of_bytes;
        count -= of_bytes;
        let of_frame = count.min(self.frame.len());
        self.frame.advance(of_frame);
        count -= of_frame;
        self.tail = self.tail.get(count..).unwrap_or_default();
    }
}
