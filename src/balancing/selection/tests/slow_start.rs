//! A member that just became ready gets 10 % of its share, and more with time.

use std::net::Ipv4Addr;

use super::*;

const SETTINGS: Settings = Settings { panic_threshold: 1, slow_start: Duration::from_secs(100) };

const REQUESTS: u32 = 20_000;

/// Nine members that are ready for long, and `new`, which became ready at 1000 s; how many of the requests at a moment after
/// that go to `new`, as a part of what it would get without a slow start.
fn part(algorithm: &str, seconds: u64) -> f64 {
    let fixture = Fixture::new(&["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"]);
    let new = fixture.join("new");
    new.live().enter(crate::clusters::Phase::Draining, fixture.at(0));
    new.live().enter(crate::clusters::Phase::Ready, fixture.at(1_000_000));
    let balancer = fixture.balancer(algorithm, SETTINGS);
    let goes_to_new = |request: &u32| {
        let client = Some(Ipv4Addr::from_bits(*request).into());
        let mut attempt = fixture.attempt(1_000_000 + 1000 * seconds, &[]);
        attempt.asked.client = client;
        host(&balancer.choose(&attempt).expect("a member").member) == "new"
    };
    (0..REQUESTS).filter(goes_to_new).count() as f64 / f64::from(REQUESTS) * 10.0
}

#[test]
fn the_share_grows_evenly_from_a_tenth_to_all() {
    for algorithm in [
        "round-robin",
        "weighted-round-robin",
        "weighted-rrlc",
        "least-requests",
        "random",
        "consistent-hash",
        "p2c",
    ] {
        for (seconds, share) in [(0, 0.1), (25, 0.325), (50, 0.55), (75, 0.775), (100, 1.0), (500, 1.0)] {
            let part = part(algorithm, seconds);
            // Where turns are taken the others get its turns: s/(9 + s) instead of s/10.
            let expected = share..=share * 10.0 / (9.0 + share);
            // Five standard deviations of the number of requests.
            let tolerance = 5.0 * (expected.end() * 10.0 / f64::from(REQUESTS)).sqrt();
            assert!(
                expected.start() - tolerance <= part && part <= expected.end() + tolerance,
                "{algorithm} after {seconds} s: {part}"
            );
        }
    }
}

/// One key moves to the new member once, and not to and fro.
#[test]
fn consistent_hash_stays_consistent() {
    let fixture = Fixture::new(&["m1", "m2"]);
    fixture.join("new").live().enter(crate::clusters::Phase::Draining, fixture.at(0));
    fixture.member("new").live().enter(crate::clusters::Phase::Ready, fixture.at(1_000_000));
    let balancer = fixture.balancer("consistent-hash", SETTINGS);
    for key in 0..200 {
        let mut was_new = false;
        for second in 1000..=1100 {
            let mut attempt = fixture.attempt(1000 * second, &[]);
            attempt.asked.client = Some(Ipv4Addr::from_bits(key).into());
            let is_new = host(&balancer.choose(&attempt).expect("a member").member) == "new";
            assert!(is_new || !was_new, "{key} left again after {second} s");
            was_new = is_new;
        }
    }
}

#[test]
fn when_all_are_new_each_gets_its_part_exactly() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    let balancer = fixture.balancer("round-robin", SETTINGS);
    assert_eq!(fixture.hosts(&balancer, 10_000, 7), "C1 C2 C3 C1 C2 C3 C1");
}

/// Two new members of different age, and nobody else: shares count relative to the greatest.
#[test]
fn the_newer_of_two_new_members_gets_less() {
    let fixture = Fixture::new(&["older", "newer"]);
    for (name, at) in [("older", 1_000_000), ("newer", 1_040_000)] {
        fixture.member(name).live().enter(crate::clusters::Phase::Draining, fixture.at(0));
        fixture.member(name).live().enter(crate::clusters::Phase::Ready, fixture.at(at));
    }
    let balancer = fixture.balancer("round-robin", SETTINGS);
    let hosts = fixture.hosts(&balancer, 1_050_000, 20_000);
    let newer = hosts.split(' ').filter(|host| *host == "newer").count() as f64 / 20_000.0;
    // 0.19 to 0.55 is 0.345 to 1: 0.345/1.345 of the turns.
    assert!((newer - 0.2565).abs() < 0.02, "{newer}");
}

/// A new member that is idle still gets work from algorithms that look at load, and is spared when others are busy.
#[test]
fn load_counts_for_more_while_the_share_is_small() {
    let fixture = Fixture::new(&["old", "new"]);
    let requests = |name: &str, count: usize| {
        let live = fixture.member(name).live().clone();
        (0..count).map(|_| crate::clusters::InFlight::begin(&live)).collect::<Vec<_>>()
    };
    fixture.member("new").live().enter(crate::clusters::Phase::Draining, fixture.at(0));
    fixture.member("new").live().enter(crate::clusters::Phase::Ready, fixture.at(1_000_000));
    let balancer = fixture.balancer("least-requests", SETTINGS);
    // After 50 s the share is 0.55, so 6 requests count as 10.9 and are more than 10, and 5 count as 9.1.
    let _old = requests("old", 10);
    let to_new = |hosts: String| hosts.split(' ').filter(|host| *host == "new").count();
    let five = requests("new", 5);
    assert!(to_new(fixture.hosts(&balancer, 1_050_000, 100)) > 50);
    drop(five);
    let _six = requests("new", 6);
    assert_eq!(to_new(fixture.hosts(&balancer, 1_050_000, 100)), 0);
}
