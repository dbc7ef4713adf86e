//! Who coordinates: the oldest balancer that is heard of, as long as a majority promises to follow nobody else
//! (elastic-load-balancer.md §4.8).
//!
//! The rules, each on the clock of the balancer that follows it:
//!
//! 1. The oldest active balancer, as it sees the group, begins a term: with an epoch higher than all it knows of, and a beat
//!    that counts up with each round of gossip.
//! 2. Every balancer votes for the oldest active one it sees, with the last beat that it heard. A vote is a promise: it goes
//!    to nobody else until no new beat was heard for a whole lease, or the candidate says that its term is over. It is given to
//!    the same candidate again only with a later beat. After its
//!    start a balancer votes for nobody for a lease, for it may have forgotten a promise.
//! 3. A candidate holds the lease until the time at which it issued the highest beat that a majority echoes, plus nine
//!    tenths of the lease; the last tenth is for clocks that do not run alike. Only in this time it acts.
//! 4. A candidate that sees an older active balancer ends its term: at once when it does not act, otherwise when the other has
//!    been there for a lease.
//!
//! No two act at the same time: both would need a majority, two majorities share a balancer, and its promise to the first
//! lasts longer than the first acts. Epochs grow from coordinator to coordinator, because voters refuse lower ones than
//! they know of, and who begins a term begins it above all that anybody told it: also of balancers that are dead by now.
//!
//! Without a majority a candidate acts only when the settings or a fence allow it ([`Minority`]), and after `takeover`.
//!
//! Pure: [`Election::step`] is told the time and what the others say.

mod ballot;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::words::{NodeId, Phase, Said, Stance, Term, Vote};

/// How a group elects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long a promise holds.
    pub lease: Duration,
    /// How many balancers the group has. There must never be more.
    pub size: usize,
    /// How long a balancer without a majority waits.
    pub takeover: Duration,
    /// What comes then.
    pub minority: Minority,
}

/// What a balancer does that hears of too few others for a majority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minority {
    /// It waits for them.
    Waits,
    /// It acts; two halves of a group may both act until they hear of each other.
    Acts,
    /// It acts as long as [`Election::grant`] allows.
    AsksFence,
}

/// Another balancer, as it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Who it is.
    pub node: NodeId,
    /// What it last said.
    pub said: Said,
    /// Whether it is heard of.
    pub live: bool,
    /// Since when it has been heard of and active, if it is.
    pub active_since: Option<Instant>,
}

/// The right to act for the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The term; what acts names it, so that what an earlier coordinator still does can be told from it.
    pub epoch: u64,
    /// When the right ends, unless it is renewed.
    pub until: Instant,
    /// Whether there is no majority behind it.
    pub alone: bool,
}

/// One balancer's part in the election.
#[derive(Debug)]
pub struct Election {
    me: NodeId,
    rules: Rules,
    started: Instant,
    phase: Phase,
    /// The highest epoch of any candidate.
    epoch: u64,
    /// The highest epoch of one that acts.
    acting_epoch: u64,
    promise: Option<Promise>,
    /// The last promise that is over.
    promised: Option<Vote>,
    term: Option<OwnTerm>,
    /// How many balancers there are, as everybody says.
    size: usize,
    /// Since when too few are heard of for a majority, or enough.
    too_few_since: Option<Instant>,
    enough_since: Option<Instant>,
    granted_until: Option<Instant>,
    last_step: Instant,
}

/// A vote that holds.
#[derive(Debug)]
struct Promise {
    vote: Vote,
    /// When the last new beat was heard.
    heard: Instant,
}

/// Our own candidacy.
#[derive(Debug)]
struct OwnTerm {
    epoch: u64,
    began: Instant,
    beat: u64,
    /// When the last beats were issued, the oldest first.
    issued: VecDeque<(u64, Instant)>,
    held_until: Option<Instant>,
    alone: bool,
    /// Whether it ever acted.
    acted: bool,
}

impl Election {
    /// A balancer that starts now.
    pub fn new(me: NodeId, rules: Rules, now: Instant) -> Self {
        Self {
            me,
            rules,
            started: now,
            phase: Phase::Starting,
            epoch: 0,
            acting_epoch: 0,
            promise: None,
            promised: None,
            term: None,
            size: rules.size.max(1),
            too_few_since: None,
            enough_since: None,
            granted_until: None,
            last_step: now,
        }
    }

    /// Says what happens without a majority from now on.
    pub fn minority(&mut self, minority: Minority) {
        self.rules.minority = minority;
    }

