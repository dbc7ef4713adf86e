//! What is answered at each path.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;
use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes};

use super::*;

pub(super) fn fault() -> ArtifactFault {
    ArtifactFault {
        kind: "proxy".to_owned(),
        name: Some("Orders".to_owned()),
        file: "proxy-services/Orders.xml".to_owned(),
        code: codes::SEQUENCE_NOT_DEFINED,
        message: "sequence \"audti\" is not defined".to_owned(),
    }
}

#[test]
fn it_is_alive_under_both_names() {
    let running = Running::start(None);
    for path in ["/live", "/liveness"] {
        let answer = running.get(path, &[]);
        assert_eq!((answer.status, answer.json()), (200, json!({ "schema": 1, "live": true })));
    }
}

/// operations.md §4: false while loading, draining, and in strict mode with faults.
#[test]
fn readiness_follows_the_status() {
    let running = Running::start(None);
    let expect = |status: u16, reason: Value| {
        for path in ["/ready", "/healthz"] {
            let answer = running.get(path, &[]);
            assert_eq!((answer.status, &answer.json()["reason"]), (status, &reason));
            assert_eq!(answer.json()["ready"], status == 200);
        }
    };
    expect(503, json!("loading"));
    running.state.update(|status| status.phase = Phase::Serving);
    expect(200, Value::Null);
    running.state.update(|status| status.artifact_faults = vec![fault()]);
    expect(200, Value::Null);
    running.state.update(|status| status.strict = true);
    expect(503, json!("artifact_faults"));
    running.state.update(|status| status.phase = Phase::Draining);
    expect(503, json!("draining"));
}

#[test]
fn readiness_lists_the_faults() {
    let running = Running::start(None);
    running.state.update(|status| {
        status.phase = Phase::Serving;
        status.artifact_faults = vec![fault()];
    });
    insta::assert_json_snapshot!(Plain(running.get("/ready", &[]).json()));
}

#[test]
fn the_status_tells_what_runs() {
    let running = Running::start(None);
    running.state.update(|status| {
        status.phase = Phase::Serving;
        status.revision = 7;
        status.last_reload = Some(LastReload {
            at: UNIX_EPOCH + Duration::from_millis(1_795_342_830_123),
            success: false,
            message: "2 errors in 1 file".to_owned(),
        });
        status.listeners = vec![ListenerStatus {
            name: "http".to_owned(),
            scheme: "http",
            address: ([0, 0, 0, 0], 8280).into(),
        }];
    });
    let answer = running.get("/api/v1/status", &[]);
    assert_eq!(answer.status, 200);
    insta::assert_json_snapshot!(Plain(answer.json()), { ".started" => "[time]", ".uptime_seconds" => "[seconds]" });
}

#[test]
fn diagnostics_are_those_of_the_command_line() {
    let running = Running::start(None);
    let empty = json!({ "schema": 1, "errors": 0, "warnings": 0, "diagnostics": [] });
    assert_eq!(running.get("/api/v1/diagnostics", &[]).json(), empty);
    let file = SourceFile::new("sequences/main.xml", "<sequence>\n  <lgo/>\n</sequence>\n");
    let problem = Diagnostic::error(codes::UNKNOWN_MEDIATOR, "`lgo` is no mediator")
        .at(Location::new(file, Span::new(14, 17)))
        .help("did you mean `log`?");
    running.state.set_diagnostics(Diagnostics::from(problem));
    insta::assert_json_snapshot!(Plain(running.get("/api/v1/diagnostics", &[]).json()));
}

#[test]
fn metrics_come_in_the_format_asked_for() {
    let running = Running::start(None);
    let plain = running.get("/metrics", &[]);
    assert_eq!(plain.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(plain.body.contains("\nsinew_build_info{version=\"1.2.3\",revision=\"abc\"} 1\n"));
    let open = running.get("/metrics", &["Accept: application/openmetrics-text; version=1.0.0"]);
    assert_eq!(
        open.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(open.body.ends_with("# EOF\n"));
}

#[test]
fn heads_can_be_asked_for() {
    let running = Running::start(None);
    let answer = running.send("HEAD", "/live", &["Host: localhost"]);
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[test]
fn other_paths_and_methods_are_errors() {
    let running = Running::start(None);
    for path in ["/", "/nothing", "/api/v1", "/live/", "//live", "/metrics/../live"] {
        let answer = running.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.json(), json!({ "schema": 1, "error": "there is nothing at this path" }));
    }
    for method in ["POST", "PUT", "DELETE", "TRACE", "X"] {
        let answer = running.send(method, "/api/v1/status", &["Host: localhost", "Content-Length: 0"]);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("get,head"), "{method}");
        assert_eq!(
            answer.json(),
            json!({ "schema": 1, "error": "this path does not take the method; Allow names those it does" })
        );
    }
}
