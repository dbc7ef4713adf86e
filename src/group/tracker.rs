//! Who is heard of: what gossip knows, looked at again and again.
//!
//! Gossip carries a count of each balancer that only it increases. One whose count did not grow for the time of silence is
//! lost. It is there when the count grew twice, and what it says is not old: what is known of one that is dead may come from
//! several others, of whom some know more than others, and must not make it seem alive ([`GroupTime`]).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use chitchat::{ChitchatId, NodeState};
use tokio::time::Instant;

use super::age::GroupTime;
use super::election::Peer;
use super::view::Other;
use super::words::{NodeId, Phase, Said};

/// All runs of other balancers that gossip knows.
#[derive(Debug)]
pub(super) struct Tracker {
    me: ChitchatId,
    silence: Duration,
    time: GroupTime,
    runs: BTreeMap<ChitchatId, Run>,
}

/// One run of a balancer.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) node: NodeId,
    pub(super) address: SocketAddr,
    pub(super) said: Said,
    /// Counts changes of what it says.
    pub(super) version: u64,
    /// When its count grew last.
    pub(super) heard: Option<Instant>,
    count: u64,
    /// Whether the count is new.
    grew: bool,
    rises: u8,
    live_since: Option<Instant>,
    was_live: bool,
    active_since: Option<Instant>,
    /// Whether there is no later run of the same balancer.
    counts: bool,
}

/// So often a count grows until a balancer is there.
const RISES: u8 = 2;

/// Two runs after the same earlier one, of which the first was cut off from all others until it ended, need generations of
/// their own: what was said of the one is not of the other. They differ by when they began, in milliseconds modulo this.
const SPREAD: u64 = 65_536;

impl Tracker {
    pub(super) fn new(me: ChitchatId, silence: Duration, now: Instant) -> Self {
        Self { me, silence, time: GroupTime::new(now), runs: BTreeMap::new() }
    }

    /// Looks at what gossip knows.
    pub(super) fn observe(&mut self, states: &BTreeMap<ChitchatId, NodeState>, now: Instant) {
        self.runs.retain(|id, _| states.contains_key(id));
        for (id, state) in states.iter().filter(|(id, _)| **id != self.me) {
            match self.runs.get_mut(id) {
                Some(run) => run.read(state),
                None => {
                    self.runs.insert(id.clone(), Run::new(id, state));
                }
            }
        }
        self.runs.values().filter_map(|run| run.said.time).for_each(|seconds| self.time.hear(now, seconds));
        // News may be as late as this, beside the silence.
        let oldest = self.silence + self.silence / 2;
        for run in self.runs.values_mut() {
            let age = run.said.time.map(|seconds| self.time.since(now, seconds));
            run.observe(now, self.silence, age.is_none_or(|age| age >= oldest));
        }
        self.choose();
    }

    /// The time of the group, in seconds.
    pub(super) fn seconds(&self, now: Instant) -> u64 {
        self.time.seconds(now)
    }

    /// What all runs said last, also those that ended.
    pub(super) fn all_said(&self) -> impl Iterator<Item = &Said> {
        self.runs.values().map(|run| &run.said)
    }

    /// Finds out which runs count: of each address the latest, and of each name those that are heard of, or else the latest.
    /// Generations decide last, for clocks may be wrong.
    fn choose(&mut self) {
        let mut by_address = BTreeMap::from([(self.me.gossip_advertise_addr, None)]);
        let mut by_name = BTreeMap::new();
        for run in self.runs.values() {
            let latest = by_address.entry(run.address).or_insert(Some(run.rank()));
            *latest = latest.map(|latest| latest.max(run.rank()));
            let latest = by_name.entry(run.node.name.clone()).or_insert(run.rank());
            *latest = run.rank().max(*latest);
        }
        for run in self.runs.values_mut() {
            let rank = Some(run.rank());
            run.counts = by_address.get(&run.address).is_some_and(|latest| *latest == rank)
                && (run.is_live() || by_name.get(&run.node.name).copied() == rank);
        }
    }

    /// The runs that count.
    pub(super) fn current(&self) -> impl Iterator<Item = &Run> {
        self.runs.values().filter(|run| run.counts)
    }

