//! The rules of 1.x (elastic-load-balancer.md §4.9, cases 185 to 190, 211).

use super::super::LoadAverages;
use super::*;
use Verdict::{Hold, Launch, Terminate};

const QUEUE: &str = "policy queue; queue_length_per_node 4; rounds_to_average 3; max_app_instances 3;";

#[test]
fn cases_185_to_187_queue_length() {
    let (_, cluster) = cluster_with("shop.a.domain", QUEUE);
    let rows: [(&str, u32, u32, &[u64], Verdict); 8] = [
        ("185", 1, 0, &[4, 5, 6], Launch(1)),
        ("185, next", 1, 1, &[5, 6, 7], Hold),
        ("186, 3", 2, 0, &[3, 3, 3], Terminate(1)),
        ("186, 4", 2, 0, &[4, 4, 4], Hold),
        ("186, 8", 2, 0, &[8, 8, 8], Hold),
        ("186, 9", 2, 0, &[9, 9, 9], Launch(1)),
        ("187", 3, 0, &[100, 100, 100], Hold),
        ("4.9, over", 4, 0, &[100, 100, 100], Hold),
    ];
    for (case, running, pending, measured, expected) in rows {
        let found = decision(&cluster, seconds(5), counts(running, pending, 0), &samples(measured));
        assert_eq!(found.verdict, expected, "case {case}: {found}");
    }
}

#[test]
fn several_at_once_do_not_exceed_the_maximum() {
    let (_, cluster) = cluster_with("shop.a.domain", &format!("{QUEUE} instances_per_scale_up 2;"));
    let launch =
        |running| decision(&cluster, seconds(5), counts(running, 0, 0), &samples(&[100, 100, 100])).verdict;
    assert_eq!((launch(1), launch(2), launch(3)), (Launch(2), Launch(1), Hold));
}

#[test]
fn case_211_healing_launches_as_many_as_a_scale_up() {
    let keys = "policy queue; queue_length_per_node 4; min_app_instances 3;";
    let mut scene = Scene::new("shop.a.domain", keys).with_members(1);
    assert_eq!(scene.tick(0).sanity.verdict, Launch(1));
    let mut scene = Scene::new("shop.a.domain", &format!("{keys} instances_per_scale_up 9;")).with_members(1);
    assert_eq!(scene.tick(0).sanity.verdict, Launch(4), "the maximum is 5");
}

fn loads(rounds: &[&[f64]]) -> History {
    let mut history = History::default();
    for told in rounds {
        let load = LoadAverages::of(told.iter().copied());
        history.record(Round { load, ..Round::default() }, u32::MAX);
    }
    history
}

#[test]
fn cases_188_to_190_load_averages() {
    let keys = "rounds_to_average 2;";
    let (_, mean) = cluster_with("shop.a.domain", &format!("signal load_average; {keys}"));
    let (_, maximum) = cluster_with("shop.a.domain", &format!("policy max; {keys}"));
    type Row<'a> = (&'static str, &'a ClusterDefinition, &'a [&'a [f64]], Verdict);
    let rows: [Row<'_>; 10] = [
        ("188, mean", &mean, &[&[6.0, 1.0], &[6.0, 1.0]], Hold),
        ("188, max", &maximum, &[&[6.0, 1.0], &[6.0, 1.0]], Launch(1)),
        ("189", &mean, &[&[], &[]], Launch(1)),
        ("189, no number", &mean, &[&[1.0], &[f64::NAN]], Launch(1)),
        ("190", &mean, &[&[1.0, 1.0], &[1.0, 1.0]], Terminate(1)),
        ("190, one round", &mean, &[&[2.5, 2.5], &[1.0, 1.0]], Hold),
        ("190, at the limit", &mean, &[&[2.0], &[2.0]], Hold),
        ("4.9, at once", &mean, &[&[1.0], &[5.1]], Launch(1)),
        ("4.9, at the limit", &mean, &[&[5.0], &[5.0]], Hold),
        ("4.9, one told", &mean, &[&[1.0], &[1.0]], Terminate(1)),
    ];
    for (case, cluster, measured, expected) in rows {
        let found = decision(cluster, seconds(5), counts(2, 0, 0), &loads(measured));
        assert_eq!(found.verdict, expected, "case {case}: {found}");
    }
    let pending = decision(&mean, seconds(5), counts(2, 1, 0), &loads(&[&[9.0], &[9.0]]));
    assert_eq!(pending.verdict, Hold, "step 6: not while one is pending");
}

/// Without any instance there is no load average, which would launch one again at the next tick.
#[test]
fn the_last_instance_of_a_load_average_stays() {
    let (_, cluster) =
        cluster_with("shop.a.domain", "signal load_average; rounds_to_average 1; min_app_instances 0;");
    let of = |running| decision(&cluster, seconds(5), counts(running, 0, 0), &loads(&[&[0.1]])).verdict;
    assert_eq!((of(2), of(1)), (Terminate(1), Hold));
    assert_eq!(decision(&cluster, seconds(5), counts(0, 0, 0), &loads(&[&[]])).verdict, Launch(1));
}
