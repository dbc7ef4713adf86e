//! The registration API: every answer, and leases on the paused clock.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use sinew_core::config::balancer::Networks;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use super::leases::expire;
use super::*;
use crate::clusters::{ClusterKey, Directory, InFlight, Phase};
use crate::membership::{Lifecycle, MemberRules, Membership, Ports, Started};
use crate::telemetry::metrics::MembershipCounts;

/// A machine on which every port is open.
struct Open;

impl Ports for Open {
    fn is_open<'a>(&'a self, _: &'a str, _: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

/// A scheme that serves no port; the test calls its router.
struct Portless(Registrants, tokio::sync::oneshot::Sender<(Router, Arc<Feed>)>);

impl Scheme for Portless {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(self, feed: Arc<Feed>) {
        let leases = Arc::<Mutex<Leases>>::default();
        let lease = Duration::from_secs(30);
        let api = api::Api::new(Secret::new("horse"), self.0, lease, feed.clone(), leases.clone());
        assert!(self.1.send((api.router(), feed.clone())).is_ok(), "the test waits");
        loop {
            sleep(ROUND).await;
            expire(&leases, &feed);
        }
    }
}

struct Site {
    directory: Arc<Directory>,
    counts: Arc<MembershipCounts>,
    membership: Membership,
    router: Router,
    _started: Started,
}

impl Site {
    /// A balancer with clusters, whose members get requests without delay.
    async fn new(clusters: &[&str]) -> Self {
        Self::for_registrants(Registrants::default(), clusters).await
    }

    async fn for_registrants(registrants: Registrants, clusters: &[&str]) -> Self {
        let (directory, counts) = (Arc::<Directory>::default(), Arc::<MembershipCounts>::default());
        let rules = MemberRules { most_members: 3, ..MemberRules::default() };
        let membership =
            Membership::new(Handle::current(), directory.clone(), Arc::new(Open), counts.clone(), rules);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let started = membership.start(Portless(registrants, sender));
        let (router, _) = receiver.await.expect("a router");
        let site = Self { directory, counts, membership, router, _started: started };
        clusters.iter().for_each(|name| drop(site.cluster(name)));
        let none = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
        let lifecycles = clusters.iter().map(|name| (ClusterKey::parse(name), none));
        site.membership.follow(lifecycles.collect());
        site
    }

    fn cluster(&self, name: &str) -> Arc<crate::clusters::Cluster> {
        self.directory.cluster(&ClusterKey::parse(name))
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        self.send(request(method, path, body)).await
    }

    async fn put(&self, path: &str, body: Value) -> StatusCode {
        self.ask("PUT", path, &body.to_string()).await.0
    }

