//! What was measured in the last rounds (elastic-load-balancer.md §4.3).

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one tick measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Requests in flight, with those refused for lack of a member (case 163) and those of other balancers (case 194).
    pub in_flight: u64,
    /// Requests that arrived since the round before.
    pub arrivals: u64,
    /// How long that is.
    pub length: Duration,
    /// The load averages of the instances; `None` when none of them told.
    pub load: Option<LoadAverages>,
}

impl Round {
    /// Requests that arrived in a second; 0 when no time went by.
    pub fn arrivals_per_second(&self) -> f64 {
        let seconds = self.length.as_secs_f64();
        if seconds > 0.0 { self.arrivals as f64 / seconds } else { 0.0 }
    }
}

/// The load averages of several instances.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadAverages {
    /// Their mean.
    pub mean: f64,
    /// The largest.
    pub maximum: f64,
}

impl LoadAverages {
    /// Of the instances that told theirs; `None` when there are none. What is no number counts as not told.
    pub fn of(told: impl IntoIterator<Item = f64>) -> Option<LoadAverages> {
        let (mut count, mut sum, mut maximum) = (0.0, 0.0, 0.0_f64);
        for load in told.into_iter().filter(|load| load.is_finite()) {
            count += 1.0;
            sum += load;
            maximum = maximum.max(load);
        }
        (count > 0.0).then(|| LoadAverages { mean: sum / count, maximum })
    }
}

/// The last rounds, the oldest first. It can be written and read, so that the next leader goes on with it (§4.8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History {
    rounds: VecDeque<Round>,
}

impl History {
    /// Adds a round, and keeps the last `kept` ones, 1 at least; the number may change from round to round (W32).
    pub fn record(&mut self, round: Round, kept: u32) {
        let kept = usize::try_from(kept).unwrap_or(usize::MAX).max(1);
        while self.rounds.len() >= kept {
            self.rounds.pop_front();
        }
        self.rounds.push_back(round);
    }

    /// The rounds there are, the oldest first.
    pub fn rounds(&self) -> impl DoubleEndedIterator<Item = &Round> + ExactSizeIterator {
        self.rounds.iter()
    }

    /// How many rounds there are.
    pub fn len(&self) -> usize {
        self.rounds.len()
    }

    /// Whether nothing was measured yet.
    pub fn is_empty(&self) -> bool {
        self.rounds.is_empty()
    }

    /// The average of the requests in flight, cut to a whole number as the original does; 0 without rounds.
    pub fn average_in_flight(&self) -> u64 {
        let sum: u128 = self.rounds.iter().map(|round| u128::from(round.in_flight)).sum();
        let count = self.rounds.len().max(1) as u128;
        u64::try_from(sum / count).unwrap_or(u64::MAX)
    }

    /// The average of the requests in flight with its fraction; 0 without rounds.
    pub fn mean_in_flight(&self) -> f64 {
        let sum: f64 = self.rounds.iter().map(|round| round.in_flight as f64).sum();
        sum / self.rounds.len().max(1) as f64
    }

    /// Requests that arrived in a second, over all rounds; 0 when no time went by.
    pub fn arrivals_per_second(&self) -> f64 {
        let arrivals: f64 = self.rounds.iter().map(|round| round.arrivals as f64).sum();
        let seconds: f64 = self.rounds.iter().map(|round| round.length.as_secs_f64()).sum();
        if seconds > 0.0 { arrivals / seconds } else { 0.0 }
    }
}
