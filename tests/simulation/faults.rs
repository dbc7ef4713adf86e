//! What goes wrong, and when.

use std::fmt;
use std::time::Duration;

use crate::network::Weather;
use crate::random::Random;

/// Something that goes wrong, or is well again.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// A balancer ends without a word.
    Kill(usize),
    /// One that runs is killed; it starts, at the same address.
    Start(usize),
    /// A balancer does nothing for a time.
    StandStill(usize, Duration),
    /// Balancers on different sides do not hear each other.
    Split(Vec<u8>),
    /// Nothing goes from the ones to the others.
    OneWay(Vec<(usize, usize)>),
    /// Everything goes everywhere again.
    Heal,
    Weather(Weather),
    /// The time of day of a balancer is wrong by so many milliseconds.
    WrongClock(usize, i64),
    MemberDies(usize),
    MemberStarts(usize),
    /// A member says that it leaves.
    MemberLeaves(usize),
    /// A member does not reach a balancer any more, or does again.
    MemberCut(usize, usize, bool),
}

/// Faults in the order of their times.
pub(crate) struct Schedule(pub(crate) Vec<(Duration, Fault)>);

impl Schedule {
    /// So many faults between two times.
    pub(crate) fn random(
        random: &mut Random,
        (balancers, members): (usize, usize),
        count: usize,
        (from, to): (Duration, Duration),
    ) -> Self {
        let mut times: Vec<Duration> = (0..count).map(|_| random.between(from, to)).collect();
        times.sort_unstable();
        Self(times.into_iter().map(|at| (at, fault(random, balancers, members))).collect())
    }
}

fn fault(random: &mut Random, balancers: usize, members: usize) -> Fault {
    let balancer = random.below(balancers);
    let member = random.below(members);
    match random.below(20) {
        0 | 1 => Fault::Kill(balancer),
        2..=5 => Fault::Start(balancer),
        6..=8 => {
            Fault::StandStill(balancer, random.between(Duration::from_millis(300), Duration::from_secs(20)))
        }
        9 | 10 => {
            // Two sides, or three.
            let more = random.chance(40);
            let side =
                |random: &mut Random| u8::from(random.chance(40)) + u8::from(more && random.chance(50));
            Fault::Split((0..balancers).map(|_| side(random)).collect())
        }
        11 | 12 => {
            let pairs = (0..balancers).flat_map(|from| (0..balancers).map(move |to| (from, to)));
            let chosen = random.below(3);
            let pairs = pairs.filter(|(from, to)| match chosen {
                // It is deaf, or dumb, or some lines are.
                0 => *to == balancer,
                1 => *from == balancer,
                _ => random.chance(30),
            });
            Fault::OneWay(pairs.filter(|(from, to)| from != to).collect())
        }
        13 => Fault::Heal,
        14 => Fault::Weather(weather(random)),
        15 => {
            let milliseconds = i64::try_from(random.below(120_000)).expect("small");
            Fault::WrongClock(balancer, milliseconds - 100_000)
        }
        16 => Fault::MemberDies(member),
        17 => Fault::MemberStarts(member),
        18 => Fault::MemberLeaves(member),
        _ => Fault::MemberCut(member, balancer, random.chance(60)),
    }
}

/// Some weather: 0 to 30 % are lost.
pub(crate) fn weather(random: &mut Random) -> Weather {
    let loss = [0, 0, 5, 10, 20, 30][random.below(6)];
    let delay = [5, 20, 100, 250][random.below(4)];
    Weather { loss, duplicates: [0, 5, 30][random.below(3)], delay: Duration::from_millis(delay) }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(at, fault)| writeln!(f, "{:8.3} s  {fault:?}", at.as_secs_f64()))
    }
}
