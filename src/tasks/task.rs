//! A task as it runs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{Inject, Trigger};

/// A task, ready to run.
#[derive(Clone)]
pub struct Task {
    /// Its name.
    pub name: Arc<str>,
    /// Its group.
    pub group: Arc<str>,
    /// Its class as it was written; empty without one.
    pub class: Arc<str>,
    /// When it runs.
    pub trigger: Trigger,
    /// What it does; nothing when it has no class, or one without effect.
    pub work: Option<Arc<dyn Work>>,
    /// False when it is pinned to other servers.
    pub here: bool,
    /// Whether it runs on one balancer of a group only, the one that coordinates it.
    pub coordinator_only: bool,
    /// What it was made from: a task with another source is another.
    pub source: Arc<str>,
}

/// What a task does when it runs.
pub trait Work: Send + Sync + 'static {
    /// Runs once. What it began it also ends: the run lasts until the future is ready, and the next one waits for that.
    fn run(&self, context: RunContext) -> RunFuture<'_>;
}

/// A run.
pub type RunFuture<'a> = Pin<Box<dyn Future<Output = Result<(), TaskError>> + Send + 'a>>;

/// What a run may use.
#[derive(Clone)]
pub struct RunContext {
    /// The name of the task.
    pub task: Arc<str>,
    /// Mediates messages.
    pub inject: Arc<dyn Inject>,
}

/// Why a run failed, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TaskError(pub String);

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}, {}", self.name, self.trigger)
    }
}
