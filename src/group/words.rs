//! What balancers say of themselves: the keys and values that are gossiped.
//!
//! | Key | Value |
//! |---|---|
//! | `balancer` | version, group size and lease, as JSON; stays |
//! | `phase` | `starting`, `active`, `draining` or `leaving` |
//! | `term` | `epoch:beat:word`, while it is a candidate; the word is `candidate`, `acting` or `alone` |
//! | `vote` | `epoch:beat:generation:name`, whom it votes for |
//! | `epoch` | the highest epoch that it knows of |
//! | `acted` | the highest of them of one that acted |
//! | `time` | the time of the group, in seconds |
//! | `demand/CLUSTER` | requests in flight there |
//! | `member/CLUSTER/ID` | a member that it learnt of, as JSON |
//! | `members` | counts changes of the keys before |
//! | `drain/CLUSTER/ID` | what an operator said of the member there, as JSON |
//! | `sessions/N` | sessions that it bound or renewed |
//! | `note/NAME` | what other parts of the program tell their peers |

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One run of a balancer. The older of two is the lesser.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// When it started, in milliseconds since 1970 by its own clock; later than its earlier runs.
    pub generation: u64,
    /// Its name.
    pub name: Arc<str>,
}

/// How far a balancer is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It does not vote yet: it may have forgotten whom it voted for before it was restarted.
    #[default]
    Starting,
    /// It votes, and may become coordinator.
    Active,
    /// It is about to end: it votes, and does not become coordinator.
    Draining,
    /// It ends.
    Leaving,
}

/// What a candidate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Which term it is; grows from coordinator to coordinator.
    pub epoch: u64,
    /// Counts up with each round of gossip.
    pub beat: u64,
    /// What it makes of it.
    pub stance: Stance,
}

/// What a candidate does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// It waits for votes.
    Candidate,
    /// It has a majority, and acts.
    Acting,
    /// It has no majority, and acts, as the settings or its fence allow.
    Alone,
}

/// Whom a balancer votes for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// The candidate.
    pub candidate: NodeId,
    /// Its term.
    pub epoch: u64,
    /// The last beat that was heard of it.
    pub beat: u64,
}

/// What a balancer says that stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its version.
    pub version: String,
    /// How many balancers it believes the group has.
    pub size: usize,
    /// For how long its votes hold, in milliseconds.
    pub lease: u64,
}

/// Everything that a balancer says and the election needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What stays.
    pub card: Card,
    /// How far it is.
    pub phase: Phase,
    /// What it says as candidate.
    pub term: Option<Term>,
    /// Whom it votes for.
    pub vote: Option<Vote>,
    /// The highest epoch that it knows of.
    pub epoch: u64,
    /// The highest epoch that it knows of one that acted.
    pub acted: u64,
    /// The time of the group, in seconds.
    pub time: Option<u64>,
}

/// The keys.
pub(super) const CARD: &str = "balancer";
pub(super) const PHASE: &str = "phase";
pub(super) const TERM: &str = "term";
pub(super) const VOTE: &str = "vote";
pub(super) const EPOCH: &str = "epoch";
pub(super) const ACTED: &str = "acted";
pub(super) const TIME: &str = "time";
pub(super) const DEMAND: &str = "demand/";
pub(super) const MEMBER: &str = "member/";
pub(super) const MEMBERS: &str = "members";
pub(super) const DRAIN: &str = "drain/";
pub(super) const SESSIONS: &str = "sessions/";
pub(super) const NOTE: &str = "note/";

