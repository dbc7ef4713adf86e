//! The time as the pure part counts it: since 1970, so that it compares with what providers say, and never backwards.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A clock that goes on from the time of the system at its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
    started: Duration,
}

impl Clock {
    pub(super) fn new() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { start: Instant::now(), started }
    }

    pub(super) fn now(&self) -> Duration {
        self.started.saturating_add(self.start.elapsed())
    }

    /// When it was made.
    pub(super) fn start(&self) -> Duration {
        self.started
    }

    pub(super) fn instant(&self, time: Duration) -> Instant {
        self.start + time.saturating_sub(self.started)
    }

    /// A number for launches that no earlier process gave.
    pub(super) fn first_launch(&self) -> u64 {
        u64::try_from(self.now().as_micros()).unwrap_or(u64::MAX / 2)
    }
}

/// As people read it: RFC 3339 in UTC.
pub(super) fn written(time: Duration) -> String {
    crate::telemetry::rfc3339(UNIX_EPOCH + time)
}
