//! Tasks that are listed, run, paused and resumed.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::tasks::{LastRun, TaskState, TaskView};

/// One task that runs when it is asked once, and an idle one.
#[derive(Debug)]
struct Stub(Mutex<TaskView>);

impl TaskControl for Stub {
    fn list(&self) -> Vec<TaskView> {
        let task = self.0.lock().expect("a task").clone();
        let idle = TaskView {
            name: "a b/c".into(),
            class: "".into(),
            state: TaskState::Inactive,
            next: None,
            last: None,
            paused: false,
            ..task.clone()
        };
        vec![idle, task]
    }

    fn run(&self, name: &str) -> Result<(), TaskRefusal> {
        let mut task = self.0.lock().expect("a task");
        match (name, task.state) {
            ("quotes", TaskState::Running) => Err(TaskRefusal::NotNow("the task is running".to_owned())),
            ("quotes", _) => {
                task.state = TaskState::Running;
                Ok(())
            }
            ("a b/c", _) => Err(TaskRefusal::Closed),
            _ => Err(TaskRefusal::Unknown),
        }
    }

    fn pause(&self, name: &str, paused: bool) -> Result<(), TaskRefusal> {
        if name != "quotes" {
            return Err(TaskRefusal::Unknown);
        }
        self.0.lock().expect("a task").paused = paused;
        Ok(())
    }
}

fn quotes() -> TaskView {
    let last = LastRun {
        started: "2026-01-01T12:00:00Z".parse().expect("a moment"),
        duration: Duration::from_millis(250),
        error: Some("the message ended in the fault 101503".to_owned()),
    };
    TaskView {
        name: "quotes".into(),
        group: "synapse.simple.quartz".into(),
        class: "MessageInjector".into(),
        trigger: "every 5s".to_owned(),
        state: TaskState::Waiting,
        paused: false,
        next: Some("2026-01-01T12:00:05Z".parse().expect("a moment")),
        last: Some(last),
        succeeded: 3,
        failed: 1,
        skipped: 2,
    }
}

#[test]
fn tasks_are_listed_run_paused_and_resumed() {
    let running = Running::start(Some("secret"));
    let read = || running.get("/api/v1/tasks", &["Authorization: Bearer secret"]).json();
    assert_eq!(read(), json!({ "schema": 1, "tasks": [] }));
    assert_eq!(running.change("POST", "/api/v1/tasks/quotes/run", "").status, 404);
    running.state.control_tasks(Arc::new(Stub(Mutex::new(quotes()))));
    let task = json!({
        "task": "quotes",
        "group": "synapse.simple.quartz",
        "class": "MessageInjector",
        "trigger": "every 5s",
        "state": "waiting",
        "paused": false,
        "next_run": "2026-01-01T12:00:05.000Z",
        "last_run": {
            "started": "2026-01-01T12:00:00.000Z",
            "duration_seconds": 0.25,
            "error": "the message ended in the fault 101503",
        },
        "runs": 4,
        "failed": 1,
        "skipped": 2,
    });
    assert_eq!(read()["tasks"][1], task);
    assert_eq!(read()["tasks"][0]["class"], json!(null));
    let page = include_str!("../../../docs/admin.md");
    for field in task.as_object().expect("an object").keys() {
        assert!(page.contains(&format!("`{field}`")), "docs/admin.md does not explain `{field}`");
    }
    for (what, paused) in [("pause", true), ("pause", true), ("resume", false)] {
        let answer = running.change("POST", &format!("/api/v1/tasks/quotes/{what}"), "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["task"]["paused"], paused);
    }
    let answer = running.change("POST", "/api/v1/tasks/quotes/run", "");
    assert_eq!((answer.status, answer.json()["task"]["state"].clone()), (202, json!("running")));
    let answer = running.change("POST", "/api/v1/tasks/quotes/run", "");
    assert_eq!((answer.status, answer.json()["error"].clone()), (409, json!("quotes: the task is running")));
    let answer = running.change("POST", "/api/v1/tasks/quote/pause", "");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["error"], "there is no task quote; did you mean quotes?");
    assert_eq!(running.change("POST", "/api/v1/tasks/a%20b%2Fc/run", "").status, 503);
    // Without the token nothing changes.
    assert_eq!(running.body("POST", "/api/v1/tasks/quotes/run", &[], "").status, 401);
}
