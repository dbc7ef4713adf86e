//! Which failures count, and for how long they keep something away.

use std::time::Duration;

use sinew_core::config::endpoint::{MarkForSuspension, SendingDefinition, SuspendOnFailure};

/// How failures are judged.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Failures that are forgiven a few times.
    pub mark: MarkForSuspension,
    /// Failures that suspend.
    pub suspend: SuspendOnFailure,
}

/// The first suspension where none is given (endpoints.md §3.3).
const DEFAULT_SUSPENSION: u64 = 30_000;

/// What counts as a time-out where no codes are given (endpoints.md §3.3).
const TIME_OUTS: [u32; 2] = [101_504, 101_505];

impl Rules {
    /// The rules that an endpoint's definition gives.
    pub fn of(definition: &SendingDefinition) -> Self {
        Self { mark: definition.mark_for_suspension.clone(), suspend: definition.suspend_on_failure.clone() }
    }

    /// Whether a failure is one that `markForSuspension` forgives.
    pub fn is_time_out(&self, code: u32) -> bool {
        match &*self.mark.codes {
            [] => TIME_OUTS.contains(&code),
            codes => codes.contains(&code),
        }
    }

    /// Whether a failure suspends.
    pub fn suspends(&self, code: u32) -> bool {
        self.suspend.codes.is_empty() || self.suspend.codes.contains(&code)
    }

    /// The next suspension in milliseconds, after one of `last`: it grows by the factor, calculated in 32 bits as the
    /// original does. The maximum holds always; the original lets the default of 30 s pass it (endpoints.md §3.3,
    /// consequence 6).
    pub(super) fn suspension(&self, last: Option<u64>) -> u64 {
        let grown = match last.filter(|last| *last > 0) {
            None => self.suspend.initial.map(milliseconds),
            Some(last) => {
                let product = last as f32 * self.suspend.factor;
                // The cast cuts off as Java's does, and never overflows.
                (product >= 0.0).then_some(product as u64)
            }
        };
        let maximum = self.suspend.maximum.map_or(u64::MAX, milliseconds);
        grown.unwrap_or(DEFAULT_SUSPENSION).min(maximum)
    }

    /// The pause after a forgiven failure, in milliseconds.
    pub(super) fn retry_delay(&self) -> u64 {
        milliseconds(self.mark.delay)
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
