//! The byte stream as hyper sees it: every byte is counted and scanned, and closing does not lose an answer.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::activity::Activity;
use crate::transport::http::Stream;
use crate::transport::http::framing::wire::WireScanner;

/// The most that is read and discarded after an early close.
const LINGER_BYTES: usize = 8 * 1024 * 1024;

pub(super) struct Socket {
    stream: Stream,
    scanner: WireScanner,
    activity: Arc<Activity>,
    linger_time: Duration,
    closing: Closing,
}

enum Closing {
    Open,
    /// Our side is closed; what the client still sends is discarded, so that the kernel does not answer it with
    /// a reset that would overtake the answer (RFC 9112 §9.6).
    Lingering {
        until: Pin<Box<Sleep>>,
        left: usize,
    },
    Closed,
}

impl Socket {
    pub(super) fn new(stream: Stream, activity: Arc<Activity>, linger_time: Duration) -> Self {
        let scanner = WireScanner::new(Arc::clone(&activity.wire));
        Self { stream, scanner, activity, linger_time, closing: Closing::Open }
    }

    /// Makes the coming close a reset.
    pub(super) fn reset_on_close(&self) {
        self.stream.reset_on_close();
    }

    /// Ready when there is something to read, without reading it.
    pub(super) fn poll_readable(&self, context: &mut Context<'_>) -> Poll<()> {
        // An error is seen again by whoever reads.
        self.stream.tcp().poll_read_ready(context).map(drop)
    }

    /// True when the kernel holds bytes for us, which a close would answer with a reset.
    fn has_unread_bytes(&mut self, context: &mut Context<'_>) -> bool {
        let mut space = [0_u8; 512];
        let mut buffer = ReadBuf::new(&mut space);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
        matches!(read, Poll::Ready(Ok(()))) && !buffer.filled().is_empty()
    }

    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Closing::Lingering { until, left } = &mut self.closing else { return Poll::Ready(()) };
        let mut space = [0_u8; 4096];
        // A fast client must not keep the thread from its other connections.
        for _ in 0..16 {
            if until.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let mut buffer = ReadBuf::new(&mut space);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            let count = buffer.filled().len();
            if read.is_err() || count == 0 || count >= *left {
                return Poll::Ready(());
            }
            *left -= count;
        }
        context.waker().wake_by_ref();
        Poll::Pending
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
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        if !bytes.is_empty() {
            let heads = this.activity.wire.heads();
            this.scanner.read(bytes);
            this.activity.bytes_read(bytes.len(), heads);
        }
        Poll::Ready(Ok(()))
    }
}

impl Socket {
    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Ready(Ok(count)) => self.activity.bytes_written(*count),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.activity.write_blocked(),
        }
        result
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Closing::Open = this.closing {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            this.closing = if this.activity.has_unread_request() || this.has_unread_bytes(context) {
                Closing::Lingering { until: Box::pin(sleep(this.linger_time)), left: LINGER_BYTES }
            } else {
                Closing::Closed
            };
        }
        ready!(this.poll_linger(context));
        this.closing = Closing::Closed;
        Poll::Ready(Ok(()))
    }
}
