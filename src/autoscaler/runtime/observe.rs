//! Who is there, and how much there is to do.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::history::Round;
use super::super::instances::MemberFacts;
use super::books::ClusterBook;
use super::shared::Shared;
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
    }

    /// What is measured of a cluster at a tick.
    pub(super) fn demand_of(&self, key: &ClusterKey) -> Measured {
        let (own, arrived) = self.own_demand(key);
        Measured { in_flight: self.peers.demand(key, own), arrived }
    }
}

/// What was counted of a cluster.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measured {
    /// Requests in flight at all balancers.
    pub(super) in_flight: u64,
    /// Requests that came to this balancer so far.
    pub(super) arrived: u64,
}

impl ClusterBook {
    /// What came of that since the tick before.
    pub(super) fn round(&mut self, measured: Measured, now: Duration) -> Round {
        let (before, at) = self.measured.unwrap_or((measured.arrived, now));
        self.measured = Some((measured.arrived, now));
        Round {
            in_flight: measured.in_flight,
            // A count that began anew has fewer.
            arrivals: measured.arrived.checked_sub(before).unwrap_or(measured.arrived),
            length: now.saturating_sub(at),
            load: None,
        }
    }
}