impl Said {
    /// Reads what a balancer says. What makes no sense was not said.
    pub(super) fn read<'a>(get: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let number = |key| get(key).and_then(|text| text.parse().ok());
        Self {
            card: get(CARD).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            phase: get(PHASE).and_then(Phase::parse).unwrap_or_default(),
            term: get(TERM).and_then(Term::parse),
            vote: get(VOTE).and_then(Vote::parse),
            epoch: number(EPOCH).unwrap_or_default(),
            acted: number(ACTED).unwrap_or_default(),
            time: number(TIME),
        }
    }

    /// The keys and values that say this; keys without a value are not said.
    pub(super) fn write(&self) -> [(&'static str, Option<String>); 7] {
        [
            (CARD, serde_json::to_string(&self.card).ok()),
            (PHASE, Some(self.phase.as_str().to_owned())),
            (TERM, self.term.map(|term| term.to_string())),
            (VOTE, self.vote.as_ref().map(Vote::to_string)),
            (EPOCH, Some(self.epoch.to_string())),
            (ACTED, Some(self.acted.to_string())),
            (TIME, self.time.map(|seconds| seconds.to_string())),
        ]
    }

    /// For how long its votes hold.
    pub fn lease(&self) -> Duration {
        Duration::from_millis(self.card.lease)
    }
}

impl NodeId {
    /// One run of a balancer.
    pub fn new(name: &str, generation: u64) -> Self {
        Self { generation, name: name.into() }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Phase {
    /// The word that is gossiped.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Starting => "starting",
            Phase::Active => "active",
            Phase::Draining => "draining",
            Phase::Leaving => "leaving",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Phase::Starting, Phase::Active, Phase::Draining, Phase::Leaving];
        all.into_iter().find(|phase| phase.as_str() == text)
    }
}

impl Stance {
    /// The word that is gossiped.
    pub fn as_str(self) -> &'static str {
        match self {
            Stance::Candidate => "candidate",
            Stance::Acting => "acting",
            Stance::Alone => "alone",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Stance::Candidate, Stance::Acting, Stance::Alone];
        all.into_iter().find(|stance| stance.as_str() == text)
    }

    /// Whether the candidate acts.
    pub fn acts(self) -> bool {
        self != Stance::Candidate
    }
}

impl Term {
    fn parse(text: &str) -> Option<Self> {
        let (epoch, rest) = text.split_once(':')?;
        let (beat, stance) = rest.split_once(':')?;
        Some(Self { epoch: epoch.parse().ok()?, beat: beat.parse().ok()?, stance: Stance::parse(stance)? })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.epoch, self.beat, self.stance.as_str())
    }
}

impl Vote {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ':');
        let mut number = || parts.next()?.parse::<u64>().ok();
        let (epoch, beat, generation) = (number()?, number()?, number()?);
        let candidate = NodeId::new(parts.next()?, generation);
        Some(Self { candidate, epoch, beat })
    }
}

impl fmt::Display for Vote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NodeId { generation, name } = &self.candidate;
        write!(f, "{}:{}:{generation}:{name}", self.epoch, self.beat)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let said = Said {
            card: Card { version: "1.2.3".to_owned(), size: 3, lease: 5_000 },
            phase: Phase::Draining,
            term: Some(Term { epoch: 7, beat: 41, stance: Stance::Alone }),
            vote: Some(Vote { candidate: NodeId::new("a:b", 1_700), epoch: 7, beat: 40 }),
            epoch: 8,
            acted: 7,
            time: Some(3_600),
        };
        let spoken: BTreeMap<_, _> =
            said.write().into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        assert_eq!(spoken["term"], "7:41:alone");
        assert_eq!(spoken["vote"], "7:40:1700:a:b");
        assert_eq!(Said::read(|key| spoken.get(key).map(String::as_str)), said);
    }

    #[test]
    fn nonsense_was_not_said() {
        for nonsense in ["", ":", "1:2", "1:2:3", "x:1:2:n", "1:2:acts", "-1:2:acting", "{}"] {
            assert_eq!(Said::read(|_| Some(nonsense)), Said::default(), "{nonsense}");
        }
    }

    #[test]
    fn the_older_is_the_lesser() {
        assert!(NodeId::new("z", 1) < NodeId::new("a", 2));
        assert!(NodeId::new("a", 1) < NodeId::new("b", 1));
    }
}
