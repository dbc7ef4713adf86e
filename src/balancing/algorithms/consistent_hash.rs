//! Consistent hash: requests with the same header, cookie or source go to the same place, and few of them move when places
//! come or go.
//!
//! Rendezvous hashing (Thaler, Ravishankar 1998): each place and request together make a number, the highest wins; weights
//! bend the numbers (Schindelhauer, Schomaker 2005). A place that has more than its due passes requests on to the one that
//! would be next (bounded load: Mirrokni, Thorup, Zadimoghaddam 2018). The numbers are the same in every process.

use std::net::IpAddr;

use http::HeaderName;
use xxhash_rust::xxh3::xxh3_64;

use super::dice::{fraction, mix};
use super::edition::Cache;
use super::turns::take_turn;
use super::{Algorithm, Asked, Pool};

/// What a request is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum HashOn {
    /// The first value of a header.
    Header(HeaderName),
    /// The value of a cookie.
    Cookie(Box<str>),
    /// The address of the client.
    #[default]
    Source,
}

/// Keeps requests of the same origin together. A request without the header or cookie is known by its source; one of unknown
/// source goes where a round robin would send it.
#[derive(Debug, Default)]
pub struct ConsistentHash {
    on: HashOn,
    places: Cache<Places>,
}

#[derive(Debug)]
struct Places {
    /// Hash of the name and weight.
    all: Box<[(u64, f64)]>,
    is_uniform: bool,
}

/// A place takes at most this much of what would be its due, in requests in flight.
const BALANCE: f64 = 1.25;

/// Up to so many requests in flight a place takes whatever comes, so that the parallel requests of one client stay together
/// when little goes on.
const UNCONCERNED: f64 = 16.0;

impl ConsistentHash {
    /// By what requests are known by.
    pub fn new(on: HashOn) -> Self {
        Self { on, places: Cache::default() }
    }
}

impl Algorithm for ConsistentHash {
    fn choose(&self, pool: &impl Pool, asked: &Asked<'_>) -> Option<usize> {
        match self.affinity(asked) {
            Some(key) => self.places.read(pool, || Places::of(pool), |places| places.choose(pool, key)),
            None => take_turn(pool.cursor(), pool.len(), |index| pool.is_open(index)),
        }
    }

    fn affinity(&self, asked: &Asked<'_>) -> Option<u64> {
        let value = match &self.on {
            HashOn::Header(name) => asked.headers.and_then(|all| all.get(name)).map(|value| value.as_bytes()),
            HashOn::Cookie(name) => asked.cookie(name),
            HashOn::Source => None,
        };
        value.map(xxh3_64).or_else(|| {
            Some(match asked.client?.to_canonical() {
                IpAddr::V4(address) => xxh3_64(&address.octets()),
                IpAddr::V6(address) => xxh3_64(&address.octets()),
            })
        })
    }
}

impl Places {
    fn of(pool: &impl Pool) -> Self {
        let place = |index| (xxh3_64(pool.name(index).as_bytes()), f64::from(pool.weight(index).max(1)));
        let all: Box<[(u64, f64)]> = (0..pool.len()).map(place).collect();
        let is_uniform = all.windows(2).all(|two| matches!(two, [one, other] if one.1 == other.1));
        Self { all, is_uniform }
    }

    fn choose(&self, pool: &impl Pool, key: u64) -> Option<usize> {
        let key = mix(key);
        let open = || self.all.iter().enumerate().filter(|(index, _)| pool.is_open(*index));
        let (mut best, mut in_flight, mut weights) = (None, 1.0, 0.0);
        for (index, place) in open() {
            in_flight += f64::from(pool.in_flight(index));
            weights += place.1;
            best = higher(best, index, self.score(key, *place));
        }
        let has_room = |index: usize, weight: f64| {
            let most = (BALANCE * in_flight * weight / weights).ceil().max(UNCONCERNED);
            f64::from(pool.in_flight(index)) < most
        };
        let (first, _) = best?;
        if self.all.get(first).is_some_and(|(_, weight)| has_room(first, *weight)) {
            return Some(first);
        }
        let mut best = None;
        for (index, place) in open().filter(|(index, (_, weight))| has_room(*index, *weight)) {
            best = higher(best, index, self.score(key, *place));
        }
        Some(best.map_or(first, |(index, _)| index))
    }

    fn score(&self, key: u64, (name, weight): (u64, f64)) -> f64 {
        let number = fraction(mix(name ^ key));
        // Where weights are equal the logarithm would change no order.
        if self.is_uniform { number } else { number.ln() / weight }
    }
}

fn higher(best: Option<(usize, f64)>, index: usize, score: f64) -> Option<(usize, f64)> {
    match best {
        Some((_, highest)) if highest >= score => best,
        _ => Some((index, score)),
    }
}
