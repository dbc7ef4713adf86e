//! How a load balancer chooses among its endpoints (endpoints.md §5.7).

use std::sync::Arc;

use sinew_core::config::endpoint::StaticAlgorithm;

use super::least_connections::{Busy, LeastConnections};
use super::round_robin;
use super::weighted::Weighted;
use crate::endpoints::states::Turn;

/// An algorithm with all that it remembers.
pub enum Algorithm {
    /// One after the other.
    RoundRobin(Arc<Turn>),
    /// Each so many times in a row.
    Weighted(Weighted, Arc<Turn>),
    /// Weights that are corrected by how busy each is.
    LeastConnections(LeastConnections),
}

impl Algorithm {
    /// The algorithm that a definition asks for; `turn` is where it was left by an earlier deployment.
    pub fn new(definition: &StaticAlgorithm, turn: Arc<Turn>) -> Self {
        match definition {
            StaticAlgorithm::RoundRobin => Self::RoundRobin(turn),
            StaticAlgorithm::WeightedRoundRobin(weights) => Self::Weighted(Weighted::new(weights), turn),
            StaticAlgorithm::WeightedRoundRobinLeastConnections { weights, rounds } => {
                Self::LeastConnections(LeastConnections::new(weights, *rounds))
            }
        }
    }

    /// The next of `count` endpoints; `is_free` says which can be chosen.
    pub(super) fn choose(&self, count: usize, is_free: impl Fn(usize) -> bool) -> Option<usize> {
        match self {
            Self::RoundRobin(turn) => round_robin::choose(turn, count, is_free),
            Self::Weighted(weighted, turn) => weighted.choose(turn, is_free),
            Self::LeastConnections(algorithm) => algorithm.choose(is_free),
        }
    }

    /// Counts one more message on its way to an endpoint, for algorithms that look at that.
    pub(super) fn occupy(&self, index: usize) -> Option<Busy<'_>> {
        match self {
            Self::LeastConnections(algorithm) => algorithm.occupy(index),
            Self::RoundRobin(_) | Self::Weighted(..) => None,
        }
    }
}
