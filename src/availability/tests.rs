//! The transitions of endpoints.md §3.3, case by case and at random.

use std::time::Duration;

use proptest::prelude::*;
use sinew_core::config::endpoint::{MarkForSuspension, SuspendOnFailure};
use tokio::time::{Instant, advance};

use super::{Availability, Machine, Rules, State};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// `sof(initial, factor, maximum)` of the cases.
fn suspending(initial: u64, factor: f32, maximum: u64) -> Rules {
    let suspend = SuspendOnFailure {
        initial: Some(ms(initial)),
        factor,
        maximum: Some(ms(maximum)),
        ..SuspendOnFailure::default()
    };
    Rules { suspend, ..Rules::default() }
}

/// `mfs(codes; retries; delay)` of the cases.
fn marking(codes: &[u32], retries: u32, delay: u64, rules: Rules) -> Rules {
    Rules { mark: MarkForSuspension { codes: codes.into(), retries, delay: ms(delay) }, ..rules }
}

const REFUSED: u32 = 101_503;
const TIMED_OUT: u32 = 101_504;

/// Fails at each moment that it is ready; the pauses that follow.
fn pauses(rules: &Rules, code: u32, times: usize) -> Vec<u64> {
    let (mut machine, mut now) = (Machine::default(), 0);
    let mut pauses = Vec::new();
    for _ in 0..times {
        assert!(machine.is_ready(now));
        machine.failed(code, rules, now);
        let next = machine.next_retry().expect("a pause after a failure");
        pauses.push(next - now);
        now = next;
    }
    pauses
}

#[test]
fn suspensions_grow_as_in_the_table() {
    let rows: [(&str, Rules, &[u64]); 5] = [
        ("E2, consequence 1", Rules::default(), &[30_000, 30_000, 30_000]),
        ("E4", suspending(100, 2.0, 500), &[100, 200, 400, 500, 500]),
        ("E5", suspending(100, 1.5, 10_000), &[100, 150, 225]),
        ("E6, consequence 5", suspending(0, 2.0, 1000), &[0, 0, 0]),
        ("factor below one", suspending(100, 0.5, 1000), &[100, 50, 25]),
    ];
    for (case, rules, expected) in rows {
        assert_eq!(pauses(&rules, REFUSED, expected.len()), expected, "{case}");
    }
}

#[test]
fn e07_success_starts_the_progression_anew() {
    let rules = suspending(100, 2.0, 1000);
    let mut machine = Machine::default();
    machine.failed(REFUSED, &rules, 0);
    machine.failed(REFUSED, &rules, 100);
    assert_eq!(machine.next_retry(), Some(300));
    machine.succeeded();
    assert_eq!(machine.state(), State::Active);
    machine.failed(REFUSED, &rules, 1000);
    assert_eq!(machine.next_retry(), Some(1100));
}

#[test]
fn e08_codes_that_are_not_listed_change_nothing() {
    let mut rules = suspending(100, 1.0, 100);
    rules.suspend.codes = [TIMED_OUT].into();
    let mut machine = Machine::default();
    machine.failed(REFUSED, &rules, 0);
    assert_eq!(machine.state(), State::Active);
}

#[test]
fn e09_to_e13_failures_are_forgiven_so_often() {
    let rules = marking(&[REFUSED], 2, 50, suspending(1000, 1.0, 1000));
    let mut machine = Machine::default();
    let mut states = Vec::new();
    for moment in [0, 50, 100, 1100] {
        machine.failed(REFUSED, &rules, moment);
        states.push(machine.state());
    }
    // The fourth: forgiveness stays used up (consequence 3).
    assert_eq!(states, [State::Timeout, State::Timeout, State::Suspended, State::Suspended], "E9");

    let mut machine = Machine::default();
    machine.failed(REFUSED, &rules, 0);
    assert!(!machine.is_ready(10), "E10");
    assert!(machine.is_ready(50), "E10");
    machine.succeeded();
    machine.failed(REFUSED, &rules, 60);
    machine.failed(REFUSED, &rules, 120);
    assert_eq!(machine.state(), State::Timeout, "E11");

    let at_once = marking(&[REFUSED], 0, 50, Rules::default());
    let mut machine = Machine::default();
    machine.failed(REFUSED, &at_once, 0);
    assert_eq!(machine.state(), State::Suspended, "E12");

    let mut machine = Machine::default();
    machine.failed(101_500, &rules, 0);
    assert_eq!(machine.state(), State::Suspended, "E13");
    machine.failed(REFUSED, &rules, 1000);
    assert_eq!(machine.state(), State::Timeout, "E13, consequence 4");
}

