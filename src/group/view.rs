//! Who is there, as this balancer sees it.

use std::net::SocketAddr;

use super::words::{NodeId, Phase};

/// The group, as this balancer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// This balancer.
    pub me: NodeId,
    /// How far it is.
    pub phase: Phase,
    /// How many balancers the group has, as the settings say, or more when there are.
    pub size: usize,
    /// The others, the oldest first: those that are heard of, and those that were lost and not forgotten yet.
    pub others: Vec<Other>,
    /// Who acts for the group and with which epoch, if that is known.
    pub coordinator: Option<(NodeId, u64)>,
}

/// Another balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Who it is.
    pub node: NodeId,
    /// Where it is reached.
    pub address: SocketAddr,
    /// Its version.
    pub version: String,
    /// How far it is, as it last said.
    pub phase: Phase,
    /// Whether it is heard of.
    pub live: bool,
}

impl View {
    /// Before anything was heard.
    pub(super) fn empty(me: NodeId, size: usize) -> Self {
        Self { me, phase: Phase::Starting, size, others: Vec::new(), coordinator: None }
    }

    /// The others that are heard of and do not leave, the oldest first.
    pub fn live(&self) -> impl Iterator<Item = &Other> {
        self.others.iter().filter(|other| other.is_there())
    }
}

impl Other {
    /// Whether it is heard of, and does not leave.
    pub fn is_there(&self) -> bool {
        self.live && self.phase != Phase::Leaving
    }
}

/// Says in the log what changed.
pub(super) fn tell(before: &View, now: &View) {
    let known = |view: &View, node: &NodeId| view.others.iter().find(|other| other.node == *node).cloned();
    for other in &now.others {
        let (balancer, address) = (&other.node, other.address);
        let was = known(before, balancer);
        let was_there = was.as_ref().is_some_and(Other::is_there);
        match (was_there, other.is_there()) {
            (false, true) => {
                tracing::info!(target: "group", %balancer, %address, version = other.version, "balancer joined");
                if balancer.name == now.me.name {
                    tracing::error!(target: "group", %balancer, %address, "another balancer has the same group.id");
                }
            }
            (true, false) if other.phase == Phase::Leaving => {
                tracing::info!(target: "group", %balancer, %address, "balancer left");
            }
            (true, false) => tracing::warn!(target: "group", %balancer, %address, "balancer lost"),
            _ => {}
        }
    }
    for other in before.others.iter().filter(|other| other.is_there()) {
        if known(now, &other.node).is_none() {
            let (balancer, address) = (&other.node, other.address);
            tracing::info!(target: "group", %balancer, %address, "balancer was replaced");
        }
    }
    if before.size != now.size {
        let (before, now) = (before.size, now.size);
        tracing::warn!(target: "group", before, now, "the balancers do not agree on group.size, or there are more");
    }
    if before.coordinator != now.coordinator {
        match &now.coordinator {
            Some((coordinator, epoch)) => {
                tracing::info!(target: "group", %coordinator, epoch, "coordinator changed");
            }
            None => tracing::warn!(target: "group", "nobody is known to coordinate"),
        }
    }
}
