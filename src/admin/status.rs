//! What the admin interface shows; filled by others.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use serde::{Serialize, Serializer};
use sinew_core::diagnostics::{Code, Diagnostics};
use tokio::sync::mpsc;

use super::{BalancerControl, EndpointControl, GroupControl, ReloadRequest, Reloads, TaskControl};
use crate::clusters::Directory;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::rfc3339;
use crate::transport::entrance::Entrance;

/// Everything the admin interface reads. Readers never wait for writers.
#[derive(Debug)]
pub struct AdminState {
    /// What `/metrics` shows.
    pub metrics: Arc<Metrics>,
    /// The clusters that `/lb/clusters` shows and changes.
    pub directory: Arc<Directory>,
    endpoints: OnceLock<Arc<dyn EndpointControl>>,
    tasks: OnceLock<Arc<dyn TaskControl>>,
    group: OnceLock<Arc<dyn GroupControl>>,
    balancer: OnceLock<BalancerControl>,
    entrance: OnceLock<Entrance>,
    reloads: OnceLock<mpsc::Sender<ReloadRequest>>,
    version: &'static str,
    started: SystemTime,
    started_clock: Instant,
    status: ArcSwap<Status>,
    diagnostics: ArcSwap<Diagnostics>,
}

/// How the process is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// What it is doing.
    pub phase: Phase,
    /// The number of the deployed configuration; 0 before the first one.
    pub revision: u64,
    /// The last attempt to deploy.
    pub last_reload: Option<LastReload>,
    /// Whether an operator has closed the listeners for a while.
    pub maintenance: bool,
    /// Where clients connect.
    pub listeners: Vec<ListenerStatus>,
    /// Whether a broken artifact keeps the process from being ready.
    pub strict: bool,
    /// Artifacts that were left out because something is wrong with them.
    pub artifact_faults: Vec<ArtifactFault>,
}

/// What the process is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The first configuration is not deployed yet.
    #[default]
    Loading,
    /// Requests are served.
    Serving,
    /// The process is about to end.
    Draining,
}

/// An attempt to deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastReload {
    /// When it ended.
    #[serde(serialize_with = "serialize_time")]
    pub at: SystemTime,
    /// Whether the new configuration runs.
    pub success: bool,
    /// One sentence on what came of it.
    pub message: String,
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListenerStatus {
    /// Its name in logs and metrics.
    pub name: String,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Where it listens, with the port it really has.
    pub address: SocketAddr,
}

/// An artifact that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtifactFault {
    /// The element of its kind, such as `proxy`.
    pub kind: String,
    /// Its name, when it has one.
    pub name: Option<String>,
    /// The file, relative to the deployment directory.
    pub file: String,
    /// The code of the first error.
    pub code: Code,
    /// The first error in one sentence.
    pub message: String,
}

/// Why the process should get no traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotReady {
    /// See [`Phase::Loading`].
    Loading,
    /// See [`Phase::Draining`].
    Draining,
    /// See [`Status::maintenance`].
    Maintenance,
    /// An artifact is broken, and [`Status::strict`] is set.
    ArtifactFaults,
}

impl AdminState {
    /// The state of a process that starts now and has nothing deployed.
    pub fn new(version: &'static str, metrics: Arc<Metrics>, directory: Arc<Directory>) -> AdminState {
        AdminState {
            metrics,
            directory,
            endpoints: OnceLock::new(),
            tasks: OnceLock::new(),
            group: OnceLock::new(),
            balancer: OnceLock::new(),
            entrance: OnceLock::new(),
            reloads: OnceLock::new(),
            version,
            started: SystemTime::now(),
            started_clock: Instant::now(),
            status: ArcSwap::default(),
            diagnostics: ArcSwap::default(),
        }
    }

    /// Says what knows the endpoints; only the first word counts. Before, there seem to be none.
    pub fn control_endpoints(&self, endpoints: Arc<dyn EndpointControl>) {
        // Told twice is a mistake of the caller without consequences.
        let _ = self.endpoints.set(endpoints);
    }

