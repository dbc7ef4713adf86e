//! Tests with real processes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, interval};

use super::*;
use crate::iaas::contract::{self, PATIENCE, Platform, somebody, spec, until, until_gone};
use crate::iaas::{IaasError, InstanceState, MemberPlace};
use crate::settings::{ProviderKind, Sources, load};
use sinew_core::diagnostics::SourceFile;

/// A machine with a directory for the journal.
struct Machine {
    directory: TempDir,
    settings: ProcessProvider,
}

impl Machine {
    /// Processes of a command, as it stands in the settings.
    fn new(command: &str) -> Self {
        Self::with(command, "")
    }

    fn with(command: &str, more: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let text = format!(
            "[[iaas]]\nname = \"local\"\n[iaas.process]\ncommand = {command}\nports = \"20000-29999\"\n\
             state_directory = \"{}/state\"\nlog_directory = \"{0}/logs\"\n{more}",
            directory.path().display()
        );
        let sources = Sources { file: Some(SourceFile::new("sinew.toml", text)), ..Sources::default() };
        let settings = load(&sources).expect("settings").settings;
        let ProviderKind::Process(settings) = settings.providers[0].kind.clone() else { panic!("processes") };
        Self { directory, settings }
    }

    /// Opens the provider. What another test starts at this moment has the lock of a provider that was dropped, until it
    /// becomes the program it is to run.
    async fn open(&self) -> Process {
        until_some(|| match Process::open(&self.settings) {
            Err(IaasError::Refused(reason)) if reason.contains(IN_USE) => None,
            opened => Some(opened.expect("a provider")),
        })
        .await
    }

    fn journal(&self) -> PathBuf {
        self.directory.path().join("state/instances.json")
    }

    /// What an instance wrote, when it wrote something.
    async fn output(&self, instance: &Instance) -> String {
        let path = self.directory.path().join(format!("logs/{}.log", instance.id));
        until_some(|| std::fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n'))).await
    }
}

impl Platform for Machine {
    async fn provider(&self) -> Arc<dyn Iaas> {
        Arc::new(self.open().await)
    }
}

async fn until_some<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let (mut looks, end) = (interval(Duration::from_millis(10)), Instant::now() + PATIENCE);
    loop {
        looks.tick().await;
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "not in time");
    }
}

fn pid(machine: &Machine, instance: &Instance) -> u32 {
    let text = std::fs::read(machine.journal()).expect("a journal");
    let journal: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let records = journal["instances"].as_array().expect("records");
    let record = records.iter().find(|record| record["id"] == instance.id.as_str()).expect("a record");
    let pid = record["process"]["pid"].as_u64().expect("a process");
    u32::try_from(pid).expect("a number of a process")
}

fn state_of(pid: u32) -> Option<char> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    line.rsplit_once(") ")?.1.chars().next()
}

fn shell(script: &str) {
    let mut shell = std::process::Command::new("/bin/sh");
    assert!(
        shell.args(["-c", script]).stdout(Stdio::null()).status().expect("a shell").success(),
        "{script}"
    );
}

/// What is said of a directory that another has.
const IN_USE: &str = "another balancer uses it";
const SLEEP: &str = r#"["sleep", "1000"]"#;

#[tokio::test]
async fn it_keeps_the_contract() {
    contract::check(&Machine::new(SLEEP)).await;
}

