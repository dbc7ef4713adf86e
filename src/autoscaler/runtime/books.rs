//! What the autoscaler remembers from tick to tick, under one lock that nobody holds for long.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::super::choice::{ProviderRules, Turns};
use super::super::counts::Counts;
use super::super::decision::Decision;
use super::super::history::Round;
use super::super::instances::{Action, Event, InstanceName, Instances};
use super::super::tick::ClusterState;
use super::counters::Counters;
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::iaas::LaunchToken;

/// How many decisions are remembered of a cluster.
const DECISIONS: usize = 100;

/// How many launches are remembered to which a provider gave no clear answer.
const UNSETTLED: usize = 256;

/// For whom an instance is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A cluster.
    Cluster(ClusterKey),
    /// The group of balancers.
    Balancers,
}

/// Everything.
pub(super) struct Books {
    pub(super) clusters: BTreeMap<ClusterKey, ClusterBook>,
    pub(super) balancers: BalancersBook,
    pub(super) providers: BTreeMap<Arc<str>, ProviderBook>,
    pub(super) turns: Turns,
    /// Launches whose provider may have done them without an answer; the next launch there takes their token, so that nothing
    /// is started twice.
    pub(super) unsettled: VecDeque<(Target, Arc<str>, LaunchToken)>,
    /// The epoch in which this balancer acts, if it does, as of the last look.
    pub(super) leads: Option<u64>,
    /// The listings that count are not older than this: two intervals before it began to act.
    pub(super) listings_from: Duration,
    /// It began to act, and has not healed yet.
    pub(super) must_heal: bool,
    /// What the others were told last of what this balancer sees.
    pub(super) sight: String,
}

/// How many requests came to each balancer so far; this one has no name.
pub(super) type Arrivals = BTreeMap<Arc<str>, u64>;

/// What is remembered of a cluster.
pub(super) struct ClusterBook {
    pub(super) state: ClusterState,
    /// An operator wants nothing launched or ended.
    pub(super) paused: bool,
    /// Where the instances take requests, as their providers know.
    pub(super) places: BTreeMap<InstanceName, MemberDefinition>,
    /// The arrivals at each balancer that were known at the last tick, and when that was.
    pub(super) measured: Option<(Arrivals, Duration)>,
    /// The last decisions, the newest last.
    pub(super) decisions: VecDeque<Decided>,
    pub(super) counters: Counters,
}

/// What is remembered of the group of balancers.
pub(super) struct BalancersBook {
    pub(super) instances: Instances,
    pub(super) last: Option<(Duration, Decision)>,
    pub(super) counters: Counters,
    /// It was told that balancers are wanted that could not join.
    pub(super) warned: bool,
}

/// What is remembered of a provider.
#[derive(Default)]
pub(super) struct ProviderBook {
    /// When the listing was asked for that was answered last.
    pub(super) listed_at: Option<Duration>,
    /// Since when it is asked what there is, as long as it has not answered.
    pub(super) asked_at: Option<Duration>,
    /// Why it did not answer, the last time.
    pub(super) error: Option<String>,
    /// Launches that it has not answered.
    pub(super) launching: u32,
}

/// A tick of a cluster.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) at: Duration,
    pub(super) round: Round,
    pub(super) average: Option<f64>,
    /// Before anything was done.
    pub(super) counts: Counts,
    pub(super) sanity: Decision,
    pub(super) scaling: Decision,
}

impl Books {
    pub(super) fn new(providers: impl Iterator<Item = Arc<str>>, first_launch: u64) -> Self {
        let balancers = BalancersBook {
            instances: Instances::new(first_launch),
            last: None,
            counters: Counters::default(),
            warned: false,
        };
        Self {
            clusters: BTreeMap::new(),
            balancers,
            providers: providers.map(|name| (name, ProviderBook::default())).collect(),
            turns: Turns::default(),
            unsettled: VecDeque::new(),
            leads: None,
            listings_from: Duration::ZERO,
            must_heal: false,
            sight: String::new(),
        }
    }

    /// Something happened to an instance.
    pub(super) fn apply(&mut self, target: &Target, event: Event, now: Duration) -> Vec<Action> {
        match target {
            Target::Cluster(key) => {
                self.clusters.get_mut(key).map(|book| book.state.apply(event, now)).unwrap_or_default()
            }
            Target::Balancers => self.balancers.instances.apply(event, now),
        }
    }

    pub(super) fn counters(&mut self, target: &Target) -> Option<&mut Counters> {
        match target {
            Target::Cluster(key) => self.clusters.get_mut(key).map(|book| &mut book.counters),
            Target::Balancers => Some(&mut self.balancers.counters),
        }
    }

    /// How many instances a provider has, those included that it is asked for.
    pub(super) fn launched(&self, provider: &str) -> u32 {
        let all = self.clusters.values().map(|book| &book.state.instances);
        let records = all.chain([&self.balancers.instances]).flat_map(Instances::records);
        let named = records.filter_map(|record| record.instance.as_ref());
        let there = named.filter(|instance| *instance.provider == *provider).count();
        let launching = self.providers.get(provider).map_or(0, |book| book.launching);
        u32::try_from(there).unwrap_or(u32::MAX).saturating_add(launching)
    }

    /// The providers to ask for one more instance, in order.
    pub(super) fn providers_for_launch(&mut self, rules: &[ProviderRules]) -> Vec<Arc<str>> {
        let launched: BTreeMap<Arc<str>, u32> =
            self.providers.keys().map(|name| (name.clone(), self.launched(name))).collect();
        let count = |name: &str| launched.get(name).copied().unwrap_or(0);
        let found = super::super::choice::providers_for_launch(rules, count, &mut self.turns);
        found.into_iter().map(|provider| provider.name.clone()).collect()
    }

    /// Remembers a launch that may have been done.
    pub(super) fn unsettle(&mut self, target: &Target, provider: &Arc<str>, token: LaunchToken) {
        if self.unsettled.len() >= UNSETTLED {
            self.unsettled.pop_front();
        }
        self.unsettled.push_back((target.clone(), provider.clone(), token));
    }

    /// A launch that may have been done, for the next one to ask about.
    pub(super) fn take_unsettled(&mut self, target: &Target, provider: &str) -> Option<LaunchToken> {
        let position =
            self.unsettled.iter().position(|(whose, who, _)| whose == target && **who == *provider)?;
        self.unsettled.remove(position).map(|(_, _, token)| token)
    }

    /// Whether every provider said what there is since `since`.
    pub(super) fn listed_since(&self, since: Duration) -> bool {
        self.providers.values().all(|provider| provider.listed_at.is_some_and(|at| at >= since))
    }
}

impl ClusterBook {
    pub(super) fn new(first_launch: u64) -> Self {
        Self {
            state: ClusterState::new(first_launch),
            paused: false,
            places: BTreeMap::new(),
            measured: None,
            decisions: VecDeque::new(),
            counters: Counters::default(),
        }
    }

    pub(super) fn remember(&mut self, decided: Decided) {
        if self.decisions.len() >= DECISIONS {
            self.decisions.pop_front();
        }
        self.decisions.push_back(decided);
    }
}
