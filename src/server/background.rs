//! The second runtime: what happens beside requests, on a thread of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::runtime::{Handle, Runtime};
use tokio::time::Instant;

#[cfg(not(feature = "group"))]
use super::group::Group;
use super::membership::{self, Schemes};
use super::start::StartError;
use super::{autoscaler, group, settings as map, tasks};
use crate::admin::AdminState;
use crate::autoscaler::runtime::Autoscaler;
use crate::clusters::ClusterKey;
use crate::clusters::health::{Checker, HealthChecks, NetworkProbe};
use crate::compiler::Deployed;
use crate::endpoints::Lasting;
#[cfg(feature = "group")]
use crate::group::{Group, Phase};
use crate::membership::Membership;
use crate::settings::Settings;
use crate::tasks::Scheduler;
use crate::transport::tls::ServerCertificates;

/// How often sessions that are over make room (endpoints.md §6.2).
const SWEEP: Duration = Duration::from_secs(15);

/// What runs beside requests. It ends when this is dropped.
pub(super) struct Background {
    checker: Checker<NetworkProbe>,
    checks: Mutex<BTreeMap<ClusterKey, HealthChecks>>,
    membership: Membership,
    schemes: Schemes,
    tasks: Arc<Scheduler>,
    autoscaler: Arc<Autoscaler>,
    #[cfg_attr(not(feature = "group"), expect(dead_code, reason = "there is none"))]
    group: Option<Arc<Group>>,
    /// Last, so that everything ends before its runtime does.
    runtime: Runtime,
}

impl Background {
    /// Starts the thread, and what runs on it for the configuration in service.
    pub(super) fn start(
        settings: &Settings,
        lasting: &Arc<Lasting>,
        deployed: &Arc<ArcSwap<Deployed>>,
        probe: NetworkProbe,
        admin: &AdminState,
    ) -> Result<Self, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("background")
            .enable_all()
            .build()?;
        runtime.spawn(sweep(lasting.clone()));
        let (handle, directory) = (runtime.handle().clone(), lasting.directory.clone());
        let checker = Checker::new(handle.clone(), directory.clone(), probe);
        let in_service = deployed;
        let deployed = &in_service.load_full();
        let counts = admin.metrics.membership();
        let membership = membership::membership(settings, handle.clone(), directory.clone(), counts);
        membership.follow(deployed.lifecycles.clone());
        let group = group::start(settings, &handle, directory.clone(), admin)?;
        #[cfg(feature = "group")]
        let address = group.as_ref().map(|group| group.address());
        #[cfg(not(feature = "group"))]
        let address = None;
        let mut schemes = membership::schemes(settings, &membership, address)?;
        #[cfg(feature = "group")]
        if let Some(group) = &group {
            schemes.started.push(membership.start(group.members()));
            if settings.group.share_sessions {
                handle.spawn(group.share_sessions(lasting.sessions().clone()));
            }
            if let Some(found) = schemes.balancers.clone() {
                handle.spawn(group::meet(Arc::downgrade(group), found));
            }
        }
        let peers = autoscaler::peers(group.as_ref(), settings, &handle);
        let may_run = tasks::on_coordinator(&peers);
        let tasks = tasks::scheduler(handle.clone(), in_service.clone(), map::dispatch(settings), may_run);
        let autoscaler = autoscaler::start(settings, &handle, directory, peers, admin)?;
        schemes.started.push(membership.start(autoscaler.members()));
        let background = Self {
            checker,
            checks: Mutex::default(),
            membership,
            schemes,
            group,
            tasks,
            autoscaler,
            runtime,
        };
        background.follow(deployed);
        Ok(background)
    }

    /// The certificates of the listener for members, if it has any.
    pub(super) fn certificates(&self) -> Option<&Arc<ServerCertificates>> {
        self.schemes.certificates.as_ref()
    }

    /// Lets the runs of tasks finish that go on, for as long as this. Blocks, and must not be called on a runtime.
    pub(super) fn finish_tasks(&self, patience: Duration) {
        let finished = self.tasks.finished();
        let finished = self.runtime.block_on(async { tokio::time::timeout(patience, finished).await });
        if finished.is_err() {
            tracing::warn!(target: "tasks", "runs that went on were cut off");
        }
    }

    /// What runs by the clock.
    pub(super) fn tasks(&self) -> &Arc<Scheduler> {
        &self.tasks
    }

    /// What launches and ends instances.
    pub(super) fn autoscaler(&self) -> &Arc<Autoscaler> {
        &self.autoscaler
    }

    /// Where more of it can run.
    pub(super) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Follows the configuration in service: checks its clusters, and no others, and lets their members come and go as it
    /// says. Checks that stay the same go on.
    pub(super) fn follow(&self, deployed: &Deployed) {
        self.membership.follow(deployed.lifecycles.clone());
        self.tasks.follow(&deployed.tasks);
        autoscaler::follow(&self.autoscaler, deployed);
        #[cfg(feature = "group")]
        self.fence(deployed);
        let wanted = &deployed.health_checks;
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.retain(|cluster, running| wanted.get(cluster) == Some(running.check()));
        for (cluster, check) in wanted {
            checks.entry(cluster.clone()).or_insert_with(|| self.checker.watch(cluster, check.clone()));
        }
    }
}

#[cfg(feature = "group")]
impl Background {
    /// With a public address, whoever holds it acts where there is no majority.
    fn fence(&self, deployed: &Deployed) {
        let balancer = deployed.configuration.balancer.as_deref().map(|one| &one.balancer.process);
        let address = balancer.is_some_and(|one| one.enable_autoscaler && one.elastic_ip.is_some());
        if let Some(group) = self.group.as_ref().filter(|_| address) {
            autoscaler::fence(group, &self.autoscaler);
        }
    }

    /// Tells the group of balancers that this one drains: what it coordinates, another does.
    pub(super) fn announce_drain(&self) {
        if let Some(group) = &self.group {
            self.runtime.spawn(group.announce(Phase::Draining));
        }
    }

    /// Leaves the group of balancers, and gives the others a moment to hear of it. Blocks.
    pub(super) fn leave(&self) {
        if let Some(group) = &self.group {
            self.runtime.block_on(group.announce(Phase::Leaving));
        }
    }
}

#[cfg(not(feature = "group"))]
impl Background {
    pub(super) fn announce_drain(&self) {}

    pub(super) fn leave(&self) {}
}

async fn sweep(lasting: Arc<Lasting>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        lasting.sessions().sweep(Instant::now()).await;
        lasting.prune();
    }
}
