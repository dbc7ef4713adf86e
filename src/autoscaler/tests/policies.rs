//! The rules that the original does not have, cool-downs and steps (elastic-load-balancer.md §8, W46, W50, W58).

use super::super::Obstacle;
use super::*;
use Verdict::{Hold, Launch, Terminate};

fn arrivals(rounds: &[u64]) -> History {
    let mut history = History::default();
    for &arrivals in rounds {
        history.record(Round { arrivals, length: seconds(60), ..Round::default() }, u32::MAX);
    }
    history
}

/// An instance takes 5 × 0.7 requests a second; 5 × 0.2 × 0.25 are worth one.
#[test]
fn w46_arrivals_are_compared_with_what_an_instance_takes_in_a_second() {
    let (_, cluster) = cluster_with("shop.a.domain", "policy rps;");
    let rows: [(u32, &[u64], Verdict); 6] = [
        (1, &[210, 210], Hold),
        (1, &[211, 211], Launch(1)),
        (1, &[0, 844], Launch(2)),
        (2, &[15, 15], Hold),
        (2, &[15, 14], Terminate(1)),
        (0, &[0, 1], Launch(1)),
    ];
    for (running, measured, expected) in rows {
        let found = decision(&cluster, seconds(60), counts(running, 0, 0), &arrivals(measured));
        assert_eq!(found.verdict, expected, "{running}, {measured:?}: {found}");
    }
}

#[test]
fn target_tracking() {
    let keys = "policy target; target_in_flight 50; min_app_instances 0; max_app_instances 9;";
    let (_, cluster) = cluster_with("shop.a.domain", keys);
    let rows: [(&str, Counts, &[u64], Verdict); 10] = [
        ("at the target", counts(2, 0, 0), &[100, 100], Hold),
        ("above it", counts(2, 0, 0), &[101, 100], Launch(1)),
        ("far above it", counts(2, 0, 0), &[400, 400], Launch(6)),
        ("some on their way", counts(2, 4, 0), &[400, 400], Launch(2)),
        ("enough on their way", counts(2, 6, 0), &[400, 400], Hold),
        ("90 % of it would be exceeded", counts(2, 0, 0), &[46, 46], Hold),
        ("90 % of it hold", counts(2, 0, 0), &[45, 45], Terminate(1)),
        ("none left", counts(1, 0, 0), &[0, 0], Terminate(1)),
        ("a lone request wakes", counts(0, 0, 0), &[0, 1], Launch(1)),
        ("others leave", counts(3, 0, 1), &[0, 0], Hold),
    ];
    for (what, counts, measured, expected) in rows {
        let found = decision(&cluster, seconds(60), counts, &samples(measured));
        assert_eq!(found.verdict, expected, "{what}: {found}");
    }
}

#[test]
fn target_tracking_goes_in_steps() {
    let keys = "policy target; target_in_flight 50; max_app_instances 9; scale_up_step 2; scale_down_step 3;";
    let (_, cluster) = cluster_with("shop.a.domain", keys);
    let of = |counts, measured: &[u64]| {
        let found = decision(&cluster, seconds(60), counts, &samples(measured));
        (found.verdict, found.reason.obstacle)
    };
    let step = |wanted, step| Some(Obstacle::Step { wanted, step });
    assert_eq!(of(counts(2, 0, 0), &[400, 400]), (Launch(2), step(6, 2)));
    assert_eq!(
        of(counts(8, 0, 0), &[900, 900]),
        (Launch(1), Some(Obstacle::Maximum { wanted: 10, maximum: 9 }))
    );
    assert_eq!(of(counts(8, 0, 0), &[45, 45]), (Terminate(3), step(7, 3)));
    assert_eq!(of(counts(3, 0, 0), &[0, 0]), (Terminate(2), Some(Obstacle::Minimum { minimum: 1 })));
    assert_eq!(of(counts(8, 1, 0), &[45, 45]), (Hold, Some(Obstacle::PendingFirst { pending: 1 })));
}

/// Between launching and ending lies a tenth of the target: a load that goes to and fro within it changes nothing.
#[test]
fn target_tracking_does_not_flap() {
    let (_, cluster) =
        cluster_with("shop.a.domain", "policy target; target_in_flight 50; rounds_to_average 1;");
    for load in 91..=100 {
        assert_eq!(
            decision(&cluster, seconds(60), counts(3, 0, 0), &samples(&[load])).verdict,
            Hold,
            "{load}"
        );
    }
    assert_eq!(decision(&cluster, seconds(60), counts(3, 0, 0), &samples(&[90])).verdict, Terminate(1));
    assert_eq!(decision(&cluster, seconds(60), counts(2, 0, 0), &samples(&[101])).verdict, Launch(1));
}

#[test]
fn w50_cool_downs() {
    let keys = "scale_up_cooldown 90000; scale_down_cooldown 150000;";
    let (_, cluster) = cluster_with("shop.a.domain", keys);
    let of = |measured: &[u64], since_launch: Option<u64>, since_termination: Option<u64>| {
        let found = decide(&Situation {
            policy: cluster.policy,
            limits: &cluster.limits,
            behaviour: &cluster.behaviour,
            interval: seconds(60),
            history: &samples(measured),
            counts: counts(2, 0, 0),
            since_launch: since_launch.map(seconds),
            since_termination: since_termination.map(seconds),
        });
        found.verdict
    };
    let (high, low): (&[u64], &[u64]) = (&[500, 500], &[0, 0]);
    assert_eq!(of(high, Some(89), None), Hold);
    assert_eq!(of(high, Some(90), None), Launch(1));
    assert_eq!(of(high, None, Some(1)), Launch(1), "load that comes back is served at once");
    assert_eq!(of(low, None, Some(149)), Hold);
    assert_eq!(of(low, None, Some(150)), Terminate(1));
    assert_eq!(of(low, Some(149), Some(900)), Hold, "what was just launched is not ended");
    assert_eq!(of(low, Some(150), Some(900)), Terminate(1));
}

#[test]
fn w58_only_an_empty_cluster_is_woken() {
    let keys = "min_app_instances 0; scale_from_zero_eager true;";
    let (_, cluster) = cluster_with("shop.a.domain", keys);
    let of = |counts, measured: &[u64]| decision(&cluster, seconds(60), counts, &samples(measured)).verdict;
    assert_eq!(of(counts(0, 0, 0), &[0, 0]), Hold);
    assert_eq!(of(counts(0, 0, 0), &[1]), Launch(1), "it does not wait for a second round");
    assert_eq!(of(counts(0, 1, 0), &[1, 0]), Hold);
    assert_eq!(of(counts(1, 0, 0), &[1, 0]), Hold);
    assert_eq!(of(counts(0, 0, 0), &[420, 421]), Launch(2), "the rule's own word is larger");
}
