//! What is shown of a task.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// A task, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// Its name.
    pub name: Arc<str>,
    /// Its group.
    pub group: Arc<str>,
    /// Its class as it was written; empty without one.
    pub class: Arc<str>,
    /// When it runs, in words.
    pub trigger: String,
    /// What it is doing.
    pub state: TaskState,
    /// Whether it is paused, while its last run may still go on.
    pub paused: bool,
    /// When it is due next; `None` when it never is again.
    pub next: Option<Timestamp>,
    /// The run that ended last.
    pub last: Option<LastRun>,
    /// Runs that ended well.
    pub succeeded: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs that were due while another went on, and left out.
    pub skipped: u64,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// It waits for its time.
    Waiting,
    /// It runs.
    Running,
    /// An operator paused it.
    Paused,
    /// It is for the coordinator of the group, and this is not it.
    Standby,
    /// All its runs are over.
    Finished,
    /// It is pinned to other servers, or does nothing.
    Inactive,
}

/// A run that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRun {
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// Why it failed.
    pub error: Option<String>,
}

impl TaskState {
    /// One word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskState::Waiting => "waiting",
            TaskState::Running => "running",
            TaskState::Paused => "paused",
            TaskState::Standby => "standby",
            TaskState::Finished => "finished",
            TaskState::Inactive => "inactive",
        }
    }
}
