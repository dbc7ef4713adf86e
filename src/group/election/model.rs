//! A group in a model: balancers that say things to each other over a network that delays, loses and is cut; that are killed,
//! restarted and stopped for a while. Whatever happens, no two hold the lease at the same time, and epochs grow.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;
use crate::group::words::Card;

pub(super) const STEP: Duration = Duration::from_millis(100);
pub(super) const LEASE: Duration = Duration::from_secs(5);
const ROUND: u32 = 5;
const SILENCE: Duration = Duration::from_secs(5);

/// One balancer.
pub(super) struct Node {
    pub(super) election: Election,
    pub(super) me: NodeId,
    known: BTreeMap<NodeId, Heard>,
    version: u64,
    up: bool,
    /// Until when it stands still.
    stopped_until: Instant,
    /// Rounds do not begin everywhere at the same time.
    offset: u32,
}

struct Heard {
    said: Said,
    version: u64,
    at: Instant,
    active_since: Option<Instant>,
}

struct Letter {
    at: Instant,
    to: usize,
    from: usize,
    node: NodeId,
    version: u64,
    said: Said,
}

/// The group and its network.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) nodes: Vec<Node>,
    letters: Vec<Letter>,
    random: u64,
    steps: u32,
    rules: Rules,
    /// What of a hundred is lost, and how many steps a letter takes at most.
    pub(super) loss: u64,
    pub(super) delay: u64,
    /// Balancers with the same number hear each other.
    pub(super) side: Vec<u8>,
    /// The last that held the lease.
    last: Option<(NodeId, u64)>,
    /// Whether somebody forgot what it promised, so that epochs may not grow.
    forgot: bool,
}

impl World {
    pub(super) fn new(count: usize, seed: u64, rules: Rules) -> Self {
        let now = Instant::now();
        let mut world = Self {
            now,
            nodes: Vec::new(),
            letters: Vec::new(),
            random: seed,
            steps: 0,
            rules,
            loss: 0,
            delay: 3,
            side: vec![0; count],
            last: None,
            forgot: false,
        };
        for index in 0..count {
            let node = world.node(index, 1_000 + index as u64);
            world.nodes.push(node);
        }
        world
    }

    fn node(&mut self, index: usize, generation: u64) -> Node {
        let me = NodeId::new(&format!("lb{index}"), generation);
        Node {
            election: Election::new(me.clone(), self.rules, self.now),
            me,
            known: BTreeMap::new(),
            version: 0,
            up: true,
            stopped_until: self.now,
            offset: (self.random() % u64::from(ROUND)) as u32,
        }
    }

    /// SplitMix64.
    pub(super) fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn kill(&mut self, index: usize) {
        self.nodes[index].up = false;
    }

    pub(super) fn restart(&mut self, index: usize) {
        let generation = 2_000 + u64::from(self.steps);
        self.nodes[index] = self.node(index, generation);
        self.forgot = true;
    }

    pub(super) fn stop(&mut self, index: usize, time: Duration) {
        self.nodes[index].stopped_until = self.now + time;
    }

    /// Who holds the lease, with the epoch. What has stopped holds what it has.
    pub(super) fn holders(&self) -> Vec<(NodeId, u64)> {
        let up = self.nodes.iter().filter(|node| node.up);
        let holders = up.filter_map(|node| {
            let acting = node.election.acting(self.now).filter(|acting| !acting.alone)?;
            Some((node.me.clone(), acting.epoch))
        });
        holders.collect()
    }

    pub(super) fn alone(&self) -> Vec<usize> {
        let acts = |node: &Node| node.election.acting(self.now).is_some_and(|acting| acting.alone);
        (0..self.nodes.len()).filter(|index| self.nodes[*index].up && acts(&self.nodes[*index])).collect()
    }

    /// A tenth of a second.
    pub(super) fn step(&mut self) -> Result<(), TestCaseError> {
        self.now += STEP;
        self.steps += 1;
        let (due, later) = std::mem::take(&mut self.letters).into_iter().partition(|one| one.at <= self.now);
        self.letters = later;
        for letter in due {
            self.deliver(letter);
        }
        for index in 0..self.nodes.len() {
            self.move_on(index);
            let holders = self.holders();
            prop_assert!(holders.len() <= 1, "{holders:?} hold the lease in step {}", self.steps);
            if let Some(holder) = holders.into_iter().next() {
                let last = self.last.replace(holder.clone());
                let grew = last.as_ref().is_none_or(|(node, epoch)| holder.1 > *epoch || holder.0 == *node);
                prop_assert!(grew || self.forgot, "{holder:?} after {last:?} in step {}", self.steps);
            }
        }
        Ok(())
    }

    pub(super) fn run(&mut self, time: Duration) -> Result<(), TestCaseError> {
        let end = self.now + time;
        while self.now < end {
            self.step()?;
        }
        Ok(())
    }

    fn deliver(&mut self, letter: Letter) {
        let (now, apart) = (self.now, self.side[letter.from] != self.side[letter.to]);
        let node = &mut self.nodes[letter.to];
        if apart || !node.up || now < node.stopped_until {
            return;
        }
        // What was restarted is known by its latest run.
        node.known.retain(|known, _| known.name != letter.node.name || *known >= letter.node);
        if node.known.keys().any(|known| known.name == letter.node.name && *known > letter.node) {
            return;
        }
        let fresh = || Heard { said: Said::default(), version: 0, at: now, active_since: None };
        let heard = node.known.entry(letter.node).or_insert_with(fresh);
        // Gossip tells what is newer than what is known.
        if letter.version <= heard.version {
            return;
        }
        if now >= heard.at + SILENCE || letter.said.phase != Phase::Active {
            heard.active_since = None;
        }
        if letter.said.phase == Phase::Active {
            heard.active_since.get_or_insert(now);
        }
        (heard.said, heard.version, heard.at) = (letter.said, letter.version, now);
    }