#[tokio::test]
async fn places_of_the_command_are_filled_in() {
    let machine = Machine::with(
        r#"["sh", "-c", "echo $0 $1 $WHERE $SINEW_INSTANCE ${CARGO_PKG_NAME-unset}; pwd; exec sleep 1000", "{port}:{https_port}", "{domain}/{sub_domain}"]"#,
        "working_directory = \"/\"\nenvironment = { WHERE = \"{host}-{instance}\" }\n",
    );
    let (iaas, owner) = (machine.open().await, somebody());
    let instance = iaas.launch(&spec(&owner)).await.expect("a launch");
    let MemberPlace { host, http_port, https_port } = instance.member.clone().expect("a member");
    let (http, https) = (http_port.expect("a port"), https_port.expect("a port"));
    assert!(
        host == "127.0.0.1"
            && http != https
            && [http, https].iter().all(|port| (20000..30000).contains(port))
    );
    let id = &instance.id;
    // What the balancer has in its environment the process does not get.
    let expected = format!("{http}:{https} shop.a.domain/worker 127.0.0.1-{id} {id} unset\n/\n");
    assert_eq!(machine.output(&instance).await, expected);
    let pid = pid(&machine, &instance);
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
    let group = line.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(2)).map(str::to_owned);
    assert_eq!(group, Some(pid.to_string()), "it leads a group");
    iaas.terminate(id).await.expect("an end");
    until_gone(&iaas, &owner, id).await;
}

/// One that ignores SIGTERM, and has a child that does, is killed with it when its time is over.
#[tokio::test]
async fn who_does_not_end_is_killed_with_its_group() {
    let machine = Machine::with(
        r#"["sh", "-c", "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done"]"#,
        "stop_timeout = \"200ms\"\n",
    );
    let (iaas, owner) = (machine.open().await, somebody());
    let instance = iaas.launch(&spec(&owner)).await.expect("a launch");
    let child: u32 = machine.output(&instance).await.trim().parse().expect("a number");
    let began = Instant::now();
    iaas.terminate(&instance.id).await.expect("an end");
    let listed = iaas.list(&owner).await.expect("a list");
    assert_eq!(listed[0].state, InstanceState::Stopping);
    until_gone(&iaas, &owner, &instance.id).await;
    assert!(began.elapsed() >= Duration::from_millis(200));
    until_some(|| matches!(state_of(child), None | Some('Z')).then_some(())).await;
}

/// One that ends when asked leaves nobody behind.
#[tokio::test]
async fn who_ends_takes_its_group_along() {
    let machine = Machine::new(
        r#"["sh", "-c", "(trap '' TERM; while :; do sleep 1000; done) & trap 'exit 0' TERM; echo $!; wait"]"#,
    );
    let (iaas, owner) = (machine.open().await, somebody());
    let instance = iaas.launch(&spec(&owner)).await.expect("a launch");
    let child: u32 = machine.output(&instance).await.trim().parse().expect("a number");
    iaas.terminate(&instance.id).await.expect("an end");
    until_gone(&iaas, &owner, &instance.id).await;
    until_some(|| matches!(state_of(child), None | Some('Z')).then_some(())).await;
}