    /// The generation that this balancer needs, when gossip knows of an earlier run of it that seems to be later: the clock was
    /// set back.
    pub(super) fn later_generation(&self) -> Option<u64> {
        let here = self.runs.keys().filter(|id| id.gossip_advertise_addr == self.me.gossip_advertise_addr);
        let last = here.map(|id| id.generation_id).max().filter(|last| *last >= self.me.generation_id)?;
        last.checked_add(1 + self.me.generation_id % SPREAD)
    }

    /// Those that count, for the election.
    pub(super) fn peers(&self) -> Vec<Peer> {
        let peer = |run: &Run| Peer {
            node: run.node.clone(),
            said: run.said.clone(),
            live: run.is_live(),
            active_since: run.active_since,
        };
        self.current().map(peer).collect()
    }

    /// Those that count and were ever heard of, the oldest first.
    pub(super) fn others(&self) -> Vec<Other> {
        let heard = self.current().filter(|run| run.was_live);
        let mut others: Vec<Other> = heard
            .filter(|run| run.is_live() || run.said.phase != Phase::Leaving)
            .map(|run| Other {
                node: run.node.clone(),
                address: run.address,
                version: run.said.card.version.clone(),
                phase: run.said.phase,
                live: run.is_live(),
            })
            .collect();
        others.sort_by(|one, other| one.node.cmp(&other.node));
        others
    }
}

impl Run {
    fn new(id: &ChitchatId, state: &NodeState) -> Self {
        Self {
            node: NodeId { generation: id.generation_id, name: id.node_id.clone() },
            address: id.gossip_advertise_addr,
            said: Said::read(|key| state.get(key)),
            version: state.max_version(),
            heard: None,
            count: state.heartbeat().into(),
            grew: false,
            rises: 0,
            live_since: None,
            was_live: false,
            active_since: None,
            counts: true,
        }
    }

    fn read(&mut self, state: &NodeState) {
        if self.version != state.max_version() {
            self.version = state.max_version();
            self.said = Said::read(|key| state.get(key));
        }
        let count = state.heartbeat().into();
        self.grew = count > self.count;
        self.count = self.count.max(count);
    }

    fn observe(&mut self, now: Instant, silence: Duration, is_old: bool) {
        if is_old {
            self.rises = 0;
        } else if self.grew {
            self.heard = Some(now);
            self.rises = self.rises.saturating_add(1);
        } else if self.heard.is_some_and(|heard| now >= heard + silence) {
            self.rises = 0;
        }
        if self.rises >= RISES {
            self.live_since.get_or_insert(now);
            self.was_live = true;
        } else {
            self.live_since = None;
        }
        if self.is_live() && self.said.phase == Phase::Active {
            self.active_since.get_or_insert(now);
        } else {
            self.active_since = None;
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.live_since.is_some()
    }

    /// Whether its numbers still count: it does not leave, and was heard of within a time.
    pub(super) fn is_fresh(&self, now: Instant, stale: Duration) -> bool {
        self.said.phase != Phase::Leaving && self.heard.is_some_and(|heard| now < heard + stale)
    }

    /// How late a run is, beside others of the same balancer.
    fn rank(&self) -> (Option<Instant>, Option<Instant>, u64) {
        (self.live_since, self.heard, self.node.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a clock that was set back, each run is later than what is known, and told from others of which nobody knows.
    #[test]
    fn no_two_runs_have_the_same_generation() {
        let run = |generation| ChitchatId::new("lb", generation, ([10, 0, 0, 1], 7_900).into());
        let known = BTreeMap::from([(run(1_000), NodeState::for_test())]);
        let later = |started| {
            let mut tracker = Tracker::new(run(started), Duration::from_secs(5), Instant::now());
            tracker.observe(&known, Instant::now());
            tracker.later_generation()
        };
        let (first, second) = (later(5).expect("a later one"), later(6).expect("a later one"));
        assert!(first > 1_000 && second > 1_000 && first != second, "{first} {second}");
        assert_eq!(later(1_001), None, "the clock was not set back");
    }
}
