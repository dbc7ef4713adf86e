//! From one state of the slices to the next, by tables.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::members::{Members, Told, members, union};
use super::super::slices::Slice;
use super::{endpoint, ready, service, slice, terminating, unready};
use crate::clusters::ClusterKey;
use crate::membership::{Departure, Event};

fn cluster() -> ClusterKey {
    ClusterKey::domain("shop.example")
}

/// Slices, each with its kind of addresses and endpoints.
type Slices = Vec<(&'static str, Vec<Value>)>;

fn seen(slices: Slices) -> Members {
    let read = |(address_type, endpoints)| {
        Slice::read(&slice(address_type, endpoints), &service(), |reason| panic!("{reason}"))
    };
    members(&cluster(), &slices.into_iter().map(read).collect::<Vec<_>>())
}

/// As short words.
fn words(events: Vec<Event>) -> Vec<String> {
    let word = |event| match event {
        Event::Join { definition, .. } => format!("join {} {}", definition.key(), active(definition.active)),
        Event::Update { definition, .. } => {
            format!("update {} {}", definition.key(), active(definition.active))
        }
        Event::Leave { member, departure: Departure::Announced, .. } => format!("leave {member}"),
        other => format!("{other:?}"),
    };
    events.into_iter().map(word).collect()
}

fn active(active: bool) -> &'static str {
    if active { "active" } else { "inactive" }
}

fn pod(number: u8, conditions: Value) -> Value {
    endpoint(&format!("10.1.0.{number}"), &format!("api-{number}"), conditions)
}

/// The same pod by its other address.
fn pod6(number: u8, conditions: Value) -> Value {
    endpoint(&format!("fd00::{number}"), &format!("api-{number}"), conditions)
}

/// Another pod that got the same address.
fn successor(number: u8) -> Value {
    endpoint(&format!("10.1.0.{number}"), &format!("later-{number}"), ready())
}

/// Each row follows from the one before.
#[test]
fn endpoints_come_change_and_go() {
    let rows: Vec<(&str, Slices, &[&str])> = vec![
        ("nobody", vec![], &[]),
        ("a slice without endpoints", vec![("IPv4", vec![])], &[]),
        (
            "two, one of which starts",
            vec![("IPv4", vec![pod(1, ready()), pod(2, unready())])],
            &["join 10.1.0.1:8080 active", "join 10.1.0.2:8080 inactive"],
        ),
        ("nothing new", vec![("IPv4", vec![pod(1, ready()), pod(2, unready())])], &[]),
        ("in another order", vec![("IPv4", vec![pod(2, unready()), pod(1, ready())])], &[]),
        (
            "it has started",
            vec![("IPv4", vec![pod(1, ready()), pod(2, ready())])],
            &["update 10.1.0.2:8080 active"],
        ),
        (
            "in a slice of its own",
            vec![("IPv4", vec![pod(1, ready())]), ("IPv4", vec![pod(2, ready())])],
            &[],
        ),
        (
            "in both for a while, of which one is old",
            vec![("IPv4", vec![pod(1, ready()), pod(2, unready())]), ("IPv4", vec![pod(2, ready())])],
            &[],
        ),
        (
            "it is not well",
            vec![("IPv4", vec![pod(1, unready()), pod(2, ready())])],
            &["update 10.1.0.1:8080 inactive"],
        ),
        (
            "it is well again, the other ends",
            vec![("IPv4", vec![pod(1, ready()), pod(2, terminating())])],
            &["leave 10.1.0.2:8080", "update 10.1.0.1:8080 active"],
        ),
        ("the other has ended", vec![("IPv4", vec![pod(1, ready())])], &[]),
        (
            "one that ends and was not known",
            vec![("IPv4", vec![pod(1, ready()), pod(3, terminating())])],
            &[],
        ),
        (
            "another pod with the same address",
            vec![("IPv4", vec![successor(1)])],
            &["join 10.1.0.1:8080 active"],
        ),
        (
            "it moves to another address",
            vec![("IPv4", vec![endpoint("10.1.0.7", "later-1", ready())])],
            &["leave 10.1.0.1:8080", "join 10.1.0.7:8080 active"],
        ),
        ("no slices", vec![], &["leave 10.1.0.7:8080"]),
    ];
    let mut told = Told::default();
    for (name, slices, expected) in rows {
        assert_eq!(words(told.next(&seen(slices))), *expected, "{name}");
    }
}