/// A process that ends by itself is gone, and is no zombie.
#[tokio::test]
async fn who_ends_by_itself_is_gone_and_asked_for() {
    let machine = Machine::new(r#"["sh", "-c", "echo done"]"#);
    let (iaas, owner) = (machine.open().await, somebody());
    let instance = iaas.launch(&spec(&owner)).await.expect("a launch");
    let pid = pid(&machine, &instance);
    until_gone(&iaas, &owner, &instance.id).await;
    until_some(|| state_of(pid).is_none().then_some(())).await;
    assert_eq!(machine.output(&instance).await, "done\n");
}

/// A number that somebody else has now is left alone.
#[tokio::test]
async fn strangers_are_not_ended() {
    let machine = Machine::new(SLEEP);
    let (iaas, owner) = (machine.open().await, somebody());
    let instance = iaas.launch(&spec(&owner)).await.expect("a launch");
    let pid = pid(&machine, &instance);
    drop(iaas);
    // As if the process had ended and another got its number.
    let text = std::fs::read_to_string(machine.journal()).expect("a journal");
    let started = process_table::identify(pid).expect("a process").started;
    let changed = text.replace(&format!("\"started\": {started}"), &format!("\"started\": {}", started - 1));
    assert_ne!(text, changed);
    std::fs::write(machine.journal(), changed).expect("a journal");
    let iaas = machine.open().await;
    let listed = iaas.list(&owner).await.expect("a list");
    assert_eq!(listed[0].state, InstanceState::Gone);
    iaas.terminate(&instance.id).await.expect("an end of what ended");
    assert!(matches!(state_of(pid), Some('S' | 'R')));
    shell(&format!("kill {pid}"));
}

/// Killed between its two entries: the process runs, and the journal does not know which it is. And between the first entry
/// and the process: there is none, and the launch can be made again.
#[tokio::test]
async fn a_launch_that_was_cut_off_is_found_again() {
    let machine = Machine::new(SLEEP);
    let owner = somebody();
    let (first, second) = (spec(&owner), spec(&owner));
    let iaas = machine.open().await;
    let launched = iaas.launch(&first).await.expect("a launch");
    let ended = iaas.launch(&second).await.expect("a launch");
    shell(&format!("kill -9 {}", pid(&machine, &ended)));
    until_gone(&iaas, &owner, &ended.id).await;
    drop(iaas);
    let text = std::fs::read(machine.journal()).expect("a journal");
    let mut journal: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    for record in journal["instances"].as_array_mut().expect("records") {
        record["process"] = serde_json::Value::Null;
        record["state"] = "running".into();
        record["ended_at"] = serde_json::Value::Null;
    }
    std::fs::write(machine.journal(), journal.to_string()).expect("a journal");
    let iaas = machine.open().await;
    let listed = iaas.list(&owner).await.expect("a list");
    assert_eq!(listed, std::slice::from_ref(&launched));
    assert_eq!(iaas.launch(&first).await.map(|one| one.id), Ok(launched.id.clone()));
    let again = iaas.launch(&second).await.expect("the launch again");
    assert_ne!(again.id, ended.id);
    for id in [&launched.id, &again.id] {
        iaas.terminate(id).await.expect("an end");
        until_gone(&iaas, &owner, id).await;
    }
}

/// Who was being ended when the balancer ended is ended by the next one, and gets no more time.
#[tokio::test]
async fn ends_go_on_after_a_restart() {
    let machine = Machine::with(
        r#"["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"]"#,
        "stop_timeout = \"1h\"\n",
    );
    let owner = somebody();
    let iaas = machine.open().await;
    let instance = iaas.launch(&spec(&owner)).await.expect("a launch");
    machine.output(&instance).await;
    iaas.terminate(&instance.id).await.expect("an end");
    drop(iaas);
    let text = std::fs::read(machine.journal()).expect("a journal");
    let mut journal: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let earlier = Timestamp::now() - SignedDuration::from_hours(2);
    journal["instances"][0]["stopping_since"] = earlier.to_string().into();
    std::fs::write(machine.journal(), journal.to_string()).expect("a journal");
    let iaas = machine.open().await;
    until_gone(&iaas, &owner, &instance.id).await;
}

#[tokio::test]
async fn what_cannot_be_started_is_refused() {
    let machine = Machine::new(r#"["/no/such/program"]"#);
    let (iaas, owner) = (machine.open().await, somebody());
    let answer = iaas.launch(&spec(&owner)).await;
    assert!(
        matches!(&answer, Err(IaasError::Refused(why)) if why.starts_with("/no/such/program")),
        "{answer:?}"
    );
    assert_eq!(iaas.list(&owner).await, Ok(Vec::new()));
}

#[tokio::test]
async fn ports_run_out() {
    let mut machine = Machine::new(SLEEP);
    let (first, _) = machine.settings.ports.map(|ports| (ports.first, ports.last)).expect("ports");
    let free = ports::free(crate::settings::PortRange { first, last: 29999 }, &Default::default(), 2);
    let free = free.expect("free ports");
    machine.settings.ports = Some(crate::settings::PortRange { first: free[0], last: free[1] });
    let (iaas, owner) = (machine.open().await, somebody());
    let count = usize::from(free[1] - free[0]) + 1;
    let mut launched = Vec::new();
    let refused = loop {
        match iaas.launch(&spec(&owner)).await {
            Ok(instance) => launched.push(instance),
            Err(error) => break error,
        }
        assert!(launched.len() <= count);
    };
    assert!(matches!(refused, IaasError::Refused(_)), "{refused:?}");
    let ended = launched[0].clone();
    iaas.terminate(&ended.id).await.expect("an end");
    until_gone(&iaas, &owner, &ended.id).await;
    let again = iaas.launch(&spec(&owner)).await.expect("a launch with the port of who ended");
    assert_eq!(again.member, ended.member);
    launched.push(again);
    for instance in &launched {
        iaas.terminate(&instance.id).await.expect("an end");
    }
    until(&iaas, &owner, "all end", |all| all.iter().all(|one| one.state == InstanceState::Gone)).await;
}

/// Only one balancer uses a directory; what is no journal is no journal, and stays as it is.
#[tokio::test]
async fn directories_that_cannot_be_used_are_refused() {
    let machine = Machine::new(SLEEP);
    let refusal = || Process::open(&machine.settings).expect_err("a refusal").to_string();
    let iaas = machine.open().await;
    assert!(refusal().contains(IN_USE));
    drop(iaas);
    let whole = std::fs::read_to_string(machine.journal()).expect("a journal");
    for text in ["", "{", "[]", "{\"version\":2,\"instances\":[]}", "{\"version\":1,\"instances\":[{}]}"] {
        std::fs::write(machine.journal(), text).expect("a journal");
        let refusal = until_some(|| Some(refusal()).filter(|refusal| !refusal.contains(IN_USE))).await;
        assert!(refusal.contains("instances.json"), "{refusal}");
        assert_eq!(std::fs::read_to_string(machine.journal()).expect("a journal"), text);
    }
    std::fs::write(machine.journal(), whole).expect("a journal");
    drop(machine.open().await);
    let mode = std::fs::metadata(Path::new(&machine.settings.state_directory)).expect("a directory");
    assert_eq!(mode.permissions().mode() & 0o777, 0o700);
}

/// The variable that makes [`another_balancer`] one, with the directory of the test.
const ANOTHER: &str = "SINEW_TEST_ANOTHER_BALANCER";

fn fixed_owner() -> Owner {
    Owner::new("balancers").expect("an owner")
}

/// What the next test starts as a process of its own: launches two instances, says so, and waits to be killed.
#[tokio::test]
async fn another_balancer() {
    let Some(directory) = std::env::var_os(ANOTHER) else { return };
    let machine = Machine::new(SLEEP);
    let state_directory = PathBuf::from(&directory).join("state");
    let iaas = Process::open(&ProcessProvider { state_directory, ..machine.settings.clone() });
    let iaas = iaas.expect("a provider");
    for _ in 0..2 {
        iaas.launch(&spec(&fixed_owner())).await.expect("a launch");
    }
    std::fs::write(Path::new(&directory).join("ready"), "ready\n").expect("a file");
    std::future::pending().await
}

/// Killed without a warning: what it launched lives on, its directory is free, and the next balancer adopts both.
#[tokio::test]
async fn what_a_killed_balancer_launched_is_adopted() {
    let machine = Machine::new(SLEEP);
    let name = "iaas::process::tests::another_balancer";
    let mut balancer = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(ANOTHER, machine.directory.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("another process");
    let ready = machine.directory.path().join("ready");
    until_some(|| ready.is_file().then_some(())).await;
    assert!(Process::open(&machine.settings).is_err(), "it is in use");
    balancer.kill().expect("SIGKILL");
    balancer.wait().expect("its end");
    let (iaas, owner) = (machine.open().await, fixed_owner());
    let listed = iaas.list(&owner).await.expect("a list");
    assert_eq!(listed.len(), 2);
    for instance in &listed {
        assert_eq!(instance.state, InstanceState::Running);
        let pid = pid(&machine, instance);
        iaas.terminate(&instance.id).await.expect("an end");
        until_gone(&iaas, &owner, &instance.id).await;
        // Somebody else has to ask for it now: it runs no more.
        assert!(matches!(state_of(pid), None | Some('Z')));
    }
}