    fn phases(&self, cluster: &str) -> Vec<Phase> {
        self.cluster(cluster).members().iter().map(|member| member.live().phase()).collect()
    }
}

fn request(method: &str, path: &str, body: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("Authorization", "Bearer horse");
    request.header("Content-Type", "application/json").body(Body::from(body.to_owned())).expect("a request")
}

const C1: &str = "/members/shop.c/10.0.3.1:9763";

#[tokio::test(start_paused = true)]
async fn members_register_renew_and_leave() {
    let site = Site::new(&["shop.c"]).await;
    let body = json!({
        "https_port": 9443, "remote_host": "203.0.113.5", "port_mappings": { "8280": 9000 }, "weight": 3,
        "zone": "eu-1a", "properties": { "version": "7" }, "lease_seconds": 10,
    });
    let (status, answer) = site.ask("PUT", C1, &body.to_string()).await;
    assert_eq!(status, StatusCode::CREATED);
    let member = &answer["member"];
    assert_eq!((&member["cluster"], &member["id"]), (&json!("shop.c"), &json!("10.0.3.1:9763")));
    assert_eq!((&member["state"], &member["lease_seconds"]), (&json!("joining"), &json!(10)));
    sleep(Duration::from_millis(10)).await;
    let known = site.cluster("shop.c").member("10.0.3.1:9763").expect("a member");
    let definition = known.definition();
    assert_eq!((definition.http_port, definition.https_port), (Some(9763), Some(9443)));
    assert_eq!(definition.remote_host.as_deref(), Some("203.0.113.5"));
    assert_eq!((definition.port_mappings.get(&8280), definition.weight), (Some(&9000), 3));
    assert_eq!(definition.properties.get("version").map(|text| &**text), Some("7"));
    assert_eq!(known.live().phase(), Phase::Ready);

    assert_eq!(site.ask("PUT", C1, &body.to_string()).await.0, StatusCode::OK, "renewed");
    let (_, list) = site.ask("GET", "/members", "").await;
    assert_eq!(list["members"].as_array().map(Vec::len), Some(1));
    assert_eq!(site.ask("GET", C1, "").await.1["member"]["state"], "ready");
    let (status, answer) = site.ask("DELETE", C1, "").await;
    assert_eq!((status, &answer["member"]["state"]), (StatusCode::OK, &json!("gone")));
    assert!(site.phases("shop.c").is_empty(), "case 225: at once");
    assert_eq!(site.ask("DELETE", C1, "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(site.ask("GET", C1, "").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_finishes_first() {
    let site = Site::new(&["shop.c"]).await;
    site.put(C1, json!({})).await;
    sleep(Duration::from_millis(10)).await;
    let exchange = InFlight::begin(site.cluster("shop.c").members()[0].live());
    let (status, answer) = site.ask("DELETE", C1, "").await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!((&answer["member"]["state"], &answer["member"]["in_flight"]), (&json!("draining"), &json!(1)));
    assert_eq!(site.ask("GET", C1, "").await.1["member"]["state"], "draining");
    drop(exchange);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(site.ask("GET", C1, "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(site.put(C1, json!({})).await, StatusCode::CREATED, "it may come back");
}

/// Case 225: a crash is seen by the lease.
#[tokio::test(start_paused = true)]
async fn case_225_who_does_not_renew_is_lost() {
    let site = Site::new(&["shop.c"]).await;
    site.put(C1, json!({ "lease_seconds": 3 })).await;
    for _ in 0..5 {
        sleep(Duration::from_secs(2)).await;
        assert_eq!(site.phases("shop.c"), [Phase::Ready]);
        assert_eq!(site.put(C1, json!({ "lease_seconds": 3 })).await, StatusCode::OK);
    }
    let renewed = Instant::now();
    sleep(Duration::from_millis(2_900)).await;
    assert_eq!(site.phases("shop.c"), [Phase::Ready]);
    sleep(Duration::from_millis(300)).await;
    assert_eq!(site.phases("shop.c"), [Phase::Joining], "no requests any more");
    assert_eq!(site.put(C1, json!({ "lease_seconds": 3 })).await, StatusCode::CREATED);
    assert_eq!(site.phases("shop.c"), [Phase::Ready], "back within the grace of 5 s");
    sleep(Duration::from_millis(8_300)).await;
    assert!(site.phases("shop.c").is_empty());
    assert!(renewed.elapsed() < Duration::from_secs(12));
    let (_, list) = site.ask("GET", "/members", "").await;
    assert_eq!(list["members"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn another_instance_joins_anew() {
    let site = Site::new(&["shop.c"]).await;
    site.put(C1, json!({ "instance": "a" })).await;
    let live = |site: &Site| site.cluster("shop.c").members()[0].live().clone();
    let first = live(&site);
    site.put(C1, json!({ "instance": "a", "weight": 2 })).await;
    assert!(Arc::ptr_eq(&first, &live(&site)));
    site.put(C1, json!({ "instance": "b" })).await;
    assert!(!Arc::ptr_eq(&first, &live(&site)));
    assert_eq!(first.phase(), Phase::Gone);
}

/// Cases 217 to 219: the sub-domain is part of the path.
#[tokio::test(start_paused = true)]
async fn cases_217_to_219_sub_domains() {
    let site = Site::new(&["shop.b", "shop.b/worker", "shop.c"]).await;
    site.put("/members/shop.b/worker/10.0.2.1:9763", json!({})).await;
    assert_eq!((site.phases("shop.b/worker").len(), site.phases("shop.b").len()), (1, 0), "case 217");
    site.put("/members/shop.b/10.0.2.2:9763", json!({})).await;
    assert_eq!((site.phases("shop.b/worker").len(), site.phases("shop.b").len()), (1, 1), "case 218");
    site.put("/members/shop.c/__$default/10.0.3.1:9763", json!({})).await;
    assert_eq!(site.phases("shop.c").len(), 1, "case 219");
}

/// Case 227: a cluster that is added while members ask for it takes them with their next request.
#[tokio::test(start_paused = true)]
async fn case_227_a_sub_domain_that_is_added_later() {
    let site = Site::new(&["shop.b"]).await;
    let path = "/members/shop.b/mgt/10.0.2.3:9763";
    assert_eq!(site.put(path, json!({})).await, StatusCode::NOT_FOUND);
    site.cluster("shop.b/mgt");
    assert_eq!(site.put(path, json!({})).await, StatusCode::CREATED);
}

#[tokio::test(start_paused = true)]
async fn cases_221_and_224_properties_and_passive_members() {
    let site = Site::new(&["shop.c"]).await;
    let body = json!({
        "properties": { "portMapping.mapping.8280": "9000", "port.mapping.8243": "9001", "owner": "x" },
        "active": false,
    });
    assert_eq!(site.put(C1, body).await, StatusCode::CREATED);
    sleep(Duration::from_millis(10)).await;
    let member = site.cluster("shop.c").members()[0].clone();
    let mappings: Vec<_> = member.definition().port_mappings.iter().collect();
    assert_eq!(mappings, [(&8243, &9001), (&8280, &9000)], "case 221");
    assert_eq!(member.definition().properties.len(), 1);
    assert!(!member.is_open(), "case 224");
    site.put(
        C1,
        json!({ "properties": { "portMapping.mapping.8280": "9000", "port.mapping.8243": "9001" } }),
    )
    .await;
    assert!(site.cluster("shop.c").members()[0].is_open());
}

/// Every refusal, with the word that it is counted under.
#[tokio::test(start_paused = true)]
async fn whatever_is_not_right_changes_nothing_and_is_counted() {
    let many: serde_json::Map<String, Value> = (0..65).map(|n| (format!("p{n}"), json!("x"))).collect();
    let many = json!({ "properties": many }).to_string();
    let long = json!({ "zone": "z".repeat(2000) }).to_string();
    let huge = json!({ "zone": "z".repeat(20_000) }).to_string();
    let rows: &[(&str, &str, &str, u16, &str, &str)] = &[
        ("PUT", "/nowhere", "{}", 404, "path", "nothing at this path"),
        ("PUT", "/members/shop.c", "{}", 404, "path", "nothing at this path"),
        ("POST", C1, "{}", 405, "method", "does not take the method"),
        ("PUT", "/members", "{}", 405, "method", "does not take the method"),
        ("PUT", "/members/shop.d/10.0.3.1:9763", "{}", 404, "cluster", "did you mean shop.c?"),
        ("PUT", "/members/shop.c/worker/10.0.3.1:9763", "{}", 404, "cluster", "no cluster shop.c/worker"),
        ("PUT", "/members/shop%20c/10.0.3.1:9763", "{}", 400, "name", "no name of a cluster"),
        ("PUT", "/members/a%2Fb/c/10.0.3.1:9763", "{}", 400, "name", "no name of a cluster"),
        ("PUT", "/members/shop.c/10.0.3.1", "{}", 400, "name", "no HOST:PORT"),
        ("PUT", "/members/shop.c/10.0.3.1:0", "{}", 400, "name", "no port"),
        ("PUT", "/members/shop.c/10.0.3.1:65536", "{}", 400, "name", "no port"),
        ("PUT", "/members/shop.c/:9763", "{}", 400, "name", "no host"),
        ("PUT", "/members/shop.c/a%20b:9763", "{}", 400, "name", "no host"),
        ("PUT", "/members/shop.c/::1:9763", "{}", 400, "name", "no HOST:PORT"),
        ("PUT", "/members/shop.c/0.0.0.0:9763", "{}", 400, "name", "no single machine"),
        ("PUT", "/members/shop.c/224.0.0.4:9763", "{}", 400, "name", "no single machine"),
        ("PUT", C1, "", 400, "body", "EOF"),
        ("PUT", C1, "[]", 400, "body", "an object that describes a member"),
        ("PUT", C1, "{} {}", 400, "body", "trailing characters"),
        ("PUT", C1, r#"{"wieght":1}"#, 400, "body", "unknown field `wieght`"),
        ("PUT", C1, r#"{"weight":1,"weight":2}"#, 400, "body", "duplicate field `weight`"),
        ("PUT", C1, r#"{"weight":0}"#, 400, "body", "not between 1 and 1000000"),
        ("PUT", C1, r#"{"weight":1000001}"#, 400, "body", "not between 1 and 1000000"),
        // Case 220.
        ("PUT", C1, r#"{"http_port":-1,"https_port":-1}"#, 400, "body", "invalid value"),
        ("PUT", C1, r#"{"http_port":9764}"#, 400, "body", "the port of the path"),
        ("PUT", C1, r#"{"http_port":"9763"}"#, 400, "body", "invalid type"),
        ("PUT", C1, r#"{"lease_seconds":0}"#, 400, "body", "not between 1 and 3600"),
        ("PUT", C1, r#"{"lease_seconds":3601}"#, 400, "body", "not between 1 and 3600"),
        ("PUT", C1, r#"{"remote_host":"0.0.0.0"}"#, 400, "body", "no single machine"),
        ("PUT", C1, r#"{"remote_host":"a b"}"#, 400, "body", "no host"),
        ("PUT", C1, r#"{"zone":"a b"}"#, 400, "body", "no name"),
        ("PUT", C1, r#"{"zone":"a\u0007"}"#, 400, "body", "control characters"),
        ("PUT", C1, r#"{"port_mappings":{"8280":0}}"#, 400, "body", "invalid value"),
        ("PUT", C1, r#"{"port_mappings":{"8280":1,"8280":2}}"#, 400, "body", "twice"),
        ("PUT", C1, r#"{"properties":{"a":"1","a":"2"}}"#, 400, "body", "twice"),
        ("PUT", C1, r#"{"properties":{"port.mapping.80":"x"}}"#, 400, "body", "no port"),
        ("PUT", C1, &many, 400, "body", "more than 64 names"),
        ("PUT", C1, &long, 400, "body", "longer than 1024 bytes"),
        ("PUT", C1, &huge, 413, "size", "larger than 16384 bytes"),
        ("DELETE", C1, "", 404, "member", "is not registered in shop.c"),
        ("GET", C1, "", 404, "member", "is not registered in shop.c"),
    ];
    let site = Site::new(&["shop.c"]).await;
    for (method, path, body, status, reason, message) in rows {
        let before = site.counts.refusals(NAME, reason);
        let (found, answer) = site.ask(method, path, body).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert_eq!(found.as_u16(), *status, "{method} {path} {body}: {answer}");
        assert!(error.contains(message), "{method} {path} {body}: {error}");
        assert_eq!(site.counts.refusals(NAME, reason), before + 1, "{method} {path} {body}");
        assert!(site.phases("shop.c").is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn strangers_are_refused_and_counted() {
    let site = Site::new(&["shop.c"]).await;
    for authorization in [
        &[][..],
        &["Bearer hors"],
        &["Bearer horses"],
        &["Basic horse"],
        &["horse"],
        &["Bearer horse", "Bearer horse"],
    ] {
        for (method, path) in [("PUT", C1), ("GET", "/members"), ("GET", "/nowhere"), ("DELETE", C1)] {
            let mut request = request(method, path, "{}");
            request.headers_mut().remove("Authorization");
            for value in authorization {
                request.headers_mut().append("Authorization", value.parse().expect("a value"));
            }
            let (status, answer) = site.send(request).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{authorization:?}");
            assert_eq!(answer, json!({ "schema": 1, "error": "a token is needed" }));
        }
    }
    assert_eq!(site.counts.refusals(NAME, "token"), 24);
    let mut plain = request("PUT", C1, "{}");
    plain.headers_mut().insert("Content-Type", "text/plain".parse().expect("a value"));
    assert_eq!(site.send(plain).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(site.counts.refusals(NAME, "media_type"), 1);
    assert!(site.phases("shop.c").is_empty());
}

/// From where requests may come, and where members may be.
#[tokio::test(start_paused = true)]
async fn registrants_are_limited_to_networks() {
    let networks = |text: &str| text.parse::<Networks>().expect("networks");
    let (any, named) = (networks(""), networks("10.0.3.0/24,fd00::/8"));
    let path = |host: &str| format!("/members/shop.c/{host}:80");
    // The lists, who asks, whom for, and the status and reason of the answer.
    let rows = [
        (&any, &any, Some("192.0.2.1"), path("app.example"), "{}", 201, ""),
        (&any, &any, None, path("10.0.3.1"), "{}", 201, ""),
        (&named, &any, Some("10.0.3.9"), path("app.example"), "{}", 201, ""),
        (&named, &any, Some("::ffff:10.0.3.9"), path("10.0.3.1"), "{}", 201, ""),
        (&named, &any, Some("fd00::1"), path("10.0.3.1"), "{}", 201, ""),
        (&named, &any, Some("10.0.4.9"), path("10.0.3.1"), "{}", 403, "peer"),
        (&named, &any, Some("127.0.0.1"), path("10.0.3.1"), "{}", 403, "peer"),
        (&named, &any, None, path("10.0.3.1"), "{}", 403, "peer"),
        (&any, &named, Some("192.0.2.1"), path("10.0.3.1"), "{}", 201, ""),
        (&any, &named, Some("192.0.2.1"), path("[fd00::2]"), "{}", 201, ""),
        (&any, &named, Some("192.0.2.1"), path("10.0.4.1"), "{}", 403, "host"),
        (&any, &named, Some("192.0.2.1"), path("app.example"), "{}", 403, "host"),
        (&any, &named, Some("192.0.2.1"), path("10.0.3.1"), r#"{"remote_host":"10.0.3.2"}"#, 201, ""),
        (&any, &named, Some("192.0.2.1"), path("10.0.3.1"), r#"{"remote_host":"10.0.4.2"}"#, 403, "host"),
        (&any, &named, Some("192.0.2.1"), path("10.0.3.1"), r#"{"remote_host":"elsewhere"}"#, 403, "host"),
        (&any, &named, Some("192.0.2.1"), "/members/shop.d/10.0.4.1:80".to_owned(), "{}", 404, "cluster"),
    ];
    for (networks, hosts, peer, path, body, status, reason) in rows {
        let registrants = Registrants { networks: networks.clone(), hosts: hosts.clone() };
        let site = Site::for_registrants(registrants, &["shop.c"]).await;
        let mut request = request("PUT", &path, body);
        if let Some(peer) = peer {
            request.extensions_mut().insert(listener::Peer(peer.parse().expect("an address")));
        }
        let (found, answer) = site.send(request).await;
        assert_eq!(found.as_u16(), status, "{peer:?} {path} {body}: {answer}");
        if status != 201 {
            assert_eq!(site.counts.refusals(NAME, reason), 1, "{peer:?} {path} {body}");
            assert!(site.phases("shop.c").is_empty());
        }
    }
}

/// The list is looked at before the token: who is elsewhere learns nothing of it.
#[tokio::test(start_paused = true)]
async fn strangers_from_elsewhere_are_refused_at_every_path() {
    let networks = "10.0.3.0/24".parse().expect("networks");
    let registrants = Registrants { networks, ..Registrants::default() };
    let site = Site::for_registrants(registrants, &["shop.c"]).await;
    for (method, path) in [("PUT", C1), ("GET", "/members"), ("GET", "/nowhere"), ("DELETE", C1)] {
        for token in ["Bearer horse", "Bearer other"] {
            let mut request = request(method, path, "{}");
            request.headers_mut().insert("Authorization", token.parse().expect("a value"));
            request.extensions_mut().insert(listener::Peer([192, 0, 2, 1].into()));
            assert_eq!(site.send(request).await.0, StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    assert_eq!((site.counts.refusals(NAME, "peer"), site.counts.refusals(NAME, "token")), (8, 0));
}

#[tokio::test(start_paused = true)]
async fn there_are_only_so_many_members() {
    let site = Site::new(&["shop.c"]).await;
    for number in 1..=3 {
        assert_eq!(
            site.put(&format!("/members/shop.c/10.0.3.{number}:80"), json!({})).await,
            StatusCode::CREATED
        );
    }
    assert_eq!(site.put("/members/shop.c/10.0.3.4:80", json!({})).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(site.counts.refusals(NAME, "full"), 1);
    assert_eq!(
        site.put("/members/shop.c/10.0.3.3:80", json!({})).await,
        StatusCode::OK,
        "renewing is possible"
    );
}

#[tokio::test(start_paused = true)]
async fn addresses_are_keys() {
    let site = Site::new(&["shop.c"]).await;
    for (path, body) in [
        ("/members/shop.c/[::1]:9763", json!({})),
        ("/members/shop.c/app-1.example:443", json!({ "https_port": 443 })),
        ("/members/shop.c/app-2.example:80", json!({ "http_port": 80, "https_port": 443 })),
    ] {
        assert_eq!(site.put(path, body).await, StatusCode::CREATED, "{path}");
    }
    let members = site.cluster("shop.c").snapshot();
    let keys: Vec<_> = members.iter().map(|member| &**member.key()).collect();
    assert_eq!(keys, ["[::1]:9763", "app-1.example:443", "app-2.example:80"]);
    assert_eq!(members[1].definition().http_port, None);
}

/// elastic-load-balancer.md §4.9: a load average counts as long as the lease that it came with, and no longer than the member
/// tells one.
#[tokio::test(start_paused = true)]
async fn a_load_average_counts_as_long_as_its_lease() {
    let site = Site::new(&["shop.domain"]).await;
    let path = "/members/shop.domain/10.0.3.1:80";
    let load = || site.cluster("shop.domain").members()[0].live().load_average(Instant::now());
    assert_eq!(
        site.put(path, json!({ "load_average": 1.5, "lease_seconds": 60 })).await,
        StatusCode::CREATED
    );
    assert_eq!(load(), Some(1.5));
    let member = site.cluster("shop.domain").members()[0].clone();
    assert_eq!(site.put(path, json!({ "load_average": 0, "lease_seconds": 60 })).await, StatusCode::OK);
    assert_eq!(load(), Some(0.0));
    let same = site.cluster("shop.domain").members()[0].clone();
    assert!(Arc::ptr_eq(&member, &same), "its load makes it no other member");
    sleep(Duration::from_secs(59)).await;
    assert_eq!(load(), Some(0.0));
    sleep(Duration::from_secs(2)).await;
    assert_eq!(member.live().load_average(Instant::now()), None);
    assert_eq!(site.put(path, json!({ "load_average": 7.25 })).await, StatusCode::CREATED);
    assert_eq!(load(), Some(7.25));
    assert_eq!(site.put(path, json!({})).await, StatusCode::OK);
    assert_eq!(load(), None, "it tells none any more");
    for wrong in [json!(-0.5), json!(1_000_001), json!("1.5"), json!(true), json!([1])] {
        let status = site.put(path, json!({ "load_average": wrong })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
