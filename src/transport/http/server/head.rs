//! Waiting for a request, and reading its head.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::time::Instant;

use super::ServerSettings;
use super::socket::Io;
use crate::transport::http::codec::{HeadFault, RequestHead, Unfinished, parse_request};
use crate::transport::http::drain::{DrainSignal, DrainWatch};
use crate::transport::http::timer::{LazyTimer, later};

/// What a connection waits for besides its socket.
pub(super) struct Waiting<'a, F> {
    drain: &'a DrainSignal,
    given: Pin<&'a mut F>,
    watch: DrainWatch,
    pub(super) timer: LazyTimer,
    /// Since when no request has been under way; `None` when nobody looked at a clock since the last.
    pub(super) idle_since: Option<Instant>,
}

impl<'a, F: Future<Output = ()>> Waiting<'a, F> {
    /// `given` is [`DrainSignal::given`] of the signal.
    pub(super) fn new(drain: &'a DrainSignal, given: Pin<&'a mut F>) -> Self {
        Self { drain, given, watch: DrainWatch::default(), timer: LazyTimer::default(), idle_since: None }
    }

    /// Whether the connection shall come to an end.
    pub(super) fn is_draining(&self) -> bool {
        self.drain.is_given()
    }

    /// As [`Waiting::is_draining`]; when it is not so yet, the task is woken when it is.
    pub(super) fn poll_draining(&mut self, task: &mut TaskContext<'_>) -> bool {
        self.watch.is_told(self.drain, self.given.as_mut(), task) || self.drain.is_given()
    }
}

/// What came instead of a request.
pub(super) enum Without {
    /// Bytes that are no head.
    Fault(HeadFault),
    /// No request for a while: time to give the buffers back.
    Quiet,
    /// No request for too long, or none may come any more.
    Idle,
    /// A head that did not end in time.
    Slow,
    /// The client has closed the connection, or it broke.
    Gone,
}

/// Reads until a head is complete. What has arrived is looked at before any time-out is.
pub(super) async fn read_head<F: Future<Output = ()>>(
    io: &mut Io,
    settings: &ServerSettings,
    park_after: Duration,
    waiting: &mut Waiting<'_, F>,
) -> Result<RequestHead, Without> {
    let mut unfinished = Unfinished::default();
    let mut head_since = None;
    poll_fn(|task| {
        loop {
            let bytes = &mut io.input.bytes;
            if skip_empty_lines(bytes) {
                unfinished = Unfinished::default();
            }
            if !bytes.is_empty() {
                match parse_request(bytes, &mut unfinished, &settings.limits) {
                    Ok(Some(head)) => return Poll::Ready(Ok(head)),
                    Err(fault) => return Poll::Ready(Err(Without::Fault(fault))),
                    Ok(None) => {}
                }
            }
            match io.poll_fill(task) {
                Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Err(Without::Gone)),
                Poll::Ready(Ok(_)) => {}
                Poll::Pending => break,
            }
        }
        let is_draining = waiting.poll_draining(task);
        let (deadline, expired) = if io.input.bytes.is_empty() {
            if is_draining {
                return Poll::Ready(Err(Without::Idle));
            }
            let since = *waiting.idle_since.get_or_insert_with(Instant::now);
            if park_after < settings.idle_time {
                (later(since, park_after), Without::Quiet)
            } else {
                (later(since, settings.idle_time), Without::Idle)
            }
        } else {
            // A pipelined head has its full time from the end of the exchange before.
            let since = *head_since.get_or_insert_with(Instant::now);
            (later(since, settings.head_time), Without::Slow)
        };
        waiting.timer.poll(task, deadline).map(|()| Err(expired))
    })
    .await
}

/// Empty lines before a request are no part of it (RFC 9112 §2.2). True when there was one.
fn skip_empty_lines(bytes: &mut BytesMut) -> bool {
    let mut has_skipped = false;
    loop {
        let length = match bytes.as_ref() {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return has_skipped,
        };
        bytes.advance(length);
        has_skipped = true;
    }
}
