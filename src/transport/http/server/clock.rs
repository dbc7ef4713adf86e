//! Instants as numbers, so that they fit into atomics.

use std::time::Duration;

use tokio::time::Instant;

use crate::transport::http::timer::later;

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