#[test]
fn e14_failures_in_flight_at_once_multiply_the_duration() {
    let rules = suspending(100, 2.0, 10_000);
    let mut machine = Machine::default();
    for _ in 0..3 {
        machine.failed(REFUSED, &rules, 0);
    }
    assert_eq!(machine.next_retry(), Some(400));
}

#[test]
fn e70_e71_switching_off_is_final_until_switched_on() {
    let mut machine = Machine::default();
    machine.switch_off();
    machine.failed(REFUSED, &Rules::default(), 0);
    machine.succeeded();
    assert_eq!(machine.state(), State::Off);
    assert!(!machine.is_ready(u64::MAX));
    machine.switch_on();
    assert!(machine.is_ready(0));
}

#[test]
fn a_time_out_that_suspends_counts_as_both() {
    let mut machine = Machine::default();
    machine.failed(TIMED_OUT, &Rules::default(), 0);
    let counts = machine.counts();
    assert_eq!((counts.timeouts, counts.suspensions), (1, 1));
    machine.succeeded();
    assert_eq!(machine.counts().consecutive_suspensions, 0);
    assert_eq!(machine.counts().suspensions, 1);
}

#[tokio::test(start_paused = true)]
async fn many_threads_see_the_same_state() {
    let availability = Availability::default();
    let rules = suspending(100, 1.0, 100);
    assert!(availability.is_ready(Instant::now()));
    availability.failed(REFUSED, &rules, Instant::now());
    assert!(!availability.is_ready(Instant::now()));
    assert_eq!(availability.view(Instant::now()).next_retry, Some(ms(100)));
    advance(ms(100)).await;
    assert!(availability.is_ready(Instant::now()));
    assert!(!availability.is_active());
    availability.succeeded();
    assert!(availability.is_active());
    let fresh = Availability::default();
    fresh.failed(REFUSED, &suspending(0, 1.0, 0), Instant::now());
    assert!(fresh.is_ready(Instant::now()), "a suspension of no time, in the first moment");
    availability.switch_off();
    assert!(!availability.is_ready(Instant::now() + Duration::from_secs(3600)));
    assert_eq!(availability.view(Instant::now()).state, State::Off);
}

#[derive(Clone, Debug)]
enum Happens {
    Fails(u32),
    Succeeds,
    Passes(u64),
}

fn happenings() -> impl Strategy<Value = Vec<Happens>> {
    let one = prop_oneof![
        prop::sample::select(vec![0, 101_500, REFUSED, TIMED_OUT, 101_505, u32::MAX])
            .prop_map(Happens::Fails),
        Just(Happens::Succeeds),
        (0..100_000u64).prop_map(Happens::Passes),
    ];
    prop::collection::vec(one, 0..60)
}

fn rules() -> impl Strategy<Value = Rules> {
    let codes = || prop::collection::vec(prop::sample::select(vec![101_500, REFUSED, TIMED_OUT]), 0..3);
    let duration = || prop::option::of((0..1_000_000u64).prop_map(ms));
    (codes(), codes(), 0..5u32, 0..5000u64, duration(), prop::num::f32::ANY, duration()).prop_map(
        |(marked, suspended, retries, delay, initial, factor, maximum)| Rules {
            mark: MarkForSuspension { codes: marked.into(), retries, delay: ms(delay) },
            suspend: SuspendOnFailure { codes: suspended.into(), initial, factor, maximum },
        },
    )
}

proptest! {
    /// Whatever happened: it waits no longer than the maximum or the retry delay, is ready when that is over, and works
    /// again after one success.
    #[test]
    fn it_always_comes_back(rules in rules(), happenings in happenings()) {
        let (mut machine, mut now) = (Machine::default(), 0u64);
        for happens in happenings {
            match happens {
                Happens::Fails(code) => machine.failed(code, &rules, now),
                Happens::Succeeds => machine.succeeded(),
                Happens::Passes(passed) => now += passed,
            }
            if let Some(next) = machine.next_retry() {
                let longest = match machine.state() {
                    State::Timeout => rules.retry_delay(),
                    _ => rules.suspend.maximum.map_or(u64::MAX, |maximum| maximum.as_millis() as u64),
                };
                prop_assert!(next.saturating_sub(now) <= longest);
                prop_assert!(machine.is_ready(next));
            } else {
                prop_assert!(machine.is_ready(now));
            }
        }
        machine.succeeded();
        prop_assert_eq!(machine.state(), State::Active);
        prop_assert!(machine.is_ready(now));
    }
}
