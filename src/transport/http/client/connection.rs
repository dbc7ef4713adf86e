//! One connection to a member, owned by the exchange that uses it, or by the pool.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Instant;

use super::Inner;
use super::slots::{Slot, Slots};
use crate::transport::counters::ClientCounters;
use crate::transport::http::Stream;
use crate::transport::http::codec::{Outbox, ReadBuffer};
use crate::transport::http::timer::LazyTimer;

/// Ready for a request, or busy with one. Dropping it closes it, whatever it is doing.
pub(super) struct Connection {
    pub(super) stream: Stream,
    /// What the member has sent.
    pub(super) received: ReadBuffer,
    /// What the member is to get.
    pub(super) outbox: Outbox,
    /// For the time-outs of its exchanges.
    pub(super) timer: LazyTimer,
    /// Requests it has carried.
    pub(super) exchanges: u64,
    /// When its last exchange ended.
    pub(super) idle_since: Instant,
    created: Instant,
    /// Its right to exist, when its target has a limit.
    slot: Option<Slot>,
    /// Counted as long as it lives.
    _open: Open,
}

impl Connection {
    /// HTTP over a stream.
    pub(super) fn new(stream: Stream, client: &Arc<Inner>, slot: Option<Slot>) -> Self {
        let now = Instant::now();
        Self {
            stream,
            received: ReadBuffer::new(client.settings.max_buffer),
            outbox: Outbox::default(),
            timer: LazyTimer::default(),
            exchanges: 0,
            idle_since: now,
            created: now,
            slot,
            _open: Open::count(Arc::clone(&client.counters)),
        }
    }

    /// What its slot came from, when its target has a limit and is still known.
    pub(super) fn home(&self) -> Option<Option<Arc<Slots>>> {
        self.slot.as_ref().map(Slot::slots)
    }

    /// Whether it may still be used for a new request at this moment.
    pub(super) fn is_usable(&mut self, client: &Inner, now: Instant) -> bool {
        now.duration_since(self.idle_since) < client.settings.idle_time
            && client.settings.life_time.is_none_or(|limit| now.duration_since(self.created) < limit)
            && !self.is_closed()
    }

    /// True when the member has closed it, or has sent what nobody asked for. Asks the operating system only when something has
    /// happened since the last read.
    pub(super) fn is_closed(&mut self) -> bool {
        let mut space = [0; 1];
        let read = match &mut self.stream {
            Stream::Plain(tcp) => tcp.try_read(&mut space).map(drop),
            // What has arrived may belong to TLS alone, such as a ticket.
            stream @ Stream::Tls(_) => {
                let mut context = Context::from_waker(Waker::noop());
                match Pin::new(stream).poll_read(&mut context, &mut ReadBuf::new(&mut space)) {
                    Poll::Ready(read) => read,
                    Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                }
            }
        };
        !read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
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
