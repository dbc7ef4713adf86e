//! Slow start: a member that just became ready gets a small share, which grows.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::balancing::algorithms::{STEP, fraction, mix};
use crate::clusters::Member;

/// What a member gets of its usual share at first.
const FIRST_SHARE: f64 = 0.1;

/// The share of a member that has been ready for a while.
pub(super) fn share(member: &Member, slow_start: Duration, now: Instant) -> f64 {
    if slow_start.is_zero() {
        return 1.0;
    }
    let ready = member.live().in_phase(now);
    if ready >= slow_start {
        return 1.0;
    }
    FIRST_SHARE + (1.0 - FIRST_SHARE) * ready.div_duration_f64(slow_start)
}

/// Numbers between 0 and 1, one a request. They are spread by chance and not evenly: even ones would fall into step with
/// algorithms that take turns.
#[derive(Debug, Default)]
pub(super) struct Lots(AtomicU64);

impl Lots {
    pub(super) fn draw(&self) -> f64 {
        fraction(mix(self.0.fetch_add(STEP, Ordering::Relaxed)))
    }
}

/// The lot of one request: members with a share above it take part. Drawn when the first member with a share below 1 is
/// looked at, so that it costs nothing otherwise.
#[derive(Debug, Default)]
pub(super) struct Lot {
    drawn: Cell<Option<f64>>,
    left_out: Cell<bool>,
}

impl Lot {
    /// Whether a member with this share takes part.
    pub(super) fn admits(&self, share: f64, draw: impl FnOnce() -> f64) -> bool {
        if share >= 1.0 {
            return true;
        }
        let lot = self.drawn.get().unwrap_or_else(|| {
            let lot = draw();
            self.drawn.set(Some(lot));
            lot
        });
        let admits = lot < share;
        if !admits {
            self.left_out.set(true);
        }
        admits
    }

    /// Whether a member did not take part.
    pub(super) fn left_out_any(&self) -> bool {
        self.left_out.get()
    }

    /// When nobody took part, shares count relative to the greatest: all that lots above it could mean is spread below it.
    pub(super) fn lower(&self, greatest: f64) {
        if let Some(lot) = self.drawn.get() {
            let above = (lot - greatest) / (1.0 - greatest);
            self.drawn.set(Some(above.clamp(0.0, 1.0) * greatest));
        }
    }
}
