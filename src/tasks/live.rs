//! What is known of a task while it is deployed: it outlives changes of its definition.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{LastRun, Task, TaskError, TaskState, TaskView};

/// What is known of a task. All its versions share it, so that none runs beside another.
#[derive(Debug, Default)]
pub(super) struct Live {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    paused: bool,
    running: bool,
    finished: bool,
    next: Option<Timestamp>,
    last: Option<LastRun>,
    succeeded: u64,
    failed: u64,
    skipped: u64,
    /// Skipped since the last run: only the first is worth a warning.
    skipped_in_a_row: u64,
}

/// Why a run that was due did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotNow {
    /// The last run goes on.
    Busy,
    /// An operator paused the task.
    Paused,
    /// This is not the coordinator.
    Standby,
}

/// A run that goes on. When it is dropped without an end, it failed.
#[derive(Debug)]
pub(super) struct Run {
    live: Arc<Live>,
    task: Arc<str>,
    started: Timestamp,
    clock: Instant,
    ended: bool,
}

impl Live {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run that was due.
    pub(super) fn begin_due(
        self: &Arc<Self>,
        task: &Task,
        may_run: bool,
        now: Timestamp,
    ) -> Result<Run, NotNow> {
        let mut state = self.lock();
        match () {
            () if !may_run => Err(NotNow::Standby),
            () if state.paused => Err(NotNow::Paused),
            () if state.running => Err(NotNow::Busy),
            () => Ok(self.start(&mut state, task, now)),
        }
    }

    /// Begins a run that an operator asked for; `None` while another goes on.
    pub(super) fn begin_now(self: &Arc<Self>, task: &Task, now: Timestamp) -> Option<Run> {
        let mut state = self.lock();
        (!state.running).then(|| self.start(&mut state, task, now))
    }

    fn start(self: &Arc<Self>, state: &mut State, task: &Task, now: Timestamp) -> Run {
        state.running = true;
        state.skipped_in_a_row = 0;
        Run { live: self.clone(), task: task.name.clone(), started: now, clock: Instant::now(), ended: false }
    }

    /// Counts a run that was due while another went on.
    pub(super) fn skip(&self, task: &Task) {
        let mut state = self.lock();
        state.skipped = state.skipped.saturating_add(1);
        state.skipped_in_a_row = state.skipped_in_a_row.saturating_add(1);
        if state.skipped_in_a_row == 1 {
            tracing::warn!(target: "tasks", task = &*task.name, "skipped: the last run goes on");
        }
    }

    /// Says when it is due next, or that it never is again.
    pub(super) fn due(&self, next: Option<Timestamp>) {
        let mut state = self.lock();
        state.finished = next.is_none();
        state.next = next;
    }

    /// Another version of the task begins, with all its runs before it.
    pub(super) fn begin_anew(&self) {
        let mut state = self.lock();
        state.finished = false;
        state.next = None;
    }

    /// Pauses it, or lets it go on; false when it was so already.
    pub(super) fn pause(&self, paused: bool) -> bool {
        let mut state = self.lock();
        let changed = state.paused != paused;
        state.paused = paused;
        drop(state);
        self.changed.notify_waiters();
        changed
    }

    /// Waits until something changed that a run may have waited for.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What is shown of it. Whether the coordinator runs it is asked anew: it may change between two runs.
    pub(super) fn view(&self, task: &Task, may_run: bool) -> TaskView {
        let state = self.lock();
        let inactive = !task.here || task.work.is_none();
        let shown = match () {
            () if state.running => TaskState::Running,
            () if inactive => TaskState::Inactive,
            () if state.finished => TaskState::Finished,
            () if !may_run => TaskState::Standby,
            () if state.paused => TaskState::Paused,
            () => TaskState::Waiting,
        };
        TaskView {
            name: task.name.clone(),
            group: task.group.clone(),
            class: task.class.clone(),
            trigger: task.trigger.to_string(),
            state: shown,
            paused: state.paused,
            next: state.next.filter(|_| !inactive),
            last: state.last.clone(),
            succeeded: state.succeeded,
            failed: state.failed,
            skipped: state.skipped,
        }
    }
}

impl Run {
    /// The run is over.
    pub(super) fn end(mut self, outcome: Result<(), TaskError>) {
        self.finish(outcome);
    }

    fn finish(&mut self, outcome: Result<(), TaskError>) {
        self.ended = true;
        let duration = self.clock.elapsed();
        let error = outcome.err().map(|error| error.to_string());
        let seconds = duration.as_secs_f64();
        match &error {
            None => tracing::debug!(target: "tasks", task = &*self.task, seconds, "ran"),
            Some(error) => {
                tracing::warn!(target: "tasks", task = &*self.task, seconds, error = &**error, "the run failed");
            }
        }
        let mut state = self.live.lock();
        state.running = false;
        match error {
            None => state.succeeded = state.succeeded.saturating_add(1),
            Some(_) => state.failed = state.failed.saturating_add(1),
        }
        state.last = Some(LastRun { started: self.started, duration, error });
        drop(state);
        self.live.changed.notify_waiters();
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.ended {
            self.finish(Err(TaskError("the run was cut off".to_owned())));
        }
    }
}
