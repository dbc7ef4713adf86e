//! Members come, change and go; their counters stay.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, advance};

use super::*;
use crate::availability::Rules;
use crate::transport::http::server::Scheme;

fn cluster() -> ClusterKey {
    ClusterKey::domain("shop.c.domain")
}

fn file() -> Source {
    Source::new(Layer::Static, "loadbalancer.conf")
}

fn admin() -> Source {
    Source::new(Layer::RunTime, "admin")
}

fn member(host: &str) -> MemberDefinition {
    MemberDefinition::new(host, Some(9763), Some(9443))
}

fn keys(directory: &Directory) -> Vec<String> {
    directory.cluster(&cluster()).members().iter().map(|member| member.key().to_string()).collect()
}

#[test]
fn a_key_reads_as_it_is_written() {
    for (domain, sub_domain, text) in
        [("d", "", "d"), ("d", "__$default", "d"), ("shop.b.domain", "worker", "shop.b.domain/worker")]
    {
        let key = ClusterKey::new(domain, sub_domain);
        assert_eq!(key.to_string(), text);
        assert_eq!(ClusterKey::parse(text), key);
    }
}

#[test]
fn members_are_listed_in_the_order_of_joining() {
    let directory = Directory::default();
    for host in ["10.0.3.2", "10.0.3.1", "10.0.3.3"] {
        directory.add(&file(), &cluster(), member(host)).expect("a member");
    }
    assert_eq!(keys(&directory), ["10.0.3.2:9763", "10.0.3.1:9763", "10.0.3.3:9763"]);
}

#[test]
fn what_one_source_added_only_it_removes() {
    let directory = Directory::default();
    directory.add(&file(), &cluster(), member("10.0.3.1")).expect("a member");
    directory
        .add(&admin(), &cluster(), MemberDefinition { weight: 5, ..member("10.0.3.1") })
        .expect("a member");
    let weight = |directory: &Directory| directory.cluster(&cluster()).members()[0].definition().weight;
    assert_eq!(weight(&directory), 5, "run time overrides files");
    directory.remove(&admin(), &cluster(), "10.0.3.1:9763").expect("it was there");
    assert_eq!(weight(&directory), 1);
    let error = directory.remove(&admin(), &cluster(), "10.0.3.1:9763").expect_err("said nothing");
    assert_eq!(error.to_string(), "the cluster shop.c.domain has no member 10.0.3.1:9763");
    directory.remove(&file(), &cluster(), "10.0.3.1:9763").expect("it was there");
    assert!(keys(&directory).is_empty());
}

#[test]
fn identity_outlives_definition() {
    let directory = Directory::default();
    let first = directory.add(&file(), &cluster(), member("10.0.3.1")).expect("a member");
    let _request = InFlight::begin(first.live());
    let again = directory.add(&file(), &cluster(), MemberDefinition { weight: 7, ..member("10.0.3.1") });
    let again = again.expect("a member");
    assert_eq!(again.definition().weight, 7);
    assert_eq!(again.live().in_flight(), 1);
    drop(_request);
    assert_eq!(first.live().in_flight(), 0);
}

#[test]
fn replacing_says_everything_and_keeps_what_stays() {
    let directory = Directory::default();
    let all = |hosts: &[&str]| BTreeMap::from([(cluster(), hosts.iter().map(|host| member(host)).collect())]);
    assert!(directory.replace(&file(), &all(&["10.0.3.1", "10.0.3.2"])).is_empty());
    let before = directory.cluster(&cluster()).snapshot();
    let changes = directory.changes();
    assert!(directory.replace(&file(), &all(&["10.0.3.1", "10.0.3.2"])).is_empty());
    assert!(!changes.has_changed().expect("a directory"), "nothing new was said");
    directory.replace(&file(), &all(&["10.0.3.2", "10.0.3.3"]));
    assert_eq!(keys(&directory), ["10.0.3.2:9763", "10.0.3.3:9763"]);
    assert_eq!(before[0].live().phase(), Phase::Gone);
    let now = directory.cluster(&cluster()).snapshot();
    assert!(std::sync::Arc::ptr_eq(&before[1], &now[0]));
}

