//! Any of the algorithms.

use sinew_core::config::balancer::{Algorithm as Name, HashSource};

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

impl Selector {
    /// The algorithm of a name; `hash_on` is what consistent hashing looks at.
    pub fn new(name: Name, hash_on: &HashSource) -> Self {
        match name {
            Name::RoundRobin => Self::RoundRobin(RoundRobin),
            Name::WeightedRoundRobin => Self::WeightedRoundRobin(WeightedRoundRobin::default()),
            Name::WeightedRrlc => Self::WeightedRrlc(WeightedRrlc::default()),
            Name::LeastRequests => Self::LeastRequests(LeastRequests),
            Name::PowerOfTwoChoices => Self::PowerOfTwo(PowerOfTwo::default()),
            Name::Random => Self::Random(Random::default()),
            Name::ConsistentHash => Self::ConsistentHash(ConsistentHash::new(hash_on.clone())),
            Name::PeakEwma => Self::PeakEwma(PeakEwma::default()),
        }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        match self {
            Self::RoundRobin(_) => Name::RoundRobin,
            Self::WeightedRoundRobin(_) => Name::WeightedRoundRobin,
            Self::WeightedRrlc(_) => Name::WeightedRrlc,
            Self::LeastRequests(_) => Name::LeastRequests,
            Self::PowerOfTwo(_) => Name::PowerOfTwoChoices,
            Self::Random(_) => Name::Random,
            Self::ConsistentHash(_) => Name::ConsistentHash,
            Self::PeakEwma(_) => Name::PeakEwma,
        }
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
