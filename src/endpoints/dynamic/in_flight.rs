//! A request counts as in flight until its answer has been read.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use sinew_core::message::{Body, BodyError};

use crate::clusters::InFlight;

/// The body of an answer, which keeps its request in flight until it ends or is dropped.
struct Counted {
    body: Body,
    in_flight: Option<InFlight>,
}

/// Keeps a request in flight until the body of its answer has ended. One that has ended already, or is here whole, keeps
/// nothing: the member is done.
pub(super) fn keep_until_read(body: &mut Body, in_flight: InFlight) {
    if !body.is_end_stream() && body.as_bytes().is_none() {
        let inner = std::mem::replace(body, Body::empty());
        *body = Body::stream(Counted { body: inner, in_flight: Some(in_flight) });
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) || self.body.is_end_stream() {
            self.in_flight = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
