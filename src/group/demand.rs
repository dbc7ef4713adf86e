//! How much there is to do, summed over all balancers (elastic-load-balancer.md §4.8, W25, cases 194 and 195).
//!
//! Each balancer says how many requests it has in flight for each cluster; the sum is made by whoever asks. So nobody
//! overwrites what another counted. What a balancer said counts until it was silent for `group.stale`, or leaves.

use std::collections::BTreeMap;

use super::Shared;
use super::words::DEMAND;
use crate::clusters::{ClusterKey, Directory};

/// What this balancer has to do.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// What somebody who knows better says.
    stated: BTreeMap<ClusterKey, u64>,
}

impl Own {
    /// Takes a number for a cluster, or takes it back.
    pub(super) fn state(&mut self, cluster: &ClusterKey, number: Option<u64>) {
        match number {
            Some(number) => self.stated.insert(cluster.clone(), number),
            None => self.stated.remove(cluster),
        };
    }

    /// The number for a cluster: as stated, or the requests that its members have.
    fn of(&self, cluster: &ClusterKey, directory: &Directory) -> u64 {
        self.stated.get(cluster).copied().unwrap_or_else(|| {
            let cluster = directory.find(cluster);
            let members =
                cluster.iter().flat_map(|cluster| cluster.snapshot().iter().cloned().collect::<Vec<_>>());
            members.map(|member| u64::from(member.live().in_flight())).sum()
        })
    }

    fn clusters(&self, directory: &Directory) -> Vec<ClusterKey> {
        let mut clusters: Vec<_> = directory.clusters().iter().map(|cluster| cluster.key().clone()).collect();
        clusters.extend(self.stated.keys().cloned());
        clusters.sort();
        clusters.dedup();
        clusters
    }
}

impl Shared {
    /// Says how much there is to do here; what is nothing is not said.
    pub(super) fn say_demand(&self, directory: &Directory) {
        let own = Self::lock(&self.demand);
        let mut said: BTreeMap<String, u64> = BTreeMap::new();
        for cluster in own.clusters(directory) {
            said.insert(cluster.to_string(), own.of(&cluster, directory));
        }
        drop(own);
        let mut board = Self::lock(&self.board);
        let before: Vec<String> = board.under(DEMAND).map(|(cluster, _)| cluster.to_owned()).collect();
        for cluster in before.into_iter().filter(|cluster| !said.contains_key(cluster)) {
            board.say(format!("{DEMAND}{cluster}"), None);
        }
        for (cluster, number) in said {
            board.say(format!("{DEMAND}{cluster}"), (number > 0).then(|| number.to_string()));
        }
    }

    /// The sum of what all balancers have to do for a cluster.
    pub(super) fn demand_of(&self, cluster: &ClusterKey, directory: &Directory) -> u64 {
        let own = Self::lock(&self.demand).of(cluster, directory);
        let name = cluster.to_string();
        let heard = Self::lock(&self.heard);
        let others = heard.values().filter(|one| one.fresh).filter_map(|one| one.demand.get(&name));
        others.fold(own, |sum, number| sum.saturating_add(*number))
    }

    /// The sums for all clusters that anybody has something to do for.
    pub(super) fn demands(&self, directory: &Directory) -> BTreeMap<ClusterKey, u64> {
        let mut clusters = Self::lock(&self.demand).clusters(directory);
        {
            let heard = Self::lock(&self.heard);
            let others = heard.values().filter(|one| one.fresh).flat_map(|one| one.demand.keys());
            clusters.extend(others.map(|name| ClusterKey::parse(name)));
        }
        let sums = clusters.into_iter().map(|cluster| {
            let sum = self.demand_of(&cluster, directory);
            (cluster, sum)
        });
        sums.collect()
    }
}
