//! Balancers, members and the network between them, step by step; and what holds in each step.

mod checks;
mod epochs;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sinew::group::{NodeId, View};

use crate::balancer::{Balancer, MEMBER_LEASE, Running, member};
use crate::bounds::Bounds;
use crate::faults::Fault;
use crate::network::{Weather, Wire};
use crate::random::Random;
use epochs::Epochs;

/// Everything there is.
pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) wire: Wire,
    pub(crate) balancers: Vec<Balancer>,
    pub(crate) members: Vec<Member>,
    /// With the worst loss that there may be.
    pub(crate) bounds: Bounds,
    /// What happened, for who reads of a failure, and for the digest.
    pub(crate) story: Vec<String>,
    digest: DefaultHasher,
    /// Since when two hear each other, by their numbers, the lesser first.
    clear_since: BTreeMap<(usize, usize), Duration>,
    /// Since when a balancer runs and does not stand still.
    well_since: BTreeMap<usize, Duration>,
    /// When something last went wrong, or was well again.
    disturbed: Duration,
    /// Whether what is cut may be cut in one direction only.
    one_way: bool,
    seen: Vec<Option<Arc<View>>>,
    acted: Option<(usize, u64)>,
    epochs: Epochs,
    /// Runs that ended, and when.
    dead: BTreeMap<NodeId, Duration>,
    steps: u64,
    /// Whether all that must hold is looked at, which takes long when there is much.
    pub(crate) is_watched: bool,
}

/// A member, which registers with some balancers.
pub(crate) struct Member {
    pub(crate) is_there: bool,
    pub(crate) homes: BTreeSet<usize>,
    /// Those that it does not reach.
    pub(crate) cut: BTreeSet<usize>,
    /// When it renews at which balancer.
    next: BTreeMap<usize, Duration>,
    /// Since when a balancer has its registration without a gap.
    held_since: BTreeMap<usize, Duration>,
    pub(crate) gone_since: Option<Duration>,
}

/// The time that passes in a step.
const STEP: Duration = Duration::from_millis(50);

/// How soon a member tries again that does not reach a balancer, as `sinew join` does.
const RETRY: Duration = Duration::from_millis(500);

impl World {
    /// Balancers that do not run yet, and members that are not there.
    pub(crate) fn new(
        balancers: usize,
        members: usize,
        worst_loss: u8,
        weather: Weather,
        random: Random,
    ) -> Self {
        Self {
            now: Duration::ZERO,
            wire: Wire::new(random, weather),
            balancers: (0..balancers).map(Balancer::new).collect(),
            members: (0..members).map(|_| Member::new()).collect(),
            bounds: Bounds { balancers, loss: worst_loss },
            story: Vec::new(),
            digest: DefaultHasher::new(),
            clear_since: BTreeMap::new(),
            well_since: BTreeMap::new(),
            disturbed: Duration::ZERO,
            one_way: false,
            seen: vec![None; balancers],
            acted: None,
            epochs: Epochs::new(balancers),
            dead: BTreeMap::new(),
            steps: 0,
            is_watched: true,
        }
    }

    /// A number that follows from all that happened.
    pub(crate) fn digest(&self) -> u64 {
        let mut digest = self.digest.clone();
        for balancer in &self.balancers {
            let traffic = self.wire.traffic(balancer.address);
            (traffic.datagrams, traffic.bytes).hash(&mut digest);
        }
        digest.finish()
    }

    pub(crate) fn tell(&mut self, what: impl Into<String>) {
        let what = format!("{:8.3} s  {}", self.now.as_secs_f64(), what.into());
        what.hash(&mut self.digest);
        self.story.push(what);
    }

    /// Ends the run.
    pub(crate) fn fail(&self, what: &str) -> ! {
        let from = self.story.len().saturating_sub(300);
        panic!("{}\n{:8.3} s  FAILED: {what}", self.story[from..].join("\n"), self.now.as_secs_f64())
    }

