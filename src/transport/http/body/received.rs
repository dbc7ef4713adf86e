//! A body as it comes off a connection, with an idle time-out and a size limit, and somebody who cares how it ends.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use sinew_core::message::BodyError;
use tokio::time::Instant;

use super::super::timer::{LazyTimer, later};

/// Told once how a received body ended.
pub(crate) trait Owner: Send + Unpin {
    /// Takes the bytes off the connection.
    type Incoming: HttpBody<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Send
        + Unpin;

    /// The body is polled for the first time.
    fn started(&mut self) {}
    /// Every byte has been read.
    fn finished(&mut self, incoming: Self::Incoming);
    /// It ended before its end.
    fn failed(&mut self, error: &BodyError);
    /// The reader lost interest; the rest may still be read.
    fn dropped(&mut self, rest: Self::Incoming);
}

/// The body; trailers are read and dropped (http-transport.md §2.2).
pub(crate) struct ReceivedBody<O: Owner> {
    /// `None` once it has ended one way or the other.
    incoming: Option<O::Incoming>,
    state: State,
    owner: O,
    idle: Duration,
    limit: Option<u64>,
    received: u64,
    /// Since when a reader waits for the next frame.
    waiting_since: Option<Instant>,
    timer: LazyTimer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unread,
    Reading,
    Finished,
    Failed,
}

impl<O: Owner> ReceivedBody<O> {
    /// `idle` is the longest wait for a frame, `limit` the most bytes.
    pub(crate) fn new(incoming: O::Incoming, idle: Duration, limit: Option<u64>, owner: O) -> Self {
        Self {
            incoming: Some(incoming),
            state: State::Unread,
            owner,
            idle,
            limit,
            received: 0,
            waiting_since: None,
            timer: LazyTimer::default(),
        }
    }

    fn finish(&mut self) {
        self.state = State::Finished;
        if let Some(incoming) = self.incoming.take() {
            self.owner.finished(incoming);
        }
    }

    fn fail(&mut self, error: BodyError) -> BodyError {
        self.incoming = None;
        self.state = State::Failed;
        self.owner.failed(&error);
        error
    }

    fn take_frame(&mut self, data: Bytes) -> Result<Frame<Bytes>, BodyError> {
        self.received = self.received.saturating_add(data.len() as u64);
        match self.limit {
            Some(limit) if self.received > limit => return Err(self.fail(BodyError::TooLarge { limit })),
            _ => {}
        }
        if self.incoming.as_ref().is_some_and(HttpBody::is_end_stream) {
            self.finish();
        }
        Ok(Frame::data(data))
    }
}

impl<O: Owner> HttpBody for ReceivedBody<O> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if this.state == State::Unread {
            this.state = State::Reading;
            this.owner.started();
        }
        loop {
            let Some(incoming) = this.incoming.as_mut() else {
                // A failed body must never look complete to somebody who polls on.
                return Poll::Ready(
                    (this.state == State::Failed).then(|| Err(BodyError::Aborted("it failed before".into()))),
                );
            };
            match Pin::new(incoming).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.waiting_since = None;
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(this.take_frame(data)));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(this.fail(BodyError::Aborted(error.into())))));
                }
                Poll::Ready(None) => {
                    this.finish();
                    return Poll::Ready(None);
                }
                Poll::Pending => {
                    let since = *this.waiting_since.get_or_insert_with(Instant::now);
                    return match this.timer.poll(context, later(since, this.idle)) {
                        Poll::Ready(()) => Poll::Ready(Some(Err(this.fail(BodyError::Idle)))),
                        Poll::Pending => Poll::Pending,
                    };
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state == State::Finished
    }

    fn size_hint(&self) -> SizeHint {
        match &self.incoming {
            Some(incoming) => incoming.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}

impl<O: Owner> Drop for ReceivedBody<O> {
    fn drop(&mut self) {
        if let Some(rest) = self.incoming.take() {
            self.owner.dropped(rest);
        }
    }
}
