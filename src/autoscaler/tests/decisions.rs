//! Decisions of the rule of 2.0.5 (elastic-load-balancer.md §9.7).

use sinew_core::config::balancer::ScalingPolicy;

use super::super::Obstacle;
use super::*;
use Verdict::{Hold, Launch, Terminate};

/// A row: the case, running, pending, terminating, samples, what is decided.
type Row = (&'static str, u32, u32, u32, &'static [u64], Verdict);

fn check(cluster: &ClusterDefinition, interval: Duration, rows: &[Row]) {
    for &(case, running, pending, terminating, measured, expected) in rows {
        let counts = counts(running, pending, terminating);
        let found = decision(cluster, interval, counts, &samples(measured));
        assert_eq!(found.verdict, expected, "case {case}: {found}");
    }
}

/// H 210, L 15, two rounds.
#[test]
fn cases_138_to_153_of_the_base_file() {
    let (_, cluster) = cluster_with("shop.a.domain", "");
    check(
        &cluster,
        seconds(60),
        &[
            ("138", 1, 0, 0, &[9000], Hold),
            ("139", 1, 0, 0, &[250, 300], Launch(1)),
            ("140", 1, 0, 0, &[210, 210], Hold),
            ("141", 1, 0, 0, &[210, 211], Hold),
            ("142", 1, 0, 0, &[211, 211], Launch(1)),
            ("143", 1, 0, 0, &[1050, 1050], Launch(4)),
            ("144", 1, 0, 0, &[1051, 1051], Launch(4)),
            ("145", 3, 1, 0, &[5000, 5000], Launch(1)),
            ("146", 5, 0, 0, &[9000, 9000], Hold),
            ("147", 6, 0, 0, &[9000, 9000], Hold),
            ("149", 3, 0, 0, &[29, 31], Hold),
            ("150", 3, 0, 0, &[29, 29], Terminate(1)),
            ("151", 3, 0, 1, &[29, 29], Hold),
            ("152", 2, 0, 0, &[14, 16], Hold),
            ("152, second", 2, 0, 0, &[14, 15], Terminate(1)),
            ("153", 1, 0, 0, &[0, 0], Hold),
        ],
    );
}

#[test]
fn cases_146_and_147_tell_the_maximum_from_more() {
    let (_, cluster) = cluster_with("shop.a.domain", "");
    let obstacle = |running| {
        decision(&cluster, seconds(60), counts(running, 0, 0), &samples(&[9000, 9000])).reason.obstacle
    };
    assert_eq!(obstacle(5), Some(Obstacle::Maximum { wanted: 38, maximum: 5 }));
    assert_eq!(obstacle(6), Some(Obstacle::OverMaximum { total: 6, maximum: 5 }));
}

#[test]
fn cases_154_and_155_keep_the_minimum() {
    let (_, cluster) = cluster_with("esb.domain", "");
    check(
        &cluster,
        seconds(60),
        &[
            ("154", 2, 0, 0, &[0, 0], Hold),
            ("155", 3, 0, 0, &[0, 0], Terminate(1)),
            ("155, leaving", 3, 0, 1, &[0, 0], Hold),
            ("155, left", 2, 0, 0, &[0, 0], Hold),
        ],
    );
}

#[test]
fn case_156_no_requests_per_second_switch_scaling_off() {
    let (_, cluster) = cluster_with("shop.a.domain", "max_requests_per_second 0;");
    check(&cluster, seconds(60), &[("156", 1, 0, 0, &[9, 9], Hold), ("156, nobody", 3, 0, 0, &[0, 0], Hold)]);
}

#[test]
fn cases_157_and_158_from_nothing() {
    let (_, cluster) = cluster_with("shop.a.domain", "min_app_instances 0;");
    check(
        &cluster,
        seconds(60),
        &[
            ("157", 0, 0, 0, &[0, 0], Hold),
            ("157, second", 0, 0, 0, &[0, 1], Hold),
            ("157, third", 0, 0, 0, &[1, 1], Launch(1)),
            ("158", 0, 0, 0, &[420, 421], Launch(2)),
        ],
    );
}

/// The order of the multiplications decides: H is 0.30000000000000004.
#[test]
fn case_165_counts_in_doubles() {
    let keys = "max_requests_per_second 3; alarming_upper_rate 0.1; rounds_to_average 1;";
    let (_, cluster) = cluster_with("shop.a.domain", keys);
    let interval = seconds(1);
    let upper = super::super::policy::thresholds(ScalingPolicy::InFlight, &cluster.limits, interval, 1).upper;
    assert_eq!(upper, 0.300_000_000_000_000_04);
    check(&cluster, interval, &[("165, none", 1, 0, 0, &[0], Hold), ("165", 1, 0, 0, &[1], Launch(3))]);
}

/// The test configuration of the original: H 1300, L 100.
#[test]
fn cases_166_to_168_of_the_test_configuration() {
    let keys =
        "max_requests_per_second 400; alarming_upper_rate 0.65; rounds_to_average 3; min_app_instances 2;
        max_app_instances 6;";
    let rest: [Row; 2] =
        [("167", 4, 0, 0, &[600, 0, 0], Terminate(1)), ("168", 4, 0, 0, &[5000, 600, 0], Hold)];
    let first = |expected| -> Row { ("166", 0, 2, 0, &[10, 4000, 4200], expected) };
    let (_, cluster) = cluster_with("shop.a.domain", keys);
    check(&cluster, seconds(5), &[&[first(Launch(1))][..], &rest].concat());
    let (_, original) = cluster_with("shop.a.domain", &format!("{keys} scale_up_counts_pending off;"));
    check(&original, seconds(5), &[&[first(Launch(3))][..], &rest].concat());
}
