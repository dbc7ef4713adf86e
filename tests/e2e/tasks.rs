//! Tasks of the real program: messages that nobody sent, and what operators do about them.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{BackEnd, Connection, NS, Program, sinew, write};

/// A message injector with these properties besides its message, and this trigger.
fn task(name: &str, properties: &[(&str, &str)], trigger: &str) -> String {
    let properties: String = properties
        .iter()
        .map(|(name, value)| format!("<property name=\"{name}\" value=\"{value}\"/>"))
        .collect();
    format!(
        "<task {NS} name=\"{name}\" class=\"org.apache.synapse.startup.tasks.MessageInjector\">\
         <property name=\"message\"><a xmlns=\"\">1</a></property>{properties}{trigger}</task>"
    )
}

/// A mediator that sends to a back end.
fn send(back_end: &BackEnd, path: &str) -> String {
    format!("<send><endpoint><address uri=\"{}{path}\"/></endpoint></send>", back_end.url())
}

/// Waits until the admin interface shows a task like this.
fn wait_for(program: &Program, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let answer = Connection::get(program.admin, "/api/v1/tasks");
        let answer: Value = serde_json::from_str(&answer.text()).expect("JSON");
        let tasks = answer["tasks"].as_array().expect("a list");
        let task = tasks.iter().find(|task| task["task"] == name);
        if let Some(task) = task.filter(|task| wanted(task)) {
            return task.clone();
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{name} is not as expected: {answer}");
    }
}

fn runs(task: &Value) -> u64 {
    task["runs"].as_u64().expect("a number")
}

