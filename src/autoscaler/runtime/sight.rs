//! What each balancer sees itself, and the others need: requests that came, load averages that members told it, and what
//! members that drain still have of it (elastic-load-balancer.md §4.8, W25).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sinew_core::config::balancer::{ScalingPolicy, Signal};
use tokio::time::Instant;

use super::Subject;
use super::shared::Shared;
use crate::clusters::{ClusterKey, Phase};

/// How long it may be as a text, in bytes; what is longer leaves the load averages out.
const LONGEST: usize = 7 * 1024;

/// Something of each member, by cluster.
type ByMember<T> = BTreeMap<String, BTreeMap<Arc<str>, T>>;

/// What a balancer sees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sight {
    /// The requests that came to it so far, of clusters whose policy is about these.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) arrived: BTreeMap<String, u64>,
    /// The load averages that members told it, of clusters whose policy is about these.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) loads: ByMember<f64>,
    /// The requests that it has at members that drain.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) draining: ByMember<u32>,
}

/// What another balancer sees that is heard of.
#[derive(Clone, Debug)]
pub(super) struct OtherSight {
    /// Which one.
    pub(super) balancer: Arc<str>,
    /// What it sees.
    pub(super) sight: Sight,
}

impl Shared {
    /// What this balancer sees.
    fn own_sight(&self) -> Sight {
        let mut sight = Sight::default();
        let Some(configuration) = self.scaled() else { return sight };
        for (key, definition) in configuration.clusters() {
            let name = key.to_string();
            if definition.policy == ScalingPolicy::Arrivals {
                sight.arrived.insert(name.clone(), self.own_demand(key).1);
            }
            if definition.policy.signal() == Signal::LoadAverage {
                sight.loads.insert(name.clone(), self.own_loads(key));
            }
            let draining = self.own_draining(key);
            if !draining.is_empty() {
                sight.draining.insert(name, draining);
            }
        }
        sight
    }

    /// The load averages that the members of a cluster told this balancer.
    pub(super) fn own_loads(&self, key: &ClusterKey) -> BTreeMap<Arc<str>, f64> {
        let (Some(cluster), now) = (self.directory.find(key), Instant::now()) else { return BTreeMap::new() };
        let members = cluster.members();
        let told = members.iter().filter_map(|member| {
            let load = member.live().load_average(now).filter(|_| member.live().was_admitted())?;
            Some((member.key().clone(), load))
        });
        told.collect()
    }

    fn own_draining(&self, key: &ClusterKey) -> BTreeMap<Arc<str>, u32> {
        let Some(cluster) = self.directory.find(key) else { return BTreeMap::new() };
        let members = cluster.members();
        let draining = members.iter().filter(|member| member.live().phase() == Phase::Draining);
        draining.map(|member| (member.key().clone(), member.live().in_flight())).collect()
    }

    /// Tells the others what this balancer sees, where that is news.
    pub(super) fn tell_sight(&self) {
        if self.peers.balancers().is_none() {
            return;
        }
        let mut sight = self.own_sight();
        let mut text = serde_json::to_string(&sight).unwrap_or_default();
        if text.len() > LONGEST {
            sight.loads.clear();
            text = serde_json::to_string(&sight).unwrap_or_default();
        }
        let is_news = {
            let mut books = self.books();
            let is_news = books.sight != text;
            if is_news {
                books.sight.clone_from(&text);
            }
            is_news
        };
        if is_news {
            self.peers.tell(Subject::Sight, text);
        }
    }

    /// What the others see that are heard of. One that tells nothing that can be read sees nothing.
    pub(super) fn others_see(&self) -> Vec<OtherSight> {
        let told = self.peers.told(Subject::Sight).into_iter().filter(|told| told.live);
        let seen = told.map(|told| OtherSight {
            balancer: told.balancer,
            sight: serde_json::from_str(&told.text).unwrap_or_default(),
        });
        seen.collect()
    }
}
