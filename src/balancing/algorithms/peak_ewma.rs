//! Peak EWMA: of two drawn at random the one that will probably answer first, by the time its answers took and by how many
//! requests it has.

use super::pool::load;
use super::power_of_two::better_of_two;
use super::{Algorithm, Asked, Dice, Pool};

/// Draws two open places and takes the one with the lower product of latency and load.
#[derive(Debug, Default)]
pub struct PeakEwma {
    dice: Dice,
}

/// The latency, in seconds, of a place that has requests and never answered one: longer than any that is known.
const UNKNOWN: f64 = 1e9;

impl PeakEwma {
    /// With dice of its own, which may be seeded.
    pub fn new(dice: Dice) -> Self {
        Self { dice }
    }
}

impl Algorithm for PeakEwma {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        better_of_two(pool, &self.dice, |index| {
            let latency = match pool.latency(index) {
                Some(latency) => latency.as_secs_f64(),
                // One request finds out; more would be a gamble.
                None if pool.in_flight(index) == 0 => 0.0,
                None => UNKNOWN,
            };
            latency * load(pool, index)
        })
    }
}
