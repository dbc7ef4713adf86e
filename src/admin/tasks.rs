//! `/api/v1/tasks`: what runs by the clock, and what operators do about it.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Value, json};
use sinew_core::diagnostics::nearest;

use super::guard::MayChange;
use super::input::suggest;
use super::resources::error;
use super::{AdminState, view};
use crate::tasks::TaskView;

/// What knows the tasks of the deployed configuration.
pub trait TaskControl: Send + Sync + fmt::Debug {
    /// Every task, ordered by its name.
    fn list(&self) -> Vec<TaskView>;

    /// Runs a task now.
    ///
    /// # Errors
    /// Why it does not run.
    fn run(&self, name: &str) -> Result<(), TaskRefusal>;

    /// Pauses a task, or lets it go on.
    ///
    /// # Errors
    /// There is no such task.
    fn pause(&self, name: &str, paused: bool) -> Result<(), TaskRefusal>;
}

/// Why a task does not do what an operator wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskRefusal {
    /// There is none with this name.
    #[error("there is no such task")]
    Unknown,
    /// It cannot as it is now: it is running, or does not run here.
    #[error("{0}")]
    NotNow(String),
    /// The process is starting or ending.
    #[error("no task runs while the process starts or ends")]
    Closed,
}

/// The task that a path names.
pub(super) struct NamedTask(String);

impl FromRequestParts<Arc<AdminState>> for NamedTask {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<AdminState>) -> Result<Self, Response> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(_) => Err(error(StatusCode::BAD_REQUEST, "the path is no UTF-8 text")),
        }
    }
}

/// Every task.
pub(super) async fn list(State(state): State<Arc<AdminState>>) -> Json<Value> {
    let tasks: Vec<_> = all(&state).into_iter().map(view::task).collect();
    Json(json!({ "schema": 1, "tasks": tasks }))
}

/// Runs it now.
pub(super) async fn run(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedTask(name): NamedTask,
) -> Response {
    let done = state.tasks().map_or(Err(TaskRefusal::Unknown), |tasks| tasks.run(&name));
    if done.is_ok() {
        tracing::info!(target: "server", task = name, "task run by an operator");
    }
    answer(&state, &name, StatusCode::ACCEPTED, done)
}

/// Lets runs that are due pass.
pub(super) async fn pause(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedTask(name): NamedTask,
) -> Response {
    let done = state.tasks().map_or(Err(TaskRefusal::Unknown), |tasks| tasks.pause(&name, true));
    answer(&state, &name, StatusCode::OK, done)
}

/// Lets it run again.
pub(super) async fn resume(
    _: MayChange,
    State(state): State<Arc<AdminState>>,
    NamedTask(name): NamedTask,
) -> Response {
    let done = state.tasks().map_or(Err(TaskRefusal::Unknown), |tasks| tasks.pause(&name, false));
    answer(&state, &name, StatusCode::OK, done)
}

fn all(state: &AdminState) -> Vec<TaskView> {
    state.tasks().map(TaskControl::list).unwrap_or_default()
}

fn answer(state: &AdminState, name: &str, well: StatusCode, done: Result<(), TaskRefusal>) -> Response {
    let tasks = all(state);
    match done {
        Ok(()) => {
            let task = tasks.into_iter().find(|task| *task.name == *name).map(view::task);
            (well, Json(json!({ "schema": 1, "task": task }))).into_response()
        }
        Err(TaskRefusal::Unknown) => {
            let meant = nearest(name, tasks.iter().map(|task| &*task.name));
            error(StatusCode::NOT_FOUND, &suggest(format!("there is no task {name}"), meant))
        }
        Err(refusal @ TaskRefusal::NotNow(_)) => error(StatusCode::CONFLICT, &format!("{name}: {refusal}")),
        Err(refusal @ TaskRefusal::Closed) => error(StatusCode::SERVICE_UNAVAILABLE, &refusal.to_string()),
    }
}
