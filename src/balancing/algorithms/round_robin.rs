//! Round robin: each in its turn, in the order in which they joined (elastic-load-balancer.md §3.2).

use super::turns::take_turn;
use super::{Algorithm, Asked, Pool};

/// Gives each open place one request a round.
#[derive(Debug, Default)]
pub struct RoundRobin;

impl Algorithm for RoundRobin {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        take_turn(pool.cursor(), pool.len(), |index| pool.is_open(index))
    }
}