    /// Starts one, or starts it anew; not twice in the same moment, for which no process is fast enough.
    pub(crate) fn start(&mut self, index: usize) {
        if self.balancers[index].running.as_ref().is_some_and(|running| running.started == self.now) {
            return;
        }
        self.kill(index);
        let count = self.balancers.len();
        self.balancers[index].start(&self.wire, count);
        self.epochs.look_at_clock(index, self.balancers[index].clock(self.now).as_secs());
        self.tell(format!("lb{index} starts"));
        self.look_at_lines();
    }

    pub(crate) fn kill(&mut self, index: usize) {
        if let Some(running) = self.balancers[index].running.take() {
            self.dead.insert(running.view().me.clone(), self.now);
            self.tell(format!("lb{index} is killed"));
        }
        self.epochs.forget(index);
        self.members.iter_mut().for_each(|member| member.lose(index));
        self.seen[index] = None;
        self.look_at_lines();
    }

    pub(crate) fn suffer(&mut self, fault: Fault) {
        match fault {
            Fault::Kill(index) => return self.kill(index),
            Fault::Start(index) => return self.start(index),
            Fault::StandStill(index, time) => {
                let until = self.now + time;
                if let Some(running) =
                    self.balancers[index].running.as_mut().filter(|one| one.still.is_none())
                {
                    running.stand_still(until);
                }
            }
            Fault::Split(ref sides) => {
                self.wire.heal();
                let balancers = &self.balancers;
                let pairs = balancers.iter().flat_map(|from| balancers.iter().map(move |to| (from, to)));
                for (from, to) in pairs.filter(|(from, to)| sides[from.index] != sides[to.index]) {
                    self.wire.cut(from.address, to.address);
                }
                self.one_way = false;
            }
            Fault::OneWay(ref pairs) => {
                for (from, to) in pairs {
                    self.wire.cut(self.balancers[*from].address, self.balancers[*to].address);
                }
                self.one_way = true;
            }
            Fault::Heal => {
                self.wire.heal();
                self.one_way = false;
            }
            Fault::Weather(weather) => self.wire.set_weather(weather),
            Fault::WrongClock(index, milliseconds) => {
                self.balancers[index].wrong_by.store(milliseconds, Ordering::Relaxed);
                self.epochs.look_at_clock(index, self.balancers[index].clock(self.now).as_secs());
            }
            Fault::MemberDies(number) => self.members[number].end(self.now),
            Fault::MemberStarts(number) => self.members[number].begin(),
            Fault::MemberLeaves(number) => {
                if self.members[number].is_there {
                    for index in self.members[number].homes.clone() {
                        let is_well =
                            self.balancers[index].is_well() && !self.members[number].cut.contains(&index);
                        if let Some(running) = self.balancers[index].running.as_mut().filter(|_| is_well) {
                            running.leave(number as u32);
                        }
                    }
                    self.members[number].end(self.now);
                }
            }
            Fault::MemberCut(number, index, is_cut) => {
                let member = &mut self.members[number];
                if is_cut {
                    member.cut.insert(index)
                } else {
                    member.cut.remove(&index)
                };
            }
        }
        self.tell(format!("{fault:?}"));
        self.look_at_lines();
    }

