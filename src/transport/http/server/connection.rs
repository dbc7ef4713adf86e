//! Drives one client connection from its first byte to its close.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use ::http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::time::{Duration, timeout};

use super::activity::{Activity, Expired};
use super::exchange::{Context, Exchange, exchange};
use super::socket::Socket;
use super::{ConnectionInfo, Handler, ServerSettings};
use crate::transport::counters::{ConnectionCounters, ListenerCounters};
use crate::transport::http::Stream;
use crate::transport::http::body::OutgoingBody;
use crate::transport::http::drain::{DrainSignal, DrainWatch};
use crate::transport::http::framing::{Refusal, RefusalReason};
use crate::transport::http::timer::LazyTimer;

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
    /// What hot-path.md §5.3 found: 14 KB less for an idle connection, for 2 % of the work of a busy one.
    pub const PARK_AFTER: Duration = Duration::from_secs(1);
}

const HEAD_TIMED_OUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// How long writing the last words to a client may take.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Serves one connection until it closes: requests in order, pipelined or not, each answered by the handler or refused.
///
/// - A client that half-closes gets its answer (http-transport.md §17 rule 8); the price is that a client which
///   goes away while the handler works is noticed only when the answer is written.
/// - Heads and bodies of answers are written with `writev` where the stream can; copying both into one buffer instead
///   saves 2 to 4 % on small answers but copies large ones whole.
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
pub(in crate::transport::http) async fn serve_counted<H: Handler>(
    stream: Stream,
    info: Arc<ConnectionInfo>,
    handler: Arc<H>,
    serving: &Serving,
    counters: ConnectionCounters,
) {
    let settings = Arc::clone(&serving.settings);
    let activity = Arc::new(Activity::new(counters, serving.park_after));
    let context = Arc::new(Context { handler, info, settings, activity });
    let mut waiting = Waiting {
        drain: &serving.drain,
        given: pin!(serving.drain.given()),
        watch: DrainWatch::default(),
        timer: LazyTimer::default(),
    };
    let mut socket = Socket::new(stream, Arc::clone(&context.activity), context.settings.linger_time);
    loop {
        let service = service_fn(|request| exchange(Arc::clone(&context), request));
        let mut connection = builder(&context.settings).serve_connection(TokioIo::new(socket), service);
        match drive(&mut connection, &mut waiting, &context).await {
            End::Closed(result) => {
                if result.is_err_and(|error| broke(&context, &error)) {
                    connection.into_parts().io.into_inner().reset_on_close();
                }
                return;
            }
            End::Expired(Expired::Quiet) => {
                socket = connection.into_parts().io.into_inner();
                match rest(&mut socket, &mut waiting, &context).await {
                    Rest::Woken => {}
                    Rest::Over => return expire(&context, socket, Expired::Idle).await,
                }
            }
            End::Expired(expired) => {
                return expire(&context, connection.into_parts().io.into_inner(), expired).await;
            }
        }
    }
}

/// What a connection waits for besides its socket.
struct Waiting<'a, F> {
    drain: &'a DrainSignal,
    given: Pin<&'a mut F>,
    watch: DrainWatch,
    timer: LazyTimer,
}

impl<F: Future<Output = ()>> Waiting<'_, F> {
    fn is_told(&mut self, task: &mut TaskContext<'_>) -> bool {
        self.watch.is_told(self.drain, self.given.as_mut(), task)
    }
}

enum End {
    Closed(hyper::Result<()>),
    Expired(Expired),
}

