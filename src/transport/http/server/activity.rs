//! What a connection is doing right now: written where it happens, read by the driver that owns the time-outs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::ServerSettings;
use crate::transport::counters::ConnectionCounters;
use crate::transport::http::framing::wire::{Position, WireNotes};
use crate::transport::http::timer::later;

/// All of it belongs to one task; the atomics make it `Send`, not shared.
pub(super) struct Activity {
    pub(super) counters: ConnectionCounters,
    pub(super) wire: Arc<WireNotes>,
    clock: Clock,
    park_after: Duration,
    /// Requests handed to the service.
    exchanges: AtomicU64,
    is_busy: AtomicBool,
    idle_since: AtomicU64,
    /// Since when a head has been arriving; 0 when none is.
    head_since: AtomicU64,
    /// Since when the client has taken no byte of what we want to write; 0 when it takes them.
    blocked_since: AtomicU64,
    /// The end of the answer being sent is marked by nothing but the end of the connection.
    is_close_delimited: AtomicBool,
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    /// No request came for a while: time to give the buffers back.
    Quiet,
    /// No request came.
    Idle,
    /// A head did not end.
    Head,
    /// The client does not read.
    Blocked,
}

impl Activity {
    pub(super) fn new(counters: ConnectionCounters, park_after: Duration) -> Self {
        Self {
            counters,
            wire: Arc::default(),
            clock: Clock::start(),
            park_after,
            exchanges: AtomicU64::new(0),
            is_busy: AtomicBool::new(false),
            idle_since: AtomicU64::new(1),
            head_since: AtomicU64::new(0),
            blocked_since: AtomicU64::new(0),
            is_close_delimited: AtomicBool::new(false),
        }
    }

    /// A request was handed over; its index counts from 0.
    pub(super) fn begin_exchange(&self) -> u64 {
        self.counters.request();
        self.is_busy.store(true, Ordering::Relaxed);
        self.is_close_delimited.store(false, Ordering::Relaxed);
        self.exchanges.fetch_add(1, Ordering::Relaxed)
    }

    /// The last byte of the answer was handed to hyper.
    pub(super) fn end_exchange(&self) {
        self.is_busy.store(false, Ordering::Relaxed);
        self.idle_since.store(self.clock.now(), Ordering::Relaxed);
    }

    pub(super) fn is_busy(&self) -> bool {
        self.is_busy.load(Ordering::Relaxed)
    }

    pub(super) fn bytes_read(&self, count: usize, heads_before: u64) {
        self.counters.received(count);
        if self.wire.position() != Position::Head {
            self.head_since.store(0, Ordering::Relaxed);
        } else if self.head_since.load(Ordering::Relaxed) == 0 || self.wire.heads() != heads_before {
            self.head_since.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    pub(super) fn bytes_written(&self, count: usize) {
        self.counters.sent(count);
        if self.blocked_since.load(Ordering::Relaxed) != 0 {
            self.blocked_since.store(0, Ordering::Relaxed);
        }
    }

    pub(super) fn write_blocked(&self) {
        if !self.is_write_blocked() {
            self.blocked_since.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    pub(super) fn is_write_blocked(&self) -> bool {
        self.blocked_since.load(Ordering::Relaxed) != 0
    }

    pub(super) fn set_close_delimited(&self) {
        self.is_close_delimited.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_close_delimited(&self) -> bool {
        self.is_close_delimited.load(Ordering::Relaxed)
    }

    /// True when bytes of a request may still be on their way that nobody will read.
    pub(super) fn has_unread_request(&self) -> bool {
        self.wire.position() != Position::Boundary
            || self.wire.heads() != self.exchanges.load(Ordering::Relaxed)
    }

    /// When a connection without a request is closed.
    pub(super) fn idle_deadline(&self, settings: &ServerSettings) -> Instant {
        self.clock.after(self.idle_since.load(Ordering::Relaxed), settings.idle_time)
    }

    /// The time-out that applies now. While an exchange runs only a client that does not read is on the clock:
    /// bodies have idle time-outs of their own, and the handler has its own.
    pub(super) fn deadline(&self, settings: &ServerSettings) -> Option<(Instant, Expired)> {
        let blocked = self.blocked_since.load(Ordering::Relaxed);
        if blocked != 0 {
            return Some((self.clock.after(blocked, settings.write_stall), Expired::Blocked));
        }
        if self.is_busy() {
            return None;
        }
        let idle = self.idle_since.load(Ordering::Relaxed);
        match self.wire.position() {
            Position::Boundary if self.park_after < settings.idle_time && !self.has_unread_request() => {
                Some((self.clock.after(idle, self.park_after), Expired::Quiet))
            }
            Position::Boundary => Some((self.idle_deadline(settings), Expired::Idle)),
            Position::Head => {
                // A pipelined head has its full time from the end of the exchange before.
                let since = self.head_since.load(Ordering::Relaxed).max(idle);
                Some((self.clock.after(since, settings.head_time), Expired::Head))
            }
            Position::Body => None,
        }
    }
}

/// Instants as milliseconds since the connection began, plus one so that 0 can mean *not*.
pub(in crate::transport::http) struct Clock(Instant);

impl Clock {
    pub(in crate::transport::http) fn start() -> Self {
        Self(Instant::now())
    }

    pub(in crate::transport::http) fn now(&self) -> u64 {
        self.at(Instant::now())
    }

    pub(in crate::transport::http) fn at(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.0).as_millis();
        u64::try_from(since).unwrap_or(u64::MAX - 1).saturating_add(1)
    }

    pub(in crate::transport::http) fn after(&self, since: u64, time: Duration) -> Instant {
        later(later(self.0, Duration::from_millis(since.saturating_sub(1))), time)
    }
}
