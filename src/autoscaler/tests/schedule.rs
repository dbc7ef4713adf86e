//! When it ticks (elastic-load-balancer.md §9.7, cases 137 and 181).

use super::super::{first_tick, next_tick};
use super::*;

#[test]
fn case_137_the_first_tick_is_after_two_intervals() {
    let (start, interval) = (seconds(0), seconds(60));
    assert_eq!(first_tick(start, interval), seconds(120));
    let rows = [(0, 120), (119, 120), (120, 180), (121, 180), (180, 240)];
    for (now, next) in rows {
        assert_eq!(next_tick(start, interval, seconds(now)), seconds(next), "after {now} s");
    }
}

#[test]
fn case_181_missed_ticks_are_left_out() {
    assert_eq!(next_tick(seconds(7), seconds(60), seconds(7 + 120 + 185)), seconds(7 + 360));
    assert_eq!(next_tick(seconds(7), Duration::ZERO, seconds(9)), seconds(9));
}
