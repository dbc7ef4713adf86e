//! Closing a connection so that its client sees the last answer, and not a reset.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::loan::DISCARDED;
use super::socket::Socket;
use crate::transport::http::timer::{LazyTimer, later};

/// Closes our side; `patience` is how long that may take. When bytes of a request may still be on their way that nobody
/// reads, or have come, what the client sends is discarded for `linger`, so that the kernel does not answer it with a reset
/// that would overtake the answer (RFC 9112 §9.6).
pub(super) async fn close(
    mut socket: Socket,
    has_unread: bool,
    patience: Duration,
    linger: Duration,
    timer: &mut LazyTimer,
) {
    let mut until = None;
    let is_shut = poll_fn(|task| {
        let Poll::Ready(result) = Pin::new(&mut socket).poll_shutdown(task) else {
            let until = *until.get_or_insert_with(|| later(Instant::now(), patience));
            return timer.poll(task, until).map(|()| false);
        };
        // An error means that the client was faster.
        Poll::Ready(result.is_ok())
    })
    .await;
    if !is_shut {
        return;
    }
    let mut left = DISCARDED;
    let mut until = None;
    poll_fn(|task| {
        if until.is_none() && !has_unread && !has_unread_bytes(&mut socket, task) {
            return Poll::Ready(());
        }
        let until = *until.get_or_insert_with(|| later(Instant::now(), linger));
        if timer.poll(task, until).is_ready() {
            return Poll::Ready(());
        }
        poll_discard(&mut socket, &mut left, task)
    })
    .await;
}

/// True when the kernel holds bytes for us, which a close would answer with a reset.
fn has_unread_bytes(socket: &mut Socket, context: &mut Context<'_>) -> bool {
    let mut space = [0_u8; 512];
    let mut buffer = ReadBuf::new(&mut space);
    let read = Pin::new(socket).poll_read(context, &mut buffer);
    matches!(read, Poll::Ready(Ok(()))) && !buffer.filled().is_empty()
}

/// Ready at the end of the connection, or of our willingness to read.
fn poll_discard(socket: &mut Socket, left: &mut usize, context: &mut Context<'_>) -> Poll<()> {
    let mut space = [0_u8; 4096];
    // A fast client must not keep the thread from its other connections.
    for _ in 0..16 {
        let mut buffer = ReadBuf::new(&mut space);
        let Poll::Ready(read) = Pin::new(&mut *socket).poll_read(context, &mut buffer) else {
            return Poll::Pending;
        };
        let count = buffer.filled().len();
        if read.is_err() || count == 0 || count >= *left {
            return Poll::Ready(());
        }
        *left -= count;
    }
    context.waker().wake_by_ref();
    Poll::Pending
}