#[test]
fn pods_with_both_addresses_are_one_member() {
    let rows: Vec<(&str, Slices, &[&str])> = vec![
        (
            "IPv4 first",
            vec![("IPv6", vec![pod6(1, ready())]), ("IPv4", vec![pod(1, ready())])],
            &["10.1.0.1:8080"],
        ),
        ("only IPv6", vec![("IPv6", vec![pod6(1, ready())])], &["[fd00::1]:8080"]),
        (
            "another pod has only IPv6",
            vec![("IPv4", vec![pod(1, ready())]), ("IPv6", vec![pod6(1, ready()), pod6(2, ready())])],
            &["10.1.0.1:8080", "[fd00::2]:8080"],
        ),
        (
            "nobody says that they are one",
            vec![
                ("IPv4", vec![json!({ "addresses": ["10.1.0.1"] })]),
                ("IPv6", vec![json!({ "addresses": ["fd00::1"] })]),
            ],
            &["10.1.0.1:8080", "[fd00::1]:8080"],
        ),
    ];
    for (name, slices, expected) in rows {
        let keys: Vec<String> = seen(slices).keys().map(|(_, key)| key.to_string()).collect();
        assert_eq!(keys, *expected, "{name}");
    }
}

#[test]
fn a_member_says_where_it_is() {
    let mut whole = pod(1, ready());
    whole["zone"] = json!("eu-1a");
    whole["nodeName"] = json!("node-1");
    let members = seen(vec![("IPv4", vec![whole])]);
    let definition = &members[&(cluster(), "10.1.0.1:8080".into())].definition;
    assert_eq!(definition.zone.as_deref(), Some("eu-1a"));
    let properties = BTreeMap::from([("node".into(), "node-1".into()), ("target".into(), "api-1".into())]);
    assert_eq!(definition.properties, properties);
    assert_eq!((definition.weight, definition.permanent, &definition.remote_host), (1, false, &None));
}

/// What does not change who it is only updates it.
#[test]
fn news_of_the_same_pod_are_no_join() {
    let mut told = Told::default();
    told.next(&seen(vec![("IPv4", vec![pod(1, ready())])]));
    let mut moved = pod(1, ready());
    moved["zone"] = json!("eu-1b");
    assert_eq!(words(told.next(&seen(vec![("IPv4", vec![moved])]))), ["update 10.1.0.1:8080 active"]);
    let nameless = json!({ "addresses": ["10.1.0.1"] });
    assert_eq!(words(told.next(&seen(vec![("IPv4", vec![nameless])]))), ["update 10.1.0.1:8080 active"]);
}

/// A pod may be behind several services of one cluster: it leaves when it is behind none of them.
#[test]
fn services_of_one_cluster_add_up() {
    let one = seen(vec![("IPv4", vec![pod(1, ready()), pod(2, ready())])]);
    let other = seen(vec![("IPv4", vec![pod(2, unready()), pod(3, ready())])]);
    let mut told = Told::default();
    let all = words(told.next(&union([&one, &other])));
    assert_eq!(all, ["join 10.1.0.1:8080 active", "join 10.1.0.2:8080 active", "join 10.1.0.3:8080 active"]);
    assert_eq!(words(told.next(&union([&other, &one]))), [""; 0], "whichever is first");
    let left = words(told.next(&union([&Members::new(), &other])));
    assert_eq!(left, ["leave 10.1.0.1:8080", "update 10.1.0.2:8080 inactive"]);
}

/// Who was not taken for lack of place is told of again.
#[test]
fn who_was_refused_is_told_again() {
    let mut told = Told::default();
    let members = seen(vec![("IPv4", vec![pod(1, ready())])]);
    told.next(&members);
    told.refused(&(cluster(), "10.1.0.1:8080".into()));
    assert_eq!(words(told.next(&members)), ["join 10.1.0.1:8080 active"]);
}
