//! What is put into an outbox leaves in order, together, and is flushed.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::io::AsyncWrite;

use crate::transport::http::codec::Outbox;

/// Takes so many bytes at a time, and is flushed at the second attempt, as TLS over a full socket.
#[derive(Default)]
struct Slow {
    taken: Vec<u8>,
    at_once: usize,
    writes: usize,
    flushes: usize,
}

impl AsyncWrite for Slow {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes += 1;
        let bytes = slices.iter().flat_map(|slice| slice.iter().copied()).take(self.at_once);
        let bytes: Vec<u8> = bytes.collect();
        self.taken.extend_from_slice(&bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.flushes += 1;
        if self.flushes == 1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn everything_leaves_in_order_and_together() {
    let large = "x".repeat(10_000);
    for (at_once, writes) in [(usize::MAX, 1), (7, (4 + 5 + 10_000 + 2_usize).div_ceil(7))] {
        let mut stream = Slow { at_once, ..Slow::default() };
        let mut outbox = Outbox::default();
        outbox.head().extend_from_slice(b"head");
        outbox.put(Bytes::from_static(b"small"), b"");
        outbox.put(Bytes::from(large.clone()), b"\r\n");
        assert!(!outbox.has_room(), "nothing may overtake the large frame");
        let mut told = 0;
        poll_fn(|context| outbox.poll_flush(&mut stream, context, |count| told += count)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&stream.taken), format!("headsmall{large}\r\n"));
        assert_eq!((stream.writes, told), (writes, stream.taken.len()));
        assert!(outbox.is_empty() && outbox.has_room());
    }
}

#[test]
fn a_flush_that_has_to_wait_is_not_forgotten() {
    let mut stream = Slow { at_once: usize::MAX, ..Slow::default() };
    let mut outbox = Outbox::default();
    outbox.put(Bytes::from_static(b"data"), b"");
    let mut context = Context::from_waker(Waker::noop());
    assert!(outbox.poll_flush(&mut stream, &mut context, |_| {}).is_pending());
    assert!(outbox.poll_flush(&mut stream, &mut context, |_| {}).is_ready());
    assert_eq!((stream.writes, stream.flushes), (1, 2));
    assert!(outbox.poll_flush(&mut stream, &mut context, |_| {}).is_ready());
    assert_eq!(stream.flushes, 2, "what is flushed is not flushed again");
}
