//! From answers to a state.

use std::num::NonZeroU32;

/// Counts answers in a row until they change the state. The first answer decides by itself: about a member of which nothing
/// is known one answer is the best that there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// `None` before the first answer.
    healthy: Option<bool>,
    /// Answers in a row that speak against the state.
    against: u32,
}

impl Thresholds {
    /// The state; `None` before the first answer.
    pub fn is_healthy(&self) -> Option<bool> {
        self.healthy
    }

    /// Takes note of an answer; the state after it. `healthy` good answers in a row end an unhealthy state, `unhealthy` bad ones
    /// a healthy one.
    pub fn record(&mut self, is_good: bool, healthy: NonZeroU32, unhealthy: NonZeroU32) -> bool {
        let state = self.healthy.unwrap_or(is_good);
        self.against = if is_good == state { 0 } else { self.against.saturating_add(1) };
        let limit = if state { unhealthy } else { healthy };
        let changes = self.against >= limit.get();
        if changes {
            self.against = 0;
        }
        let state = state != changes;
        self.healthy = Some(state);
        state
    }
}
