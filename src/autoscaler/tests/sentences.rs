//! What operators read.

use super::super::{Bar, Finding, LoadAverages, Obstacle};
use super::*;

#[test]
fn decisions_say_why() {
    let (_, cluster) = cluster_with("shop.a.domain", "");
    let of =
        |counts, measured: &[u64]| decision(&cluster, seconds(60), counts, &samples(measured)).to_string();
    let rows = [
        (counts(1, 0, 0), &[9][..], "1 of 2 rounds measured: hold"),
        (counts(1, 0, 0), &[250, 300], "average 275 in flight > 1 running × 210, 2 required: launch 1"),
        (
            counts(1, 0, 0),
            &[1051, 1051],
            "average 1051 in flight > 1 running × 210, 6 required, but 5 more would exceed the maximum of 5: launch 4",
        ),
        (
            counts(1, 1, 0),
            &[250, 300],
            "average 275 in flight > 1 running × 210, 2 required, but 1 pending will do: hold",
        ),
        (counts(3, 0, 0), &[29, 29], "average 29 in flight < (3 − 1) running × 15: terminate 1"),
        (
            counts(3, 0, 1),
            &[29, 29],
            "average 29 in flight < (3 − 1) running × 15, but 1 terminating must leave first: hold",
        ),
        (
            counts(3, 0, 0),
            &[30, 30],
            "average 30 in flight, not above 3 running × 210 and not below (3 − 1) running × 15: hold",
        ),
    ];
    for (counts, measured, expected) in rows {
        assert_eq!(of(counts, measured), expected);
    }
    let mut scene = Scene::new("esb.domain", "");
    assert_eq!(scene.tick(0).sanity.to_string(), "0 running + 0 pending < minimum 2: launch 2");
}

#[test]
fn the_other_rules_say_why() {
    let (_, target) = cluster_with("shop.a.domain", "policy target; target_in_flight 50;");
    assert_eq!(
        decision(&target, seconds(60), counts(3, 0, 0), &samples(&[44, 45])).to_string(),
        "average 44.5 in flight, 1 of 3 running would do with 45 each, but of 2 at most 1 at once: terminate 1"
    );
    let (_, load) = cluster_with("shop.a.domain", "policy max; rounds_to_average 1;");
    let mut history = History::default();
    history.record(Round { load: LoadAverages::of([6.0, 1.0]), ..Round::default() }, 1);
    assert_eq!(
        decision(&load, seconds(60), counts(2, 0, 0), &history).to_string(),
        "largest load average 6 > 5: launch 1"
    );
}

#[test]
fn a_decision_as_json() {
    let (_, cluster) = cluster_with("shop.a.domain", "");
    let found = decision(&cluster, seconds(60), counts(1, 0, 0), &samples(&[250, 300]));
    let json = serde_json::to_string(&found).expect("JSON");
    let reason = "average 275 in flight > 1 running × 210, 2 required";
    assert_eq!(json, format!(r#"{{"verdict":{{"launch":1}},"reason":"{reason}"}}"#));
}

#[test]
fn numbers_are_short() {
    let texts =
        [0.300_000_000_000_000_04, 18.75, 210.0, 1.005].map(|each| Bar { instances: None, each }.to_string());
    assert_eq!(texts, ["0.3", "18.75", "210", "1"]);
    let cooling = Obstacle::CoolDown { since: Duration::from_millis(1500), cooldown: seconds(90) };
    assert_eq!(cooling.to_string(), "the last change was 1.5 s ago and the cool-down is 90 s");
    assert_eq!(Finding::Waking { in_flight: 1 }.to_string(), "1 in flight and no instance");
}
