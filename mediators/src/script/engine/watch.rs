//! The time a script has.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Stops a script that runs too long; the engine asks every few thousand steps.
#[derive(Debug, Default)]
pub(super) struct Watch {
    until: Mutex<Option<Instant>>,
    was_late: AtomicBool,
}

impl Watch {
    /// A script starts.
    pub(super) fn start(&self, time: Duration) {
        self.was_late.store(false, Ordering::Relaxed);
        self.set(Instant::now().checked_add(time));
    }

    /// The script has ended; true when it was stopped.
    pub(super) fn stop(&self) -> bool {
        self.set(None);
        self.was_late.load(Ordering::Relaxed)
    }

    /// Whether the script has to stop now.
    pub(super) fn is_over(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let late = until.is_some_and(|until| Instant::now() >= until);
        if late {
            self.was_late.store(true, Ordering::Relaxed);
        }
        late
    }

    fn set(&self, until: Option<Instant>) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}
