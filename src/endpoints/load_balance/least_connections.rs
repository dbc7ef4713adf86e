//! Weighted round robin whose weights are corrected after some rounds: an endpoint with more messages in flight than its
//! share gets less of the next rounds (endpoints.md §5.7, WeightedRRLC).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use sinew_core::config::endpoint::Weights;

/// The endpoints of a load balancer with their weights and how busy they are.
pub struct LeastConnections {
    /// Heaviest first, as the original serves them.
    servers: Box<[Server]>,
    total_weight: u32,
    rounds_per_correction: u32,
    round: Mutex<Round>,
}

struct Server {
    /// Its position among the endpoints.
    index: usize,
    weights: Weights,
    in_flight: AtomicU32,
}

/// Where a round is. It is looked at and moved in one piece.
struct Round {
    /// How often each is served in a round.
    current: Vec<u32>,
    server: usize,
    served: u32,
    finished: u32,
}

/// A message on its way to an endpoint; dropping it counts it down again.
pub(super) struct Busy<'a>(&'a AtomicU32);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl LeastConnections {
    /// Weights for each endpoint; `rounds` rounds pass between two corrections.
    pub fn new(weights: &[Weights], rounds: u32) -> Self {
        let server = |(index, weights): (usize, &Weights)| Server {
            index,
            weights: *weights,
            in_flight: AtomicU32::new(0),
        };
        let mut servers: Vec<Server> = weights.iter().enumerate().map(server).collect();
        servers.sort_by_key(|server| std::cmp::Reverse(server.weights.weight));
        let current = servers.iter().map(|server| server.weights.weight).collect();
        Self {
            total_weight: servers.iter().fold(0, |sum, server| sum.saturating_add(server.weights.weight)),
            servers: servers.into(),
            rounds_per_correction: rounds.max(1),
            round: Mutex::new(Round { current, server: 0, served: 0, finished: 0 }),
        }
    }

    /// The endpoint whose turn it is, or the next one that is free.
    pub(super) fn choose(&self, is_free: impl Fn(usize) -> bool) -> Option<usize> {
        let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        // Once around and back to where it began; a round may serve nobody when all weights were corrected to 0.
        for _ in 0..=self.servers.len() {
            let server = self.servers.get(round.server)?;
            let turns = round.current.get(round.server).copied().unwrap_or(0);
            if round.served < turns && is_free(server.index) {
                round.served += 1;
                return Some(server.index);
            }
            self.advance(&mut round);
        }
        // Weights of 0 keep nobody from being the last resort.
        self.servers.iter().map(|server| server.index).find(|index| is_free(*index))
    }

    pub(super) fn occupy(&self, index: usize) -> Option<Busy<'_>> {
        let server = self.servers.iter().find(|server| server.index == index)?;
        server.in_flight.fetch_add(1, Ordering::Relaxed);
        Some(Busy(&server.in_flight))
    }

    fn advance(&self, round: &mut Round) {
        round.served = 0;
        round.server += 1;
        if round.server < self.servers.len() {
            return;
        }
        round.server = 0;
        round.finished += 1;
        if round.finished >= self.rounds_per_correction {
            round.finished = 0;
            self.correct(&mut round.current);
        }
    }

    /// `weight + (weight share − connection share) × connections`, rounded half down, within the limits. Connections are
    /// messages in flight; their sum is taken anew each time, where the original lets it grow for ever.
    fn correct(&self, current: &mut [u32]) {
        let in_flight: Vec<u32> =
            self.servers.iter().map(|server| server.in_flight.load(Ordering::Relaxed)).collect();
        let total: u64 = in_flight.iter().map(|count| u64::from(*count)).sum();
        for ((server, busy), current) in self.servers.iter().zip(in_flight).zip(current) {
            let share = f64::from(server.weights.weight) / f64::from(self.total_weight.max(1));
            let difference = share * total as f64 - f64::from(busy);
            let rounded = (difference - 0.5).ceil();
            let corrected = f64::from(server.weights.weight) + rounded;
            let (least, most) = (f64::from(server.weights.minimum), f64::from(server.weights.maximum));
            // Within the limits, which are numbers of this type.
            *current = corrected.clamp(least, most) as u32;
        }
    }
}
