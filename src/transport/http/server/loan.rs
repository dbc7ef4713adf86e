//! The connection while the body of a request is read off it: lent to the body, and locked only within a poll.
//!
//! Who holds the body reads when he wants to, perhaps in another task, perhaps while the answer is written. What nobody
//! holds any more is read and discarded by the connection itself, as far as it is short enough.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::io::AsyncWrite;

use super::socket::{Io, Socket};
use crate::transport::http::codec::{BodyFault, Decoder};

/// The most that is read and discarded of a body after which the connection is closed anyway.
pub(super) const DISCARDED: usize = 8 * 1024 * 1024;

/// The connection's side. Dropping it closes the connection, whoever holds the body.
pub(super) struct Loan(Arc<Lent>);

/// The body's side: the bytes as they come.
pub(super) struct Incoming {
    lent: Arc<Lent>,
    is_ended: bool,
    left: SizeHint,
}

/// How far the body has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// Somebody holds it, and has not begun.
    Unread,
    /// Somebody holds it, and has begun.
    Reading,
    Finished,
    /// Nobody holds it any more; the rest is to be read and discarded.
    Dropped,
    /// It failed, or the rest is too long to be read.
    Lost,
}

/// Why bytes of a body do not come.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error(transparent)]
    Fault(#[from] BodyFault),
    #[error(transparent)]
    Stream(#[from] std::io::Error),
    #[error("the connection is closed")]
    Closed,
}

struct Lent(Mutex<State>);

struct State {
    /// `None` when it was given back.
    io: Option<Io>,
    decoder: Decoder,
    progress: Progress,
    interim: Interim,
    /// So many bytes are discarded so that the connection can be kept.
    drain_bytes: u64,
    discarded: usize,
    /// Who waits for bytes of the body.
    reader: Option<Waker>,
    /// The connection's task, when it waits for the end of the body.
    owner: Option<Waker>,
}

/// What becomes of `100 Continue`.
#[derive(Clone, Copy)]
enum Interim {
    /// None is expected, or it is too late for one.
    Over,
    /// To be sent when the body is asked for and nothing of it has come (RFC 9110 §10.1.1).
    Due,
    /// This much is to be written still, and then flushed.
    Writing(&'static [u8]),
}

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Lends the connection to a body. `drain_bytes` of a body that nobody wants are read so that the connection can be kept.
pub(super) fn lend(io: Io, decoder: Decoder, expects_continue: bool, drain_bytes: u64) -> (Loan, Incoming) {
    let left = decoder.size_hint();
    let lent = Arc::new(Lent(Mutex::new(State {
        io: Some(io),
        decoder,
        progress: Progress::Unread,
        interim: if expects_continue { Interim::Due } else { Interim::Over },
        drain_bytes,
        discarded: 0,
        reader: None,
        owner: None,
    })));
    (Loan(Arc::clone(&lent)), Incoming { lent, is_ended: false, left })
}

impl Lent {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that panics happens while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loan {
    pub(super) fn progress(&self) -> Progress {
        self.0.lock().progress
    }

    /// From now on the final answer is written: what is left of an interim answer that was begun must come before it.
    pub(super) fn begin_answer(&self) -> &'static [u8] {
        match std::mem::replace(&mut self.0.lock().interim, Interim::Over) {
            Interim::Writing(rest) => rest,
            Interim::Over | Interim::Due => b"",
        }
    }

    /// Does something with the socket; `None` when it is gone.
    pub(super) fn with_socket<T>(&self, act: impl FnOnce(Pin<&mut Socket>) -> T) -> Option<T> {
        self.0.lock().io.as_mut().map(|io| act(Pin::new(&mut io.socket)))
    }

    /// Ready when nothing of the body will be read any more, by whoever: true when all of it was.
    pub(super) fn poll_settled(&self, context: &mut Context<'_>) -> Poll<bool> {
        self.0.lock().poll_settled(context)
    }

    /// Reads and discards what nobody wants, so that a client which sends before it reads comes to read.
    pub(super) fn make_room(&self, context: &mut Context<'_>) {
        self.0.lock().make_room(context);
    }

    /// The connection again.
    pub(super) fn take_back(self) -> Option<Io> {
        self.0.lock().io.take()
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        let (io, reader) = (state.io.take(), state.reader.take());
        drop(state);
        drop(io);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl State {
    fn set(&mut self, progress: Progress) {
        self.progress = progress;
        if let Some(owner) = self.owner.take() {
            owner.wake();
        }
    }

    fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, ReadError>>> {
        if self.progress == Progress::Unread {
            self.progress = Progress::Reading;
        }
        loop {
            let Some(io) = &mut self.io else { return Poll::Ready(Some(Err(ReadError::Closed))) };
            let data = self.decoder.decode(&mut io.input.bytes)?;
            if self.decoder.is_ended() {
                self.set(Progress::Finished);
                return Poll::Ready(data.map(Ok));
            }
            if let Some(data) = data {
                return Poll::Ready(Some(Ok(data)));
            }
            self.interim.poll_write(io, context)?;
            match io.poll_fill(context)? {
                Poll::Ready(0) => self.decoder.end_of_connection()?,
                Poll::Ready(_) => {}
                Poll::Pending => {
                    remember(&mut self.reader, context);
                    return Poll::Pending;
                }
            }
        }
    }

    fn poll_settled(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        loop {
            match self.progress {
                Progress::Finished => return Poll::Ready(true),
                Progress::Lost => return Poll::Ready(false),
                Progress::Unread | Progress::Reading => {
                    remember(&mut self.owner, context);
                    return Poll::Pending;
                }
                Progress::Dropped => {}
            }
            let Some(io) = &mut self.io else { return Poll::Ready(false) };
            self.progress = match self.decoder.decode(&mut io.input.bytes) {
                _ if self.decoder.is_ended() => Progress::Finished,
                Ok(Some(data)) => match self.drain_bytes.checked_sub(data.len() as u64) {
                    Some(left) => {
                        self.drain_bytes = left;
                        Progress::Dropped
                    }
                    None => Progress::Lost,
                },
                Ok(None) => match io.poll_fill(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(0) | Err(_)) => Progress::Lost,
                    Poll::Ready(Ok(_)) => Progress::Dropped,
                },
                Err(_) => Progress::Lost,
            };
        }
    }

    fn make_room(&mut self, context: &mut Context<'_>) {
        if self.poll_settled(context) != Poll::Ready(false) {
            return;
        }
        let Some(io) = &mut self.io else { return };
        while self.discarded < DISCARDED {
            io.input.bytes.clear();
            match io.poll_fill(context) {
                // The writer meets the error, or the end of the client's patience.
                Poll::Pending | Poll::Ready(Ok(0) | Err(_)) => return,
                Poll::Ready(Ok(count)) => self.discarded = self.discarded.saturating_add(count),
            }
        }
    }
}

impl Interim {
    /// Writes as much as the client takes now; it is no reason to wait.
    fn poll_write(&mut self, io: &mut Io, context: &mut Context<'_>) -> std::io::Result<()> {
        if let Self::Due = self {
            *self = if io.input.bytes.is_empty() { Self::Writing(CONTINUE) } else { Self::Over };
        }
        let Self::Writing(rest) = self else { return Ok(()) };
        while !rest.is_empty() {
            match Pin::new(&mut io.socket).poll_write(context, rest)? {
                Poll::Ready(count) => *rest = rest.get(count..).unwrap_or_default(),
                Poll::Pending => return Ok(()),
            }
        }
        if Pin::new(&mut io.socket).poll_flush(context)?.is_ready() {
            *self = Self::Over;
        }
        Ok(())
    }
}

/// Tells the connection what becomes of the body.
pub(super) struct Outlook(Arc<Lent>);

impl Incoming {
    pub(super) fn outlook(&self) -> Outlook {
        Outlook(Arc::clone(&self.lent))
    }
}

impl Outlook {
    pub(super) fn set(&self, progress: Progress) {
        self.0.lock().set(progress);
    }
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = ReadError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ReadError>>> {
        let this = self.get_mut();
        let mut state = this.lent.lock();
        let data = state.poll_data(context);
        this.is_ended = state.decoder.is_ended();
        this.left = state.decoder.size_hint();
        data.map_ok(Frame::data)
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended
    }

    fn size_hint(&self) -> SizeHint {
        self.left
    }
}

/// Keeps the task's waker, without cloning it at every poll.
fn remember(place: &mut Option<Waker>, context: &Context<'_>) {
    match place {
        Some(waker) => waker.clone_from(context.waker()),
        None => *place = Some(context.waker().clone()),
    }
}
