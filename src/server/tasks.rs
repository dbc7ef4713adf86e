//! Tasks: what they are injected into, and how they are shown.

use std::sync::Arc;

use arc_swap::ArcSwap;
use sinew_core::expression::Surroundings;
use tokio::runtime::Handle;

use crate::admin::{TaskControl, TaskRefusal};
use crate::autoscaler::runtime::Peers;
use crate::compiler::Deployed;
use crate::dispatch::{DispatchSettings, Entrance, inject};
use crate::tasks::{
    Door, Inject, InjectFuture, Injection, MayRun, Refusal, Scheduler, SystemClock, TaskError, TaskView,
};
use crate::telemetry::metrics::TaskSample;

/// Mediates messages of tasks with what is deployed when they come.
struct Injector {
    deployed: Arc<ArcSwap<Deployed>>,
    settings: DispatchSettings,
}

/// Tasks that run on one balancer of a group only run where this one acts; one without a group coordinates itself.
pub(super) fn on_coordinator(peers: &Arc<dyn Peers>) -> MayRun {
    let peers = peers.clone();
    Arc::new(move || peers.acting().is_some())
}

/// A scheduler for the tasks of what is deployed. Nothing runs before it is opened.
pub(super) fn scheduler(
    runtime: Handle,
    deployed: Arc<ArcSwap<Deployed>>,
    settings: DispatchSettings,
    may_run: MayRun,
) -> Arc<Scheduler> {
    let injector = Injector { deployed, settings };
    Arc::new(Scheduler::new(runtime, Arc::new(SystemClock), Arc::new(injector), may_run))
}

/// The tasks, as metrics show them.
pub(super) fn samples(scheduler: &Scheduler) -> Vec<TaskSample> {
    let sample = |task: TaskView| TaskSample {
        task: task.name,
        succeeded: task.succeeded,
        failed: task.failed,
        skipped: task.skipped,
        last_duration: task.last.map(|last| last.duration),
    };
    scheduler.list().into_iter().map(sample).collect()
}

impl Inject for Injector {
    fn inject(&self, Injection { message, door }: Injection) -> InjectFuture<'_> {
        let deployed = self.deployed.load_full();
        Box::pin(async move {
            let entrance = match &door {
                Door::Main => Entrance::Main,
                Door::Sequence(key) => Entrance::Sequence(key),
                Door::Proxy(name) => Entrance::Proxy(name),
            };
            let mediated = inject(&deployed, entrance, message, &self.settings).await;
            mediated.map_err(|error| TaskError(error.to_string()))
        })
    }

    fn local_entry(&self, key: &str) -> Option<String> {
        self.deployed.load().local_entry(key).map(std::borrow::Cow::into_owned)
    }
}

impl TaskControl for Scheduler {
    fn list(&self) -> Vec<TaskView> {
        Scheduler::list(self)
    }

    fn run(&self, name: &str) -> Result<(), TaskRefusal> {
        self.run_now(name).map_err(refusal)
    }

    fn pause(&self, name: &str, paused: bool) -> Result<(), TaskRefusal> {
        Scheduler::pause(self, name, paused).map_err(refusal)
    }
}

fn refusal(refusal: Refusal) -> TaskRefusal {
    match refusal {
        Refusal::Unknown => TaskRefusal::Unknown,
        Refusal::Closed => TaskRefusal::Closed,
        other => TaskRefusal::NotNow(other.to_string()),
    }
}
