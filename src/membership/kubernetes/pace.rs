//! How often the API server is asked when it does not answer.

use std::time::Duration;

/// Pauses that double up to a bound.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pace {
    /// Pauses between these bounds.
    pub(super) fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The next pause.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.longest);
        pause
    }

    /// The longest pause.
    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// It works again.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}