    fn move_on(&mut self, index: usize) {
        let (now, steps) = (self.now, self.steps);
        let node = &mut self.nodes[index];
        if !node.up || now < node.stopped_until {
            return;
        }
        let round = (steps + node.offset).is_multiple_of(ROUND);
        let peers: Vec<Peer> = node
            .known
            .iter()
            .map(|(id, heard)| {
                let live = now < heard.at + SILENCE;
                let active_since = heard.active_since.filter(|_| live);
                Peer { node: id.clone(), said: heard.said.clone(), live, active_since }
            })
            .collect();
        node.election.step(now, &peers, round, 0);
        let card = Card { size: self.rules.size, lease: LEASE.as_millis() as u64, ..Card::default() };
        let said = Said { card, ..node.election.said(now) };
        node.version += 1;
        let (id, version) = (node.me.clone(), node.version);
        for to in 0..self.nodes.len() {
            let lost = self.random() % 100 < self.loss;
            let at = now + STEP * (1 + self.random() % self.delay) as u32;
            // Twice in a round, or when there is news, as real balancers do.
            if to != index && !lost {
                let said = said.clone();
                self.letters.push(Letter { at, to, from: index, node: id.clone(), version, said });
            }
        }
    }
}

pub(super) fn rules(size: usize, minority: Minority) -> Rules {
    Rules { lease: LEASE, size, takeover: LEASE * 2, minority }
}

/// What goes wrong during a run.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Kill(usize),
    Restart(usize),
    Stop(usize, u64),
    Split(u8),
    Heal,
    Loss(u64),
    Delay(u64),
    Drain(usize),
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let node = 0_usize..5;
    prop_oneof![
        1 => node.clone().prop_map(Trouble::Kill),
        3 => node.clone().prop_map(Trouble::Restart),
        2 => (node.clone(), 1_u64..120).prop_map(|(node, steps)| Trouble::Stop(node, steps)),
        3 => any::<u8>().prop_map(Trouble::Split),
        2 => Just(Trouble::Heal),
        1 => (0_u64..60).prop_map(Trouble::Loss),
        1 => (1_u64..40).prop_map(Trouble::Delay),
        1 => node.prop_map(Trouble::Drain),
    ]
}

fn suffer(world: &mut World, trouble: Trouble) {
    let count = world.nodes.len();
    match trouble {
        Trouble::Kill(index) => world.kill(index % count),
        Trouble::Restart(index) => world.restart(index % count),
        Trouble::Stop(index, steps) => world.stop(index % count, STEP * steps as u32),
        Trouble::Split(sides) => {
            world.side = (0..count).map(|index| (sides >> (index % 8)) & 1).collect();
        }
        Trouble::Heal => world.side = vec![0; count],
        Trouble::Loss(loss) => world.loss = loss,
        Trouble::Delay(delay) => world.delay = delay,
        Trouble::Drain(index) => world.nodes[index % count].election.enter(Phase::Draining),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// Never two, whatever happens; and the oldest when nothing happens any more.
    #[test]
    fn no_two_hold_the_lease_and_the_oldest_does_in_the_end(
        count in 1_usize..=5,
        seed in any::<u64>(),
        troubles in proptest::collection::vec((trouble(), 1_u64..150), 0..25),
    ) {
        let mut world = World::new(count, seed, rules(count, Minority::Waits));
        for (trouble, steps) in troubles {
            suffer(&mut world, trouble);
            world.run(STEP * steps as u32)?;
        }
        (world.loss, world.delay, world.side) = (0, 3, vec![0; count]);
        for index in 0..count {
            if !world.nodes[index].up || world.nodes[index].election.phase() == Phase::Draining {
                world.restart(index);
            }
        }
        // Until the last wakes up, is believed to be there, is old enough, and the one before gives way.
        world.run(Duration::from_secs(12 + 5 + 5 + 5 + 5 + 5))?;
        let oldest = world.nodes.iter().map(|node| node.me.clone()).min();
        let holders: Vec<_> = world.holders().into_iter().map(|(node, _)| node).collect();
        prop_assert_eq!(holders, Vec::from_iter(oldest));
    }

    /// Two halves may both act without a majority; when they hear each other, one is left.
    #[test]
    fn halves_that_act_alone_end_with_one(
        seed in any::<u64>(),
        troubles in proptest::collection::vec((trouble(), 1_u64..150), 0..15),
    ) {
        let mut world = World::new(2, seed, rules(2, Minority::Acts));
        for (trouble, steps) in troubles {
            suffer(&mut world, trouble);
            world.run(STEP * steps as u32)?;
        }
        (world.loss, world.delay, world.side) = (0, 3, vec![0; 2]);
        for index in 0..2 {
            if !world.nodes[index].up || world.nodes[index].election.phase() == Phase::Draining {
                world.restart(index);
            }
        }
        world.run(Duration::from_secs(12 + 5 + 5 + 5 + 5 + 5))?;
        prop_assert_eq!(world.holders().len() + world.alone().len(), 1);
    }
}