    /// Lets a step pass.
    pub(crate) fn step(&mut self) {
        self.now += STEP;
        self.steps += 1;
        let still = |address| {
            let there = self.balancers.iter().find(|one| one.address == address);
            there.and_then(|one| one.running.as_ref()?.still).is_some()
        };
        self.wire.advance(self.now, still);
        let mut woken = false;
        for balancer in &mut self.balancers {
            if let Some(running) = &mut balancer.running {
                let was_still = running.still.is_some();
                running.run(self.now);
                woken |= was_still && running.still.is_none();
            }
        }
        if woken {
            self.look_at_lines();
        }
        self.renew();
        self.look();
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    /// Lets time pass until something holds; how long it took.
    pub(crate) fn until(
        &mut self,
        what: &str,
        limit: Duration,
        holds: impl Fn(&Self) -> Result<(), String>,
    ) -> Duration {
        let began = self.now;
        loop {
            match holds(self) {
                Ok(()) => return self.now - began,
                Err(why) if self.now >= began + limit => {
                    self.fail(&format!("{what} within {limit:?}: {why}"))
                }
                Err(_) => self.step(),
            }
        }
    }

    /// Lets time pass in which nothing changes: who acts, whom anybody follows, and who sees whom.
    pub(crate) fn rest(&mut self, time: Duration) {
        let state = |world: &Self| {
            let of = |one: &Running| {
                let view = one.view();
                let others: Vec<NodeId> = view.live().map(|other| other.node.clone()).collect();
                (others, view.coordinator.clone())
            };
            (world.acted, world.running().map(|(index, one)| (index, of(one))).collect::<Vec<_>>())
        };
        let (before, end) = (state(self), self.now + time);
        while self.now < end {
            self.step();
            if state(self) != before {
                self.fail("something changed although nothing happened");
            }
        }
    }

    /// Those that run.
    pub(crate) fn running(&self) -> impl Iterator<Item = (usize, &Running)> {
        self.balancers.iter().filter_map(|one| Some((one.index, one.running.as_ref()?)))
    }

    /// Finds out which balancers hear each other, when something changed.
    fn look_at_lines(&mut self) {
        let now = self.now;
        self.disturbed = now;
        for one in 0..self.balancers.len() {
            if self.balancers[one].is_well() {
                self.well_since.entry(one).or_insert(now);
            } else {
                self.well_since.remove(&one);
            }
            for other in one + 1..self.balancers.len() {
                let (first, second) = (&self.balancers[one], &self.balancers[other]);
                let is_cut = self.wire.is_cut(first.address, second.address)
                    || self.wire.is_cut(second.address, first.address);
                if is_cut || !first.is_well() || !second.is_well() {
                    self.clear_since.remove(&(one, other));
                } else {
                    self.clear_since.entry((one, other)).or_insert(now);
                }
            }
        }
    }

    /// How long two have heard each other.
    fn clear_for(&self, one: usize, other: usize) -> Duration {
        let since = match one == other {
            true => self.well_since.get(&one),
            false => self.clear_since.get(&(one.min(other), one.max(other))),
        };
        since.map_or(Duration::ZERO, |since| self.now - *since)
    }

    /// Members register, and renew.
    fn renew(&mut self) {
        let now = self.now;
        for (number, member) in self.members.iter_mut().enumerate() {
            // What was not renewed in time was lost.
            member
                .held_since
                .retain(|home, _| member.next.get(home).is_some_and(|next| now < *next + MEMBER_LEASE / 2));
            if !member.is_there {
                continue;
            }
            for home in member.homes.clone() {
                if member.next.get(&home).is_some_and(|next| now < *next) {
                    continue;
                }
                let reached = self.balancers[home].is_well() && !member.cut.contains(&home);
                match self.balancers[home].running.as_mut().filter(|_| reached) {
                    Some(running) => {
                        running.register(number as u32, now);
                        member.held_since.entry(home).or_insert(now);
                        member.next.insert(home, now + MEMBER_LEASE / 3);
                    }
                    None => {
                        member.held_since.remove(&home);
                        member.next.insert(home, now + RETRY);
                    }
                }
            }
        }
    }
}

impl Member {
    fn new() -> Self {
        Self {
            is_there: false,
            homes: BTreeSet::new(),
            cut: BTreeSet::new(),
            next: BTreeMap::new(),
            held_since: BTreeMap::new(),
            gone_since: None,
        }
    }

    pub(crate) fn begin(&mut self) {
        self.is_there = true;
        self.gone_since = None;
        self.next.clear();
    }

    fn end(&mut self, now: Duration) {
        if std::mem::take(&mut self.is_there) {
            self.gone_since = Some(now);
        }
        self.held_since.clear();
    }

    /// A balancer ended, and knows it no more.
    fn lose(&mut self, home: usize) {
        self.held_since.remove(&home);
        self.next.remove(&home);
    }
}

fn key(number: usize) -> String {
    member(number as u32).key().to_string()
}
