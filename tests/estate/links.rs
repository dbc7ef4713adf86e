//! What happens to hosts and clocks: each process on a host of its own.

use std::path::PathBuf;
use std::time::Instant;

use crate::place::Place;
use crate::processes::{begin, is_whole};
use crate::report::say;
use crate::run::{A, ALL, B, C, EVERYBODY, Estate, Sight, without};
use crate::times::{self, LEASE};

/// How many hosts it needs: those of three balancers and of five members.
pub(crate) const HOSTS: usize = 8;

/// Runs all of it.
pub(crate) fn run(place: &Place) {
    let clock = clock_library();
    let mut estate = Estate::start("hosts of their own", place, clock.clone());
    begin(&mut estate);
    a_member_is_cut_off(&mut estate);
    the_coordinator_is_cut_off(&mut estate);
    a_balancer_is_switched_off(&mut estate);
    a_balancer_starts_again_at_once(&mut estate);
    match clock {
        Some(_) => a_clock_is_set(&mut estate),
        None => say("skipped: clocks are not set, for there is no libfaketime"),
    }
    estate.conclude();
}

fn a_member_is_cut_off(estate: &mut Estate) {
    let host = estate.service("m1").host;
    let since = Instant::now();
    estate.open_window(&ALL);
    estate.place.network().plug(host, false);
    estate.until("cable of m1 cut", &ALL, since, times::loss(), |sight| {
        sight.members(&without("m1")) && sight.coordinator(A)
    });
    estate.close_windows();
    estate.place.network().plug(host, true);
    let since = Instant::now();
    estate.until("and mended", &ALL, since, times::return_of_a_member(), |sight| is_whole(sight, A));
}

fn the_coordinator_is_cut_off(estate: &mut Estate) {
    let rest = [B, C];
    let host = estate.balancers[A].host;
    let since = Instant::now();
    estate.open_window(&[A]);
    estate.place.network().plug(host, false);
    estate.until("cable of coordinator lb-a cut: the others", &rest, since, times::takeover(), |sight| {
        sight.balancers(["lost", "active", "active"]) && sight.coordinator(B)
    });
    estate.always("the others know its members", &rest, since, |sight| sight.members(&EVERYBODY));
    estate.until("and itself", &[A], since, times::takeover(), |sight| {
        sight.balancers(["active", "lost", "lost"]) && sight.seen.acts.is_none()
    });
    estate.shown(&rest, B);
    estate.place.network().plug(host, true);
    let since = Instant::now();
    let bound = times::hand_back().max(times::return_of_a_member());
    estate.until("and mended: the oldest acts again", &ALL, since, bound, |sight| is_whole(sight, A));
    estate.close_windows();
}

fn a_balancer_is_switched_off(estate: &mut Estate) {
    let rest = [A, B];
    let host = estate.balancers[C].host;
    let since = Instant::now();
    estate.open_window(&[C]);
    estate.place.network().switch(host, false);
    estate.until(
        "interface of lb-c down, which alone knew m4",
        &rest,
        since,
        times::loss_with_its_balancer(),
        |sight| {
            sight.balancers(["active", "active", "lost"])
                && sight.members(&without("m4"))
                && sight.coordinator(A)
        },
    );
    estate.place.network().switch(host, true);
    let since = Instant::now();
    estate.until("and up", &ALL, since, times::return_of_a_member(), |sight| is_whole(sight, A));
    estate.close_windows();
}

fn a_balancer_starts_again_at_once(estate: &mut Estate) {
    let since = Instant::now();
    estate.open_window(&[B]);
    estate.balancers[B].kill();
    estate.start_balancer(B);
    estate.until(
        "lb-b killed and started again at once",
        &ALL,
        since,
        times::election_after_start(),
        |sight| is_whole(sight, A),
    );
    estate.close_windows();
}

/// Clocks do not matter while processes run, and hardly when they start.
fn a_clock_is_set(estate: &mut Estate) {
    for (seconds, what) in [(3_600, "clock of lb-b set an hour ahead"), (-3_600, "and an hour behind")] {
        let since = Instant::now();
        let date = |sight: &Sight| sight.seen.date.clone();
        estate.balancers[B].set_clock(seconds);
        estate.for_a_while(LEASE * 2);
        estate.always("a clock changes nothing", &ALL, since, |sight| {
            sight.balancers(["active"; 3]) && sight.coordinator(A) && sight.members(&EVERYBODY)
        });
        let hour = |date: String| date.get(17..19).map(str::to_owned);
        let real = estate.seen(A, since).and_then(|sight| hour(date(&sight)));
        let set = estate.seen(B, since).and_then(|sight| hour(date(&sight)));
        assert!(real.is_some() && set.is_some() && real != set, "the clock is not set: {real:?}, {set:?}");
        estate.until(what, &ALL, Instant::now(), times::admission(), |sight| is_whole(sight, A));
    }
    let since = Instant::now();
    estate.open_window(&[B]);
    estate.balancers[B].kill();
    estate.start_balancer(B);
    // By its clock it would be the oldest; but it hears of its earlier run, and begins anew after that.
    let what = "lb-b killed, and started again by this clock";
    estate.until(what, &ALL, since, times::hand_back(), |sight| is_whole(sight, A));
    estate.close_windows();
}

/// Where Debian has it.
fn clock_library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let file = |folder: PathBuf| folder.join("faketime/libfaketimeMT.so.1");
    folders.map(file).find(|file| file.exists())
}
