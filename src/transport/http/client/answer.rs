//! From the head of an answer to a message of ours, whose body gives the connection back at its end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::http::{Method, Response, StatusCode};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use sinew_core::message::{Body, BodyError};
use tokio::time::Instant;

use super::exchange::Exchange;
use super::{ClientError, Inner, Target, pool};
use crate::transport::http::CloseAfter;
use crate::transport::http::body::{Owner, ReceivedBody};
use crate::transport::http::codec::{Decoder, Length, ResponseHead};
use crate::transport::http::framing::{Reuse, check_response};

/// Turns an answer into ours: checked, and with a body that streams.
pub(super) fn accept(
    client: &Arc<Inner>,
    target: &Target,
    method: &Method,
    exchange: Exchange,
    head: ResponseHead,
) -> Result<Response<Body>, ClientError> {
    let ResponseHead { mut parts, keeps_alive } = head;
    let (length, reuse) = check_response(&mut parts).map_err(|refusal| ClientError::Protocol {
        target: target.to_string(),
        detail: refusal.detail.to_owned(),
    })?;
    let length = match parts.status {
        _ if *method == Method::HEAD => Length::Known(0),
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => Length::Known(0),
        _ => length,
    };
    if parts.status.as_u16() >= 300 && !exchange.is_sent {
        parts.extensions.insert(CloseAfter);
    }
    let lease = Lease {
        is_reusable: keeps_alive && reuse == Reuse::Allowed && length != Length::UntilClose,
        client: Arc::clone(client),
        target: target.clone(),
    };
    let mut incoming = Incoming { exchange, decoder: Decoder::new(length) };
    let body = if let Some(whole) = incoming.whole(length) {
        lease.give_back(incoming);
        Body::full(whole)
    } else if incoming.is_end_stream() {
        lease.give_back(incoming);
        Body::empty()
    } else {
        Body::stream(ReceivedBody::new(incoming, client.settings.body_idle, None, lease))
    };
    Ok(Response::from_parts(parts, body))
}

/// The body of an answer as it comes off the connection. Whoever reads it drives the rest of the request as well.
struct Incoming {
    exchange: Exchange,
    decoder: Decoder,
}

impl Incoming {
    /// The body, when all of it came with the head. Chunks stay a stream, to be sent on as such.
    fn whole(&mut self, length: Length) -> Option<Bytes> {
        let Length::Known(length @ 1..) = length else { return None };
        let received = &mut self.exchange.connection.received.bytes;
        if usize::try_from(length).is_ok_and(|length| length <= received.len()) {
            // Bytes of a known number cannot be wrong.
            self.decoder.decode(received).ok().flatten()
        } else {
            None
        }
    }
}

impl HttpBody for Incoming {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Self { exchange, decoder } = self.get_mut();
        // A request that fails now spoils the connection, not the answer.
        exchange.send(context);
        loop {
            if let Some(data) = decoder.decode(&mut exchange.connection.received.bytes)? {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
            if decoder.is_ended() {
                return Poll::Ready(None);
            }
            if ready!(exchange.fill(context))? == 0 {
                decoder.end_of_connection()?;
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.decoder.is_ended()
    }

    fn size_hint(&self) -> SizeHint {
        self.decoder.size_hint()
    }
}

/// What becomes of the connection when the body has been read.
struct Lease {
    is_reusable: bool,
    client: Arc<Inner>,
    target: Target,
}

impl Lease {
    /// Back to the pool, unless the request is still being sent, because its rest would run into the next exchange's time, or
    /// something has come that belongs to no answer.
    fn give_back(&self, incoming: Incoming) {
        let Exchange { connection, is_sent, .. } = incoming.exchange;
        if self.is_reusable && is_sent && connection.received.bytes.is_empty() {
            pool::put(&self.client, &self.target, connection, Instant::now());
        }
    }
}

impl Owner for Lease {
    type Incoming = Incoming;

    fn finished(&mut self, incoming: Incoming) {
        self.give_back(incoming);
    }

    fn failed(&mut self, _error: &BodyError) {}

    fn dropped(&mut self, _rest: Incoming) {}
}
