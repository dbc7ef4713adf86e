//! The algorithms, by the rows of endpoints.md §5.7.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use sinew_core::config::endpoint::{StaticAlgorithm, Weights};

use super::Algorithm;
use crate::endpoints::states::Turn;

fn algorithm(definition: &StaticAlgorithm) -> Algorithm {
    Algorithm::new(definition, Arc::default())
}

fn served(algorithm: &Algorithm, count: usize, times: usize, down: &[usize]) -> Vec<usize> {
    let choose = || algorithm.choose(count, |index| !down.contains(&index));
    (0..times).map_while(|_| choose()).collect()
}

#[test]
fn e40_one_after_the_other() {
    let algorithm = algorithm(&StaticAlgorithm::RoundRobin);
    assert_eq!(served(&algorithm, 3, 6, &[]), [0, 1, 2, 0, 1, 2]);
    assert_eq!(served(&algorithm, 3, 4, &[0]), [1, 2, 1, 2]);
    assert!(served(&algorithm, 3, 1, &[0, 1, 2]).is_empty());
    assert!(served(&algorithm, 0, 1, &[]).is_empty());
}

#[test]
fn e50_each_so_many_times_in_a_row() {
    let algorithm = algorithm(&StaticAlgorithm::WeightedRoundRobin(vec![2, 1]));
    assert_eq!(served(&algorithm, 2, 6, &[]), [0, 0, 1, 0, 0, 1]);
}

/// D4: who is not ready is passed over, and the weights of the others stay.
#[test]
fn weights_stay_while_one_is_down() {
    let algorithm = algorithm(&StaticAlgorithm::WeightedRoundRobin(vec![2, 3, 1]));
    assert_eq!(served(&algorithm, 3, 6, &[1]), [0, 0, 2, 0, 0, 2]);
    assert_eq!(served(&algorithm, 3, 6, &[]), [0, 0, 1, 1, 1, 2]);
}

#[test]
fn a_turn_outlives_the_algorithm() {
    let turn = Arc::new(Turn::default());
    let definition = StaticAlgorithm::RoundRobin;
    assert_eq!(served(&Algorithm::new(&definition, turn.clone()), 3, 2, &[]), [0, 1]);
    assert_eq!(served(&Algorithm::new(&definition, turn), 3, 2, &[]), [2, 0]);
}

/// Weights 3 and 1 with nothing in flight: A A A B. With 4 in flight, all at A: A's share of 4 is 3, one more than that is
/// one too many, so that the next round serves A twice; B's share is 1, so that it is served twice.
#[test]
fn busy_endpoints_get_less_of_the_next_round() {
    let weights = |weight| Weights { weight, minimum: weight - 1, maximum: weight + 2 };
    let definition = StaticAlgorithm::WeightedRoundRobinLeastConnections {
        // The heavier one is served first, wherever it stands.
        weights: vec![weights(1), weights(3)],
        rounds: 1,
    };
    let algorithm = algorithm(&definition);
    assert_eq!(served(&algorithm, 2, 4, &[]), [1, 1, 1, 0]);
    let busy: Vec<_> = (0..4).map(|_| algorithm.occupy(1)).collect();
    assert_eq!(served(&algorithm, 2, 4, &[]), [1, 1, 0, 0]);
    drop(busy);
    assert_eq!(served(&algorithm, 2, 4, &[]), [1, 1, 1, 0]);
}

proptest! {
    /// In whole rounds everybody is served exactly as often as the weight says, whoever is down.
    #[test]
    fn rounds_are_exact(
        weights in proptest::collection::vec(1u32..6, 1..8),
        down in proptest::collection::vec(any::<bool>(), 8),
        rounds in 1usize..4,
    ) {
        let up = |index: usize| !down.get(index).copied().unwrap_or(false);
        let turns: usize =
            weights.iter().enumerate().filter(|(index, _)| up(*index)).map(|(_, weight)| *weight as usize).sum();
        let algorithm = algorithm(&StaticAlgorithm::WeightedRoundRobin(weights.clone()));
        let mut counts = BTreeMap::new();
        for _ in 0..turns * rounds {
            let chosen = algorithm.choose(weights.len(), up).expect("somebody is up");
            *counts.entry(chosen).or_insert(0usize) += 1;
        }
        for (index, weight) in weights.iter().enumerate().filter(|(index, _)| up(*index)) {
            prop_assert_eq!(counts.get(&index).copied().unwrap_or(0), *weight as usize * rounds);
        }
    }
}