#[test]
fn definitions_that_make_no_sense_change_nothing() {
    let directory = Directory::default();
    let error =
        directory.add(&file(), &cluster(), MemberDefinition::new("h", None, None)).expect_err("no port");
    assert_eq!(error.to_string(), "the member h has no port");
    assert!(directory.add(&file(), &cluster(), member("not a host")).is_err());
    assert!(keys(&directory).is_empty());
}

/// Cases 77–80 and 87: where a member is connected to.
#[test]
fn targets_follow_scheme_remote_host_and_port_mappings() {
    let directory = Directory::default();
    let definition = MemberDefinition {
        remote_host: Some("203.0.113.5".into()),
        port_mappings: [(8280, 9000)].into(),
        ..MemberDefinition::new("10.0.4.1", Some(9763), None)
    };
    let member = directory.add(&file(), &cluster(), definition).expect("a member");
    let target = |scheme, port| member.target(scheme, port).map(ToString::to_string);
    assert_eq!(target(Scheme::Http, 8280).as_deref(), Some("203.0.113.5:9000"), "case 79");
    assert_eq!(target(Scheme::Http, 80).as_deref(), Some("203.0.113.5:9763"), "case 80");
    assert_eq!(target(Scheme::Https, 443), None, "case 87");
}

#[tokio::test(start_paused = true)]
async fn only_open_members_that_did_not_fail_are_available() {
    let directory = Directory::default();
    let member = directory.add(&file(), &cluster(), member("10.0.3.1")).expect("a member");
    assert!(member.is_available(Instant::now()));
    member.live().availability.failed(101_503, &Rules::default(), Instant::now());
    assert!(!member.is_available(Instant::now()));
    advance(Duration::from_secs(30)).await;
    assert!(member.is_available(Instant::now()));
    directory.drain(&cluster(), member.key()).expect("it is there");
    advance(Duration::from_secs(5)).await;
    assert!(!member.is_open());
    assert_eq!(member.live().in_phase(Instant::now()), Duration::from_secs(5));
    directory.resume(&cluster(), member.key()).expect("it is there");
    assert!(member.is_available(Instant::now()));
    member.live().set_healthy(false);
    assert!(!member.is_open());
}

#[tokio::test(start_paused = true)]
async fn latency_rises_at_once_and_falls_slowly() {
    let directory = Directory::default();
    let member = directory.add(&file(), &cluster(), member("10.0.3.1")).expect("a member");
    let live = member.live();
    assert_eq!(live.latency(), None);
    let ms = Duration::from_millis;
    live.measure(ms(10), Instant::now());
    live.measure(ms(100), Instant::now());
    assert_eq!(live.latency(), Some(ms(100)));
    advance(Duration::from_secs(10)).await;
    live.measure(ms(10), Instant::now());
    // After one decay time the old value counts for 1/e: 10 + 90/e.
    let expected = 10.0 + 90.0 / std::f64::consts::E;
    let latency = live.latency().expect("measured").as_secs_f64() * 1000.0;
    assert!((latency - expected).abs() < 0.01, "{latency}");
}

/// A cluster is forgotten when it is one of those that may be, has no members, and nobody holds it.
#[test]
fn clusters_are_pruned() {
    let directory = Directory::default();
    let keys = ["empty", "held", "busy", "other"].map(ClusterKey::domain);
    let mut clusters = keys.iter().map(|key| directory.cluster(key)).collect::<Vec<_>>();
    directory.add(&admin(), &keys[2], member("10.0.0.1")).expect("a member");
    let some = keys[..3].iter().cloned().collect();
    directory.prune(&some);
    assert_eq!(directory.clusters().len(), 4, "all are held");
    let held = clusters.swap_remove(1);
    drop(clusters);
    directory.prune(&some);
    let left: Vec<String> = directory.clusters().iter().map(|cluster| cluster.key().to_string()).collect();
    assert_eq!(left, ["busy", "held", "other"]);
    drop(held);
    directory.remove(&admin(), &keys[2], "10.0.0.1:9763").expect("a member");
    directory.prune(&some);
    assert_eq!(directory.clusters().len(), 1);
}
