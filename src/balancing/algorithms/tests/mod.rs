//! The algorithms on a pool made of numbers.

mod drawing;
mod hashing;
mod names;
mod turns;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::*;

/// Places named `0`, `1`, … unless named otherwise.
#[derive(Default)]
struct Places {
    all: Arc<Vec<Place>>,
    in_flight: Vec<u32>,
    latency: Vec<Option<Duration>>,
    closed: Vec<usize>,
    cursor: AtomicUsize,
}

#[derive(Clone)]
struct Place {
    name: String,
    weight: u32,
}

fn places(weights: &[u32]) -> Places {
    let place = |(index, weight): (usize, &u32)| Place { name: index.to_string(), weight: *weight };
    let all: Vec<Place> = weights.iter().enumerate().map(place).collect();
    Places {
        in_flight: vec![0; all.len()],
        latency: vec![None; all.len()],
        all: Arc::new(all),
        ..Places::default()
    }
}

impl Pool for Places {
    fn len(&self) -> usize {
        self.all.len()
    }

    fn is_open(&self, index: usize) -> bool {
        index < self.len() && !self.closed.contains(&index)
    }

    fn weight(&self, index: usize) -> u32 {
        self.all[index].weight
    }

    fn in_flight(&self, index: usize) -> u32 {
        self.in_flight[index]
    }

    fn latency(&self, index: usize) -> Option<Duration> {
        self.latency[index]
    }

    fn name(&self, index: usize) -> &str {
        &self.all[index].name
    }

    fn edition(&self) -> Edition {
        Edition::of(&self.all)
    }

    fn is_edition(&self, edition: &Edition) -> bool {
        edition.is(&self.all)
    }

    fn cursor(&self) -> &AtomicUsize {
        &self.cursor
    }
}

fn every_algorithm() -> Vec<Selector> {
    [
        "round-robin",
        "weighted-round-robin",
        "weighted-rrlc",
        "least-requests",
        "power-of-two",
        "random",
        "consistent-hash",
        "peak-ewma",
    ]
    .into_iter()
    .map(|name| Selector::by_name(name).expect("a known name"))
    .collect()
}

/// How often each is chosen.
fn counts(algorithm: &impl Algorithm, pool: &Places, times: usize) -> Vec<usize> {
    let mut counts = vec![0; pool.len()];
    for _ in 0..times {
        counts[algorithm.choose(pool, &Asked::default()).expect("one is open")] += 1;
    }
    counts
}

/// The choices as letters.
fn letters(algorithm: &impl Algorithm, pool: &Places, times: usize) -> String {
    let choice = |_| algorithm.choose(pool, &Asked::default()).expect("one is open");
    (0..times).map(choice).map(|index| char::from(b'A' + index as u8)).collect()
}

#[test]
fn nobody_chooses_what_is_closed() {
    let client = Some(std::net::Ipv4Addr::new(192, 0, 2, 1).into());
    let asked = Asked { client, ..Asked::default() };
    for algorithm in every_algorithm() {
        let name = algorithm.name();
        assert_eq!(algorithm.choose(&places(&[]), &asked), None, "{name}");
        let mut pool = places(&[1, 5, 1, 2, 300, 1, 1, 1]);
        pool.closed = (0..8).collect();
        assert_eq!(algorithm.choose(&pool, &asked), None, "{name}");
        pool.closed.retain(|index| *index != 2);
        for _ in 0..50 {
            assert_eq!(algorithm.choose(&pool, &asked), Some(2), "{name}");
        }
    }
}
