//! Algorithms that go round, and those that count.

use super::*;

#[test]
fn round_robin_looks_at_each_once_and_leaves_the_cursor_when_all_are_closed() {
    let mut pool = places(&[1; 4]);
    assert_eq!(letters(&RoundRobin, &pool, 6), "ABCDAB");
    pool.closed = vec![2, 3];
    assert_eq!(letters(&RoundRobin, &pool, 3), "ABA");
    pool.closed = vec![0, 1, 2, 3];
    assert_eq!(RoundRobin.choose(&pool, &Asked::default()), None);
    pool.closed.clear();
    assert_eq!(letters(&RoundRobin, &pool, 2), "BC");
}

/// 2:1 and 3:1 by hand; 5:1:1 with the turns of A at 0.1, 0.3, … 0.9 of the round and those of B and C at 0.5.
#[test]
fn weighted_turns_are_spread_over_the_round() {
    for (weights, round) in [
        (&[2, 1][..], "ABA"),
        (&[3, 1], "AABA"),
        (&[4, 2], "ABA"),
        (&[5, 1, 1], "AAABCAA"),
        (&[7, 7, 7], "ABC"),
    ] {
        let algorithm = WeightedRoundRobin::default();
        assert_eq!(letters(&algorithm, &places(weights), 2 * round.len()), round.repeat(2));
    }
}

#[test]
fn e50_blocks() {
    assert_eq!(letters(&WeightedRoundRobin::new(Order::Blocks), &places(&[2, 1]), 6), "AABAAB");
}

/// D4: weights of the rest are preserved.
#[test]
fn closed_places_lose_their_turns_and_nothing_else() {
    let mut pool = places(&[5, 3, 2]);
    pool.closed = vec![1];
    let algorithm = WeightedRoundRobin::default();
    assert_eq!(counts(&algorithm, &pool, 70), [50, 0, 20]);
}

#[test]
fn weights_beyond_what_a_round_holds_are_scaled_down() {
    let pool = places(&[u32::MAX, u32::MAX - 1, 1]);
    let algorithm = WeightedRoundRobin::default();
    let counts = counts(&algorithm, &pool, 8192);
    assert!(counts[0].abs_diff(4096) <= 2 && counts[1].abs_diff(4096) <= 2 && counts[2] >= 1, "{counts:?}");
}

proptest::proptest! {
    /// After any number of turns each has had what its weight is due, give or take less than one turn and a half.
    #[test]
    fn nobody_is_far_from_what_is_due(weights in proptest::collection::vec(1u32..40, 1..12)) {
        let pool = places(&weights);
        let algorithm = WeightedRoundRobin::default();
        let sum: u32 = weights.iter().sum();
        let mut had = vec![0.0; weights.len()];
        for turn in 1..=2 * sum {
            had[algorithm.choose(&pool, &Asked::default()).expect("all are open")] += 1.0;
            for (had, weight) in had.iter().zip(&weights) {
                let due = f64::from(turn * weight) / f64::from(sum);
                proptest::prop_assert!((had - due).abs() < 1.5, "{had} of {due}");
            }
        }
    }

    /// Without load the correction changes nothing: rounds by weight, the heaviest first.
    #[test]
    fn weighted_rrlc_without_load_goes_by_weight(weights in proptest::collection::vec(1u32..20, 1..8)) {
        let sum: u32 = weights.iter().sum();
        let counts = counts(&WeightedRrlc::default(), &places(&weights), 3 * sum as usize);
        let due: Vec<usize> = weights.iter().map(|weight| 3 * *weight as usize).collect();
        proptest::prop_assert_eq!(counts, due);
    }
}

/// endpoints.md §5.7: diff = w·Σc/Σw − c, clamped to w ∓ 2.
#[test]
fn weighted_rrlc_corrects_by_requests_in_flight() {
    let mut pool = places(&[3, 5, 4]);
    let algorithm = WeightedRrlc::default();
    assert_eq!(letters(&algorithm, &pool, 12), "BBBBBCCCCAAA", "the heaviest first");
    // Σc = 12, so the due is 3, 5, 4: A has 2 more, B 1 less, C 1 less.
    pool.in_flight = vec![5, 4, 3];
    assert_eq!(letters(&algorithm, &pool, 12), "BBBBBBCCCCCA");
    // Σc = 24, so the due is 6, 10, 8: A has 18 more, the others lack all of theirs; the limits are w ∓ 2.
    pool.in_flight = vec![24, 0, 0];
    assert_eq!(letters(&algorithm, &pool, 14), "BBBBBBBCCCCCCA");
    // What was does not count: nobody is busy any more.
    pool.in_flight = vec![0, 0, 0];
    assert_eq!(letters(&algorithm, &pool, 12), "BBBBBCCCCAAA");
}

#[test]
fn weighted_rrlc_rounds_half_down_and_waits_for_its_rounds() {
    let mut pool = places(&[1, 1]);
    pool.in_flight = vec![1, 0];
    // The due is 0.5: A's correction is −0.5, rounded to −1 and so to 0 turns; B's is 0.5, rounded to 0.
    let algorithm = WeightedRrlc::default();
    assert_eq!(letters(&algorithm, &pool, 5), "ABBBB");
    let every_second = WeightedRrlc::new(std::num::NonZeroU32::new(2).expect("not zero"));
    assert_eq!(letters(&every_second, &pool, 7), "ABABBBB");
}

#[test]
fn weighted_rrlc_gives_even_an_overloaded_place_what_no_other_can_take() {
    let mut pool = places(&[1, 1]);
    pool.in_flight = vec![9, 0];
    let algorithm = WeightedRrlc::default();
    assert_eq!(letters(&algorithm, &pool, 4), "ABBB");
    pool.closed = vec![1];
    assert_eq!(letters(&algorithm, &pool, 2), "AA");
}

#[test]
fn least_requests_goes_by_load_and_weight_and_takes_turns_among_equals() {
    let mut pool = places(&[1; 3]);
    assert_eq!(letters(&LeastRequests, &pool, 5), "ABCAB");
    pool.in_flight = vec![3, 1, 2];
    assert_eq!(letters(&LeastRequests, &pool, 2), "BB");
    // (c + 1)/w: 4/4, 2/1, 3/1.
    let weighted = Places { in_flight: vec![3, 1, 2], ..places(&[4, 1, 1]) };
    assert_eq!(letters(&LeastRequests, &weighted, 2), "AA");
}
