//! Clusters and members over the port (elastic-load-balancer.md §5.8, §6.4).

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::*;
use crate::availability::Rules;
use crate::clusters::Member;

const A: &str = "/lb/clusters/shop.a.domain/-";
const WORKER: &str = "/lb/clusters/shop.b.domain/worker";
const STATIC: &str = "/lb/clusters/shop.a.domain/-/members/10.0.1.1:9763";

fn with_shop() -> Running {
    let running = Running::start(Some("secret"));
    shop(&running.state.directory);
    running
}

impl Running {
    fn read(&self, path: &str) -> Answer {
        self.get(path, &["Authorization: Bearer secret"])
    }

    /// The member that the files name.
    fn member(&self) -> Arc<Member> {
        let cluster = self.state.directory.find(&ClusterKey::domain("shop.a.domain")).expect("a cluster");
        cluster.member("10.0.1.1:9763").expect("a member")
    }

    fn ids(&self, cluster: &str) -> Vec<String> {
        let list = self.read(&format!("{cluster}/members")).json();
        let members = list["members"].as_array().expect("a list").iter();
        members.map(|member| member["id"].as_str().expect("an id").to_owned()).collect()
    }
}

/// The fields are promised in docs/admin.md.
#[test]
fn clusters_and_members_are_shown_with_every_field() {
    let running = with_shop();
    insta::assert_json_snapshot!(Plain(running.read("/lb/clusters").json()));
    let cluster = running.read(A).json();
    let redactions = [".members[0].phase_seconds"];
    let mut settings = insta::Settings::clone_current();
    settings.add_redaction(redactions[0], "[seconds]");
    settings.bind(|| insta::assert_json_snapshot!(Plain(cluster.clone())));
    let page = include_str!("../../../docs/admin.md");
    let reports = [&cluster["cluster"], &cluster["members"][0], &cluster["members"][0]["availability"]];
    for field in reports.iter().flat_map(|report| report.as_object().expect("an object").keys()) {
        assert!(page.contains(&format!("`{field}`")), "docs/admin.md does not explain `{field}`");
    }
    for name in ["-", "__$default", "__%24default"] {
        let same = running.read(&format!("/lb/clusters/shop.a.domain/{name}")).json();
        assert_eq!(same["cluster"], cluster["cluster"], "{name}");
    }
    assert_eq!(running.read(WORKER).json()["cluster"]["sub_domain"], "worker");
    let list = running.read(&format!("{A}/members")).json();
    assert_eq!(
        (&list["cluster"], &list["members"][0]["id"]),
        (&json!("shop.a.domain"), &json!("10.0.1.1:9763"))
    );
    assert_eq!(running.read(STATIC).json()["member"]["http_port"], 9763);
}

#[test]
fn a_member_is_added_changed_and_removed() {
    let running = with_shop();
    let path = format!("{WORKER}/members");
    let added = running.change("POST", &path, r#"{"host": "10.0.2.1", "http_port": 8080}"#);
    assert_eq!(added.status, 201);
    let member = added.json()["member"].clone();
    assert_eq!(member["id"], "10.0.2.1:8080");
    assert_eq!(member["state"], "ready");
    assert_eq!(member["sources"], json!([{ "layer": "run_time", "name": "admin" }]));
    let everything = r#"{"host": "10.0.2.1", "http_port": 8080, "https_port": 8443, "remote_host": "203.0.113.5",
        "weight": 7, "permanent": true, "active": false, "zone": "z1", "port_mappings": {"8280": 9000},
        "properties": {"tier": "gold"}}"#;
    let changed = running.change("POST", &path, everything);
    assert_eq!(changed.status, 200);
    let member = changed.json()["member"].clone();
    assert_eq!(member["state"], "passive", "case 224");
    assert_eq!(member["available"], false, "case 224");
    assert_eq!(member["weight"], 7);
    assert_eq!(member["port_mappings"], json!({ "8280": 9000 }));
    assert_eq!(member["properties"], json!({ "tier": "gold" }));
    assert_eq!(running.ids(WORKER), ["10.0.2.1:8080"]);
    let removed = running.change("DELETE", &format!("{path}/10.0.2.1:8080"), "");
    assert_eq!(removed.status, 200);
    let expected =
        json!({ "schema": 1, "cluster": "shop.b.domain/worker", "id": "10.0.2.1:8080", "sources": [] });
    assert_eq!(removed.json(), expected);
    assert!(running.ids(WORKER).is_empty());
    assert_eq!(running.change("DELETE", &format!("{path}/10.0.2.1:8080"), "").status, 404);
}

