//! Weighted round robin: in each round each as often as its weight says.
//!
//! A round is laid out once for the places and weights there are; a choice takes the next turn of it. Turns of closed
//! places are passed over, so the others keep their proportions (endpoints.md D4).

use super::edition::Cache;
use super::turns::take_turn;
use super::{Algorithm, Asked, Pool};

/// How the turns of a round follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The turns of each are spread evenly over the round: A B A for 2 and 1.
    #[default]
    Smooth,
    /// All turns of the first, then all of the second: A A B for 2 and 1 (endpoints.md §5.7, case E50).
    Blocks,
}

/// Gives each open place turns in proportion to its weight.
#[derive(Debug, Default)]
pub struct WeightedRoundRobin {
    order: Order,
    round: Cache<Box<[u32]>>,
}

/// The most turns in a round. Weights that ask for more are scaled down, each to 1 at least.
const MOST_TURNS: u64 = 8192;

impl WeightedRoundRobin {
    /// With the turns of a round in an order.
    pub fn new(order: Order) -> Self {
        Self { order, round: Cache::default() }
    }
}

impl Algorithm for WeightedRoundRobin {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        let lay_out = || {
            let weights: Vec<u32> = (0..pool.len()).map(|index| pool.weight(index)).collect();
            lay_out(&weights, self.order)
        };
        self.round.read(pool, lay_out, |round| {
            let place = |turn: usize| round.get(turn).map_or(usize::MAX, |index| *index as usize);
            take_turn(pool.cursor(), round.len(), |turn| pool.is_open(place(turn))).map(place)
        })
    }
}

/// The places of one round by turn.
pub(super) fn lay_out(weights: &[u32], order: Order) -> Box<[u32]> {
    let divisor =
        weights.iter().fold(0, |divisor, weight| greatest_common_divisor(divisor, (*weight).max(1)));
    let sum: u64 = weights.iter().map(|weight| u64::from((*weight).max(1) / divisor.max(1))).sum();
    let most = MOST_TURNS.max(weights.len() as u64);
    let turns = |weight: u32| {
        let turns = u64::from(weight.max(1) / divisor.max(1));
        if sum <= most { turns } else { (turns * most / sum).max(1) }
    };
    let mut round: Vec<(f64, u32)> = Vec::new();
    for (index, weight) in (0u32..).zip(weights) {
        let turns = turns(*weight);
        // Each turn in the middle of its part of the round: the spread with the least deviation from the weights.
        round.extend((0..turns).map(|turn| ((turn as f64 + 0.5) / turns as f64, index)));
    }
    if order == Order::Smooth {
        // Stable: among equals the order of joining.
        round.sort_by(|one, other| one.0.total_cmp(&other.0));
    }
    round.into_iter().map(|(_, index)| index).collect()
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}
