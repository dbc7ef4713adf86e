//! Who is there, and how much there is to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::history::{LoadAverages, Round};
use super::super::instances::MemberFacts;
use super::books::{Arrivals, ClusterBook};
use super::shared::Shared;
use super::sight::OtherSight;
use crate::clusters::{ClusterKey, Layer, Source};

impl Shared {
    /// The members of a cluster that were let in; one that only joins is none yet (elastic-load-balancer.md §5.3).
    pub(super) fn members_of(&self, key: &ClusterKey) -> Vec<MemberFacts> {
        let Some(cluster) = self.directory.find(key) else { return Vec::new() };
        let members = cluster.members();
        let there = members.iter().filter(|member| member.live().was_admitted());
        let facts = there.map(|member| {
            let sources = self.directory.sources(key, member.key());
            let named_by_file = sources.iter().all(|source: &Source| source.layer == Layer::Static);
            let in_flight = u64::from(member.live().in_flight());
            MemberFacts::of(member.definition(), named_by_file, in_flight)
        });
        facts.collect()
    }

    /// The members of all clusters that are scaled.
    pub(super) fn all_members(&self) -> BTreeMap<ClusterKey, Vec<MemberFacts>> {
        let keys: Vec<ClusterKey> = self.books().clusters.keys().cloned().collect();
        keys.into_iter().map(|key| (key.clone(), self.members_of(&key))).collect()
    }

    /// Takes in who is there, between ticks: so what is shown is how it is.
    pub(super) fn see_members(&self) {
        let members = self.all_members();
        let now = self.now();
        let mut books = self.books();
        for (key, members) in members {
            if let Some(book) = books.clusters.get_mut(&key) {
                book.state.instances.see_members(&members, now);
            }
        }
    }

    /// The requests that this balancer has for a cluster, and how many it had so far.
    pub(super) fn own_demand(&self, key: &ClusterKey) -> (u64, u64) {
        let counter = self.directory.find(key).and_then(|cluster| cluster.demand());
        counter.map_or((0, 0), |counter| (counter.total(tokio::time::Instant::now()), counter.arrived()))
    }

    /// Tells the others how much there is to do here.
    pub(super) fn publish_demand(&self) {
        let keys: Vec<ClusterKey> = self.books().clusters.keys().cloned().collect();
        for key in keys {
            self.peers.demand(&key, self.own_demand(&key).0);
        }
        self.tell_sight();
    }

    /// What is measured of a cluster at a tick, with what the others see.
    pub(super) fn measure(&self, key: &ClusterKey, others: &[OtherSight]) -> Measured {
        let (own, arrived) = self.own_demand(key);
        let name = key.to_string();
        let theirs = others
            .iter()
            .filter_map(|other| Some((other.balancer.clone(), other.sight.arrived.get(&name).copied()?)));
        let arrived = theirs.chain([(Arc::from(""), arrived)]).collect();
        Measured { in_flight: self.peers.demand(key, own), arrived, load: self.loads(key, &name, others) }
    }

    /// The load averages of the members of a cluster. What a member told this balancer is newer than what others heard.
    fn loads(&self, key: &ClusterKey, name: &str, others: &[OtherSight]) -> Option<LoadAverages> {
        let mut loads: BTreeMap<Arc<str>, f64> = BTreeMap::new();
        for told in others.iter().filter_map(|other| other.sight.loads.get(name)) {
            loads.extend(told.iter().map(|(member, load)| (member.clone(), *load)));
        }
        let cluster = self.directory.find(key)?;
        let members = cluster.members();
        let is_there =
            |key: &Arc<str>| members.iter().any(|member| member.key() == key && member.live().was_admitted());
        loads.retain(|member, _| is_there(member));
        loads.extend(self.own_loads(key));
        LoadAverages::of(loads.into_values())
    }
}

/// What was counted of a cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// Requests in flight at all balancers.
    pub(super) in_flight: u64,
    /// Requests that came to each balancer so far.
    pub(super) arrived: Arrivals,
    /// What its members told of their load.
    pub(super) load: Option<LoadAverages>,
}

impl ClusterBook {
    /// What came of that since the tick before.
    pub(super) fn round(&mut self, measured: Measured, now: Duration) -> Round {
        let Measured { in_flight, arrived, load } = measured;
        let (before, at) = self.measured.take().unwrap_or_else(|| (arrived.clone(), now));
        let since = |(balancer, count): (&Arc<str>, &u64)| {
            // One that was not there before may have counted for long; a count that began anew has fewer.
            let before = before.get(balancer).unwrap_or(count);
            count.checked_sub(*before).unwrap_or(*count)
        };
        let arrivals = arrived.iter().map(since).fold(0, u64::saturating_add);
        self.measured = Some((arrived, now));
        Round { in_flight, arrivals, length: now.saturating_sub(at), load }
    }
}
