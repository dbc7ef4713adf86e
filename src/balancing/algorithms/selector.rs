//! Any of the algorithms.

use super::{
    Algorithm, Asked, ConsistentHash, LeastRequests, PeakEwma, Pool, PowerOfTwo, Random, RoundRobin,
    WeightedRoundRobin, WeightedRrlc,
};

/// One of the algorithms, with what it remembers of one pool.
#[derive(Debug)]
pub enum Selector {
    /// Each in its turn.
    RoundRobin(RoundRobin),
    /// Turns by weight.
    WeightedRoundRobin(WeightedRoundRobin),
    /// Turns by weight and load.
    WeightedRrlc(WeightedRrlc),
    /// The least busy of all.
    LeastRequests(LeastRequests),
    /// The less busy of two.
    PowerOfTwo(PowerOfTwo),
    /// Any.
    Random(Random),
    /// The same for the same origin.
    ConsistentHash(ConsistentHash),
    /// The one of two that answers first.
    PeakEwma(PeakEwma),
}

impl Default for Selector {
    fn default() -> Self {
        Self::RoundRobin(RoundRobin)
    }
}

impl Algorithm for Selector {
    fn choose(&self, pool: &impl Pool, asked: &Asked<'_>) -> Option<usize> {
        match self {
            Self::RoundRobin(algorithm) => algorithm.choose(pool, asked),
            Self::WeightedRoundRobin(algorithm) => algorithm.choose(pool, asked),
            Self::WeightedRrlc(algorithm) => algorithm.choose(pool, asked),
            Self::LeastRequests(algorithm) => algorithm.choose(pool, asked),
            Self::PowerOfTwo(algorithm) => algorithm.choose(pool, asked),
            Self::Random(algorithm) => algorithm.choose(pool, asked),
            Self::ConsistentHash(algorithm) => algorithm.choose(pool, asked),
            Self::PeakEwma(algorithm) => algorithm.choose(pool, asked),
        }
    }

    fn affinity(&self, asked: &Asked<'_>) -> Option<u64> {
        match self {
            Self::ConsistentHash(algorithm) => algorithm.affinity(asked),
            _ => None,
        }
    }
}
