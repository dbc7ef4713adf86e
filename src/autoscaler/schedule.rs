//! When the autoscaler looks: first two intervals after the start, then after every interval
//! (elastic-load-balancer.md §4.2, case 137).

use std::time::Duration;

/// The first tick.
pub fn first_tick(start: Duration, interval: Duration) -> Duration {
    start.saturating_add(interval.saturating_mul(2))
}

/// The next tick after `now`. Ticks that were missed, because the one before took so long, are left out (case 181).
pub fn next_tick(start: Duration, interval: Duration, now: Duration) -> Duration {
    let first = first_tick(start, interval);
    let interval = interval.as_nanos();
    if now < first || interval == 0 {
        return first.max(now);
    }
    let late = (now - first).as_nanos() % interval;
    let ahead = u64::try_from(interval - late).unwrap_or(u64::MAX);
    now.saturating_add(Duration::from_nanos(ahead))
}
