//! Tests of metrics.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode};
use sinew_core::mediation::ErrorCode;

use super::*;
use crate::telemetry::names::{self, MetricKind};

fn metrics() -> Metrics {
    Metrics::new(Build { version: "1.2.3", revision: "abc" }, &["http", "https"], 4)
}

fn ended(status: u16, milliseconds: u64) -> Ended {
    Ended {
        status: StatusCode::from_u16(status).ok(),
        duration: Duration::from_millis(milliseconds),
        request_bytes: 10,
        response_bytes: 1000,
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn member(cluster: &str, member: &str, state: MemberState) -> MemberSample {
    let (cluster, member) = (cluster.to_owned(), member.into());
    MemberSample { cluster, member, state, in_flight: 2, served: 40, failed: 3 }
}

/// The samples of one metric, without those of others.
fn samples(metrics: &Metrics, metric: &names::Metric) -> Vec<String> {
    let text = metrics.encode(Exposition::Prometheus);
    let of_metric = |line: &&str| line.starts_with(metric.name) && !line.starts_with('#');
    text.lines().filter(of_metric).map(|line| line.replacen(metric.name, "", 1)).collect()
}

/// One of everything.
fn busy() -> (Metrics, Vec<Arc<dyn std::any::Any>>) {
    let metrics = metrics();
    let http = metrics.listener("http").expect("a known listener");
    let https = metrics.listener("https").expect("a known listener");
    let proxy = metrics.service(ServiceKind::Proxy, "Orders");
    proxy.begin(http, &Method::GET).finish(&ended(200, 5));
    proxy.begin(http, &Method::GET).finish(&ended(204, 6));
    proxy.begin(https, &Method::POST).finish(&ended(503, 90_000));
    drop(proxy.begin(http, &Method::DELETE));
    proxy.fault(ErrorCode::CONNECTION_TIMEOUT);
    proxy.fault(ErrorCode::MEDIATION);
    proxy.fault(ErrorCode(4711));
    let endpoint = metrics.endpoint("stock");
    endpoint.record(EndpointOutcome::Answered, Duration::from_millis(20));
    endpoint.record(EndpointOutcome::TimedOut, Duration::from_secs(30));
    metrics.refused(RefusalReason::Framing);
    let counts =
        ConnectionCounts { active: 3, accepted: 10, rejected_by_limit: 1, ..ConnectionCounts::default() };
    metrics.observe_connections("http", move || counts);
    let member = member("shop.a.domain", "10.0.1.1:9763", MemberState::Draining);
    metrics.observe_members(move || vec![member.clone()]);
    let task = TaskSample {
        task: "quotes".into(),
        succeeded: 3,
        failed: 1,
        skipped: 2,
        last_duration: Some(Duration::from_millis(250)),
    };
    metrics.observe_tasks(move || vec![task.clone()]);
    metrics.reloaded(ReloadOutcome::Success, at(1_000_000));
    metrics.reloaded(ReloadOutcome::Failure, at(2_000_000));
    metrics.deployed(1, vec![ArtifactCount { kind: "proxy", active: 2, faulty: 1 }]);
    metrics.certificates("https", vec![("example.org".to_owned(), at(1_900_000_000))]);
    (metrics, vec![proxy, endpoint])
}

// === exposition ===

#[test]
fn open_metrics_text() {
    insta::assert_snapshot!(busy().0.encode(Exposition::OpenMetrics));
}

#[test]
fn prometheus_text() {
    insta::assert_snapshot!(busy().0.encode(Exposition::Prometheus));
}

/// The Prometheus text format 0.0.4 describes a counter under the name of its samples; OpenMetrics without `_total`.
#[test]
fn every_name_of_the_table_is_described_in_both_formats() {
    let (metrics, _handles) = busy();
    let (open, plain) = (metrics.encode(Exposition::OpenMetrics), metrics.encode(Exposition::Prometheus));
    for metric in names::ALL {
        let kind = match metric.kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        let family = metric.name.trim_end_matches("_total");
        assert!(open.contains(&format!("# TYPE {family} {kind}\n")), "{}", metric.name);
        assert!(plain.contains(&format!("# TYPE {} {kind}\n", metric.name)), "{}", metric.name);
        assert!(plain.contains(&format!("# HELP {} {}\n", metric.name, metric.help)), "{}", metric.name);
    }
    assert!(open.ends_with("# EOF\n"));
    assert!(!plain.contains("# EOF"));
    assert_eq!(plain.matches("# TYPE ").count(), names::ALL.len());
}

/// operations.md §5.1.
#[test]
fn names_follow_the_rules() {
    for metric in names::ALL {
        assert!(metric.name.starts_with("sinew_"), "{}", metric.name);
        let is_counter = metric.kind == MetricKind::Counter;
        assert_eq!(metric.name.ends_with("_total"), is_counter, "{}", metric.name);
        let allowed = [
            "version",
            "revision",
            "listener",
            "service",
            "kind",
            "method",
            "code_class",
            "code",
            "endpoint",
            "cluster",
            "member",
            "reason",
            "outcome",
            "state",
            "name",
            "task",
        ];
        assert!(metric.labels.iter().all(|label| allowed.contains(label)), "{}", metric.name);
    }
}

#[test]
fn the_format_is_chosen_by_accept() {
    let prometheus_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                        application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    let rows = [
        ("", Exposition::Prometheus),
        ("*/*", Exposition::Prometheus),
        ("text/plain", Exposition::Prometheus),
        ("text/html", Exposition::Prometheus),
        ("application/openmetrics-text", Exposition::OpenMetrics),
        ("Application/OpenMetrics-Text; version=1.0.0", Exposition::OpenMetrics),
        (prometheus_3, Exposition::OpenMetrics),
        ("application/openmetrics-text;q=0.1, text/plain;q=0.5", Exposition::Prometheus),
        ("application/openmetrics-text;q=0", Exposition::Prometheus),
    ];
    for (accept, format) in rows {
        assert_eq!(Exposition::from_accept(accept), format, "{accept}");
    }
}

#[test]
fn names_from_the_configuration_are_escaped() {
    let metrics = metrics();
    let _service = metrics.service(ServiceKind::Api, "a\"b\\c\nd");
    let lines = samples(&metrics, &names::REQUESTS_IN_FLIGHT);
    assert_eq!(lines, [r#"{kind="api",service="a\"b\\c\nd"} 0"#]);
}

#[test]
fn before_the_first_reload_its_outcome_is_not_claimed() {
    let metrics = metrics();
    assert_eq!(samples(&metrics, &names::CONFIG_LAST_RELOAD_SUCCESS), [""; 0]);
    metrics.reloaded(ReloadOutcome::Success, at(12));
    assert_eq!(samples(&metrics, &names::CONFIG_LAST_RELOAD_SUCCESS), [" 1"]);
    assert_eq!(samples(&metrics, &names::CONFIG_LAST_RELOAD_TIMESTAMP_SECONDS), [" 12.0"]);
}

/// `SINEW_UPDATE_DOCS=1 cargo test` writes the page anew.
#[test]
fn the_reference_page_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    if std::env::var_os("SINEW_UPDATE_DOCS").is_some() {
        std::fs::write(&path, reference()).expect("the page is written");
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == reference(), "docs/metrics.md is out of date: run SINEW_UPDATE_DOCS=1 cargo test");
}

/// operations.md §5.1: the label `member` is removed when the member leaves.
#[test]
fn members_that_leave_take_their_series_along() {
    let metrics = metrics();
    assert_eq!(samples(&metrics, &names::MEMBER_IN_FLIGHT), [""; 0]);
    let there = Arc::new(std::sync::Mutex::new(vec![
        member("shop", "10.0.0.1:80", MemberState::Ready),
        member("shop/worker", "10.0.0.1:80", MemberState::Suspended),
    ]));
    let seen = there.clone();
    metrics.observe_members(move || seen.lock().expect("a list").clone());
    let expected =
        [r#"{cluster="shop",member="10.0.0.1:80"} 2"#, r#"{cluster="shop/worker",member="10.0.0.1:80"} 2"#];
    assert_eq!(samples(&metrics, &names::MEMBER_IN_FLIGHT), expected);
    let states = samples(&metrics, &names::MEMBER_STATE);
    let one = states.iter().filter(|line| line.ends_with(" 1"));
    let expected = [
        r#"{cluster="shop",member="10.0.0.1:80",state="ready"} 1"#,
        r#"{cluster="shop/worker",member="10.0.0.1:80",state="suspended"} 1"#,
    ];
    assert_eq!(one.collect::<Vec<_>>(), expected);
    assert_eq!(states.len(), 2 * 6);
    let expected = [
        r#"{cluster="shop",member="10.0.0.1:80",outcome="answered"} 40"#,
        r#"{cluster="shop",member="10.0.0.1:80",outcome="failed"} 3"#,
    ];
    assert_eq!(samples(&metrics, &names::MEMBER_REQUESTS_TOTAL)[..2], expected);
    there.lock().expect("a list").clear();
    for metric in [&names::MEMBER_IN_FLIGHT, &names::MEMBER_STATE, &names::MEMBER_REQUESTS_TOTAL] {
        assert_eq!(samples(&metrics, metric), [""; 0]);
    }
}

// === services ===

#[test]
fn an_exchange_is_in_flight_until_it_ends() {
    let metrics = metrics();
    let http = metrics.listener("http").expect("a known listener");
    let service = metrics.service(ServiceKind::Main, "main");
    let first = service.begin(http, &Method::GET);
    let second = service.begin(http, &Method::GET);
    assert_eq!(service.in_flight(), 2);
    first.finish(&ended(200, 1));
    assert_eq!(service.in_flight(), 1);
    drop(second);
    assert_eq!(service.in_flight(), 0);
    let expected = [
        r#"{listener="http",kind="main",service="main",method="GET",code_class="2xx"} 1"#,
        r#"{listener="http",kind="main",service="main",method="GET",code_class="none"} 1"#,
    ];
    assert_eq!(samples(&metrics, &names::REQUESTS_TOTAL), expected);
}

/// operations.md §5.1: known methods or "other", never what the client sent.
#[test]
fn methods_and_statuses_have_few_labels() {
    let metrics = metrics();
    let http = metrics.listener("http").expect("a known listener");
    let service = metrics.service(ServiceKind::Main, "main");
    for method in ["get", "PROPFIND", "CONNECT", "X"] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        service.begin(http, &method).finish(&ended(999, 1));
    }
    let expected = [r#"{listener="http",kind="main",service="main",method="other",code_class="none"} 4"#];
    assert_eq!(samples(&metrics, &names::REQUESTS_TOTAL), expected);
}

#[test]
fn every_method_and_class_has_a_cell_of_its_own() {
    let metrics = metrics();
    let service = metrics.service(ServiceKind::Main, "main");
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "OTHER"];
    for listener in ["http", "https"].map(|name| metrics.listener(name).expect("a known listener")) {
        for method in methods.map(|name| Method::from_bytes(name.as_bytes()).expect("a method")) {
            for status in [100, 200, 300, 400, 500, 600] {
                service.begin(listener, &method).finish(&ended(status, 1));
            }
        }
    }
    let lines = samples(&metrics, &names::REQUESTS_TOTAL);
    assert_eq!(lines.len(), 2 * 9 * 6);
    assert!(lines.iter().all(|line| line.ends_with(" 1")), "{lines:#?}");
}

/// A bucket counts what is at most as long as its bound.
#[test]
fn durations_fall_into_buckets() {
    let metrics = metrics();
    let http = metrics.listener("http").expect("a known listener");
    let service = metrics.service(ServiceKind::Main, "main");
    for milliseconds in [0, 5, 6, 60_000, 60_001] {
        service.begin(http, &Method::GET).finish(&ended(200, milliseconds));
    }
    let lines = samples(&metrics, &names::REQUEST_DURATION_SECONDS);
    let value = |part: &str| {
        let line = lines.iter().find(|line| line.contains(part)).expect("the sample is there");
        line.rsplit(' ').next().map(str::to_owned).expect("a sample has a value")
    };
    assert_eq!(value("le=\"0.005\""), "2");
    assert_eq!(value("le=\"0.01\""), "3");
    assert_eq!(value("le=\"30.0\""), "3");
    assert_eq!(value("le=\"60.0\""), "4");
    assert_eq!(value("le=\"+Inf\""), "5");
    assert_eq!(value("_count"), "5");
    assert_eq!(value("_sum"), "120.012");
}

#[test]
fn counts_of_all_threads_are_added() {
    let metrics = metrics();
    let http = metrics.listener("http").expect("a known listener");
    let service = metrics.service(ServiceKind::Main, "main");
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                for _ in 0..100 {
                    service.begin(http, &Method::GET).finish(&ended(200, 1));
                }
            });
        }
    });
    assert_eq!(service.in_flight(), 0);
    let labels = r#"{kind="main",service="main"}"#;
    assert_eq!(samples(&metrics, &names::REQUEST_BODY_BYTES_TOTAL), [format!("{labels} 10000")]);
    assert_eq!(samples(&metrics, &names::RESPONSE_BODY_BYTES_TOTAL), [format!("{labels} 1000000")]);
}

