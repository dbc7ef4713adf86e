//! `sinew ctl task`.

use serde_json::Value;

use super::client::{CallError, Client, segment};
use super::{Said, table};
use crate::admin::TaskReport;

/// List tasks, run them, and pause them
#[derive(Debug, clap::Subcommand)]
pub(super) enum Task {
    /// List the tasks, when they are due, and how they went
    List,
    /// Run a task now, besides its other runs
    Run {
        /// The name of the task
        name: String,
    },
    /// Let the runs of a task pass until it is resumed
    Pause {
        /// The name of the task
        name: String,
    },
    /// Let a task run again
    Resume {
        /// The name of the task
        name: String,
    },
}

impl Task {
    pub(super) fn run(self, client: &Client) -> Result<Said, CallError> {
        match self {
            Task::List => list(client),
            Task::Run { name } => change(client, &name, "run", "runs now"),
            Task::Pause { name } => change(client, &name, "pause", "is paused"),
            Task::Resume { name } => change(client, &name, "resume", "is resumed"),
        }
    }
}

fn list(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/api/v1/tasks")?;
    let tasks: Vec<TaskReport> = client.read(json.get("tasks").unwrap_or(&Value::Null))?;
    let rows: Vec<_> = tasks.into_iter().map(row).collect();
    let names = ["TASK", "TRIGGER", "STATE", "NEXT RUN", "LAST RUN", "TOOK", "RUNS", "FAILED", "SKIPPED"];
    Ok(Said::new(json, table::render(names, &rows)))
}

fn row(task: TaskReport) -> [String; 9] {
    let state = match task.paused && task.state != "paused" {
        true => format!("{}, paused", task.state),
        false => task.state,
    };
    let last = task.last_run;
    [
        task.task,
        task.trigger,
        state,
        table::or_dash(task.next_run),
        table::or_dash(last.as_ref().map(|last| last.started.clone())),
        table::or_dash(last.map(|last| table::seconds(last.duration_seconds))),
        task.runs.to_string(),
        task.failed.to_string(),
        task.skipped.to_string(),
    ]
}

fn change(client: &Client, name: &str, how: &str, said: &str) -> Result<Said, CallError> {
    let json = client.post(&format!("/api/v1/tasks/{}/{how}", segment(name)), None)?;
    Ok(Said::new(json, format!("{name} {said}\n")))
}
