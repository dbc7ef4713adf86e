//! Weighted round robin with least-connection correction (endpoints.md §5.7).
//!
//! A round gives each place its current weight in requests, the heaviest first. After some rounds the current weights are
//! corrected by how many requests each has in flight, compared with what its weight entitles it to.

use std::cmp::Reverse;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::edition::Cache;
use super::{Algorithm, Asked, Pool};

/// Gives each open place turns by weight and by how busy it is.
///
/// The original counts open connections; here it is requests in flight, whose sum is taken anew each time (the original
/// adds up all sums since its start).
#[derive(Debug)]
pub struct WeightedRrlc {
    rounds_per_correction: NonZeroU32,
    course: Cache<Course>,
}

/// How far a pool's rounds are.
#[derive(Debug)]
struct Course {
    /// The heaviest first.
    seats: Box<[Seat]>,
    position: AtomicU64,
    /// Rounds since the last correction.
    rounds: AtomicU32,
}

#[derive(Debug)]
struct Seat {
    index: usize,
    weight: u32,
    least: u32,
    greatest: u32,
    current: AtomicU32,
}

/// Which seat has its turn, and how often it has been served in this round.
#[derive(Clone, Copy, Default)]
struct Position {
    seat: u32,
    served: u32,
}

impl Default for WeightedRrlc {
    fn default() -> Self {
        Self::new(NonZeroU32::MIN)
    }
}

impl WeightedRrlc {
    /// Corrects the weights after so many rounds (`loadbalance.weightedRRLC.roundsPerRecal`, 1 if not given).
    pub fn new(rounds_per_correction: NonZeroU32) -> Self {
        Self { rounds_per_correction, course: Cache::default() }
    }
}

impl Algorithm for WeightedRrlc {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        self.course.read(pool, || Course::new(pool), |course| course.next(pool, self.rounds_per_correction))
    }
}

impl Course {
    fn new(pool: &impl Pool) -> Self {
        let seat = |index| {
            let weight = pool.weight(index).max(1);
            let (least, greatest) = pool.weight_limits(index);
            Seat { index, weight, least, greatest, current: AtomicU32::new(weight) }
        };
        let mut seats: Vec<Seat> = (0..pool.len()).map(seat).collect();
        seats.sort_by_key(|seat| Reverse(seat.weight));
        Self { seats: seats.into(), position: AtomicU64::new(0), rounds: AtomicU32::new(0) }
    }

    fn next(&self, pool: &impl Pool, rounds_per_correction: NonZeroU32) -> Option<usize> {
        let mut rounds_begun = 0;
        let mut start = self.position.load(Ordering::Relaxed);
        while rounds_begun < 2 {
            let found = self.seek(pool, Position::unpack(start));
            let next = found.map(|(_, next)| next).unwrap_or_default();
            match self.position.compare_exchange(start, next.pack(), Ordering::Relaxed, Ordering::Relaxed) {
                Err(moved) => start = moved,
                Ok(_) => {
                    if let Some((index, _)) = found {
                        return Some(index);
                    }
                    rounds_begun += 1;
                    start = next.pack();
                    self.end_round(pool, rounds_per_correction);
                }
            }
        }
        // Whoever is open was corrected down to no turns at all.
        self.seats.iter().map(|seat| seat.index).find(|index| pool.is_open(*index))
    }

    /// The next place of this round, and the position after it; `None` at the end of the round.
    fn seek(&self, pool: &impl Pool, from: Position) -> Option<(usize, Position)> {
        let mut served = from.served;
        for (number, seat) in (0u32..).zip(&self.seats).skip(from.seat as usize) {
            if served < seat.current.load(Ordering::Relaxed) && pool.is_open(seat.index) {
                return Some((seat.index, Position { seat: number, served: served.saturating_add(1) }));
            }
            served = 0;
        }
        None
    }

    fn end_round(&self, pool: &impl Pool, rounds_per_correction: NonZeroU32) {
        let rounds = self.rounds.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if rounds < rounds_per_correction.get() {
            return;
        }
        self.rounds.store(0, Ordering::Relaxed);
        let weights: f64 = self.seats.iter().map(|seat| f64::from(seat.weight)).sum();
        let in_flight: f64 = self.seats.iter().map(|seat| f64::from(pool.in_flight(seat.index))).sum();
        for seat in &self.seats {
            let entitled = f64::from(seat.weight) * in_flight / weights;
            let difference = round(entitled - f64::from(pool.in_flight(seat.index)));
            let corrected = f64::from(seat.weight) + difference;
            // Between two numbers of 32 bits, so the cast is exact.
            let current = corrected.max(f64::from(seat.least)).min(f64::from(seat.greatest)) as u32;
            seat.current.store(current, Ordering::Relaxed);
        }
    }
}

/// A half goes down, more than a half up.
fn round(number: f64) -> f64 {
    let down = number.floor();
    if number - down <= 0.5 { down } else { down + 1.0 }
}

impl Position {
    fn pack(self) -> u64 {
        u64::from(self.seat) << 32 | u64::from(self.served)
    }

    fn unpack(packed: u64) -> Self {
        // The two halves.
        Self { seat: (packed >> 32) as u32, served: packed as u32 }
    }
}
