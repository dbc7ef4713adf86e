//! Random: each with a probability in proportion to its weight.

use super::edition::Cache;
use super::{Algorithm, Asked, Dice, Pool};

/// Draws an open place by weight.
#[derive(Debug, Default)]
pub struct Random {
    dice: Dice,
    /// By place, the sum of the weights up to it and with it.
    sums: Cache<Box<[u64]>>,
}

/// How many places are drawn before the weights of those that are open are added up.
const DRAWS: usize = 8;

impl Random {
    /// With dice of its own, which may be seeded.
    pub fn new(dice: Dice) -> Self {
        Self { dice, sums: Cache::default() }
    }
}

impl Algorithm for Random {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        let add_up = || {
            let weights = (0..pool.len()).map(|index| weight(pool, index));
            weights
                .scan(0u64, |sum, weight| {
                    *sum = sum.saturating_add(weight);
                    Some(*sum)
                })
                .collect()
        };
        let drawn = self.sums.read(pool, add_up, |sums| {
            let total = sums.last().copied()?;
            let draw = |_| {
                let point = self.dice.below(total);
                sums.partition_point(|sum| *sum <= point)
            };
            (0..DRAWS).map(draw).find(|index| pool.is_open(*index))
        });
        drawn.or_else(|| self.draw_among_open(pool))
    }
}

impl Random {
    fn draw_among_open(&self, pool: &impl Pool) -> Option<usize> {
        let open = || (0..pool.len()).filter(|index| pool.is_open(*index));
        let total = open().fold(0u64, |sum, index| sum.saturating_add(weight(pool, index)));
        let mut point = self.dice.below(total);
        let mut last = None;
        for index in open() {
            let weight = weight(pool, index);
            if point < weight {
                return Some(index);
            }
            point -= weight;
            // Places may close between the two looks.
            last = Some(index);
        }
        last
    }
}

fn weight(pool: &impl Pool, index: usize) -> u64 {
    u64::from(pool.weight(index).max(1))
}
