//! How long to wait before the next attempt.

use std::time::Duration;

/// Waits that double, up to a limit.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    last: Option<Duration>,
}

/// The first wait.
const FIRST: Duration = Duration::from_millis(500);

/// The longest wait (elastic-load-balancer.md §6.3: "wait 5 s, subscribe again").
const LONGEST: Duration = Duration::from_secs(5);

impl Backoff {
    /// How long to wait after one more failure.
    pub fn next_wait(&mut self) -> Duration {
        let next = self.last.map_or(FIRST, |last| last.saturating_mul(2).min(LONGEST));
        self.last = Some(next);
        next
    }

    /// It has worked.
    pub fn reset(&mut self) {
        self.last = None;
    }
}