/// An exchange may end on another thread than it began on.
#[test]
fn an_exchange_may_change_its_thread() {
    let metrics = metrics();
    let http = metrics.listener("http").expect("a known listener");
    let service = metrics.service(ServiceKind::Main, "main");
    let exchange = service.begin(http, &Method::GET);
    let other = std::thread::spawn(move || exchange.finish(&ended(200, 1)));
    other.join().expect("the thread ends well");
    assert_eq!(service.in_flight(), 0);
}

// === identity ===

/// style.md §5, invariant 5: counters follow identity.
#[test]
fn counters_survive_as_long_as_somebody_holds_them() {
    let metrics = metrics();
    let before = metrics.service(ServiceKind::Proxy, "Orders");
    let after = metrics.service(ServiceKind::Proxy, "Orders");
    assert!(Arc::ptr_eq(&before, &after));
    assert!(!Arc::ptr_eq(&before, &metrics.service(ServiceKind::Api, "Orders")));
    drop(before);
    assert_eq!(samples(&metrics, &names::REQUESTS_IN_FLIGHT).len(), 1);
    drop(after);
    assert_eq!(samples(&metrics, &names::REQUESTS_IN_FLIGHT).len(), 0);
}

#[test]
fn endpoints_follow_identity_too() {
    let metrics = metrics();
    let before = metrics.endpoint("stock");
    before.record(EndpointOutcome::NotConnected, Duration::ZERO);
    let after = metrics.endpoint("stock");
    drop(before);
    let expected = [r#"{endpoint="stock",outcome="not_connected"} 1"#];
    assert_eq!(samples(&metrics, &names::ENDPOINT_REQUESTS_TOTAL), expected);
    drop(after);
    assert_eq!(samples(&metrics, &names::ENDPOINT_REQUESTS_TOTAL), [""; 0]);
}

#[test]
fn only_known_listeners_have_a_label() {
    assert_eq!(metrics().listener("ftp"), None);
}
