//! Payloads that can be sent again: what streams to an endpoint is remembered up to a limit, and put back for the next
//! one when the first fails (endpoints.md §5.5).

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use sinew_core::message::{Body, BodyError, Message, Payload};

/// Bytes remembered of one payload where the settings say nothing else.
pub const DEFAULT_REPLAY_LIMIT: usize = 64 * 1024;

/// What of a message's payload has been sent.
///
/// A payload in memory survives being sent; for it this does nothing.
#[derive(Debug, Default)]
pub struct Replay(Option<Arc<Mutex<Tape>>>);

impl Replay {
    /// Remembers what is sent of a payload from now on, up to a limit in bytes. A payload that streams goes on streaming.
    pub fn remember(message: &mut Message, limit: usize) -> Self {
        if !message.payload.is_stream() {
            return Self(None);
        }
        let Payload::Stream(source) = std::mem::take(&mut message.payload) else { return Self(None) };
        let tape = Arc::new(Mutex::new(Tape {
            source,
            kept: Vec::new(),
            size: 0,
            limit,
            is_complete: true,
            trailers: None,
            ended: false,
            attempt: 0,
        }));
        message.payload = Payload::Stream(Body::stream(Playback { tape: tape.clone(), attempt: 0, next: 0 }));
        Self(Some(tape))
    }

    /// Whether the whole payload can be sent again: nothing was taken of it, or all that was taken is remembered.
    pub fn is_possible(&self, message: &Message) -> bool {
        match (&self.0, &message.payload) {
            (Some(tape), Payload::Sent) => lock(tape).is_complete,
            // Still with the message: as a stream that nobody took, or read into memory.
            _ => true,
        }
    }

    /// Puts the payload back as it was, if that is possible. What was handed out before ends with an error, should
    /// anybody still read it.
    pub fn restore(&self, message: &mut Message) -> bool {
        let Some(tape) = &self.0 else { return true };
        if !matches!(message.payload, Payload::Sent) {
            return true;
        }
        let attempt = {
            let mut tape = lock(tape);
            if !tape.is_complete {
                return false;
            }
            tape.attempt += 1;
            tape.attempt
        };
        message.payload = Payload::Stream(Body::stream(Playback { tape: tape.clone(), attempt, next: 0 }));
        true
    }
}

/// The payload, and what has been taken of it.
#[derive(Debug)]
struct Tape {
    source: Body,
    kept: Vec<Bytes>,
    /// How many bytes are kept.
    size: usize,
    limit: usize,
    /// All that was taken is kept.
    is_complete: bool,
    trailers: Option<HeaderMap>,
    /// The source has given everything.
    ended: bool,
    /// Which playback may read.
    attempt: u32,
}

impl Tape {
    /// The next frame of the source, kept if there is room.
    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.source).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => match frame.data_ref() {
                Some(data) => self.keep(data),
                None => self.trailers = frame.trailers_ref().cloned(),
            },
            Poll::Ready(None) => self.ended = true,
            // What is broken cannot be sent again.
            Poll::Ready(Some(Err(_))) => self.forget(),
            Poll::Pending => {}
        }
        polled
    }

    fn keep(&mut self, data: &Bytes) {
        if !self.is_complete {
            return;
        }
        match self.size.checked_add(data.len()).filter(|size| *size <= self.limit) {
            Some(size) => {
                self.size = size;
                self.kept.push(data.clone());
            }
            None => self.forget(),
        }
    }

    fn forget(&mut self) {
        self.is_complete = false;
        self.kept = Vec::new();
    }
}

/// The payload for one attempt: what is remembered first, then the rest of the source.
struct Playback {
    tape: Arc<Mutex<Tape>>,
    attempt: u32,
    /// Which remembered piece comes next.
    next: usize,
}

impl HttpBody for Playback {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let mut tape = lock(&this.tape);
        if tape.attempt != this.attempt {
            return Poll::Ready(Some(Err(BodyError::Aborted("the request is being sent elsewhere".into()))));
        }
        if let Some(piece) = tape.kept.get(this.next) {
            this.next += 1;
            return Poll::Ready(Some(Ok(Frame::data(piece.clone()))));
        }
        if let Some(trailers) = tape.trailers.clone().filter(|_| this.next == tape.kept.len()) {
            this.next += 1;
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        if tape.ended || tape.trailers.is_some() {
            return Poll::Ready(None);
        }
        let polled = tape.poll_source(context);
        this.next = tape.kept.len() + usize::from(tape.trailers.is_some());
        polled
    }

    fn is_end_stream(&self) -> bool {
        let tape = lock(&self.tape);
        let trailers = usize::from(tape.trailers.is_some());
        self.next >= tape.kept.len() + trailers && (tape.ended || tape.source.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let tape = lock(&self.tape);
        let left: usize = tape.kept.iter().skip(self.next).map(Bytes::len).sum();
        let left = left as u64;
        let rest = tape.source.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(left));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(left));
        }
        hint
    }
}

/// A panic while the lock was held is one of the source's; what it leaves behind is as good as before.
fn lock(tape: &Mutex<Tape>) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
