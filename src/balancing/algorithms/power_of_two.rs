//! Power of two choices: the less busy of two drawn at random (Mitzenmacher 2001). As good as looking at all, for less.

use super::pool::load;
use super::{Algorithm, Asked, Dice, Pool};

/// Draws two open places and takes the less busy one.
#[derive(Debug, Default)]
pub struct PowerOfTwo {
    dice: Dice,
}

impl PowerOfTwo {
    /// With dice of its own, which may be seeded.
    pub fn new(dice: Dice) -> Self {
        Self { dice }
    }
}

impl Algorithm for PowerOfTwo {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        better_of_two(pool, &self.dice, |index| load(pool, index))
    }
}

/// Of two different open places the one that costs less; the only one when there are no two.
pub(super) fn better_of_two(pool: &impl Pool, dice: &Dice, cost: impl Fn(usize) -> f64) -> Option<usize> {
    let first = dice.draw(pool, None)?;
    match dice.draw(pool, Some(first)) {
        Some(second) if cost(second) < cost(first) => Some(second),
        _ => Some(first),
    }
}
