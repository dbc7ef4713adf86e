//! What happens in a run: a quiet start, faults, quiet again, and at last the death and the return of the coordinator.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::balancer::MEMBER_LEASE;
use crate::faults::{Fault, Schedule, weather};
use crate::network::Weather;
use crate::random::Random;
use crate::world::World;

/// What was observed, beside what it may take.
pub(crate) struct Outcome {
    pub(crate) story: Vec<String>,
    pub(crate) digest: u64,
    /// What, how long it took, and how long it may.
    pub(crate) times: Vec<(String, Duration, Duration)>,
}

/// Runs a seed.
///
/// # Panics
/// Something does not hold that must; it says what, when, and what happened before.
pub(crate) fn run(seed: u64) -> Outcome {
    let mut random = Random::new(seed);
    // Most are small; one of 40 is large.
    let balancers = match random.below(40) {
        0 => 20 + random.below(31),
        1..=4 => 8 + random.below(5),
        _ => 3 + random.below(4),
    };
    let members = 1 + random.below(8);
    let is_large = balancers > 12;
    let quiet = Weather { loss: [0, 0, 10, 30][random.below(4)], ..weather(&mut random) };
    let mut world = World::new(balancers, members, 30, quiet, Random::new(random.next()));
    let rates = random.chance(30);
    for balancer in world.balancers.iter_mut().filter(|_| rates) {
        // Two may differ by 8 of a hundred.
        balancer.rate = 0.96 + random.below(81) as f64 / 1_000.0;
    }
    for number in 0..members {
        let homes: BTreeSet<usize> = (0..1 + random.below(3)).map(|_| random.below(balancers)).collect();
        world.members[number].homes = homes;
        world.members[number].begin();
    }
    let faults = if is_large { 6 } else { 8 + random.below(25) };
    let length = Duration::from_secs(if is_large { 10 } else { 45 });
    let schedule = Schedule::random(&mut random, (balancers, members), faults, (Duration::ZERO, length));
    world.tell(format!(
        "seed {seed}: {balancers} balancers{}, {members} members, {quiet:?}, and when all is well\n{schedule}",
        if rates { " whose clocks differ" } else { "" }
    ));
    let mut times = Vec::new();

    let mut starts: Vec<(Duration, usize)> =
        (0..balancers).map(|index| (random.between(Duration::ZERO, Duration::from_secs(2)), index)).collect();
    starts.sort_unstable();
    for (at, index) in starts {
        world.pass(at.saturating_sub(world.now));
        world.start(index);
    }
    settle(&mut world, "at the start", &mut times);

    let quiet_until = world.now;
    for (at, fault) in schedule.0 {
        world.pass((quiet_until + at).saturating_sub(world.now));
        world.suffer(fault);
    }
    calm(&mut world, quiet, &mut random);
    let calm_since = world.now;
    settle(&mut world, "after the faults", &mut times);
    // What was lost before may show as late as this.
    world.pass((calm_since + world.bounds.seen()).saturating_sub(world.now));
    settle(&mut world, "after the faults", &mut Vec::new());
    world.rest(Duration::from_secs(6));

    let (index, _) = world.acting().unwrap_or_else(|| world.fail("nobody acts"));
    world.kill(index);
    // Another that the members know takes their registrations.
    let home = world.running().map(|(index, _)| index).next().unwrap_or_else(|| world.fail("nobody is left"));
    for member in &mut world.members {
        member.homes.insert(home);
    }
    if is_large {
        return Outcome { digest: world.digest(), story: world.story, times };
    }
    settle(&mut world, "after the coordinator died", &mut times);
    world.start(index);
    settle(&mut world, "after its return", &mut times);
    Outcome { digest: world.digest(), story: world.story, times }
}

/// All faults are over; who is dead stays so, if there is a majority without it.
fn calm(world: &mut World, quiet: Weather, random: &mut Random) {
    world.suffer(Fault::Heal);
    world.suffer(Fault::Weather(quiet));
    let count = world.balancers.len();
    for index in 0..count {
        let dead = count - world.running().count();
        if world.balancers[index].running.is_none() && (random.chance(50) || (count - dead) * 2 <= count + 1)
        {
            world.start(index);
        }
    }
    for balancer in &mut world.balancers {
        if let Some(still) = balancer.running.as_mut().and_then(|running| running.still.as_mut()) {
            still.until = world.now;
        }
    }
    let running: Vec<usize> = world.running().map(|(index, _)| index).collect();
    for member in &mut world.members {
        member.cut.clear();
        member.homes.insert(running[random.below(running.len())]);
    }
}

/// Everybody sees what there is, within the bounds.
fn settle(world: &mut World, when: &'static str, times: &mut Vec<(String, Duration, Duration)>) {
    let (began, bounds) = (world.now, world.bounds);
    let rest = |limit: Duration, world: &World| limit.saturating_sub(world.now - began);
    let limit = bounds.seen();
    world.until(when, limit, World::sees);
    times.push((format!("{when}: all see each other"), world.now - began, limit));
    let limit = bounds.acting();
    world.until(when, rest(limit, world), World::follows);
    times.push((format!("{when}: the oldest acts"), world.now - began, limit));
    let limit = bounds.forgotten(MEMBER_LEASE).max(limit);
    world.until(when, rest(limit, world), World::knows);
    times.push((format!("{when}: all know the members"), world.now - began, limit));
}
