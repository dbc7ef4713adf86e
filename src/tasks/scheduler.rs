//! Follows the deployed tasks and runs them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_util::task::TaskTracker;

use super::live::{Live, Run};
use super::schedule::follow;
use super::{Clock, Inject, RunContext, Task, TaskView};

/// Says whether this balancer coordinates its group, for tasks that run on the coordinator only.
pub type MayRun = Arc<dyn Fn() -> bool + Send + Sync>;

/// Runs tasks. When it is dropped, none runs any more.
pub struct Scheduler {
    runtime: Handle,
    shared: Arc<Shared>,
    entries: Mutex<BTreeMap<Arc<str>, Entry>>,
}

/// What all tasks use.
pub(super) struct Shared {
    pub(super) clock: Arc<dyn Clock>,
    inject: Arc<dyn Inject>,
    may_run: MayRun,
    runtime: Handle,
    gate: watch::Sender<Gate>,
    runs: TaskTracker,
}

/// Whether runs may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    /// Not yet.
    Before,
    /// Now.
    Open,
    /// Not any more.
    Closed,
}

/// A task and what is known of it.
struct Entry {
    task: Arc<Task>,
    live: Arc<Live>,
    schedule: Option<AbortHandle>,
}

/// Why a task does not do what an operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none with this name.
    #[error("there is no such task")]
    Unknown,
    /// It is running.
    #[error("the task is running")]
    Running,
    /// It is pinned to other servers, or does nothing.
    #[error("the task does not run here: it is pinned to other servers, or has no effect")]
    Inactive,
    /// It is for the coordinator of the group.
    #[error("the task runs on the coordinator of the group, and this is another balancer")]
    Standby,
    /// The process is not serving yet, or about to end.
    #[error("no task runs while the process starts or ends")]
    Closed,
}

impl Scheduler {
    /// Runs tasks on a runtime, which should not be one that serves requests. Nothing runs before [`Scheduler::open`].
    pub fn new(runtime: Handle, clock: Arc<dyn Clock>, inject: Arc<dyn Inject>, may_run: MayRun) -> Self {
        let (gate, runs) = (watch::Sender::new(Gate::Before), TaskTracker::new());
        let shared = Shared { clock, inject, may_run, runtime: runtime.clone(), gate, runs };
        Self { runtime, shared: Arc::new(shared), entries: Mutex::default() }
    }

    /// Lets runs begin: the configuration is deployed, and requests are served.
    pub fn open(&self) {
        self.shared.gate.send_if_modified(|gate| {
            let changes = *gate == Gate::Before;
            if changes {
                *gate = Gate::Open;
            }
            changes
        });
    }

    /// Begins no run any more; those that go on do so. [`Scheduler::finished`] waits for them.
    pub fn close(&self) {
        self.shared.gate.send_replace(Gate::Closed);
        for entry in self.lock().values_mut() {
            entry.stop();
        }
        self.shared.runs.close();
    }

    /// Waits until the last run has ended; only after [`Scheduler::close`] there is one.
    pub fn finished(&self) -> impl Future<Output = ()> + use<> {
        let shared = self.shared.clone();
        async move { shared.runs.wait().await }
    }

    /// Follows the tasks of a configuration: new ones begin, changed ones begin anew, others go on or end. A run that goes on
    /// is not cut off.
    pub fn follow(&self, tasks: &[Arc<Task>]) {
        if *self.shared.gate.borrow() == Gate::Closed {
            return;
        }
        let mut entries = self.lock();
        entries.retain(|name, entry| {
            let stays = tasks.iter().any(|task| task.name == *name);
            if !stays {
                entry.stop();
                tracing::info!(target: "tasks", task = &**name, "removed");
            }
            stays
        });
        for task in tasks {
            let known = entries.get(&task.name);
            if known.is_some_and(|known| known.task.is_the_same(task)) {
                continue;
            }
            let changed = known.is_some();
            let live = known.map(|known| known.live.clone()).unwrap_or_default();
            let active = task.here && task.work.is_some();
            if let Some(mut old) = entries.remove(&task.name) {
                old.stop();
            }
            live.begin_anew();
            let schedule = active.then(|| {
                let runs = follow(task.clone(), live.clone(), self.shared.clone());
                self.runtime.spawn(runs).abort_handle()
            });
            let trigger = tracing::field::display(&task.trigger);
            match (active, changed) {
                (false, _) => tracing::info!(target: "tasks", task = &*task.name, "does not run here"),
                (true, false) => tracing::info!(target: "tasks", task = &*task.name, trigger, "scheduled"),
                (true, true) => tracing::info!(target: "tasks", task = &*task.name, trigger, "begins anew"),
            }
            entries.insert(task.name.clone(), Entry { task: task.clone(), live, schedule });
        }
    }

    /// Every task, by name.
    pub fn list(&self) -> Vec<TaskView> {
        let entries = self.lock();
        entries.values().map(|entry| entry.live.view(&entry.task, self.shared.may_run(&entry.task))).collect()
    }

    /// Runs a task now. Its other runs, and the number of them, stay as they are.
    ///
    /// # Errors
    /// Why it does not run.
    pub fn run_now(&self, name: &str) -> Result<(), Refusal> {
        let entries = self.lock();
        let Entry { task, live, .. } = entries.get(name).ok_or(Refusal::Unknown)?;
        if !task.here || task.work.is_none() {
            return Err(Refusal::Inactive);
        }
        if *self.shared.gate.borrow() != Gate::Open {
            return Err(Refusal::Closed);
        }
        if !self.shared.may_run(task) {
            return Err(Refusal::Standby);
        }
        let run = live.begin_now(task, self.shared.clock.now().timestamp()).ok_or(Refusal::Running)?;
        self.shared.spawn(task, run);
        Ok(())
    }

    /// Pauses a task, or lets it go on. Runs that are due meanwhile pass; a single one waits. It lasts as long as the task is
    /// deployed, whatever its definition becomes.
    ///
    /// # Errors
    /// There is no such task.
    pub fn pause(&self, name: &str, paused: bool) -> Result<(), Refusal> {
        let entries = self.lock();
        let entry = entries.get(name).ok_or(Refusal::Unknown)?;
        if entry.live.pause(paused) {
            let what = if paused { "paused" } else { "resumed" };
            tracing::info!(target: "tasks", task = name, "{what}");
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Waits until runs may begin; for ever when they may not any more.
    pub(super) async fn opened(&self) {
        let mut gate = self.gate.subscribe();
        // The sender lives as long as this.
        let _ = gate.wait_for(|gate| *gate == Gate::Open).await;
    }

    /// Whether a task runs on this balancer now.
    pub(super) fn may_run(&self, task: &Task) -> bool {
        !task.coordinator_only || (self.may_run)()
    }

    /// Starts a run.
    pub(super) fn spawn(&self, task: &Task, run: Run) {
        let Some(work) = task.work.clone() else { return };
        let context = RunContext { task: task.name.clone(), inject: self.inject.clone() };
        let whole = async move {
            let outcome = work.run(context).await;
            run.end(outcome);
        };
        self.runs.spawn_on(whole, &self.runtime);
    }
}

impl Task {
    /// Whether another definition means the same.
    fn is_the_same(&self, other: &Task) -> bool {
        let (mine, theirs) = (self.work.is_some(), other.work.is_some());
        self.source == other.source && self.here == other.here && mine == theirs
    }
}

impl Entry {
    fn stop(&mut self) {
        if let Some(schedule) = self.schedule.take() {
            schedule.abort();
        }
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        for entry in self.lock().values_mut() {
            entry.stop();
        }
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().values().map(|entry| &entry.task)).finish()
    }
}
