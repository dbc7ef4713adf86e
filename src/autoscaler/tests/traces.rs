//! The worked traces and tables of elastic-load-balancer.md §4.5.

use sinew_core::config::balancer::ScalingPolicy;

use super::super::policy::thresholds;
use super::*;
use Verdict::{Hold, Launch, Terminate};

const TEST_CONFIGURATION: &str = "max_requests_per_second 400; alarming_upper_rate 0.65;";

#[test]
fn thresholds_by_the_number_of_instances() {
    let (_, shipped) = cluster_with("shop.a.domain", "");
    let (_, tested) = cluster_with("shop.a.domain", TEST_CONFIGURATION);
    let rows = [
        (0, (0.0, 0.0), (0.0, 0.0)),
        (1, (210.0, 0.0), (1300.0, 0.0)),
        (2, (420.0, 15.0), (2600.0, 100.0)),
        (3, (630.0, 30.0), (3900.0, 200.0)),
        (4, (840.0, 45.0), (5200.0, 300.0)),
        (5, (1050.0, 60.0), (6500.0, 400.0)),
    ];
    for (running, of_shipped, of_tested) in rows {
        let of = |cluster: &ClusterDefinition, interval| {
            let found = thresholds(ScalingPolicy::InFlight, &cluster.limits, interval, running);
            (found.upper, found.lower)
        };
        assert_eq!(of(&shipped, seconds(60)), of_shipped, "{running} running");
        assert_eq!(of(&tested, seconds(5)), of_tested, "{running} running");
    }
}

/// Each threshold is where decisions change; with none or one running nothing is ever ended.
#[test]
fn decisions_change_above_and_below_the_thresholds() {
    for (keys, interval) in [("", 60), (TEST_CONFIGURATION, 5)] {
        let (_, mut cluster) = cluster_with("shop.a.domain", keys);
        cluster.limits.rounds_to_average = 1;
        cluster.limits.min_app_instances = 0;
        cluster.limits.max_app_instances = 9;
        for running in 0..=5 {
            let found = thresholds(cluster.policy, &cluster.limits, seconds(interval), running);
            let decide = |average: f64| {
                decision(&cluster, seconds(interval), counts(running, 0, 0), &samples(&[average as u64]))
                    .verdict
            };
            let more = Launch(1);
            assert_eq!(decide(found.upper), Hold, "{running}");
            assert_eq!(decide(found.upper + 1.0), more, "{running}");
            if running > 1 {
                assert_eq!(decide(found.lower), Hold, "{running}");
                assert_eq!(decide(found.lower - 1.0), Terminate(1), "{running}");
            } else {
                assert_eq!(decide(0.0), Hold, "{running}");
            }
        }
    }
}

/// The members of trace 1 never come within its ticks.
fn trace_1(keys: &str) -> Vec<(u64, Verdict, u32)> {
    let mut scene = Scene::new("shop.a.domain", keys).with_members(1);
    scene.configuration.balancer.process.server_startup_delay = seconds(600);
    let mut rows = Vec::new();
    for in_flight in [250, 300, 700, 900, 1200] {
        let outcome = scene.tick(in_flight);
        launches(&outcome.actions).into_iter().for_each(|launch| assert_eq!(scene.answer(launch), []));
        let gathering = matches!(outcome.scaling.reason.finding, super::super::Finding::Gathering { .. });
        let average = if gathering { 0 } else { scene.state.history.average_in_flight() };
        rows.push((average, outcome.scaling.verdict, outcome.counts.pending));
        scene.wait(60);
    }
    rows
}

#[test]
fn case_148_trace_1() {
    let averages = [0, 275, 500, 800, 1050];
    let counted = [(Hold, 0), (Launch(1), 1), (Launch(1), 2), (Launch(1), 3), (Launch(1), 4)];
    let original = [(Hold, 0), (Launch(1), 1), (Launch(2), 3), (Launch(1), 4), (Hold, 4)];
    for (keys, expected) in [("", counted), ("scale_up_counts_pending false;", original)] {
        let found = trace_1(keys);
        for ((found, average), (verdict, pending)) in found.into_iter().zip(averages).zip(expected) {
            assert_eq!(found, (average, verdict, pending), "{keys}");
        }
    }
}

#[test]
fn case_169_trace_2() {
    // In-flight, running, pending of the original and of ours, average, the two bounds, what each decides.
    type Row = (u64, u32, (u32, u32), u64, (f64, f64), (Verdict, Verdict));
    let none = (Hold, Hold);
    let rows: [Row; 12] = [
        (10, 2, (0, 0), 0, (3.75, 24.0), none),
        (20, 2, (0, 0), 0, (3.75, 24.0), none),
        (30, 2, (0, 0), 0, (3.75, 24.0), none),
        (40, 2, (0, 0), 25, (3.75, 24.0), (Launch(1), Launch(1))),
        (50, 2, (1, 1), 35, (3.75, 24.0), (Launch(1), Hold)),
        (60, 2, (2, 1), 45, (3.75, 24.0), (Launch(2), Launch(1))),
        (61, 5, (0, 0), 52, (15.0, 60.0), none),
        (10, 6, (0, 0), 45, (18.75, 72.0), none),
        (0, 6, (0, 0), 32, (18.75, 72.0), none),
        (0, 6, (0, 0), 17, (18.75, 72.0), (Terminate(1), Terminate(1))),
        (0, 6, (0, 0), 2, (18.75, 72.0), (Terminate(1), Terminate(1))),
        (0, 5, (0, 0), 0, (15.0, 60.0), (Terminate(1), Terminate(1))),
    ];
    let keys =
        "max_requests_per_second 10; alarming_upper_rate 0.8; alarming_lower_rate 0.5; scale_down_factor 0.5;
        rounds_to_average 4; min_app_instances 2; max_app_instances 8;";
    let (_, ours) = cluster_with("shop.a.domain", keys);
    let (_, original) = cluster_with("shop.a.domain", &format!("{keys} scale_up_counts_pending off;"));
    let interval = Duration::from_millis(1500);
    let mut history = History::default();
    for (number, (in_flight, running, pending, average, bounds, expected)) in rows.into_iter().enumerate() {
        let tick = number + 1;
        history.record(Round { in_flight, ..Round::default() }, 4);
        if tick >= 4 {
            assert_eq!(history.average_in_flight(), average, "tick {tick}");
        }
        let found = thresholds(ScalingPolicy::InFlight, &ours.limits, interval, running);
        assert_eq!((found.lower, found.upper), bounds, "tick {tick}");
        let of_original = decision(&original, interval, counts(running, pending.0, 0), &history);
        let of_ours = decision(&ours, interval, counts(running, pending.1, 0), &history);
        assert_eq!((of_original.verdict, of_ours.verdict), expected, "tick {tick}: {of_ours}");
    }
}
