//! What gossip costs, measured: the bytes that the network in memory counts, beside the model of `docs/scale.md`.

use std::time::Duration;

use crate::bounds::GOSSIP_INTERVAL;
use crate::network::{Traffic, Weather};
use crate::random::Random;
use crate::world::World;

/// What so many balancers with so many members sent.
struct Sizes {
    balancers: usize,
    members: usize,
    /// How long it took until all knew all members, which came at once, and what a balancer sent for that.
    known: Duration,
    told: u64,
    /// What a balancer sends in a second when nothing happens.
    bytes: u64,
    datagrams: f64,
    /// The largest datagram.
    largest: usize,
    /// How long it takes until all know one member more.
    change: Duration,
}

/// How long it is counted what is sent when nothing happens.
const QUIET: Duration = Duration::from_secs(20);

fn measure(balancers: usize, members: usize) -> Sizes {
    let weather = Weather { loss: 0, duplicates: 0, delay: Duration::from_millis(2) };
    let mut world = World::new(balancers, members + 1, 0, weather, Random::new(1));
    world.is_watched = false;
    (0..balancers).for_each(|index| world.start(index));
    for number in 0..=members {
        world.members[number].homes.insert(number % balancers);
    }
    let bounds = world.bounds;
    world.until("all see each other", bounds.seen(), World::sees);
    world.until("the oldest acts", bounds.acting(), World::follows);
    let limit = bounds.acting() * 10;
    let sent = |world: &World| -> Traffic {
        let all = world.balancers.iter().map(|balancer| world.wire.traffic(balancer.address));
        all.fold(Traffic::default(), |sum, one| Traffic {
            datagrams: sum.datagrams + one.datagrams,
            bytes: sum.bytes + one.bytes,
            largest: sum.largest.max(one.largest),
        })
    };
    let count = balancers as u64;
    let before = sent(&world);
    (0..members).for_each(|number| world.members[number].begin());
    let known = world.until("all know the members", limit, World::knows);
    let told = (sent(&world).bytes - before.bytes) / count;
    world.pass(Duration::from_secs(5));
    let before = sent(&world);
    world.pass(QUIET);
    let after = sent(&world);
    world.members[members].begin();
    let change = world.until("all know the last member", limit, World::knows);
    let bytes = (after.bytes - before.bytes) / count / QUIET.as_secs();
    Sizes {
        balancers,
        members,
        known,
        told: told.saturating_sub((bytes as f64 * known.as_secs_f64()) as u64),
        bytes,
        datagrams: (after.datagrams - before.datagrams) as f64 / count as f64 / QUIET.as_secs_f64(),
        largest: sent(&world).largest,
        change,
    }
}

/// What a balancer sends in a second when nothing happens, as `docs/scale.md` has it: it opens `min(3, n − 1)` exchanges
/// each half a second and answers as many; an exchange is a datagram with a digest, one with a digest and a delta, and one
/// with a delta.
fn model(balancers: usize) -> u64 {
    let n = balancers as u64;
    let names: u64 = (0..balancers).map(|index| format!("lb{index}").len() as u64).sum();
    let digest = 2 + 41 * n + names;
    let delta = 100 + 3 * n;
    let exchange = 2 * digest + 2 * delta + 3 * SEAL + FORM;
    3.min(n - 1) * exchange * 2
}

/// What a seal adds to a datagram, and the form of gossip to three.
const SEAL: u64 = 55;
const FORM: u64 = 16;

/// In how many rounds the last of so many hears of something: who has not heard of it does by an exchange of its own, or one
/// of somebody who has.
fn rounds(balancers: usize) -> u32 {
    let n = balancers as f64;
    let fan = 3.0_f64.min(n - 1.0);
    let (mut ignorant, mut rounds) = (1.0 - 1.0 / n, 0);
    while ignorant * n > 0.5 {
        let told = fan * (1.0 - ignorant) * n / (n - 1.0);
        ignorant *= ignorant.powf(fan) * (-told).exp();
        rounds += 1;
    }
    rounds
}

/// The table of `docs/scale.md`.
#[test]
#[ignore = "takes minutes"]
fn sizes() {
    println!(
        "| balancers | members | sent by each, B/s | model, B/s | datagrams/s | largest, B | one more known after | model | all known after | told for it, B |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (balancers, members) in [3, 10, 50].into_iter().flat_map(|n| [10, 100, 1_000].map(|m| (n, m))) {
        let sizes = measure(balancers, members);
        println!(
            "| {} | {} | {} | {} | {:.0} | {} | {:.2} s | {:.1} s | {:.2} s | {} |",
            sizes.balancers,
            sizes.members,
            sizes.bytes,
            model(sizes.balancers),
            sizes.datagrams,
            sizes.largest,
            sizes.change.as_secs_f64(),
            (GOSSIP_INTERVAL * rounds(sizes.balancers)).as_secs_f64(),
            sizes.known.as_secs_f64(),
            sizes.told,
        );
    }
}

/// The model is not far from what is measured, and members that say nothing new cost nothing.
#[test]
fn members_that_say_nothing_new_cost_nothing() {
    let (few, many) = (measure(3, 10), measure(3, 100));
    for sizes in [&few, &many] {
        let (measured, model) = (sizes.bytes as f64, model(sizes.balancers) as f64);
        assert!((0.9..1.1).contains(&(measured / model)), "{measured} of {model} bytes in a second");
    }
    assert!(many.change <= GOSSIP_INTERVAL * (rounds(3) + 1), "{:?}", many.change);
    let more = many.bytes as f64 / few.bytes as f64;
    assert!((0.95..1.05).contains(&more), "90 members more: {more} times the bytes");
}
