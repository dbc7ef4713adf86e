//! Who may ask (hardening.md §2, row 32).

use super::*;

#[test]
fn only_hosts_of_the_loopback_interface_are_answered() {
    let running = Running::start(None);
    let port = running.address().port();
    let good = [
        "localhost",
        "LOCALHOST:9191",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.1.2.3",
        "[::1]",
        &format!("[::1]:{port}"),
    ];
    for host in good {
        assert_eq!(running.send("GET", "/live", &[&format!("Host: {host}")]).status, 200, "{host}");
    }
    let bad = [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "192.168.0.1",
        "0.0.0.0",
        "[::]",
        "[::ffff:127.0.0.1]",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost, evil.example",
        "localhost/",
        "",
    ];
    for path in ["/live", "/metrics", "/nothing"] {
        for host in bad {
            let answer = running.send("GET", path, &[&format!("Host: {host}")]);
            assert_eq!(answer.status, 403, "{host:?}");
            assert!(answer.json()["error"].is_string());
        }
    }
}

#[test]
fn a_host_is_needed_once_and_everywhere() {
    let running = Running::start(None);
    assert_eq!(running.send("GET", "/live", &[]).status, 403);
    assert_eq!(running.send("GET", "/live", &["Host: localhost", "Host: localhost"]).status, 403);
    assert_eq!(running.send("GET", "http://evil.example/live", &["Host: localhost"]).status, 403);
    assert_eq!(running.send("GET", "http://localhost/live", &["Host: evil.example"]).status, 403);
    assert_eq!(running.send("GET", "http://localhost/live", &["Host: localhost"]).status, 200);
}

/// No web page of somebody else may read an answer.
#[test]
fn nothing_is_shared_with_other_origins() {
    let running = Running::start(None);
    let answer = running.get("/api/v1/status", &["Origin: http://evil.example"]);
    assert!(!answer.head.contains("access-control"), "{}", answer.head);
    let preflight = running.send(
        "OPTIONS",
        "/api/v1/status",
        &["Host: localhost", "Origin: http://evil.example", "Access-Control-Request-Method: GET"],
    );
    assert_eq!(preflight.status, 405);
    let foreign = "Origin: http://evil.example";
    let running = Running::start(Some("secret"));
    let answer = running.send(
        "POST",
        "/api/v1/reload",
        &["Host: localhost", foreign, "Authorization: Bearer secret", "Content-Length: 0"],
    );
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (403, None));
    assert!(!preflight.head.contains("access-control"), "{}", preflight.head);
}

#[test]
fn every_answer_is_private_and_what_it_says_it_is() {
    let running = Running::start(Some("secret"));
    for path in ["/live", "/ready", "/metrics", "/nothing"] {
        let answer = running.get(path, &[]);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[test]
fn with_a_token_only_who_has_it_is_answered() {
    let running = Running::start(Some("correct horse"));
    for path in ["/metrics", "/api/v1/status", "/api/v1/diagnostics", "/nothing"] {
        let answer = running.get(path, &[]);
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("bearer"), "{path}");
        assert!(answer.json()["error"].is_string());
    }
    let bad = [
        "Authorization: Bearer wrong",
        "Authorization: Bearer correct horsE",
        "Authorization: Bearer ",
        "Authorization: Bearer",
        "Authorization: correct horse",
        "Authorization: Basic correct horse",
    ];
    for header in bad {
        assert_eq!(running.get("/metrics", &[header]).status, 401, "{header}");
    }
    let good = "Authorization: Bearer correct horse";
    assert_eq!(running.get("/metrics", &[good, good]).status, 401);
    assert_eq!(running.get("/metrics", &[good]).status, 200);
    assert_eq!(running.get("/metrics", &["authorization: bearer correct horse"]).status, 200);
    assert_eq!(running.get("/nothing", &[good]).status, 404);
    assert_eq!(running.send("GET", "/metrics", &["Host: evil.example", good]).status, 403);
}

/// Probes have no token; they learn yes or no, and nothing about the configuration.
#[test]
fn probes_need_no_token_and_get_no_details() {
    let running = Running::start(Some("secret"));
    running.state.update(|status| {
        status.phase = Phase::Draining;
        status.artifact_faults = vec![resources::fault()];
    });
    assert_eq!(running.get("/live", &[]).json(), serde_json::json!({ "schema": 1, "live": true }));
    let answer = running.get("/ready", &[]);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json(), serde_json::json!({ "schema": 1, "ready": false }));
    let answer = running.get("/ready", &["Authorization: Bearer secret"]);
    assert_eq!(answer.json()["reason"], "draining");
    assert_eq!(answer.json()["artifact_faults"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_address_open_to_others_needs_a_token() {
    let open: SocketAddr = ([0, 0, 0, 0], 0).into();
    let refused = AdminServer::start(AdminOptions { address: Some(open), ..options(None) }, state());
    assert!(matches!(refused, Err(AdminError::Open(address)) if address == open));
}
