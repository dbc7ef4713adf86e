//! One connection to a member, and the task that drives it.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::Inner;
use super::copy::HeadCopy;
use super::slots::{Slot, Slots};
use super::state::{Expired, RequestWatch, State};
use crate::transport::counters::ClientCounters;
use crate::transport::http::Stream;
use crate::transport::http::body::OutgoingBody;
use crate::transport::http::timer::LazyTimer;

/// Ready for a request, or busy with one. Dropping it closes it, whatever it is doing.
pub(super) struct Connection {
    pub(super) sender: http1::SendRequest<OutgoingBody<RequestWatch>>,
    pub(super) state: Arc<State>,
    /// Requests it has carried.
    pub(super) exchanges: u64,
    /// When its last exchange ended.
    pub(super) idle_since: Instant,
    /// The slots it counts against, when its target has a limit.
    pub(super) home: Option<Weak<Slots>>,
    /// Room for the head of a request that may have to be sent again.
    pub(super) copy: HeadCopy,
    created: Instant,
    driver: AbortHandle,
}

impl Connection {
    /// Starts HTTP on a stream, and the task that drives it on the current runtime.
    pub(super) async fn start(
        stream: Stream,
        client: &Arc<Inner>,
        slot: Option<Slot>,
    ) -> hyper::Result<Self> {
        let state = Arc::new(State::new());
        let socket = Socket { stream, state: Arc::clone(&state) };
        let settings = &client.settings;
        let mut builder = http1::Builder::new();
        builder
            .title_case_headers(true)
            .max_header_size(settings.response.head)
            .max_buf_size(settings.max_buffer.max(settings.response.head).max(8192));
        if settings.response.headers != 100 {
            // hyper's own default of 100 needs no allocation.
            builder.max_headers(settings.response.headers);
        }
        let (sender, connection) = builder.handshake(TokioIo::new(socket)).await?;
        let home = slot.as_ref().and_then(Slot::slots).map(Arc::downgrade);
        let open = Open::count(Arc::clone(&client.counters));
        let driver = {
            let state = Arc::clone(&state);
            let client = Arc::clone(client);
            tokio::spawn(async move {
                drive(connection, &state, &client).await;
                drop((slot, open));
            })
        };
        let now = Instant::now();
        Ok(Self {
            sender,
            state,
            exchanges: 0,
            idle_since: now,
            home,
            copy: HeadCopy::default(),
            created: now,
            driver: driver.abort_handle(),
        })
    }

    /// Whether it may still be used for a new request at this moment.
    pub(super) fn is_usable(&self, client: &Inner, now: Instant) -> bool {
        !self.sender.is_closed()
            && now.duration_since(self.idle_since) < client.settings.idle_time
            && client.settings.life_time.is_none_or(|limit| now.duration_since(self.created) < limit)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Runs until the connection ends, or until it has taken too long over something.
async fn drive(connection: impl Future<Output = hyper::Result<()>>, state: &State, client: &Inner) {
    let mut connection = pin!(connection);
    let mut timer = LazyTimer::default();
    let end = poll_fn(|context| {
        if let Poll::Ready(result) = connection.as_mut().poll(context) {
            return Poll::Ready(result.err().map(|error| error.to_string()));
        }
        while let Some(deadline) = state.deadline(&client.settings) {
            ready!(timer.poll(context, deadline));
            match state.expire() {
                Some(Expired::Idle) => return Poll::Ready(None),
                Some(Expired::Response | Expired::Stalled) => {
                    return Poll::Ready(Some("time-out".to_owned()));
                }
                None => {}
            }
        }
        Poll::Pending
    })
    .await;
    if let Some(error) = end {
        tracing::debug!(%error, "a connection to a member ended");
    }
}

/// Counts an open connection while it lives.
struct Open(Arc<ClientCounters>);

impl Open {
    fn count(counters: Arc<ClientCounters>) -> Self {
        counters.open.fetch_add(1, Ordering::Relaxed);
        counters.opened.fetch_add(1, Ordering::Relaxed);
        Self(counters)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The byte stream as hyper sees it; what passes is noted in the state.
struct Socket {
    stream: Stream,
    state: Arc<State>,
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        this.state.bytes_read(buffer.filled().len().saturating_sub(before));
        Poll::Ready(Ok(()))
    }
}

impl Socket {
    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Ready(Ok(count)) => self.state.bytes_written(*count),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.state.write_blocked(),
        }
        result
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
