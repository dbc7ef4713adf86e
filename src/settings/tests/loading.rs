//! Tests of sources: which one wins, and what is remembered of it.

use std::time::Duration;

use super::super::{Origin, Override, Settings, Sources, keys, read_file};
use super::file;

#[test]
fn an_empty_file_gives_the_defaults() {
    assert_eq!(file("").loaded().settings, Settings::default());
    assert_eq!(Sources::default().loaded().settings, Settings::default());
}

/// operations.md §6.2 (ports), §6.3 (drain); hardening.md §1.1 (limits of the head).
#[test]
fn the_defaults_are_the_documented_ones() {
    let settings = Settings::default();
    assert_eq!(settings.listeners.http.address.to_string(), "0.0.0.0:8280");
    assert_eq!(settings.listeners.https.address.to_string(), "0.0.0.0:8243");
    assert!(settings.listeners.http.enabled);
    assert!(settings.listeners.https.enabled);
    assert_eq!(settings.admin.address.to_string(), "127.0.0.1:9191");
    assert_eq!(settings.server.drain_announce.get(), Duration::ZERO);
    assert_eq!(settings.server.drain_deadline.get(), Duration::from_secs(30));
    assert_eq!(settings.server.threads, None);
    assert_eq!(settings.limits.head.get(), 65_536);
    assert_eq!(settings.limits.headers.get(), 100);
    assert_eq!(settings.limits.target.get(), 8192);
    assert_eq!(settings.limits.method.get(), 32);
    assert_eq!(settings.limits.body, None);
    assert_eq!(settings.limits.payload.get(), 16 * 1024 * 1024);
    assert_eq!(settings.limits.max_connections, None);
    assert_eq!(settings.timeouts.header.get(), Duration::from_secs(30));
    assert_eq!(settings.timeouts.body_idle.get(), Duration::from_secs(60));
    assert_eq!(settings.timeouts.keep_alive.get(), Duration::from_secs(60));
    assert_eq!(settings.timeouts.connect.get(), Duration::from_secs(10));
    assert_eq!(settings.timeouts.response.get(), Duration::from_secs(60));
    assert_eq!(settings.timeouts.request, None);
    assert_eq!(settings.deployment.quiet.get(), Duration::from_millis(200));
    assert!(settings.deployment.rescan.get() + settings.deployment.quiet.get() < Duration::from_secs(1));
    assert!(!settings.compat.reflect_credentials);
}

#[test]
fn flag_wins_over_environment_over_file_over_default() {
    let text = "[timeouts]\nheader = \"1s\"\nconnect = \"1s\"\nresponse = \"1s\"\n";
    let loaded = file(text)
        .variable("SINEW_TIMEOUTS_CONNECT", "2s")
        .variable("SINEW_TIMEOUTS_RESPONSE", "2s")
        .set("timeouts.response=3s")
        .loaded();
    let timeouts = &loaded.settings.timeouts;
    assert_eq!(timeouts.body_idle.get(), Duration::from_secs(60));
    assert_eq!(timeouts.header.get(), Duration::from_secs(1));
    assert_eq!(timeouts.connect.get(), Duration::from_secs(2));
    assert_eq!(timeouts.response.get(), Duration::from_secs(3));
    let sources = ["body_idle", "header", "connect", "response"]
        .map(|key| loaded.origin(&format!("timeouts.{key}")).to_string());
    assert_eq!(sources, ["default", "sinew.toml:2:10", "environment SINEW_TIMEOUTS_CONNECT", "--set"]);
}

#[test]
fn the_last_flag_wins_and_keeps_its_name() {
    let mut sources = Sources::default().set("listeners.http.address=127.0.0.1:1");
    sources.flags.push(Override::new("--listen", "listeners.http.address", "127.0.0.1:2"));
    let loaded = sources.loaded();
    assert_eq!(loaded.settings.listeners.http.address.port(), 2);
    assert_eq!(*loaded.origin("listeners.http.address"), Origin::Flag("--listen".to_owned()));
}

#[test]
fn every_key_has_a_variable_of_its_own() {
    let keys = keys();
    let mut variables: Vec<String> = keys.iter().map(super::super::Key::environment_variable).collect();
    assert!(variables.contains(&"SINEW_LISTENERS_HTTP_ADDRESS".to_owned()));
    variables.sort();
    variables.dedup();
    assert_eq!(variables.len(), keys.len());
}

/// Whatever `show settings` prints can be given back with `--set`, and every way of giving it means the same.
#[test]
fn every_default_can_be_set_again() {
    let defaults = Sources::default().loaded();
    for explanation in defaults.explain() {
        let key =
            keys().into_iter().find(|key| key.path == explanation.key).expect("explained keys are known");
        assert_eq!(explanation.value, key.default, "{}", key.path);
        let set = Sources::default().set(&format!("{}={}", key.path, key.default)).loaded();
        let variable = Sources::default().variable(&key.environment_variable(), key.default).loaded();
        assert_eq!(set.settings, defaults.settings, "{}", key.path);
        assert_eq!(variable.settings, defaults.settings, "{}", key.path);
        assert_ne!(*set.origin(&key.path), Origin::Default, "{}", key.path);
    }
}

#[test]
fn explain_lists_every_key_with_its_source() {
    let text =
        "[admin]\ntoken = \"file:/run/secrets/admin\"\n[compat]\nheaders_preserve = [\"Host\", \"Date\"]\n";
    let loaded = file(text).variable("SINEW_SERVER_THREADS", "4").set("timeouts.header=90s").loaded();
    let table: String = loaded
        .explain()
        .iter()
        .map(|line| format!("{:<50} {:<28} {}\n", line.key, line.value, line.origin))
        .collect();
    insta::assert_snapshot!(table);
    let json = serde_json::to_string(&loaded.explain()[2]).expect("text becomes JSON");
    assert_eq!(json, r#"{"key":"server.threads","value":"4","source":"environment SINEW_SERVER_THREADS"}"#);
}

#[test]
fn foreign_variables_are_left_alone() {
    let sources = Sources::default()
        .variable("SINEW_SERVICE_HOST", "10.0.0.1")
        .variable("SINEW_PORT_8280_TCP_ADDR", "10.0.0.1")
        .variable("PATH", "/bin");
    assert_eq!(sources.problems(), "");
}

#[test]
fn files_are_read_within_a_limit() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("sinew.toml");
    assert!(read_file(&path).is_err());
    std::fs::write(&path, "[server]\nthreads = 3\n").expect("the file is written");
    let sources = Sources { file: Some(read_file(&path).expect("the file is read")), ..Sources::default() };
    assert_eq!(sources.loaded().settings.server.threads.map(super::super::Count::get), Some(3));
    std::fs::write(&path, "#".repeat(1024 * 1024 + 1)).expect("the file is written");
    let problems = read_file(&path).expect_err("the file is too large").into_vec();
    assert_eq!(problems[0].code, sinew_core::diagnostics::codes::FILE_UNREADABLE);
}
