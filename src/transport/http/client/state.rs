//! What a connection to a member is doing: written where it happens, read by the driver that owns the time-outs.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sinew_core::message::BodyError;
use tokio::time::Instant;

use super::ClientSettings;
use crate::transport::http::body::Source;
use crate::transport::http::server::Clock;

/// One exchange at a time; the request side, the driver and the answer's body all hold it.
pub(super) struct State {
    clock: Clock,
    phase: AtomicU8,
    /// When the phase began, or the member last took bytes of the request.
    progress_at: AtomicU64,
    /// The response time-out of the current exchange, in milliseconds.
    response_limit: AtomicU64,
    /// Since when the member has taken no byte of what we want to write; 0 when it takes them.
    blocked_since: AtomicU64,
    read: AtomicU64,
    written: AtomicU64,
    /// The counts when the current exchange began.
    read_before: AtomicU64,
    written_before: AtomicU64,
    /// The request was handed to the connection whole.
    is_request_finished: AtomicBool,
    /// The request goes on when our own client sends more; the member is not to blame.
    waits_for_source: AtomicBool,
    expired: AtomicU8,
    body_error: Mutex<Option<BodyError>>,
}

const IDLE: u8 = 0;
const AWAITING: u8 = 1;
const ANSWERED: u8 = 2;

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expired {
    /// The connection had no work.
    Idle,
    /// The head of the answer did not come.
    Response,
    /// The member does not read the request.
    Stalled,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            clock: Clock::start(),
            phase: AtomicU8::new(IDLE),
            progress_at: AtomicU64::new(1),
            response_limit: AtomicU64::new(0),
            blocked_since: AtomicU64::new(0),
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            read_before: AtomicU64::new(0),
            written_before: AtomicU64::new(0),
            is_request_finished: AtomicBool::new(true),
            waits_for_source: AtomicBool::new(false),
            expired: AtomicU8::new(0),
            body_error: Mutex::new(None),
        }
    }

    /// A request is about to be handed over.
    pub(super) fn begin(&self, now: Instant, response_limit: Duration, has_body: bool) {
        let limit = u64::try_from(response_limit.as_millis()).unwrap_or(u64::MAX);
        self.response_limit.store(limit, Ordering::Relaxed);
        self.read_before.store(self.read.load(Ordering::Relaxed), Ordering::Relaxed);
        self.written_before.store(self.written.load(Ordering::Relaxed), Ordering::Relaxed);
        self.is_request_finished.store(!has_body, Ordering::Relaxed);
        self.waits_for_source.store(false, Ordering::Relaxed);
        self.progress_at.store(self.clock.at(now), Ordering::Relaxed);
        self.phase.store(AWAITING, Ordering::Release);
    }

    /// The head of the answer is here.
    pub(super) fn answered(&self) {
        self.phase.store(ANSWERED, Ordering::Release);
    }

    /// The exchange is over and the connection waits for the next.
    pub(super) fn rest(&self, now: Instant) {
        self.progress_at.store(self.clock.at(now), Ordering::Relaxed);
        self.phase.store(IDLE, Ordering::Release);
    }

    pub(super) fn is_request_finished(&self) -> bool {
        self.is_request_finished.load(Ordering::Acquire)
    }

    /// True when the operating system has taken no byte of the current request.
    pub(super) fn has_sent_nothing(&self) -> bool {
        self.written.load(Ordering::Relaxed) == self.written_before.load(Ordering::Relaxed)
    }

    /// True when no byte of the current answer has arrived.
    pub(super) fn has_received_nothing(&self) -> bool {
        self.read.load(Ordering::Relaxed) == self.read_before.load(Ordering::Relaxed)
    }

    pub(super) fn take_body_error(&self) -> Option<BodyError> {
        self.body_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    // --- told by the socket -----------------------------------------------------------------------------------------

    pub(super) fn bytes_read(&self, count: usize) {
        self.read.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn bytes_written(&self, count: usize) {
        self.written.fetch_add(count as u64, Ordering::Relaxed);
        self.blocked_since.store(0, Ordering::Relaxed);
        if !self.is_request_finished.load(Ordering::Relaxed) {
            self.progress_at.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    pub(super) fn write_blocked(&self) {
        if self.blocked_since.load(Ordering::Relaxed) == 0 {
            self.blocked_since.store(self.clock.now(), Ordering::Relaxed);
        }
    }

    // --- asked by the driver ----------------------------------------------------------------------------------------

    /// When to look next. Something is always due, because nobody wakes the driver when an answer has been read.
    pub(super) fn deadline(&self, settings: &ClientSettings) -> Option<Instant> {
        let since = self.progress_at.load(Ordering::Relaxed);
        let blocked = self.blocked_since.load(Ordering::Relaxed);
        if blocked != 0 {
            return Some(self.clock.after(blocked, settings.write_stall));
        }
        match self.phase.load(Ordering::Acquire) {
            AWAITING if self.waits_for_source.load(Ordering::Relaxed) => None,
            AWAITING => {
                let limit = Duration::from_millis(self.response_limit.load(Ordering::Relaxed));
                Some(self.clock.after(since, limit))
            }
            _ => Some(self.clock.after(since, settings.idle_time)),
        }
    }

    /// What a deadline that has passed means; `None` when it means nothing.
    pub(super) fn expire(&self) -> Option<Expired> {
        let expired = if self.blocked_since.load(Ordering::Relaxed) != 0 {
            Expired::Stalled
        } else {
            match self.phase.load(Ordering::Acquire) {
                IDLE => Expired::Idle,
                AWAITING => Expired::Response,
                _ => {
                    // The answer's own idle time-out watches it. Look again later.
                    self.progress_at.store(self.clock.now(), Ordering::Relaxed);
                    return None;
                }
            }
        };
        self.expired.store(expired as u8 + 1, Ordering::Release);
        Some(expired)
    }

    /// Why the driver gave up.
    pub(super) fn expired(&self) -> Option<Expired> {
        match self.expired.load(Ordering::Acquire) {
            1 => Some(Expired::Idle),
            2 => Some(Expired::Response),
            3 => Some(Expired::Stalled),
            _ => None,
        }
    }
}

/// Watches the request body while hyper sends it over a connection, once there is one.
#[derive(Default)]
pub(super) struct RequestWatch(pub(super) Option<Arc<State>>);

impl Source for RequestWatch {
    fn waiting(&mut self, waiting: bool) {
        if let Some(state) = &self.0
            && state.waits_for_source.swap(waiting, Ordering::Relaxed)
            && !waiting
        {
            state.progress_at.store(state.clock.now(), Ordering::Relaxed);
        }
    }

    fn finished(&mut self) {
        if let Some(state) = &self.0 {
            state.waits_for_source.store(false, Ordering::Relaxed);
            state.progress_at.store(state.clock.now(), Ordering::Relaxed);
            state.is_request_finished.store(true, Ordering::Release);
        }
    }

    fn failed(&mut self, error: &BodyError) {
        let Some(state) = &self.0 else { return };
        let copy = match error {
            BodyError::Aborted(cause) => BodyError::Aborted(cause.to_string().into()),
            BodyError::Idle => BodyError::Idle,
            BodyError::TooLarge { limit } => BodyError::TooLarge { limit: *limit },
        };
        *state.body_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
    }
}