/// Runs hyper until the connection ends, or something takes too long.
async fn drive<H, S, F>(
    connection: &mut http1::Connection<TokioIo<Socket>, S>,
    waiting: &mut Waiting<'_, F>,
    context: &Context<H>,
) -> End
where
    S: HttpService<Incoming, ResBody = OutgoingBody<Exchange>, Error = Infallible>,
    F: Future<Output = ()>,
{
    poll_fn(|task| {
        let mut is_told = waiting.is_told(task);
        loop {
            // Told before it answers, hyper announces the close. Otherwise what has arrived is looked at first.
            if is_told && context.activity.is_busy() {
                Pin::new(&mut *connection).graceful_shutdown();
                is_told = false;
            }
            if let Poll::Ready(result) = Pin::new(&mut *connection).poll(task) {
                return Poll::Ready(End::Closed(result));
            }
            if !is_told {
                break;
            }
            Pin::new(&mut *connection).graceful_shutdown();
            is_told = false;
        }
        match context.activity.deadline(&context.settings) {
            Some((deadline, expired)) => waiting.timer.poll(task, deadline).map(|()| End::Expired(expired)),
            None => Poll::Pending,
        }
    })
    .await
}

enum Rest {
    /// Bytes have come, or the end.
    Woken,
    /// It has been idle too long, or it shall drain.
    Over,
}

/// Waits with nothing but the socket: hyper's state and its buffers, 8 KiB for each direction, are gone meanwhile
/// (hot-path.md §5.3).
async fn rest<H, F: Future<Output = ()>>(
    socket: &mut Socket,
    waiting: &mut Waiting<'_, F>,
    context: &Context<H>,
) -> Rest {
    let deadline = context.activity.idle_deadline(&context.settings);
    poll_fn(|task| {
        if socket.poll_readable(task).is_ready() {
            return Poll::Ready(Rest::Woken);
        }
        if waiting.is_told(task) {
            return Poll::Ready(Rest::Over);
        }
        waiting.timer.poll(task, deadline).map(|()| Rest::Over)
    })
    .await
}

/// Takes note of an error, and says whether the client must see a reset.
fn broke<H: Handler>(context: &Context<H>, error: &hyper::Error) -> bool {
    if let Some(refusal) = parse_refusal(error) {
        context.refused(&refusal);
    } else {
        tracing::debug!(%error, remote = %context.info.remote, "a client connection broke");
    }
    context.activity.is_close_delimited()
}

fn builder(settings: &ServerSettings) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        // Both times of waiting for a head are ours: one timer a connection instead of one a request.
        .header_read_timeout(None)
        .half_close(true)
        // The spelling that clients of thirty years expect; names are the same in any case (RFC 9110 §5.1).
        .title_case_headers(true)
        .max_header_size(settings.limits.head)
        .max_buf_size(settings.max_buffer.max(settings.limits.head).max(8192));
    if settings.limits.headers != 100 {
        // hyper's own default of 100 needs no allocation.
        builder.max_headers(settings.limits.headers);
    }
    builder
}

async fn expire<H: Handler>(context: &Context<H>, mut socket: Socket, expired: Expired) {
    let linger = context.settings.linger_time;
    match expired {
        Expired::Blocked => {
            tracing::debug!(remote = %context.info.remote, "a client does not read its answer");
            socket.reset_on_close();
        }
        Expired::Idle | Expired::Quiet => {
            // An error means that the client was faster.
            let _ = timeout(LAST_WORDS, socket.shutdown()).await;
        }
        Expired::Head => {
            let refusal = Refusal::new(
                StatusCode::REQUEST_TIMEOUT,
                RefusalReason::Timeout,
                "the head did not end in time",
            );
            context.refused(&refusal);
            let last_words = async {
                socket.write_all(HEAD_TIMED_OUT).await?;
                socket.shutdown().await
            };
            // An error means that the client does not listen any more.
            let _ = timeout(LAST_WORDS + linger, last_words).await;
        }
    }
}

/// The refusal that hyper has already answered with.
fn parse_refusal(error: &hyper::Error) -> Option<Refusal> {
    if error.is_parse_too_large() {
        Some(Refusal::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            RefusalReason::TooLarge,
            "the head is over a limit",
        ))
    } else if error.is_parse() {
        Some(Refusal::new(StatusCode::BAD_REQUEST, RefusalReason::Malformed, "the head is not HTTP"))
    } else {
        None
    }
}