    /// The balancer drains or leaves, or is active again. What it coordinates ends at once.
    pub fn enter(&mut self, phase: Phase) {
        // One that has not come of age does so on its own.
        let waits = self.phase == Phase::Starting && phase == Phase::Active;
        if !waits {
            self.phase = phase;
        }
        if self.phase != Phase::Active {
            self.end_term();
        }
    }

    /// Takes note of the epochs in what somebody says, or said before it ended.
    pub fn learn(&mut self, said: &Said) {
        let epoch_of = |term: Option<Term>| term.map_or(0, |term| term.epoch);
        let acts = epoch_of(said.term.filter(|term| term.stance.acts()));
        self.acting_epoch = self.acting_epoch.max(said.acted).max(acts);
        self.epoch = self.epoch.max(said.epoch).max(epoch_of(said.term)).max(self.acting_epoch);
    }

    /// Looks at what the others say, and moves on. With `round` a round of gossip begins. `least` is the least epoch of a new
    /// term: seconds since 1970, so that epochs grow when a whole group starts anew.
    pub fn step(&mut self, now: Instant, peers: &[Peer], round: bool, least: u64) {
        self.last_step = now;
        self.hear(now, peers);
        if self.phase == Phase::Starting && (now >= self.started + self.rules.lease || self.size == 1) {
            self.phase = Phase::Active;
        }
        self.keep_promise(now, peers);
        self.stand(now, peers, least);
        self.vote(now, peers);
        if round && let Some(term) = &mut self.term {
            term.issue(now, self.rules.lease);
        }
        self.count(now, peers);
        if let Some(acting) = self.acting(now) {
            self.acting_epoch = self.acting_epoch.max(acting.epoch);
        }
    }

    /// A fence says that this balancer may act until then, without a majority.
    pub fn grant(&mut self, until: Instant) {
        self.granted_until = self.granted_until.max(Some(until));
    }

    /// The epoch that a fence is to be asked for, when it is time to.
    pub fn asks_fence(&self, now: Instant) -> Option<u64> {
        let asks = self.rules.minority == Minority::AsksFence && self.is_due_alone(now);
        self.term.as_ref().filter(|_| asks).map(|term| term.epoch)
    }

    /// The right to act now, if this balancer has it.
    pub fn acting(&self, now: Instant) -> Option<Acting> {
        let term = self.term.as_ref()?;
        let held = term.held_until.map(|until| Acting { epoch: term.epoch, until, alone: false });
        let alone = term.alone.then(|| {
            let until = self.last_step + usable(self.rules.lease);
            let granted = self.granted_until.filter(|_| self.rules.minority == Minority::AsksFence);
            Acting {
                epoch: term.epoch,
                until: granted.map_or(until, |granted| granted.min(until)),
                alone: true,
            }
        });
        [held, alone].into_iter().flatten().find(|acting| acting.until > now)
    }

    /// What it says now; `card` is said beside.
    pub fn said(&self, now: Instant) -> Said {
        let stance = match self.acting(now) {
            Some(Acting { alone: true, .. }) => Stance::Alone,
            Some(_) => Stance::Acting,
            None => Stance::Candidate,
        };
        Said {
            phase: self.phase,
            term: self.term.as_ref().map(|term| Term { epoch: term.epoch, beat: term.beat, stance }),
            vote: self.promise.as_ref().map(|promise| promise.vote.clone()),
            epoch: self.epoch,
            acted: self.acting_epoch,
            ..Said::default()
        }
    }

    /// Who acts for the group and with which epoch, as far as is known.
    pub fn coordinator(&self, now: Instant, peers: &[Peer]) -> Option<(NodeId, u64)> {
        let mine = self.acting(now).map(|acting| (self.me.clone(), acting.epoch));
        let others = peers.iter().filter(|peer| peer.live).filter_map(|peer| {
            let term = peer.said.term.filter(|term| term.stance.acts())?;
            Some((peer.node.clone(), term.epoch))
        });
        mine.into_iter().chain(others).max_by_key(|(_, epoch)| *epoch)
    }

    /// How far it is.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The highest epoch of a coordinator that is known; what comes with a lower one is out of date.
    pub fn acting_epoch(&self) -> u64 {
        self.acting_epoch
    }

    /// How many balancers the group has: as the settings here and elsewhere say, or more when more are heard of.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// How much of a lease its holder uses: nine tenths, so that clocks may differ in rate by a tenth.
fn usable(lease: Duration) -> Duration {
    lease.saturating_sub(lease / 10)
}