#[test]
fn an_address_of_version_6_is_written_with_or_without_brackets() {
    let running = with_shop();
    let path = format!("{WORKER}/members");
    for host in ["::1", "[::1]"] {
        let body = json!({ "host": host, "http_port": 80 }).to_string();
        assert_eq!(running.change("POST", &path, &body).json()["member"]["id"], "[::1]:80");
    }
    assert_eq!(running.ids(WORKER), ["[::1]:80"]);
    for id in ["[::1]:80", "%5B%3A%3A1%5D%3A80"] {
        assert_eq!(running.read(&format!("{path}/{id}")).status, 200, "{id}");
    }
}

/// Case 223: what operators and files say of the same member is one member; §1.9: operators weigh more.
#[test]
fn case_223_what_files_say_stays_when_operators_take_theirs_back() {
    let running = with_shop();
    let body = r#"{"host": "10.0.1.1", "http_port": 9763, "weight": 5}"#;
    let answer = running.change("POST", &format!("{A}/members"), body);
    assert_eq!((answer.status, &answer.json()["member"]["weight"]), (200, &json!(5)));
    let sources = answer.json()["member"]["sources"].clone();
    let file = json!({ "layer": "static", "name": "sinew.toml" });
    assert_eq!(sources, json!([file, { "layer": "run_time", "name": "admin" }]));
    let removed = running.change("DELETE", STATIC, "");
    assert_eq!((removed.status, &removed.json()["sources"]), (200, &json!([file])));
    assert_eq!(running.read(STATIC).json()["member"]["weight"], 1);
    let kept = running.change("DELETE", STATIC, "");
    assert_eq!(kept.status, 409);
    assert!(kept.json()["error"].as_str().is_some_and(|text| text.contains("sinew.toml")), "{}", kept.body);
}

