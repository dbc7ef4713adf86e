//! What the benches share.

use std::time::Instant;

/// Nanoseconds for one call: the best of several rounds, each long enough for the clock.
pub(crate) fn best_of(rounds: u32, calls: u32, mut call: impl FnMut()) -> f64 {
    let round = |_| {
        let started = Instant::now();
        for _ in 0..calls {
            call();
        }
        started.elapsed().as_nanos() as f64 / f64::from(calls)
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min)
}
