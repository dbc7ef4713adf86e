//! The group as it is shown.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::words::{NodeId, Phase};
use crate::clusters::ClusterKey;

/// The group as this balancer sees it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name of the group.
    pub group: String,
    /// This balancer.
    pub me: NodeId,
    /// How many balancers it has.
    pub size: usize,
    /// Who acts for it and with which epoch, if that is known.
    pub coordinator: Option<(NodeId, u64)>,
    /// The term of this balancer, if it acts: whether it is without a majority, and how long it may unless it renews.
    pub acting: Option<(bool, Duration)>,
    /// This balancer, and the others from the oldest to the youngest.
    pub balancers: Vec<Balancer>,
    /// Requests in flight at all balancers.
    pub demand: BTreeMap<ClusterKey, u64>,
}

/// A balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balancer {
    /// Who it is.
    pub node: NodeId,
    /// Where it is reached.
    pub address: SocketAddr,
    /// Its version.
    pub version: String,
    /// How far it is.
    pub phase: Phase,
    /// Whether it is heard of.
    pub live: bool,
    /// How long ago it was heard of; nothing for this one.
    pub heard: Option<Duration>,
    /// Of how many members it tells the others.
    pub members: usize,
}

impl super::Group {
    /// The group as it is shown.
    pub fn report(&self) -> Report {
        let now = Instant::now();
        let shared = &self.shared;
        let options = &shared.options;
        let view = shared.view.borrow().clone();
        let acting = shared.acting();
        let own = super::Shared::lock(&shared.board).under(super::words::MEMBER).count();
        let mut balancers = vec![Balancer {
            node: view.me.clone(),
            address: options.advertise,
            version: options.version.to_owned(),
            phase: super::Shared::lock(&shared.election).phase(),
            live: true,
            heard: None,
            members: own,
        }];
        let heard = super::Shared::lock(&shared.heard);
        balancers.extend(view.others.iter().map(|other| Balancer {
            node: other.node.clone(),
            address: other.address,
            version: other.version.clone(),
            phase: other.phase,
            live: other.live,
            heard: heard.get(&other.node).and_then(|one| Some(now.saturating_duration_since(one.at?))),
            members: heard.get(&other.node).map_or(0, |one| one.members.len()),
        }));
        drop(heard);
        balancers.sort_by(|one, other| one.node.cmp(&other.node));
        Report {
            group: options.group.clone(),
            me: view.me.clone(),
            size: view.size,
            coordinator: view.coordinator.clone(),
            acting: acting.map(|acting| (acting.alone, acting.until.saturating_duration_since(now))),
            balancers,
            demand: shared.demands(&self.directory),
        }
    }
}
