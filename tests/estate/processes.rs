//! What happens to processes, on one machine.

use std::time::{Duration, Instant};

use crate::place::Place;
use crate::run::{A, ALL, B, C, EVERYBODY, Estate, Sight, without};
use crate::times::{self, GOSSIP, SILENCE};

/// All balancers and members are there, and one balancer coordinates.
pub(crate) fn is_whole(sight: &Sight, coordinator: usize) -> bool {
    sight.balancers(["active"; 3])
        && sight.coordinator(coordinator)
        && sight.members(&EVERYBODY)
        && sight.routes(&EVERYBODY)
}

/// Balancers and members start and find each other.
pub(crate) fn begin(estate: &mut Estate) {
    estate.announce_all();
    let since = Instant::now();
    estate.ask();
    estate.open_window(&ALL);
    estate.until("start", &ALL, since, times::election_after_start(), |sight| is_whole(sight, A));
    estate.close_windows();
    estate.shown(&ALL, A);
}

/// Runs all of it.
pub(crate) fn run(place: &Place) {
    let mut estate = Estate::start("one machine", place, None);
    begin(&mut estate);
    a_member_dies(&mut estate);
    the_coordinator_dies(&mut estate);
    a_balancer_dies_that_alone_knew_a_member(&mut estate);
    a_member_leaves(&mut estate);
    the_coordinator_leaves(&mut estate);
    a_balancer_stands_still(&mut estate);
    the_coordinator_stands_still(&mut estate);
    estate.conclude();
}

fn a_member_dies(estate: &mut Estate) {
    let since = Instant::now();
    estate.service("m3").kill();
    estate.until("member m3 and its side-car killed", &ALL, since, times::loss(), |sight| {
        sight.members(&without("m3")) && sight.coordinator(A)
    });
    estate.service("m3").member.restart();
    let since = Instant::now();
    estate.join("m3");
    estate.until("m3 started again at its address", &ALL, since, times::admission(), |sight| {
        is_whole(sight, A)
    });
}

fn the_coordinator_dies(estate: &mut Estate) {
    let rest = [B, C];
    let since = Instant::now();
    estate.open_window(&[A]);
    estate.balancers[A].kill();
    estate.until("coordinator lb-a killed", &rest, since, times::takeover(), |sight| {
        sight.balancers(["lost", "active", "active"]) && sight.coordinator(B)
    });
    estate.always("the others know its members", &rest, since, |sight| sight.members(&EVERYBODY));
    estate.shown(&rest, B);
    let since = Instant::now();
    estate.start_balancer(A);
    estate.until("lb-a started again at its address", &ALL, since, times::election_after_start(), |sight| {
        is_whole(sight, B)
    });
    estate.close_windows();
    estate.always("lb-b coordinates all the time", &[B], since, |sight| sight.coordinator(B));
}

fn a_balancer_dies_that_alone_knew_a_member(estate: &mut Estate) {
    let rest = [A, B];
    let since = Instant::now();
    estate.open_window(&[C]);
    estate.balancers[C].kill();
    estate.until(
        "secondary lb-c killed, which alone knew m4",
        &rest,
        since,
        times::loss_with_its_balancer(),
        |sight| sight.balancers(["active", "active", "lost"]) && sight.members(&without("m4")),
    );
    estate.always("lb-b coordinates all the time", &[B], since, |sight| sight.coordinator(B));
    let since = Instant::now();
    estate.start_balancer(C);
    estate.until("lb-c started again at its address", &ALL, since, times::election_after_start(), |sight| {
        is_whole(sight, B)
    });
    estate.close_windows();
}

fn a_member_leaves(estate: &mut Estate) {
    let since = Instant::now();
    estate.service("m5").leave();
    estate.service("m5").member.kill();
    estate.until("side-car of m5 told to end, then m5 killed", &ALL, since, times::farewell(), |sight| {
        sight.members(&without("m5"))
    });
    estate.service("m5").member.restart();
    let since = Instant::now();
    estate.join("m5");
    estate.until("m5 started again at its address", &ALL, since, times::admission(), |sight| {
        is_whole(sight, B)
    });
}

fn the_coordinator_leaves(estate: &mut Estate) {
    let rest = [A, C];
    let since = Instant::now();
    estate.open_window(&[B]);
    estate.balancers[B].signal("TERM");
    estate.until("coordinator lb-b told to end: another acts", &rest, since, 3 * GOSSIP, |sight| {
        sight.seen.balancers.get("lb-b").is_none_or(|state| state == "leaving") && sight.coordinator(A)
    });
    estate.until(
        "and m5, which it alone knew, is forgotten",
        &rest,
        since,
        times::farewell_of_a_balancer(),
        |sight| sight.members(&without("m5")),
    );
    let process = estate.balancers[B].process.take().expect("a balancer");
    let status = process.end(Duration::from_secs(40)).expect("its end");
    assert_eq!(status.code(), Some(0));
    let since = Instant::now();
    estate.start_balancer(B);
    estate.until("lb-b started again at its address", &ALL, since, times::election_after_start(), |sight| {
        is_whole(sight, A)
    });
    estate.close_windows();
}

fn a_balancer_stands_still(estate: &mut Estate) {
    let began = Instant::now();
    estate.open_window(&[C]);
    estate.balancers[C].signal("STOP");
    estate.for_a_while(SILENCE / 4);
    estate.balancers[C].signal("CONT");
    let since = Instant::now();
    estate.until(
        "lb-c stopped for a quarter of the silence, and goes on",
        &ALL,
        since,
        times::admission(),
        |sight| is_whole(sight, A),
    );
    estate.close_windows();
    estate.always("nobody missed it", &[A, B], began, |sight| {
        sight.balancers(["active"; 3]) && sight.members(&EVERYBODY) && sight.coordinator(A)
    });
}

fn the_coordinator_stands_still(estate: &mut Estate) {
    // The second balancer started last, so that the third is the oldest of the rest.
    let rest = [B, C];
    let since = Instant::now();
    estate.open_window(&[A]);
    estate.balancers[A].signal("STOP");
    estate.until("coordinator lb-a stopped", &rest, since, times::takeover(), |sight| {
        sight.balancers(["lost", "active", "active"]) && sight.coordinator(C)
    });
    estate.for_a_while(SILENCE);
    estate.balancers[A].signal("CONT");
    estate.always("the others know its members", &rest, since, |sight| sight.members(&EVERYBODY));
    let since = Instant::now();
    estate.until("it goes on, and as the oldest acts again", &ALL, since, times::hand_back(), |sight| {
        is_whole(sight, A)
    });
    estate.close_windows();
}
