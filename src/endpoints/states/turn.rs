//! Whose turn it is in a composite endpoint.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A position that all messages share: the next child of a load balancer, or the current one of a failover.
#[derive(Debug, Default)]
pub struct Turn(AtomicUsize);

impl Turn {
    /// The position.
    pub fn position(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the position.
    pub fn set(&self, position: usize) {
        self.0.store(position, Ordering::Relaxed);
    }

    /// Sets the position if it is still the one expected; else gives what it is.
    pub fn replace(&self, expected: usize, position: usize) -> Result<(), usize> {
        self.0.compare_exchange_weak(expected, position, Ordering::Relaxed, Ordering::Relaxed).map(drop)
    }
}