/// Case 226: without new clients while it drains; and back.
#[test]
fn case_226_a_member_is_drained_and_activated() {
    let running = with_shop();
    let state = |how: &str| {
        let answer = running.change("POST", &format!("{STATIC}/{how}"), "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        let member = answer.json()["member"].clone();
        (member["state"].clone(), member["available"].clone(), running.member().is_open())
    };
    assert_eq!(state("drain"), (json!("draining"), json!(false), false));
    assert_eq!(state("drain"), (json!("draining"), json!(false), false));
    assert_eq!(running.read("/lb/clusters").json()["clusters"][0]["states"], json!({ "draining": 1 }));
    assert_eq!(state("activate"), (json!("ready"), json!(true), true));
}

#[test]
fn a_suspended_member_stays_away_until_it_is_activated() {
    let running = with_shop();
    let answer = running.change("POST", &format!("{STATIC}/suspend"), "").json();
    assert_eq!(answer["member"]["state"], "suspended");
    assert_eq!(answer["member"]["availability"]["state"], "off");
    assert_eq!(answer["member"]["availability"]["retry_in_seconds"], Value::Null);
    running.member().live().availability.succeeded();
    let far = Instant::now() + Duration::from_secs(1_000_000);
    assert!(!running.member().is_available(far), "no time and no success brings it back");
    let answer = running.change("POST", &format!("{STATIC}/activate"), "").json();
    assert_eq!((&answer["member"]["state"], &answer["member"]["available"]), (&json!("ready"), &json!(true)));
    // endpoints.md §3.3: 30 s where nothing else is said.
    running.member().live().availability.failed(101_503, &Rules::default(), Instant::now());
    let failed = running.read(STATIC).json()["member"].clone();
    assert_eq!(failed["state"], "suspended");
    let wait = failed["availability"]["retry_in_seconds"].as_f64().expect("a number");
    assert!((10.0..=30.0).contains(&wait), "{wait}");
    assert_eq!(running.change("POST", &format!("{STATIC}/activate"), "").json()["member"]["available"], true);
    running.member().live().set_healthy(false);
    assert_eq!(running.read(STATIC).json()["member"]["state"], "unhealthy");
}

#[test]
fn what_is_not_there_is_named_with_what_may_be_meant() {
    let running = with_shop();
    let rows = [
        (
            "GET",
            "/lb/clusters/shop.a.domian/-",
            "there is no cluster shop.a.domian; did you mean shop.a.domain?",
        ),
        ("GET", "/lb/clusters/other/-/members", "there is no cluster other"),
        ("POST", "/lb/clusters/shop.a.domain/x/members", "there is no cluster shop.a.domain/x"),
        ("DELETE", "/lb/clusters/other/-/members/h:80", "there is no cluster other"),
        (
            "POST",
            "/lb/clusters/shop.a.domain/-/members/10.0.1.1:9764/drain",
            "the cluster shop.a.domain has no member 10.0.1.1:9764; did you mean 10.0.1.1:9763?",
        ),
        (
            "POST",
            "/lb/clusters/shop.b.domain/worker/members/h/activate",
            "the cluster shop.b.domain/worker has no member h",
        ),
        (
            "POST",
            "/lb/clusters/shop.b.domain/worker/members/h/suspend",
            "the cluster shop.b.domain/worker has no member h",
        ),
        (
            "GET",
            "/lb/clusters/shop.b.domain/worker/members/h",
            "the cluster shop.b.domain/worker has no member h",
        ),
    ];
    for (method, path, expected) in rows {
        let answer = running.change(method, path, r#"{"host": "h", "http_port": 80}"#);
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.body);
        let text = answer.json()["error"].as_str().expect("a text").to_owned();
        assert!(text.starts_with(expected), "{text}");
    }
    assert_eq!(running.read("/lb/clusters/%FF/-").status, 400);
    assert_eq!(running.read("/lb/clusters").json()["clusters"].as_array().map(Vec::len), Some(2));
}

#[test]
fn bodies_are_strict() {
    let running = with_shop();
    let path = format!("{A}/members");
    let rows = [
        ("", "EOF"),
        ("nonsense", "expected ident"),
        ("[]", "expected an object"),
        (r#"["h", 80, 443]"#, "expected an object"),
        ("null", "expected an object that describes a member"),
        (r#"{"http_port": 80}"#, "missing field `host`"),
        (
            r#"{"host": "h", "http_prot": 80}"#,
            "unknown field `http_prot`, expected one of `host`, `http_port`",
        ),
        (r#"{"host": "h", "host": "i", "http_port": 80}"#, "duplicate field `host`"),
        (r#"{"host": 5, "http_port": 80}"#, "expected a string"),
        (r#"{"host": "h", "http_port": 0}"#, "expected a nonzero u16"),
        (r#"{"host": "h", "http_port": 65536}"#, "expected a nonzero u16"),
        (r#"{"host": "h", "http_port": -1}"#, "expected a nonzero u16"),
        (r#"{"host": "h", "http_port": "80"}"#, "expected a nonzero u16"),
        (r#"{"host": "h", "http_port": 80, "weight": 0}"#, "weight 0 is not between 1 and 1000000"),
        (r#"{"host": "h", "http_port": 80, "weight": 1000001}"#, "weight 1000001 is not between"),
        (r#"{"host": "h", "http_port": 80, "port_mappings": {"x": 1}}"#, "invalid"),
        (r#"{"host": "h", "http_port": 80, "port_mappings": {"8280": 0}}"#, "expected a nonzero u16"),
        (r#"{"host": "h", "http_port": 80} {}"#, "trailing"),
        // Case 220: without ports it could never be sent to.
        (r#"{"host": "h"}"#, "a member needs `http_port` or `https_port`"),
        (r#"{"host": "", "http_port": 80}"#, "cannot be reached"),
        (r#"{"host": "two words", "http_port": 80}"#, "cannot be reached"),
        (r#"{"host": "h:81", "http_port": 80}"#, "cannot be reached"),
        (r#"{"host": "h/path", "http_port": 80}"#, "cannot be reached"),
        (r#"{"host": "user@h", "http_port": 80}"#, "cannot be reached"),
        (r#"{"host": "h", "http_port": 80, "remote_host": "h\r\nX: y"}"#, "cannot be reached"),
    ];
    for (body, expected) in rows {
        let answer = running.change("POST", &path, body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
        let text = answer.json()["error"].as_str().expect("a text").to_owned();
        assert!(text.contains(expected), "{body}: {text}");
    }
    let good = r#"{"host": "h", "http_port": 80}"#;
    let token = "Authorization: Bearer secret";
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        let answer = running.body("POST", &path, &[token, &format!("Content-Type: {media_type}")], good);
        assert_eq!(answer.status, 415, "{media_type}");
    }
    assert_eq!(running.body("POST", &path, &[token], good).status, 415);
    let large = format!(r#"{{"host": "h", "http_port": 80, "zone": "{}"}}"#, "z".repeat(64 * 1024));
    assert_eq!(running.change("POST", &path, &large).status, 413);
    assert_eq!(running.ids(A), ["10.0.1.1:9763"], "nothing changed");
}

/// hardening.md §2, row 32: over the port only with the token, and never for another host or origin.
#[test]
fn changes_over_the_port_need_the_token() {
    let rows = [
        ("POST", format!("{A}/members")),
        ("DELETE", STATIC.to_owned()),
        ("POST", format!("{STATIC}/drain")),
        ("POST", format!("{STATIC}/activate")),
        ("POST", format!("{STATIC}/suspend")),
        ("POST", "/endpoints/stock/on".to_owned()),
        ("POST", "/endpoints/stock/off".to_owned()),
        ("POST", "/api/v1/reload".to_owned()),
    ];
    let body = r#"{"host": "h", "http_port": 80}"#;
    let json = "Content-Type: application/json";
    let without = Running::start(None);
    shop(&without.state.directory);
    let with = with_shop();
    for (method, path) in &rows {
        let answer = without.body(method, path, &[json], body);
        assert_eq!(answer.status, 403, "{method} {path}");
        assert!(answer.json()["error"].as_str().is_some_and(|text| text.contains("admin.token")));
        let answer = without.body(method, path, &[json, "Authorization: Bearer secret"], body);
        assert_eq!(answer.status, 403, "there is no token to guess: {method} {path}");
        assert_eq!(with.body(method, path, &[json], body).status, 401, "{method} {path}");
        assert_eq!(with.body(method, path, &[json, "Authorization: Bearer secre"], body).status, 401);
        let token = "Authorization: Bearer secret";
        for origin in ["http://evil.example", "null", "https://localhost", "http://localhost:81"] {
            let answer = with.body(method, path, &[json, token, &format!("Origin: {origin}")], body);
            assert_eq!(answer.status, 403, "{origin}: {method} {path}");
        }
        let foreign = ["Host: evil.example", token, json, "Content-Length: 0"];
        assert_eq!(with.send(method, path, &foreign).status, 403, "{method} {path}");
    }
    assert_eq!(without.ids_without_token(), 1);
    assert_eq!(with.ids(A), ["10.0.1.1:9763"]);
    assert!(with.member().is_open());
    let own = ["Authorization: Bearer secret", "Origin: http://localhost"];
    assert_eq!(with.body("POST", &format!("{STATIC}/drain"), &own, "").status, 200);
}

impl Running {
    fn ids_without_token(&self) -> usize {
        let list = self.get(&format!("{A}/members"), &[]).json();
        list["members"].as_array().map(Vec::len).unwrap_or_default()
    }
}

#[test]
fn only_known_methods_are_taken() {
    let running = with_shop();
    for (method, path, allow) in [
        ("PUT", "/lb/clusters", "get,head"),
        ("PATCH", &*format!("{A}/members"), "get,head,post"),
        ("POST", STATIC, "get,head,delete"),
        ("GET", &*format!("{STATIC}/drain"), "post"),
    ] {
        let answer = running.change(method, path, "");
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{method} {path}");
    }
}

/// operations.md §5.1.
#[test]
fn samples_of_members_follow_the_directory() {
    let directory = Directory::default();
    shop(&directory);
    let samples = member_samples(&directory);
    assert_eq!(samples.len(), 1);
    assert_eq!((samples[0].cluster.as_str(), &*samples[0].member), ("shop.a.domain", "10.0.1.1:9763"));
    assert_eq!(samples[0].state.as_str(), "ready");
    let file = Source::new(Layer::Static, "sinew.toml");
    directory.remove(&file, &ClusterKey::domain("shop.a.domain"), "10.0.1.1:9763").expect("it was there");
    assert!(member_samples(&directory).is_empty());
}
