//! One member is ten times slower: a simulation of events in the order of their time, without a clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;
use crate::balancing::algorithms::{Dice, PeakEwma, PowerOfTwo, Random};
use crate::clusters::InFlight;

/// Random numbers of the simulation itself (xorshift64*, Vigna 2016).
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An exponentially distributed time in microseconds.
    fn time(&mut self, mean: f64) -> u64 {
        (-(1.0 - self.next()).ln() * mean) as u64
    }
}

/// What came out, over the second half of a run.
struct Outcome {
    /// The greatest average of requests in flight of a member, by the mean of all.
    average: f64,
    /// The same at each moment that a request came, averaged.
    momentary: f64,
    /// The slow member's part of the requests.
    slow_part: f64,
}

const MEMBERS: usize = 8;
const REQUESTS: usize = 40_000;
/// 10 and 50 requests a member.
const CLIENTS: [usize; 2] = [80, 400];

/// So many clients, each with one request at a time, and members that take 10 ms, the first 100 ms.
fn simulate(selector: Selector, clients: usize, seed: u64) -> Outcome {
    let names: Vec<String> = (0..MEMBERS).map(|number| format!("m{number}")).collect();
    let fixture = Fixture::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let balancer = Balancer::new(fixture.cluster(), selector, Settings::default());
    let members = fixture.cluster().snapshot();
    let mut generator = Generator(seed);
    let mut requests: Vec<Option<(InFlight, u64)>> = (0..clients).map(|_| None).collect();
    let mut events: BinaryHeap<Reverse<(u64, usize)>> =
        (0..clients).map(|client| Reverse((client as u64, client))).collect();
    let (mut areas, mut before, mut to_slow, mut momentary) = ([0.0; MEMBERS], 0, 0usize, 0.0);
    for number in 0..REQUESTS {
        let Reverse((now, client)) = events.pop().expect("an event per client");
        let moment = fixture.start + Duration::from_micros(now);
        let loads: Vec<f64> = members.iter().map(|member| f64::from(member.live().in_flight())).collect();
        let counts = number >= REQUESTS / 2;
        if counts {
            let mean = loads.iter().sum::<f64>() / MEMBERS as f64;
            momentary += loads.iter().copied().fold(0.0, f64::max) / mean;
            for (area, load) in areas.iter_mut().zip(&loads) {
                *area += load * (now - before) as f64;
            }
        }
        before = now;
        if let Some((request, begun)) = requests[client].take() {
            request.answered(Duration::from_micros(now - begun), moment);
        }
        let attempt = Attempt { now: moment, ..fixture.attempt(0, &[]) };
        let member = balancer.choose(&attempt).expect("a member").member;
        let is_slow = host(&member) == "m0";
        to_slow += usize::from(is_slow && counts);
        requests[client] = Some((InFlight::begin(member.live()), now));
        let took = generator.time(if is_slow { 100_000.0 } else { 10_000.0 });
        events.push(Reverse((now + took.max(1), client)));
    }
    let most = areas.iter().copied().fold(0.0, f64::max);
    let counted = (REQUESTS / 2) as f64;
    Outcome {
        average: most / (areas.iter().sum::<f64>() / MEMBERS as f64),
        momentary: momentary / counted,
        slow_part: to_slow as f64 / counted,
    }
}

const SEEDS: [u64; 3] = [1, 20_260_101, 0xdead_beef];

#[test]
fn least_requests_and_power_of_two_keep_the_load_even() {
    for (seed, clients) in SEEDS.into_iter().flat_map(|seed| CLIENTS.map(|clients| (seed, clients))) {
        for selector in [
            Selector::by_name("least-requests").expect("a name"),
            Selector::PowerOfTwo(PowerOfTwo::new(Dice::seeded(seed))),
        ] {
            let name = selector.name();
            let outcome = simulate(selector, clients, seed);
            println!(
                "{name}, {clients} clients: {:.3}, {:.3}, seed {seed}",
                outcome.average, outcome.momentary
            );
            assert!(outcome.average < 1.3, "{name}: {} on average, seed {seed}", outcome.average);
            assert!(outcome.momentary < 1.3, "{name}: {} at a moment, seed {seed}", outcome.momentary);
            // With equal loads throughput goes by speed: 1 of 71.
            assert!(outcome.slow_part < 0.03, "{name}: {}, seed {seed}", outcome.slow_part);
        }
    }
}

/// What the bound of the test above is worth: without looking at load the slow member fills up.
#[test]
fn choosing_blindly_does_not() {
    for seed in SEEDS {
        for selector in [
            Selector::by_name("round-robin").expect("a name"),
            Selector::Random(Random::new(Dice::seeded(seed))),
        ] {
            let name = selector.name();
            let outcome = simulate(selector, CLIENTS[1], seed);
            assert!(outcome.average > 3.0, "{name}: {}, seed {seed}", outcome.average);
        }
    }
}

/// It looks at time as well, so the slow member gets less than its load would allow.
#[test]
fn peak_ewma_spares_the_slow_member() {
    for seed in SEEDS {
        let outcome = simulate(Selector::PeakEwma(PeakEwma::new(Dice::seeded(seed))), CLIENTS[1], seed);
        println!("peak-ewma: {:.4} to the slow one, {:.3}, seed {seed}", outcome.slow_part, outcome.average);
        assert!(outcome.slow_part < 1.0 / 71.0, "{}, seed {seed}", outcome.slow_part);
        assert!(outcome.slow_part > 0.0, "it is not forgotten, seed {seed}");
    }
}
