//! One request and its answer: verdict, handler, framing, and what becomes of an unread request body.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use ::http::header::EXPECT;
use ::http::{Request, Response, StatusCode};
use futures_util::FutureExt;
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sinew_core::message::{Body, BodyError};

use super::activity::Activity;
use super::respond::{self, Asked};
use super::{ConnectionInfo, Handler, ServerSettings};
use crate::transport::http::CloseAfter;
use crate::transport::http::body::{OutgoingBody, Owner, ReceivedBody, Source};
use crate::transport::http::framing::{Refusal, check_request};

/// What every exchange of a connection needs.
pub(super) struct Context<H> {
    pub(super) handler: Arc<H>,
    pub(super) info: Arc<ConnectionInfo>,
    pub(super) settings: Arc<ServerSettings>,
    pub(super) activity: Arc<Activity>,
}

impl<H: Handler> Context<H> {
    pub(super) fn refused(&self, refusal: &Refusal) {
        self.activity.counters.refused(refusal.reason);
        self.handler.refused(refusal, &self.info);
    }
}

/// Answers a request that hyper has parsed.
pub(super) async fn exchange<H: Handler>(
    context: Arc<Context<H>>,
    request: Request<Incoming>,
) -> Result<Response<OutgoingBody<Exchange>>, Infallible> {
    let index = context.activity.begin_exchange();
    let exchange = Exchange(Arc::clone(&context.activity));
    let (mut head, incoming) = request.into_parts();
    let asked = Asked::of(&head);
    let verdict = match context.activity.wire.fault(index) {
        Some(fault) => Err(fault.refusal()),
        None => check_request(&mut head, &context.settings.limits),
    };
    let answer = match verdict {
        Ok(()) => {
            let (body, progress) = request_body(incoming, &head, &context.settings);
            let answer = ask(&context, Request::from_parts(head, body)).await;
            let closes = progress.is_some_and(|progress| progress.must_close(answer.body()));
            respond::finish(answer, asked, closes)
        }
        Err(refusal) => {
            context.refused(&refusal);
            respond::refusal(&refusal)
        }
    };
    if asked.is_close_delimited(&answer) {
        context.activity.set_close_delimited();
    }
    let mut answer = answer.map(|body| OutgoingBody::new(body, exchange));
    let body = answer.body_mut();
    body.gather().await;
    if !body.has_gathered()
        && let Some(error) = body.take_failure()
    {
        // Nothing has been sent, so the client can be told instead of cut off.
        tracing::debug!(%error, "the body of an answer failed before its first byte");
        let exchange = Exchange(Arc::clone(&context.activity));
        return Ok(respond::plain(StatusCode::BAD_GATEWAY).map(|body| OutgoingBody::new(body, exchange)));
    }
    Ok(answer)
}

async fn ask<H: Handler>(context: &Context<H>, request: Request<Body>) -> Response<Body> {
    let answer = AssertUnwindSafe(async { context.handler.handle(request, &context.info).await });
    answer.catch_unwind().await.unwrap_or_else(|_panic| {
        tracing::error!(listener = %context.info.listener, "the handler of a request panicked");
        let mut answer = respond::plain(StatusCode::INTERNAL_SERVER_ERROR);
        answer.extensions_mut().insert(CloseAfter);
        answer
    })
}

/// Lives until hyper has taken the last byte of the answer, or has given up.
pub(super) struct Exchange(Arc<Activity>);

impl Source for Exchange {}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.end_exchange();
    }
}

// --- the request body -------------------------------------------------------------------------------------------

fn request_body(
    incoming: Incoming,
    head: &::http::request::Parts,
    settings: &ServerSettings,
) -> (Body, Option<Arc<Progress>>) {
    if incoming.is_end_stream() {
        return (Body::empty(), None);
    }
    let progress = Arc::new(Progress(AtomicU8::new(UNREAD)));
    let owner = RequestBody {
        progress: Arc::clone(&progress),
        // Reading would tell the client to go on (RFC 9110 §10.1.1).
        must_not_read_on: head.headers.contains_key(EXPECT),
        drain_bytes: settings.drain_bytes,
        drain_time: settings.linger_time,
    };
    let body = ReceivedBody::new(incoming, settings.body_idle, settings.limits.body, owner);
    (Body::stream(body), Some(progress))
}

/// How far the request body has been read.
struct Progress(AtomicU8);

const UNREAD: u8 = 0;
const READING: u8 = 1;
const FINISHED: u8 = 2;
/// The handler dropped it; the rest is being read and discarded.
const DRAINING: u8 = 3;
/// It failed, or the rest is too long to be read.
const LOST: u8 = 4;

impl Progress {
    /// Whether the connection cannot carry another request after this answer.
    ///
    /// A body that somebody still holds may be read while the answer streams (an echo does that), so only an answer
    /// without a body decides at once; otherwise hyper closes at the end if the body is unread then.
    fn must_close(&self, answer: &Body) -> bool {
        match self.0.load(Ordering::Acquire) {
            FINISHED | DRAINING => false,
            UNREAD | READING => answer.is_end_stream(),
            _ => true,
        }
    }
}

struct RequestBody {
    progress: Arc<Progress>,
    must_not_read_on: bool,
    drain_bytes: u64,
    drain_time: Duration,
}

impl RequestBody {
    fn set(&self, state: u8) {
        self.progress.0.store(state, Ordering::Release);
    }
}

impl Owner for RequestBody {
    type Incoming = Incoming;

    fn started(&mut self) {
        self.must_not_read_on = false;
        self.set(READING);
    }

    fn finished(&mut self, _incoming: Incoming) {
        self.set(FINISHED);
    }

    fn failed(&mut self, _error: &BodyError) {
        self.set(LOST);
    }

    fn dropped(&mut self, rest: Incoming) {
        let is_short = rest.size_hint().exact().is_none_or(|left| left <= self.drain_bytes);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if is_short && !self.must_not_read_on => {
                self.set(DRAINING);
                runtime.spawn(tokio::time::timeout(self.drain_time, drain(rest, self.drain_bytes)));
            }
            _ => self.set(LOST),
        }
    }
}

/// Reads and discards. When it stops before the end, hyper closes the connection.
async fn drain(mut rest: Incoming, mut bytes_left: u64) {
    while let Some(Ok(frame)) = rest.frame().await {
        let count = frame.data_ref().map_or(0, |data| data.len() as u64);
        match bytes_left.checked_sub(count) {
            Some(left) => bytes_left = left,
            None => return,
        }
    }
}
