//! A body on its way to hyper: small frames that are ready together leave together.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use sinew_core::message::{Body, BodyError};

/// Frames are merged up to this many bytes (hot-path.md §5.5).
const MERGED_FRAME: usize = 16 * 1024;

/// hyper polls a body that has nothing ready twice before it lets other tasks run.
const TURNS: u8 = 2;

/// Watches a body while hyper drains it.
pub(crate) trait Source: Send + Unpin + 'static {
    /// Whether hyper now waits for the body's own source.
    fn waiting(&mut self, _waiting: bool) {}
    /// The last byte was handed over.
    fn finished(&mut self) {}
    /// The source failed; hyper cuts the message off.
    fn failed(&mut self, _error: &BodyError) {}
}

/// A body whose frames are merged while they are ready, when it is sent in chunks.
///
/// Before the gathered frames are sent, their producer gets one more turn of the run queue, because hyper hands over
/// received frames one by one: a chunked message whose parts arrived together then leaves in one write.
/// Nothing waits for bytes that have not arrived. Bodies of known size are passed through untouched.
pub(crate) struct OutgoingBody<S: Source> {
    body: Body,
    source: S,
    merges: bool,
    gathered: Gathered,
    /// What was seen after the frames gathered so far, and comes next.
    next: Option<Result<Bytes, BodyError>>,
    /// How often the producer was waited for since the last frame.
    turns: u8,
    /// The source has given everything.
    ended: bool,
    /// hyper has begun to take it.
    started: bool,
}

/// Frames that are ready: none, one untouched, or several copied into one buffer.
enum Gathered {
    Nothing,
    One(Bytes),
    Several(BytesMut),
}

impl<S: Source> OutgoingBody<S> {
    pub(crate) fn new(body: Body, mut source: S) -> Self {
        let ended = body.is_end_stream();
        if ended {
            source.finished();
        }
        let merges = body.size_hint().exact().is_none();
        let (gathered, next) = (Gathered::Nothing, None);
        Self { body, source, merges, gathered, next, turns: 0, ended, started: false }
    }

    /// Gathers what is ready before the head is written, so that a short message leaves in one write.
    pub(crate) async fn gather(&mut self) {
        if self.merges {
            poll_fn(|context| self.poll_gather(context)).await;
        }
    }

    /// Why the source failed while it was gathered, if it did.
    pub(crate) fn take_failure(&mut self) -> Option<BodyError> {
        self.next.take_if(|next| next.is_err())?.err()
    }

    /// True when the source has given everything, sent or not.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn source_mut(&mut self) -> &mut S {
        &mut self.source
    }

    /// Takes frames while they are ready and there is room. Pending only to give the producer a turn.
    fn poll_gather(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.next.is_none() && self.gathered.len() < MERGED_FRAME {
            match self.poll_source(context) {
                Poll::Ready(Some(Ok(data))) if self.gathered.has_room_for(&data) => {
                    self.gathered.add(data);
                    self.turns = 0;
                }
                Poll::Ready(Some(next)) => self.next = Some(next),
                Poll::Ready(None) => break,
                Poll::Pending if self.turns == TURNS => break,
                Poll::Pending => {
                    self.turns += 1;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(())
    }

    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.source.waiting(false);
                    if self.body.is_end_stream() {
                        self.end();
                    }
                    // Trailers are not forwarded, and an empty frame would end a chunked message.
                    match frame.into_data() {
                        Ok(data) if !data.is_empty() => return Poll::Ready(Some(Ok(data))),
                        _ => {}
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    self.source.failed(&error);
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(None) => self.end(),
                Poll::Pending => {
                    self.source.waiting(true);
                    return Poll::Pending;
                }
            }
        }
    }

    /// Lets hyper send what it was given before the failure makes it drop everything.
    fn poll_fail<T>(
        &mut self,
        error: BodyError,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<T, BodyError>>> {
        if self.turns == TURNS {
            return Poll::Ready(Some(Err(error)));
        }
        self.turns += 1;
        self.next = Some(Err(error));
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            self.source.finished();
        }
    }
}

impl<S: Source> HttpBody for OutgoingBody<S> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        this.started = true;
        if this.gathered.is_empty() {
            let first = match this.next.take() {
                Some(next) => Some(next),
                None => ready!(this.poll_source(context)),
            };
            match first {
                Some(Ok(data)) if !this.merges => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Ok(data)) => this.gathered.add(data),
                Some(Err(error)) => return this.poll_fail(error, context),
                None => return Poll::Ready(None),
            }
        }
        ready!(this.poll_gather(context));
        this.turns = 0;
        Poll::Ready(this.gathered.take().map(|data| Ok(Frame::data(data))))
    }

    /// A body without a known size never claims to be empty before it is taken, so that it is framed as chunks however
    /// fast its bytes came.
    fn is_end_stream(&self) -> bool {
        self.ended && self.gathered.is_empty() && self.next.is_none() && (self.started || !self.merges)
    }

    fn size_hint(&self) -> SizeHint {
        if self.merges { SizeHint::default() } else { self.body.size_hint() }
    }
}

impl Gathered {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::One(data) => data.len(),
            Self::Several(data) => data.len(),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    fn has_room_for(&self, data: &Bytes) -> bool {
        self.is_empty() || self.len() + data.len() <= MERGED_FRAME
    }

    fn add(&mut self, data: Bytes) {
        match self {
            Self::Nothing => *self = Self::One(data),
            Self::One(first) => {
                let mut several = BytesMut::with_capacity(first.len() + data.len());
                several.extend_from_slice(first);
                several.extend_from_slice(&data);
                *self = Self::Several(several);
            }
            Self::Several(several) => several.extend_from_slice(&data),
        }
    }

    fn take(&mut self) -> Option<Bytes> {
        match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => None,
            Self::One(data) => Some(data),
            Self::Several(data) => Some(data.freeze()),
        }
    }
}
