//! One request to a member and its answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ::http::{Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use sinew_core::message::{Body, BodyError};
use tokio::time::{Instant, timeout_at};

use super::connect::connect;
use super::connection::Connection;
use super::request::{is_repeatable, prepare};
use super::slots::{Asked, Grant};
use super::state::{Expired, RequestWatch, State};
use super::{ClientError, HttpClient, Inner, Target, Timeouts, pool};
use crate::transport::http::CloseAfter;
use crate::transport::http::body::{OutgoingBody, Owner, ReceivedBody};
use crate::transport::http::framing::{Reuse, check_response};
use crate::transport::http::timer::later;

impl HttpClient {
    /// Sends one request and waits for the head of its answer; the body of the answer streams.
    ///
    /// The URI of the request must be what stands on the request line: path and query, or an absolute address
    /// when the member is a proxy. `Host` is sent as given, or as [`Target::authority`] when there is none. Other headers
    /// are sent as given, except hop-by-hop ones, `Expect` and `Content-Length`: the size of the body decides how it is
    /// framed. See [`CloseAfter`] and [`crate::transport::http::ForceHttp10`].
    ///
    /// A connection from the pool that turns out dead is replaced by a fresh one when nothing of the request was sent, or
    /// when the request is idempotent, has no body, and nothing of an answer came. Nothing else is ever sent twice.
    ///
    /// An answer that came before its request was sent completely carries [`CloseAfter`] in its extensions when its
    /// status is 300 or more, because the rest of our client's request will not be read.
    ///
    /// # Errors
    ///
    /// [`ClientError`] says what happened, in which phase, and whether anything was sent.
    pub async fn send(
        &self,
        target: &Target,
        request: Request<Body>,
        timeouts: Timeouts,
    ) -> Result<Response<Body>, ClientError> {
        let result = send(&self.0, target, request, timeouts).await;
        if result.is_err() {
            self.0.counters.failed.fetch_add(1, Ordering::Relaxed);
        }
        result
    }
}

async fn send(
    client: &Arc<Inner>,
    target: &Target,
    request: Request<Body>,
    timeouts: Timeouts,
) -> Result<Response<Body>, ClientError> {
    let request = prepare(request, target)
        .map_err(|detail| ClientError::InvalidRequest { target: target.to_string(), detail })?;
    let mut request = request.map(|body| OutgoingBody::new(body, RequestWatch::default()));
    request.body_mut().gather().await;
    if let Some(source) = request.body_mut().take_failure() {
        return Err(ClientError::RequestBody { target: target.to_string(), source });
    }
    let mut may_reuse = true;
    loop {
        let mut now = Instant::now();
        let pooled = if may_reuse { pool::take(client, target, now) } else { None };
        let mut connection = match pooled {
            Some(connection) => connection,
            None => {
                let obtained = obtain(client, target, now, timeouts).await?;
                now = Instant::now();
                obtained
            }
        };
        let is_reused = connection.exchanges > 0;
        match attempt(client, &mut connection, request, now, timeouts).await {
            Ok(response) => return accept(client, target, connection, response),
            Err(Failed { again: Some(again), .. }) if is_reused => {
                client.counters.retried.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(%target, "a connection from the pool was dead");
                request = again;
                // What was kept beside a dead connection is likely dead as well.
                may_reuse = false;
            }
            Err(failed) => return Err(explain(client, target, timeouts, &connection.state, failed.error)),
        }
    }
}

/// A connection that nobody uses: a new one, or one that its user gives up when all slots are taken.
async fn obtain(
    client: &Arc<Inner>,
    target: &Target,
    now: Instant,
    timeouts: Timeouts,
) -> Result<Connection, ClientError> {
    let limit = timeouts.connect;
    let deadline = later(now, limit);
    let Some(slots) = pool::slots(client, target) else {
        return connect(client, target, deadline, limit, None).await;
    };
    let exhausted = || ClientError::PoolExhausted { target: target.to_string() };
    loop {
        let slot = match slots.ask(client, Instant::now()) {
            Asked::Idle(connection) => return Ok(*connection),
            Asked::Granted(slot) => slot,
            Asked::Refused => return Err(exhausted()),
            Asked::Queued(grant) => match timeout_at(deadline, grant).await {
                Ok(Ok(Grant::Slot(slot))) => slot,
                Ok(Ok(Grant::Connection(connection))) if connection.is_usable(client, Instant::now()) => {
                    return Ok(*connection);
                }
                Ok(Ok(Grant::Connection(_)) | Err(_)) => continue,
                Err(_elapsed) => return Err(exhausted()),
            },
        };
        return connect(client, target, deadline, limit, Some(slot)).await;
    }
}