fn ctl(socket: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let socket = socket.display().to_string();
    let output = sinew(&[&["ctl", "--socket", &socket, "task"], arguments].concat()).output();
    let output = output.expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

/// Cases C79 to C81: each door, once.
#[test]
fn messages_go_in_at_each_door() {
    let (main, sequence, proxy) = (BackEnd::start(), BackEnd::start(), BackEnd::start());
    let folder = TempDir::new().expect("a folder");
    let files = [
        (
            "sequences/main.xml",
            format!(
                "<sequence {NS} name=\"main\"><in><log level=\"custom\"><property name=\"door\" value=\"main\"/></log>\
                 <send/></in><out><drop/></out></sequence>"
            ),
        ),
        ("sequences/s.xml", format!("<sequence {NS} name=\"s\">{}</sequence>", send(&sequence, "/s"))),
        (
            "proxy-services/P.xml",
            format!(
                "<proxy {NS} name=\"P\"><target><inSequence>{}</inSequence></target></proxy>",
                send(&proxy, "/p")
            ),
        ),
        ("tasks/s.xml", task("to-sequence", &[("injectTo", "sequence"), ("sequenceName", "s")], "")),
        (
            "tasks/p.xml",
            task("to-proxy", &[("injectTo", "proxy"), ("proxyName", "P"), ("format", "pox")], ""),
        ),
    ];
    for (path, text) in &files {
        write(folder.path(), path, text);
    }
    let mut program = Program::serve(folder.path());
    for name in ["to-sequence", "to-proxy"] {
        let task = wait_for(&program, name, |task| runs(task) == 1);
        assert_eq!((&task["failed"], &task["state"]), (&0.into(), &"finished".into()), "{task}");
    }
    assert_eq!((main.requests(), sequence.requests(), proxy.requests()), (0, 1, 1));
    assert!(!program.seen().iter().any(|line| line.contains("door")), "main does not run: case C80");
    let to = format!("{}/m", main.url());
    write(folder.path(), "tasks/m.xml", &task("to-main", &[("to", &to), ("soapAction", "urn:a")], ""));
    let task = wait_for(&program, "to-main", |task| runs(task) == 1);
    assert_eq!(task["failed"], 0, "{task}");
    program.wait_for_log(|line| line.contains("door"));
    assert_eq!((main.requests(), sequence.requests(), proxy.requests()), (1, 1, 1), "case C79");
}

/// A file dropped in, paused, run by hand, resumed, and removed.
#[test]
fn operators_pause_run_and_resume() {
    let back_end = BackEnd::start();
    let folder = TempDir::new().expect("a folder");
    let sequence = format!("<sequence {NS} name=\"s\">{}</sequence>", send(&back_end, "/s"));
    write(folder.path(), "sequences/s.xml", &sequence);
    let program = Program::serve(folder.path());
    let socket = program.socket();
    assert!(ctl(&socket, &["list"]).1.starts_with("TASK  TRIGGER  STATE"), "a table without rows");
    let to_sequence = [("injectTo", "sequence"), ("sequenceName", "s")];
    let hourly = task("hourly", &to_sequence, "<trigger interval=\"3600\"/>");
    write(folder.path(), "tasks/hourly.xml", &hourly);
    wait_for(&program, "hourly", |task| runs(task) == 1 && task["state"] == "waiting");
    assert_eq!(back_end.requests(), 1);
    assert_eq!(ctl(&socket, &["pause", "hourly"]), (Some(0), "hourly is paused\n".to_owned()));
    assert_eq!(wait_for(&program, "hourly", |_| true)["state"], "paused");
    assert_eq!(ctl(&socket, &["run", "hourly"]), (Some(0), "hourly runs now\n".to_owned()));
    wait_for(&program, "hourly", |task| runs(task) == 2 && task["state"] == "paused");
    assert_eq!(back_end.requests(), 2);
    assert_eq!(ctl(&socket, &["resume", "hourly"]), (Some(0), "hourly is resumed\n".to_owned()));
    let (code, table) = ctl(&socket, &["list"]);
    assert_eq!(code, Some(0));
    let row: Vec<&str> = table.lines().nth(1).expect("a row").split("  ").map(str::trim).collect();
    let row: Vec<&str> = row.into_iter().filter(|cell| !cell.is_empty()).collect();
    assert_eq!(row[..3], ["hourly", "every 3600s", "waiting"], "{table}");
    assert_eq!(row[row.len() - 3..], ["2", "0", "0"], "{table}");
    let (code, complaint) = ctl(&socket, &["run", "hourli"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("did you mean hourly"), "{complaint}");
    let metrics = Connection::get(program.admin, "/metrics").text();
    assert!(metrics.contains("sinew_task_runs_total{task=\"hourly\",outcome=\"succeeded\"} 2"), "{metrics}");
    assert!(metrics.contains("sinew_task_last_duration_seconds{task=\"hourly\"} "), "{metrics}");
    // An edited task begins anew: case C82.
    write(folder.path(), "tasks/hourly.xml", &hourly.replace("3600", "7200"));
    wait_for(&program, "hourly", |task| runs(task) == 3 && task["trigger"] == "every 7200s");
}

/// A run that goes on when the process is told to end does so to its end.
#[test]
fn the_end_waits_for_a_run() {
    let back_end = BackEnd::start();
    let folder = TempDir::new().expect("a folder");
    let sequence = format!("<sequence {NS} name=\"s\">{}</sequence>", send(&back_end, "/slow"));
    write(folder.path(), "sequences/s.xml", &sequence);
    let to_sequence = [("injectTo", "sequence"), ("sequenceName", "s")];
    write(folder.path(), "tasks/slow.xml", &task("slow", &to_sequence, ""));
    let mut program = Program::serve_with(folder.path(), &["--set", "logs.level=info,sinew::tasks=debug"]);
    back_end.wait_for_slow();
    program.signal("TERM");
    program.wait_for_log(|line| line.contains("\"drained\""));
    back_end.release();
    assert!(program.wait().success());
    assert!(!program.seen().iter().any(|line| line.contains("cut off")), "{:?}", program.seen());
}

/// What is wrong with a task is told by `check`, and `show` lists tasks.
#[test]
fn check_and_show_know_tasks() {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), "tasks/good.xml", &task("good", &[], "<trigger cron=\"0 0/5 * * * ?\"/>"));
    let directory = folder.path().display().to_string();
    let shown = sinew(&["show", "tasks", "--dir", &directory]).output().expect("it runs");
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.starts_with("tasks\n  good  "), "{text}");
    assert!(sinew(&["check", &directory]).status().expect("it runs").success());
    write(folder.path(), "tasks/bad.xml", &task("bad", &[], "<trigger cron=\"0 0/5 * * * *\"/>"));
    let checked = sinew(&["check", &directory]).output().expect("it runs");
    let text = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{text}");
    assert!(text.contains("E0308"), "{text}");
}
