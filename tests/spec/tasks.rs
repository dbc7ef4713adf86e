//! The cases of configuration.md §14 about tasks that are wrong or change, by their numbers. What runs when is in
//! `tasks::tests`, what messages become in `e2e::tasks`.

use std::fs;

use sinew::compiler::CompileSettings;
use sinew::deployment::{Deployer, Folder, Outcome};
use sinew::endpoints::Offline;
use sinew_core::diagnostics::Diagnostic;

use crate::support::{NS, folder, proxy, write};

const INJECTOR: &str = "org.apache.synapse.startup.tasks.MessageInjector";

/// A message injector with this trigger and these properties besides.
fn task(trigger: &str, more: &str) -> String {
    format!(
        "<task {NS} name=\"t\" class=\"{INJECTOR}\">\
         <property name=\"message\"><a xmlns=\"\"/></property>{more}<trigger {trigger}/></task>"
    )
}

fn start(folder: &tempfile::TempDir, settings: CompileSettings) -> Deployer<Offline> {
    let files = Folder::new(folder.path());
    Deployer::start(files, sinew_mediators::registry(), settings, Offline).expect("a readable folder")
}

/// The tasks of a folder with this one and a proxy service, in words, and what is reported: code and text.
fn deployed(task: &str) -> (Vec<String>, Vec<String>) {
    let folder = folder(&[("tasks/t.xml", task), ("proxy-services/P.xml", &proxy("P", "<drop/>"))]);
    let settings = CompileSettings { server_names: vec!["me".to_owned()], ..CompileSettings::default() };
    let deployer = start(&folder, settings);
    let deployed = deployer.deployed().load();
    assert_eq!(deployed.routes.proxies().len(), 1, "the neighbours of a task are there in any case");
    let words = |task: &std::sync::Arc<sinew::tasks::Task>| {
        let here = if task.here { "" } else { ", elsewhere" };
        let coordinator = if task.coordinator_only { ", coordinator" } else { "" };
        let idle = if task.work.is_none() { ", idle" } else { "" };
        format!("{}{here}{coordinator}{idle}", task.trigger)
    };
    let tasks = deployed.tasks.iter().map(words).collect();
    (tasks, deployer.status().load().diagnostics.iter().map(report).collect())
}

fn report(found: &Diagnostic) -> String {
    let place = found.location.as_ref().expect("a place");
    let text = place.file.text().get(place.span.start as usize..place.span.end as usize);
    format!("{} {}", found.code, text.expect("a place in the file"))
}

