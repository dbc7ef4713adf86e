//! Drives one client connection from its first byte to its close.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use ::http::StatusCode;
use tokio::time::Instant;

use super::close::close;
use super::exchange::{After, Context};
use super::head::{Waiting, Without, read_head};
use super::respond::Asked;
use super::socket::{Io, Socket};
use super::{ConnectionInfo, Handler, ServerSettings};
use crate::transport::counters::{ConnectionCounters, ListenerCounters};
use crate::transport::http::Stream;
use crate::transport::http::codec::Outbox;
use crate::transport::http::drain::DrainSignal;
use crate::transport::http::framing::{Refusal, RefusalReason};
use crate::transport::http::timer::later;

/// What the connections of one listener on one thread have in common.
#[derive(Clone)]
pub struct Serving {
    /// Limits and times.
    pub settings: Arc<ServerSettings>,
    /// Where the connections are counted.
    pub counters: Arc<ListenerCounters>,
    /// The index of the thread, for its cell of the counters.
    pub thread: usize,
    /// Ends the connections.
    pub drain: DrainSignal,
    /// A connection without a request for this long gives its buffers back until the next comes.
    pub park_after: Duration,
}

impl Serving {
    /// What hot-path.md §5.3 found: next to no memory for an idle connection, for 2 % of the work of a busy one.
    pub const PARK_AFTER: Duration = Duration::from_secs(1);
}

/// How long writing the last words to a client may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Serves one connection until it closes: requests in order, pipelined or not, each answered by the handler or refused.
///
/// - A client that half-closes gets its answer (http-transport.md §17 rule 8); the price is that a client which
///   goes away while the handler works is noticed only when the answer is written.
/// - Head and small frames of an answer are copied into one buffer and leave with one write; large frames are written from
///   where they are.
/// - A body of an answer that fails cuts the connection off without the last chunk, or with a reset when the end of the
///   connection would have been its only end mark (http-transport.md §17 rule 4).
pub async fn serve_connection<H: Handler>(
    stream: Stream,
    info: Arc<ConnectionInfo>,
    handler: Arc<H>,
    serving: &Serving,
) {
    let counters = ConnectionCounters::open(Arc::clone(&serving.counters), serving.thread);
    serve_counted(stream, info, handler, serving, counters).await;
}

/// As [`serve_connection`], for a connection that has been counted since it was accepted.
///
/// All that a busy connection needs lies in one box, which is dropped when it has been quiet for a while: its buffers and
/// the state of the handler are gone then, and only the socket waits (hot-path.md §5.3).
pub(in crate::transport::http) async fn serve_counted<H: Handler>(
    stream: Stream,
    info: Arc<ConnectionInfo>,
    handler: Arc<H>,
    serving: &Serving,
    counters: ConnectionCounters,
) {
    let context = Context { handler: &*handler, info: &info, settings: &serving.settings };
    let given = pin!(serving.drain.given());
    let mut waiting = Waiting::new(&serving.drain, given);
    let mut socket = Socket::new(stream, counters);
    while let Some(quiet) = Box::pin(run(&context, socket, serving.park_after, &mut waiting)).await {
        socket = quiet;
        if let Rest::Over = rest(&socket, &serving.settings, &mut waiting).await {
            let linger = serving.settings.linger_time;
            return Box::pin(close(socket, false, LAST_WORDS, linger, &mut waiting.timer)).await;
        }
    }
}

/// Serves requests until the connection has closed, or is quiet: then its socket is given back.
async fn run<H: Handler, F: Future<Output = ()>>(
    context: &Context<'_, H>,
    socket: Socket,
    park_after: Duration,
    waiting: &mut Waiting<'_, F>,
) -> Option<Socket> {
    let settings = context.settings;
    let mut io = Io::new(socket, settings.max_buffer);
    let mut outbox = Outbox::default();
    let (after, patience) = loop {
        match read_head(&mut io, settings, park_after, waiting).await {
            Ok(head) => match context.exchange(head, io, &mut outbox, waiting).await {
                After::Kept(kept) => io = kept,
                after => break (after, settings.write_stall),
            },
            Err(Without::Fault(fault)) => {
                let refusal = Refusal::of_head(fault);
                let stall = settings.write_stall;
                let after = context.refuse(&refusal, Asked::NOTHING, io, &mut outbox, waiting, stall).await;
                break (after, stall);
            }
            Err(Without::Slow) => {
                let refusal = Refusal::new(
                    StatusCode::REQUEST_TIMEOUT,
                    RefusalReason::Timeout,
                    "the head did not end in time",
                );
                let after =
                    context.refuse(&refusal, Asked::NOTHING, io, &mut outbox, waiting, LAST_WORDS).await;
                break (after, LAST_WORDS);
            }
            Err(Without::Quiet) => return Some(io.socket),
            Err(Without::Gone) if !io.socket.is_encrypted() => return None,
            Err(Without::Idle | Without::Gone) => {
                break (After::Closing { io, has_unread: false }, LAST_WORDS);
            }
        }
    };
    if let After::Closing { io, has_unread } = after {
        close(io.socket, has_unread, patience, settings.linger_time, &mut waiting.timer).await;
    }
    None
}

enum Rest {
    /// Bytes have come, or the end.
    Woken,
    /// It has been idle too long, or it shall drain.
    Over,
}

/// Waits with nothing but the socket.
async fn rest<F: Future<Output = ()>>(
    socket: &Socket,
    settings: &ServerSettings,
    waiting: &mut Waiting<'_, F>,
) -> Rest {
    let since = *waiting.idle_since.get_or_insert_with(Instant::now);
    let deadline = later(since, settings.idle_time);
    poll_fn(|task| {
        if socket.poll_readable(task).is_ready() {
            return Poll::Ready(Rest::Woken);
        }
        if waiting.poll_draining(task) {
            return Poll::Ready(Rest::Over);
        }
        waiting.timer.poll(task, deadline).map(|()| Rest::Over)
    })
    .await
}
