//! Running schemes.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::{Feed, Lifecycles, Ports, Scheme};
use crate::clusters::{ClusterKey, Directory};
use crate::telemetry::metrics::MembershipCounts;

/// Runs schemes on one runtime, which should not be one that serves requests.
pub struct Membership {
    common: Arc<Common>,
}

/// What holds for the members of all schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberRules {
    /// How long a member that was lost may take to come back. It gets no requests in the meantime.
    pub leave_grace: Duration,
    /// How long a member that announces that it leaves drains at least: so long it takes until all that were told of it have
    /// heard. Nothing without a group of balancers.
    pub leave_hold: Duration,
    /// The most members that one scheme may know; more are refused.
    pub most_members: usize,
}

/// A scheme that runs. Dropping it ends the scheme, and takes back what it said.
#[derive(Debug)]
pub struct Started {
    _feed: Arc<Feed>,
    task: AbortHandle,
}

/// What all feeds share.
pub(super) struct Common {
    pub(super) runtime: Handle,
    pub(super) directory: Arc<Directory>,
    pub(super) ports: Arc<dyn Ports>,
    pub(super) counts: Arc<MembershipCounts>,
    pub(super) rules: MemberRules,
    lifecycles: ArcSwap<Lifecycles>,
}

impl Default for MemberRules {
    fn default() -> Self {
        Self { leave_grace: Duration::from_secs(5), leave_hold: Duration::ZERO, most_members: 10_000 }
    }
}

impl Membership {
    /// Schemes that report to a directory.
    pub fn new(
        runtime: Handle,
        directory: Arc<Directory>,
        ports: Arc<dyn Ports>,
        counts: Arc<MembershipCounts>,
        rules: MemberRules,
    ) -> Self {
        let lifecycles = ArcSwap::default();
        Self { common: Arc::new(Common { runtime, directory, ports, counts, rules, lifecycles }) }
    }

    /// Says how the members of clusters come and go from now on; clusters that are not named follow the defaults.
    pub fn follow(&self, lifecycles: Lifecycles) {
        self.common.lifecycles.store(Arc::new(lifecycles));
    }

    /// Starts a scheme.
    pub fn start(&self, scheme: impl Scheme) -> Started {
        let feed = Arc::new(Feed::new(scheme.name(), self.common.clone()));
        let task = self.common.runtime.spawn(scheme.run(feed.clone())).abort_handle();
        Started { _feed: feed, task }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Common {
    /// How the members of a cluster come and go.
    pub(super) fn lifecycle(&self, cluster: &ClusterKey) -> super::Lifecycle {
        self.lifecycles.load().get(cluster).copied().unwrap_or_default()
    }
}