#[test]
fn c73_to_c78_triggers_and_properties() {
    let expression = r#"<property name="to" expression="$ctx:to"/>"#;
    let rows: &[(&str, String, &[&str], &[&str])] = &[
        ("C73", task(r#"interval="1" count="3""#, ""), &["every 1s, 3 times"], &[]),
        ("C74", task("", ""), &["once"], &[]),
        ("C75", task(r#"cron="0/2 * * * * ?""#, ""), &["cron 0/2 * * * * ?"], &[]),
        ("C76", task(r#"cron="0/2 * * * * ?" interval="1""#, ""), &[], &["E0305 interval"]),
        ("C77", task(r#"count="2""#, ""), &[], &["E0301 2"]),
        ("C78", task("", expression), &[], &["E0305 expression"]),
        ("cron", task(r#"cron=" 0 0 0 L-3 * ?""#, ""), &[], &["E0308 L-3"]),
        ("cron", task(r#"cron="0 0 0 * *""#, ""), &[], &["E0308 0 0 0 * *"]),
    ];
    for (case, task, tasks, reports) in rows {
        assert_eq!(deployed(task), (strings(tasks), strings(reports)), "{case}");
    }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn classes_and_places() {
    let named = |attributes: &str| format!("<task {NS} name=\"t\" {attributes}/>");
    let message = r#"<property name="message" value="a"/>"#;
    let with = |attributes: &str, more: &str| {
        format!("<task {NS} name=\"t\" class=\"MessageInjector\" {attributes}>{message}{more}</task>")
    };
    let autoscaler = "org.wso2.carbon.mediator.autoscale.lbautoscale.task.ServiceRequestsInFlightAutoscaler";
    let older = "org.wso2.carbon.mediator.autoscale2.LoadAverageBasedEC2LoadAnalyzerTask";
    let rows: &[(&str, String, &[&str], &[&str])] = &[
        ("unknown", named("class=\"com.example.T\""), &[], &["E0307 com.example.T"]),
        ("none", named(""), &["once, idle"], &["W0302 task"]),
        ("autoscaler", named(&format!("class=\"{autoscaler}\"")), &["once, coordinator"], &[]),
        ("older autoscaler", named(&format!("class=\"{older}\"")), &["once, coordinator"], &[]),
        ("pinned here", with("pinnedServers=\"other, me\"", ""), &["once"], &[]),
        ("pinned elsewhere", with("pinnedServers=\"other\"", ""), &["once, elsewhere"], &[]),
        (
            "coordinator",
            with("", r#"<property name="coordinatorOnly" value="true"/>"#),
            &["once, coordinator"],
            &[],
        ),
        (
            "no such sequence",
            with(
                "",
                r#"<property name="injectTo" value="sequence"/><property name="sequenceName" value="s"/>"#,
            ),
            &["once"],
            &["E0207 s"],
        ),
        (
            "no such proxy service",
            with("", r#"<property name="injectTo" value="proxy"/><property name="proxyName" value="Q"/>"#),
            &["once"],
            &["E0211 Q"],
        ),
    ];
    for (row, task, tasks, reports) in rows {
        assert_eq!(deployed(task), (strings(tasks), strings(reports)), "{row}");
    }
}

/// An unknown class names those that there are.
#[test]
fn unknown_classes_name_the_known_ones() {
    let class = "org.apache.synapse.startup.tasks.MessageInjektor";
    let folder = folder(&[("tasks/t.xml", &format!("<task {NS} name=\"t\" class=\"{class}\"/>"))]);
    let deployer = start(&folder, CompileSettings::default());
    let status = deployer.status().load();
    let found = status.diagnostics.first().expect("a diagnostic");
    assert!(found.message.contains("there are MessageInjector and autoscaler"), "{found:?}");
    assert!(found.help.as_deref().is_some_and(|help| help.contains(INJECTOR)), "{found:?}");
}

/// C82 and its neighbours: what a changed file makes of a task. A wrong one leaves the last good version.
#[test]
fn c82_files_of_tasks_change() {
    let folder = folder(&[("tasks/t.xml", &task(r#"interval="1" count="3""#, ""))]);
    let mut deployer = start(&folder, CompileSettings::default());
    let now = |deployer: &Deployer<Offline>| {
        let deployed = deployer.deployed().load();
        deployed.tasks.iter().map(|task| (task.trigger.to_string(), task.source.clone())).collect::<Vec<_>>()
    };
    let first = now(&deployer);
    write(folder.path(), "tasks/t.xml", &task(r#"interval="2" count="3""#, ""));
    assert_eq!(deployer.reload().expect("readable"), Some(Outcome::Deployed));
    let second = now(&deployer);
    assert_eq!(second[0].0, "every 2s, 3 times");
    assert_ne!(second[0].1, first[0].1, "another source is another task");
    write(folder.path(), "sequences/s.xml", &format!("<sequence {NS} name=\"s\"><drop/></sequence>"));
    assert_eq!(deployer.reload().expect("readable"), Some(Outcome::Deployed));
    assert_eq!(now(&deployer), second, "the change of a neighbour leaves it as it is");
    write(folder.path(), "tasks/t.xml", &task(r#"cron="never""#, ""));
    assert_eq!(deployer.reload().expect("readable"), Some(Outcome::Partly));
    assert_eq!(now(&deployer), second);
    fs::remove_file(folder.path().join("tasks/t.xml")).expect("a file");
    assert_eq!(deployer.reload().expect("readable"), Some(Outcome::Deployed));
    assert_eq!(now(&deployer), []);
}
