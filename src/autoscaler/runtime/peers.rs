//! What the autoscaler needs of the other balancers (elastic-load-balancer.md §4.8).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::super::instances::MemberFacts;
use crate::clusters::ClusterKey;

/// The right to act for all balancers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// Counts up with each balancer that acts.
    pub epoch: u64,
    /// Whether it is had without a majority: only by what one alone can hold, such as the public address.
    pub alone: bool,
}

/// The other balancers.
pub trait Peers: Send + Sync {
    /// The right to act, if this balancer has it now. Asked before each act.
    fn acting(&self) -> Option<Leadership>;

    /// Changes when that may be different.
    fn changes(&self) -> watch::Receiver<u64>;

    /// Tells the others how many requests this balancer has for a cluster, and returns the sum of all (cases 194 and 195).
    fn demand(&self, cluster: &ClusterKey, own: u64) -> u64;

    /// The other balancers that are alive; nothing when there is no group, and so nobody can join it.
    fn balancers(&self) -> Option<Vec<MemberFacts>>;

    /// Tells the others something, in place of what they were told of that before.
    fn tell(&self, subject: Subject, text: String);

    /// What the others told.
    fn told(&self, subject: Subject) -> Vec<Told>;

    /// How long it takes at most until all have heard something, and what they tell about it is heard here.
    fn echo(&self) -> Duration;
}

/// What balancers tell each other about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// What the next one who acts needs.
    Handover,
    /// What each one sees itself.
    Sight,
}

/// What another balancer told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which one; another run of it is another one.
    pub balancer: Arc<str>,
    /// Whether it is heard of.
    pub live: bool,
    /// What it said.
    pub text: String,
}

/// No other balancers: this one acts.
#[derive(Debug)]
pub struct Alone(watch::Sender<u64>);

impl Default for Alone {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Peers for Alone {
    fn acting(&self) -> Option<Leadership> {
        Some(Leadership { epoch: 0, alone: false })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    fn demand(&self, _: &ClusterKey, own: u64) -> u64 {
        own
    }

    fn balancers(&self) -> Option<Vec<MemberFacts>> {
        None
    }

    fn tell(&self, _: Subject, _: String) {}

    fn told(&self, _: Subject) -> Vec<Told> {
        Vec::new()
    }

    fn echo(&self) -> Duration {
        Duration::ZERO
    }
}
