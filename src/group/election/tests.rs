//! The rules one by one, and the times that `docs/group.md` promises.

use std::time::Duration;

use super::model::{LEASE, STEP, World, rules};
use super::*;

/// The holder's name, when there is exactly one.
fn holder(world: &World) -> Option<String> {
    match &*world.holders() {
        [(node, _)] => Some(node.to_string()),
        _ => None,
    }
}

/// Runs until something holds; how long it took.
fn until(world: &mut World, what: impl Fn(&World) -> bool) -> Duration {
    let began = world.now;
    while !what(world) {
        world.step().expect("no two holders");
        assert!(world.now < began + Duration::from_secs(120), "it never holds");
    }
    world.now - began
}

fn acts(name: &'static str) -> impl Fn(&World) -> bool {
    move |world| holder(world).as_deref() == Some(name)
}

fn settled(count: usize, minority: Minority) -> World {
    let mut world = World::new(count, 1, rules(count, minority));
    until(&mut world, acts("lb0"));
    world.run(LEASE).expect("no two holders");
    world
}

#[tokio::test(start_paused = true)]
async fn one_alone_acts_at_once() {
    let mut world = World::new(1, 1, rules(1, Minority::Waits));
    assert!(until(&mut world, acts("lb0")) <= STEP);
}

#[tokio::test(start_paused = true)]
async fn the_oldest_acts_a_lease_after_the_start() {
    for count in [2, 3, 5] {
        let mut world = World::new(count, 1, rules(count, Minority::Waits));
        let took = until(&mut world, acts("lb0"));
        assert!(took >= LEASE, "who may have forgotten a promise votes for nobody");
        assert!(took <= LEASE + Duration::from_secs(2), "{took:?}");
        world.run(LEASE * 20).expect("no two holders");
        assert_eq!(holder(&world).as_deref(), Some("lb0"), "it is renewed");
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_acts_when_the_oldest_dies() {
    let mut world = settled(3, Minority::Waits);
    world.kill(0);
    let took = until(&mut world, acts("lb1"));
    assert!(took >= LEASE - STEP * 10, "the promises of the others hold: {took:?}");
    assert!(took <= LEASE + Duration::from_secs(2), "{took:?}");
}

/// A candidate whose beats stopped and that does not count as lost yet is not promised to once more: the next one would have to
/// wait for a second lease.
#[tokio::test(start_paused = true)]
async fn one_that_fell_silent_gets_no_second_promise() {
    let began = Instant::now();
    let mut voter = Election::new(NodeId::new("lb1", 2), rules(3, Minority::Waits), began);
    let said = |beat| Said {
        phase: Phase::Active,
        term: Some(Term { epoch: 7, beat, stance: Stance::Acting }),
        ..Said::default()
    };
    let peer =
        |beat| Peer { node: NodeId::new("lb0", 1), said: said(beat), live: true, active_since: Some(began) };
    let mut beat_voted_for = |at: Duration, beat: u64| {
        voter.step(began + at, &[peer(beat)], true, 1);
        voter.said(began + at).vote.map(|vote| vote.beat)
    };
    assert_eq!(beat_voted_for(LEASE, 5), Some(5));
    assert_eq!(beat_voted_for(LEASE * 2 - STEP, 5), Some(5));
    assert_eq!(beat_voted_for(LEASE * 2, 5), None, "the promise is over");
    assert_eq!(beat_voted_for(LEASE * 2 + STEP, 5), None);
    assert_eq!(beat_voted_for(LEASE * 2 + STEP * 2, 6), Some(6), "it is heard again");
}

/// Whoever says that it goes is replaced within rounds.
#[tokio::test(start_paused = true)]
async fn one_that_drains_is_replaced_at_once() {
    let mut world = settled(3, Minority::Waits);
    let epoch = world.holders()[0].1;
    world.nodes[0].election.enter(Phase::Draining);
    assert!(holder(&world).is_none(), "it stops before anybody hears of it");
    let took = until(&mut world, acts("lb1"));
    assert!(took <= Duration::from_secs(2), "{took:?}");
    assert!(world.holders()[0].1 > epoch);
}

#[tokio::test(start_paused = true)]
async fn a_minority_does_not_act() {
    let mut world = settled(5, Minority::Waits);
    world.side = vec![0, 0, 1, 1, 1];
    until(&mut world, acts("lb2"));
    world.run(LEASE * 10).expect("no two holders");
    assert_eq!(holder(&world).as_deref(), Some("lb2"));
    assert!(world.alone().is_empty());
    world.side = vec![0; 5];
    let took = until(&mut world, acts("lb0"));
    // It must be there for a lease before the other gives way.
    assert!(took >= LEASE && took <= LEASE + Duration::from_secs(3), "{took:?}");
}

/// One that stands still cannot know that its lease is over; its right has an end of its own.
#[tokio::test(start_paused = true)]
async fn one_that_stands_still_loses_its_right() {
    let mut world = settled(3, Minority::Waits);
    world.stop(0, Duration::from_secs(60));
    let took = until(&mut world, |world| world.holders().is_empty());
    assert!(took <= LEASE, "{took:?}");
    until(&mut world, acts("lb1"));
}

#[tokio::test(start_paused = true)]
async fn one_of_two_waits_unless_the_settings_let_it_act() {
    let mut world = settled(2, Minority::Waits);
    world.kill(0);
    world.run(LEASE * 20).expect("no two holders");
    assert!(world.holders().is_empty() && world.alone().is_empty());

    let mut world = settled(2, Minority::Acts);
    world.kill(0);
    let took = until(&mut world, |world| world.alone() == [1]);
    // Silence, which is a lease in the model, and then the time to wait.
    assert!(took >= LEASE * 2 && took <= LEASE * 3 + Duration::from_secs(1), "{took:?}");
    world.restart(0);
    until(&mut world, |world| holder(world).as_deref() == Some("lb1"));
    world.run(LEASE * 4).expect("no two holders");
    assert_eq!(holder(&world).as_deref(), Some("lb1"), "what was restarted is the younger");
}

#[tokio::test(start_paused = true)]
async fn two_halves_that_act_end_when_they_hear_each_other() {
    let mut world = settled(2, Minority::Acts);
    world.side = vec![0, 1];
    until(&mut world, |world| world.alone() == [0, 1]);
    world.side = vec![0, 0];
    let took = until(&mut world, |world| !world.alone().contains(&1));
    assert!(took <= Duration::from_secs(1), "{took:?}");
    let took = until(&mut world, acts("lb0"));
    assert!(took <= LEASE, "{took:?}");
}

/// Case 198: without the lease, only who holds what only one can hold acts.
#[tokio::test(start_paused = true)]
async fn case_198_a_fence_decides_who_acts_without_a_majority() {
    let mut world = settled(2, Minority::AsksFence);
    world.side = vec![0, 1];
    world.run(LEASE * 4).expect("no two holders");
    assert!(world.alone().is_empty());
    let asked: Vec<_> = world.nodes.iter().map(|node| node.election.asks_fence(world.now)).collect();
    assert!(asked.iter().all(Option::is_some), "both ask: {asked:?}");
    // The address is owned by the first.
    let until_then = world.now + LEASE;
    world.nodes[0].election.grant(until_then);
    world.step().expect("no two holders");
    assert_eq!(world.alone(), [0]);
    world.run(LEASE).expect("no two holders");
    assert!(world.alone().is_empty(), "the right ends with the grant");
}

#[tokio::test(start_paused = true)]
async fn a_shorter_promise_does_not_count() {
    let now = Instant::now();
    let me = NodeId::new("a", 1);
    let mut election = Election::new(me.clone(), rules(2, Minority::Waits), now);
    let then = now + LEASE;
    election.step(then, &[], true, 0);
    let epoch = election.said(then).term.expect("a candidate").epoch;
    let voter = |lease: u64| {
        let mut said = Said { phase: Phase::Active, ..Said::default() };
        said.card.lease = lease;
        said.vote = Some(Vote { candidate: me.clone(), epoch, beat: 1 });
        Peer { node: NodeId::new("b", 2), said, live: true, active_since: Some(then) }
    };
    election.step(then, &[voter(4_999)], false, 0);
    assert!(election.acting(then).is_none());
    election.step(then, &[voter(5_000)], false, 0);
    let acting = election.acting(then).expect("a majority");
    assert_eq!(acting.until, then + Duration::from_millis(4_500), "nine tenths of the lease");
}

/// Who knows that another acted in a later epoch promises nothing for an earlier one.
#[tokio::test(start_paused = true)]
async fn nobody_votes_for_an_epoch_that_is_over() {
    let start = Instant::now();
    let (me, older) = (NodeId::new("me", 2), NodeId::new("older", 1));
    let mut voter = Election::new(me, rules(3, Minority::Waits), start);
    voter.learn(&Said { acted: 8, ..Said::default() });
    let candidate = |epoch| Peer {
        node: older.clone(),
        said: Said {
            phase: Phase::Active,
            term: Some(Term { epoch, beat: 1, stance: Stance::Candidate }),
            ..Said::default()
        },
        live: true,
        active_since: Some(start),
    };
    voter.step(start + LEASE, &[candidate(7)], true, 0);
    assert_eq!(voter.said(start + LEASE).vote, None);
    assert!(voter.said(start + LEASE).epoch >= 8, "the candidate sees why");
    voter.step(start + LEASE, &[candidate(9)], true, 0);
    assert_eq!(voter.said(start + LEASE).vote.map(|vote| vote.epoch), Some(9));
}

/// Epochs begin with the time, so that they grow when everything is started anew.
#[tokio::test(start_paused = true)]
async fn epochs_begin_with_the_time() {
    let now = Instant::now();
    let mut election = Election::new(NodeId::new("a", 1), rules(1, Minority::Waits), now);
    election.step(now, &[], true, 1_700_000_000);
    assert_eq!(election.acting(now).expect("it is alone").epoch, 1_700_000_000);
    assert_eq!(election.coordinator(now, &[]), Some((NodeId::new("a", 1), 1_700_000_000)));
}
