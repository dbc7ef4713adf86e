//! What the admin listener and the logs say.

use tempfile::TempDir;

use crate::support::{BackEnd, Connection, NS, Program, forward_all, write};

#[test]
fn health_metrics_and_faulty_artifacts() {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    write(folder.path(), "sequences/main.xml", &forward_all(&back_end.url()));
    write(
        folder.path(),
        "sequences/broken.xml",
        &format!("<sequence {NS} name=\"broken\"><nothing/></sequence>"),
    );
    let program = Program::serve(folder.path());
    for path in ["/live", "/ready", "/healthz", "/liveness"] {
        assert_eq!(Connection::get(program.admin, path).status, 200, "{path}");
    }
    for _ in 0..3 {
        assert_eq!(Connection::get(program.http, "/hi").status, 200);
    }
    assert_eq!(Connection::get(program.http, "/status/404").status, 404);
    let metrics = Connection::get(program.admin, "/metrics").text();
    for expected in [
        "sinew_requests_total{listener=\"http\",kind=\"main\",service=\"main\",method=\"GET\",code_class=\"2xx\"} 3",
        "sinew_requests_total{listener=\"http\",kind=\"main\",service=\"main\",method=\"GET\",code_class=\"4xx\"} 1",
        "sinew_config_revision 1",
        "sinew_build_info{",
        "sinew_tls_certificate_expiry_timestamp_seconds{listener=\"https\"",
    ] {
        assert!(metrics.contains(expected), "{expected} is not in:\n{metrics}");
    }
    let faults: serde_json::Value =
        serde_json::from_str(&Connection::get(program.admin, "/api/v1/diagnostics").text()).expect("JSON");
    assert_eq!(faults["diagnostics"][0]["code"], "E0401");
    assert_eq!(Connection::get(program.admin, "/nowhere").status, 404);
}

/// One record for each exchange when it ends.
#[test]
fn the_access_log_has_a_record_for_each_exchange() {
    let folder = TempDir::new().expect("a folder");
    let back_end = BackEnd::start();
    write(folder.path(), "sequences/main.xml", &forward_all(&back_end.url()));
    let log = folder.path().join("access.log");
    let path = format!("logs.access.path={}", log.display());
    let mut program =
        Program::serve_with(folder.path(), &["--set", "logs.access.enabled=true", "--set", &path]);
    assert_eq!(Connection::get(program.http, "/large/1000?q=1").status, 200);
    assert_eq!(Connection::get(program.http, "/%00").status, 400);
    program.signal("TERM");
    assert_eq!(program.wait().code(), Some(0));
    let text = std::fs::read_to_string(log).expect("the access log");
    let records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    assert_eq!(records.len(), 2, "{text}");
    let first = &records[0];
    let fields = ["method", "path", "query", "status", "kind", "service", "termination", "bytes_out"];
    let values: Vec<String> = fields.iter().map(|field| first[*field].to_string()).collect();
    assert_eq!(
        values,
        ["\"GET\"", "\"/large/1000\"", "\"q=1\"", "200", "\"main\"", "\"main\"", "\"ok\"", "1000"]
    );
    assert_eq!(records[1]["status"], 400);
    assert!(records[1]["termination"].as_str().is_some_and(|t| t.starts_with("refused:")), "{text}");
}
