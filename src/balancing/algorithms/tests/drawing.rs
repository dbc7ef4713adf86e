//! Algorithms that draw. The seeds are fixed, so a failure can be repeated.

use super::*;

const SEED: u64 = 20_260_101;

/// Four standard deviations of a binomial distribution.
fn about(count: usize, times: usize, probability: f64) -> bool {
    let times = times as f64;
    let deviation = (times * probability * (1.0 - probability)).sqrt();
    (count as f64 - times * probability).abs() <= 4.0 * deviation
}

#[test]
fn random_draws_by_weight() {
    let mut pool = places(&[5, 3, 2]);
    let algorithm = Random::new(Dice::seeded(SEED));
    let all = counts(&algorithm, &pool, 10_000);
    for (count, probability) in all.iter().zip([0.5, 0.3, 0.2]) {
        assert!(about(*count, 10_000, probability), "{all:?}, seed {SEED}");
    }
    pool.closed = vec![0];
    let rest = counts(&algorithm, &pool, 10_000);
    assert!(about(rest[1], 10_000, 0.6), "{rest:?}, seed {SEED}");
}

/// Nearly all are closed, so that drawing fails and the open ones are counted.
#[test]
fn the_open_few_of_many_are_drawn_alike() {
    let mut pool = places(&[1; 100]);
    pool.closed = (0..100).filter(|index| !matches!(index, 7 | 8 | 90)).collect();
    for algorithm in [
        Selector::Random(Random::new(Dice::seeded(SEED))),
        Selector::PowerOfTwo(PowerOfTwo::new(Dice::seeded(SEED))),
    ] {
        let all = counts(&algorithm, &pool, 1200);
        assert!([7, 8, 90].iter().all(|index| about(all[*index], 1200, 1.0 / 3.0)), "seed {SEED}");
    }
}

#[test]
fn the_busiest_is_never_the_better_of_two() {
    let mut pool = places(&[1; 4]);
    pool.in_flight = vec![9, 1, 1, 2];
    let all = counts(&PowerOfTwo::new(Dice::seeded(SEED)), &pool, 6000);
    // Of 6 pairs A is in 3 and loses all; D is in 3 and wins against A; B and C share the other 5.
    assert_eq!(all[0], 0);
    assert!(about(all[3], 6000, 1.0 / 6.0), "{all:?}, seed {SEED}");
    assert!(about(all[1], 6000, 2.5 / 6.0), "{all:?}, seed {SEED}");
}

#[test]
fn seeds_repeat_and_threads_do_not_need_them() {
    let pool = places(&[1; 10]);
    let run = |dice| letters(&Random::new(dice), &pool, 40);
    assert_eq!(run(Dice::seeded(SEED)), run(Dice::seeded(SEED)));
    assert_ne!(run(Dice::seeded(SEED)), run(Dice::seeded(SEED + 1)));
    let all = counts(&Random::new(Dice::default()), &pool, 10_000);
    assert!(all.iter().all(|count| (500..1500).contains(count)), "16 standard deviations: {all:?}");
}

#[test]
fn peak_ewma_goes_by_time_and_load() {
    let ms = |milliseconds| Some(Duration::from_millis(milliseconds));
    let choose = |latency: [Option<Duration>; 2], in_flight: [u32; 2]| {
        let pool = Places { latency: latency.into(), in_flight: in_flight.into(), ..places(&[1; 2]) };
        PeakEwma::default().choose(&pool, &Asked::default())
    };
    assert_eq!(choose([ms(10), ms(100)], [0, 0]), Some(0));
    assert_eq!(choose([ms(10), ms(100)], [8, 0]), Some(0), "90 < 100");
    assert_eq!(choose([ms(10), ms(100)], [10, 0]), Some(1), "110 > 100");
    assert_eq!(choose([ms(10), None], [0, 0]), Some(1), "one request finds out");
    assert_eq!(choose([ms(10), None], [50, 1]), Some(0), "more would be a gamble");
    assert_eq!(choose([None, None], [2, 1]), Some(1));
}