    /// Says what knows and changes clusters and hosts; only the first word counts. Before, there seem to be none.
    pub fn control_balancer(&self, balancer: BalancerControl) {
        let _ = self.balancer.set(balancer);
    }

    pub(super) fn balancer(&self) -> Option<&BalancerControl> {
        self.balancer.get()
    }

    /// Says what closes the listeners; only the first word counts.
    pub fn control_entrance(&self, entrance: Entrance) {
        let _ = self.entrance.set(entrance);
    }

    pub(super) fn entrance(&self) -> Option<&Entrance> {
        self.entrance.get()
    }

    pub(super) fn endpoints(&self) -> Option<&dyn EndpointControl> {
        self.endpoints.get().map(|endpoints| &**endpoints)
    }

    /// Says what knows the tasks; only the first word counts. Before, there seem to be none.
    pub fn control_tasks(&self, tasks: Arc<dyn TaskControl>) {
        // Told twice is a mistake of the caller without consequences.
        let _ = self.tasks.set(tasks);
    }

    pub(super) fn tasks(&self) -> Option<&dyn TaskControl> {
        self.tasks.get().map(|tasks| &**tasks)
    }

    /// Says what knows the group of balancers; only the first word counts. Without, there is none.
    pub fn show_group(&self, group: Arc<dyn GroupControl>) {
        // Told twice is a mistake of the caller without consequences.
        let _ = self.group.set(group);
    }

    pub(super) fn group(&self) -> Option<&dyn GroupControl> {
        self.group.get().map(|group| &**group)
    }

    /// Where operators' wishes for a reload arrive; only the first call gets any.
    pub fn reloads(&self) -> Reloads {
        let (sender, reloads) = Reloads::channel();
        let _ = self.reloads.set(sender);
        reloads
    }

    pub(super) fn reload_requests(&self) -> Option<&mpsc::Sender<ReloadRequest>> {
        self.reloads.get()
    }

    /// Changes the status. The function may be called more than once when several threads change it together.
    pub fn update(&self, change: impl Fn(&mut Status)) {
        self.status.rcu(|status| {
            let mut status = Status::clone(status);
            change(&mut status);
            status
        });
    }

    /// Replaces what is wrong with the configuration.
    pub fn set_diagnostics(&self, diagnostics: Diagnostics) {
        self.diagnostics.store(Arc::new(diagnostics));
    }

    /// The status as it is now.
    pub fn status(&self) -> Arc<Status> {
        self.status.load_full()
    }

    /// What is wrong with the configuration now.
    pub fn diagnostics(&self) -> Arc<Diagnostics> {
        self.diagnostics.load_full()
    }

    /// The body of `/api/v1/status`.
    pub(super) fn report(&self) -> serde_json::Value {
        let status = self.status();
        serde_json::json!({
            "schema": 1,
            "version": self.version,
            "started": rfc3339(self.started),
            "uptime_seconds": self.started_clock.elapsed().as_secs(),
            "phase": status.phase,
            "ready": status.not_ready().is_none(),
            "draining": status.phase == Phase::Draining,
            "maintenance": status.maintenance,
            "strict": status.strict,
            "revision": status.revision,
            "last_reload": status.last_reload,
            "listeners": status.listeners,
            "artifact_faults": status.artifact_faults.len(),
        })
    }
}

impl Status {
    /// Why the process should get no traffic; `None` when it should.
    pub fn not_ready(&self) -> Option<NotReady> {
        match self.phase {
            Phase::Loading => Some(NotReady::Loading),
            Phase::Draining => Some(NotReady::Draining),
            Phase::Serving if self.maintenance => Some(NotReady::Maintenance),
            Phase::Serving if self.strict && !self.artifact_faults.is_empty() => {
                Some(NotReady::ArtifactFaults)
            }
            Phase::Serving => None,
        }
    }
}

fn serialize_time<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}
