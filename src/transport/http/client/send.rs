//! Sending a request: a connection, the exchange over it, and once more when the connection was dead.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ::http::Response;
use sinew_core::message::Body;
use tokio::time::{Instant, timeout_at};

use super::answer::accept;
use super::connect::connect;
use super::connection::Connection;
use super::exchange::{Exchange, Failure};
use super::request::{is_repeatable, prepare};
use super::slots::{Asked, Grant};
use super::{ClientError, HttpClient, Inner, Outgoing, Target, Timeouts, pool};
use crate::transport::http::codec::{Outbox, Sending};
use crate::transport::http::timer::later;

impl HttpClient {
    /// Sends one request and waits for the head of its answer; the body of the answer streams.
    ///
    /// The URI of the request must be what stands on the request line: path and query, or an absolute address
    /// when the member is a proxy. `Host` is sent as given, or as [`Target::authority`] when there is none. Other headers
    /// are sent as given, except hop-by-hop ones, `Expect` and `Content-Length`: the size of the body decides how it is
    /// framed.
    ///
    /// A connection from the pool that turns out dead is replaced by a fresh one when nothing of the request was sent, or
    /// when the request is idempotent, has no body, and nothing of an answer came. Nothing else is ever sent twice.
    ///
    /// An answer that came before its request was sent completely carries [`crate::transport::http::CloseAfter`] in its
    /// extensions when its status is 300 or more, because the rest of our client's request will not be read.
    ///
    /// # Errors
    ///
    /// [`ClientError`] says what happened, in which phase, and whether anything was sent.
    pub async fn send(
        &self,
        target: &Target,
        request: impl Into<Outgoing<'_>>,
        timeouts: Timeouts,
    ) -> Result<Response<Body>, ClientError> {
        self.transmit(target, &mut request.into(), timeouts).await
    }

    /// As [`HttpClient::send`], for a request that is hundreds of bytes and stays where it is. Its body is taken.
    pub(crate) async fn transmit(
        &self,
        target: &Target,
        request: &mut Outgoing<'_>,
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
    request: &mut Outgoing<'_>,
    timeouts: Timeouts,
) -> Result<Response<Body>, ClientError> {
    let written = prepare(request, target)
        .map_err(|detail| ClientError::InvalidRequest { target: target.to_string(), detail })?;
    let is_repeatable = is_repeatable(&request.method, written);
    let mut sending = Sending::new(std::mem::take(&mut request.body), written);
    // What was to be written over a connection that took nothing of it.
    let mut unsent: Option<Outbox> = None;
    let mut may_reuse = true;
    loop {
        let mut now = Instant::now();
        let pooled = if may_reuse { pool::take(client, target, now) } else { None };
        let mut connection = match pooled {
            Some(connection) => connection,
            None => {
                // Connecting is rare, and kilobytes of state that other requests need not have.
                let obtained = Box::pin(obtain(client, target, now, timeouts)).await?;
                now = Instant::now();
                obtained
            }
        };
        match unsent.take() {
            Some(unsent) => connection.outbox = unsent,
            None => request.write_head(connection.outbox.head()),
        }
        let is_reused = connection.exchanges > 0;
        if is_reused {
            client.counters.reused.fetch_add(1, Ordering::Relaxed);
        }
        connection.exchanges += 1;
        let mut exchange = Exchange::new(connection, sending, now);
        let answer =
            poll_fn(|context| exchange.poll_head(&client.settings, timeouts.response, context)).await;
        match answer {
            Ok(mut answer) => {
                // HTTP/1.0 closes unless told otherwise.
                answer.keeps_alive &= !request.closes && !request.is_http_10;
                return accept(client, target, &request.method, exchange, answer);
            }
            Err(failure) if is_reused && is_of_connection(&failure) && exchange.has_sent_nothing() => {
                unsent = Some(exchange.connection.outbox);
                sending = exchange.sending;
            }
            Err(failure)
                if is_reused && is_of_connection(&failure) && is_repeatable && exchange.received == 0 =>
            {
                sending = exchange.sending;
            }
            Err(failure) => return Err(explain(target, &exchange, failure)),
        }
        client.counters.retried.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(%target, "a connection from the pool was dead");
        // What was kept beside a dead connection is likely dead as well.
        may_reuse = false;
    }
}

/// True when another connection may do better.
fn is_of_connection(failure: &Failure) -> bool {
    matches!(failure, Failure::Write(_) | Failure::Read(_) | Failure::Closed)
}

/// A connection that nobody uses: a new one, or one that its user gives up when all slots are taken.
async fn obtain(
    client: &Arc<Inner>,
    target: &Target,
    now: Instant,
    timeouts: Timeouts,
) -> Result<Box<Connection>, ClientError> {
    let limit = timeouts.connect;
    let deadline = later(now, limit);
    let Some(slots) = pool::slots(client, target) else {
        return connect(client, target, deadline, limit, None).await;
    };
    let exhausted = || ClientError::PoolExhausted { target: target.to_string() };
    loop {
        let slot = match slots.ask(client, Instant::now()) {
            Asked::Idle(connection) => return Ok(connection),
            Asked::Granted(slot) => slot,
            Asked::Refused => return Err(exhausted()),
            Asked::Queued(grant) => match timeout_at(deadline, grant).await {
                Ok(Ok(Grant::Slot(slot))) => slot,
                Ok(Ok(Grant::Connection(mut connection))) => {
                    if connection.is_usable(client, Instant::now()) {
                        return Ok(connection);
                    }
                    continue;
                }
                Ok(Err(_)) => continue,
                Err(_elapsed) => return Err(exhausted()),
            },
        };
        return connect(client, target, deadline, limit, Some(slot)).await;
    }
}

fn explain(target: &Target, exchange: &Exchange, failure: Failure) -> ClientError {
    let target = target.to_string();
    let nothing_sent = exchange.has_sent_nothing();
    let while_sending = !exchange.is_sent;
    match failure {
        Failure::Expired(limit) => ClientError::ResponseTimeout { target, limit },
        Failure::Source(source) => ClientError::RequestBody { target, source },
        Failure::Head(fault) => ClientError::Protocol { target, detail: fault.to_string() },
        Failure::Closed => ClientError::Closed { target, while_sending, nothing_sent },
        Failure::Write(error) | Failure::Read(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            ClientError::Closed { target, while_sending, nothing_sent }
        }
        Failure::Write(error) | Failure::Read(error) if while_sending => {
            ClientError::Sending { target, source: Box::new(error), nothing_sent }
        }
        Failure::Write(error) | Failure::Read(error) => ClientError::Receiving {
            target,
            source: Box::new(error),
            nothing_received: exchange.received == 0,
        },
    }
}