struct Failed {
    error: hyper::Error,
    /// The request, when it may be sent once more.
    again: Option<Outgoing>,
}

type Outgoing = Request<OutgoingBody<RequestWatch>>;

async fn attempt(
    client: &Inner,
    connection: &mut Connection,
    mut request: Outgoing,
    now: Instant,
    timeouts: Timeouts,
) -> Result<Response<Incoming>, Failed> {
    let is_copied = connection.exchanges > 0 && is_repeatable(&request);
    if connection.exchanges > 0 {
        client.counters.reused.fetch_add(1, Ordering::Relaxed);
    }
    if is_copied {
        connection.copy.take(&request);
    }
    connection.exchanges += 1;
    let state = Arc::clone(&connection.state);
    state.begin(now, timeouts.response, !request.body().has_ended());
    request.body_mut().source_mut().0 = Some(Arc::clone(&state));
    match connection.sender.try_send_request(request).await {
        Ok(response) => {
            state.answered();
            Ok(response)
        }
        Err(mut error) => {
            let again = match error.take_message() {
                Some(unsent) => Some(unsent),
                None if is_copied && state.expired().is_none() && state.has_received_nothing() => {
                    connection.copy.restore(OutgoingBody::new(Body::empty(), RequestWatch::default()))
                }
                None => None,
            };
            Err(Failed { error: error.into_error(), again })
        }
    }
}

/// Turns the answer into ours: checked, and with a body that gives the connection back.
fn accept(
    client: &Arc<Inner>,
    target: &Target,
    connection: Connection,
    response: Response<Incoming>,
) -> Result<Response<Body>, ClientError> {
    let (mut head, incoming) = response.into_parts();
    let reuse = check_response(&mut head).map_err(|refusal| ClientError::Protocol {
        target: target.to_string(),
        detail: refusal.detail.to_owned(),
    })?;
    if head.status.as_u16() >= 300 && !connection.state.is_request_finished() {
        head.extensions.insert(CloseAfter);
    }
    let mut lease = Lease {
        connection: Some(connection),
        is_reusable: reuse == Reuse::Allowed,
        client: Arc::clone(client),
        target: target.clone(),
    };
    let body = if incoming.is_end_stream() {
        lease.finished(incoming);
        Body::empty()
    } else {
        Body::stream(ReceivedBody::new(incoming, client.settings.body_idle, None, lease))
    };
    Ok(Response::from_parts(head, body))
}

/// Holds the connection while the body of its answer is read.
struct Lease {
    connection: Option<Connection>,
    is_reusable: bool,
    client: Arc<Inner>,
    target: Target,
}

impl Owner for Lease {
    type Incoming = Incoming;

    /// Back to the pool, unless the request is still being sent: its rest would run into the next exchange's time.
    fn finished(&mut self, _incoming: Incoming) {
        if let Some(connection) = self.connection.take()
            && self.is_reusable
            && connection.state.is_request_finished()
        {
            pool::put(&self.client, &self.target, connection);
        }
    }

    fn failed(&mut self, _error: &BodyError) {
        self.connection = None;
    }

    fn dropped(&mut self, _rest: Incoming) {
        self.connection = None;
    }
}

fn explain(
    client: &Inner,
    target: &Target,
    timeouts: Timeouts,
    state: &State,
    error: hyper::Error,
) -> ClientError {
    let target = target.to_string();
    match state.expired() {
        Some(Expired::Response) => return ClientError::ResponseTimeout { target, limit: timeouts.response },
        Some(Expired::Stalled) => {
            return ClientError::ResponseTimeout { target, limit: client.settings.write_stall };
        }
        Some(Expired::Idle) | None => {}
    }
    if let Some(source) = state.take_body_error() {
        return ClientError::RequestBody { target, source };
    }
    if error.is_parse() {
        return ClientError::Protocol { target, detail: error.to_string() };
    }
    let while_sending = !state.is_request_finished() || state.has_sent_nothing();
    let nothing_sent = state.has_sent_nothing();
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<io::Error>());
    let is_closed = error.is_incomplete_message()
        || error.is_canceled()
        || error.is_closed()
        || cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe);
    if is_closed {
        ClientError::Closed { target, while_sending, nothing_sent }
    } else if while_sending || error.is_body_write_aborted() {
        ClientError::Sending { target, source: Box::new(error), nothing_sent }
    } else {
        let nothing_received = state.has_received_nothing();
        ClientError::Receiving { target, source: Box::new(error), nothing_received }
    }
}
