//! The second runtime: what happens beside requests, on a thread of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio::time::Instant;

use super::membership;
use super::start::StartError;
use crate::clusters::ClusterKey;
use crate::clusters::health::{Checker, HealthChecks, NetworkProbe};
use crate::compiler::Deployed;
use crate::endpoints::Lasting;
use crate::membership::{Membership, Started};
use crate::settings::Settings;
use crate::telemetry::metrics::MembershipCounts;

/// How often sessions that are over make room (endpoints.md §6.2).
const SWEEP: Duration = Duration::from_secs(15);

/// What runs beside requests. It ends when this is dropped.
pub(super) struct Background {
    checker: Checker<NetworkProbe>,
    checks: Mutex<BTreeMap<ClusterKey, HealthChecks>>,
    membership: Membership,
    _schemes: Vec<Started>,
    /// Last, so that everything ends before its runtime does.
    runtime: Runtime,
}

impl Background {
    /// Starts the thread, and what runs on it for the configuration in service.
    pub(super) fn start(
        settings: &Settings,
        lasting: &Arc<Lasting>,
        deployed: &Deployed,
        probe: NetworkProbe,
        counts: Arc<MembershipCounts>,
    ) -> Result<Self, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("background")
            .enable_all()
            .build()?;
        runtime.spawn(sweep(lasting.clone()));
        let (handle, directory) = (runtime.handle().clone(), lasting.directory.clone());
        let checker = Checker::new(handle.clone(), directory.clone(), probe);
        let membership = membership::membership(settings, handle, directory, counts);
        membership.follow(deployed.lifecycles.clone());
        let _schemes = membership::schemes(settings, &membership)?;
        let background = Self { checker, checks: Mutex::default(), membership, _schemes, runtime };
        background.follow(deployed);
        Ok(background)
    }

    /// Where more of it can run.
    pub(super) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Follows the configuration in service: checks its clusters, and no others, and lets their members come and go as it
    /// says. Checks that stay the same go on.
    pub(super) fn follow(&self, deployed: &Deployed) {
        self.membership.follow(deployed.lifecycles.clone());
        let wanted = &deployed.health_checks;
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.retain(|cluster, running| wanted.get(cluster) == Some(running.check()));
        for (cluster, check) in wanted {
            checks.entry(cluster.clone()).or_insert_with(|| self.checker.watch(cluster, check.clone()));
        }
    }
}

async fn sweep(lasting: Arc<Lasting>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        lasting.sessions().sweep(Instant::now()).await;
        lasting.prune();
    }
}
