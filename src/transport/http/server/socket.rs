//! The byte stream of a client: every byte is counted, and a client that does not take any is noticed.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::transport::counters::ConnectionCounters;
use crate::transport::http::Stream;
use crate::transport::http::codec::ReadBuffer;

pub(super) struct Socket {
    stream: Stream,
    pub(super) counters: ConnectionCounters,
    blocked_since: Option<Instant>,
}

impl Socket {
    pub(super) fn new(stream: Stream, counters: ConnectionCounters) -> Self {
        Self { stream, counters, blocked_since: None }
    }

    /// Makes the coming close a reset.
    pub(super) fn reset_on_close(&self) {
        self.stream.reset_on_close();
    }

    /// True when closing says more than that nothing comes any more.
    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Ready when there is something to read, without reading it.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        // An error is seen again by whoever reads.
        self.stream.tcp().poll_read_ready(context).map(drop)
    }

    /// Since when the client has taken no byte of what we want to write; `None` while it takes them.
    pub(super) fn blocked_since(&self) -> Option<Instant> {
        self.blocked_since
    }

    fn note<T>(&mut self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match &written {
            Poll::Ready(_) => self.blocked_since = None,
            Poll::Pending => {
                self.blocked_since.get_or_insert_with(Instant::now);
            }
        }
        written
    }

    fn wrote(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(count)) = &written {
            self.counters.sent(*count);
        }
        self.note(written)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        this.counters.received(buffer.filled().len().saturating_sub(before));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// TLS may hold back what it took, so a flush can be what a client blocks.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        this.note(flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// A socket and what has arrived on it and was not taken yet.
pub(super) struct Io {
    pub(super) socket: Socket,
    pub(super) input: ReadBuffer,
}

impl Io {
    pub(super) fn new(socket: Socket, largest_read: usize) -> Self {
        Self { socket, input: ReadBuffer::new(largest_read) }
    }

    /// Reads once; 0 is the end.
    pub(super) fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.input.poll_fill(&mut self.socket, context)
    }
}
