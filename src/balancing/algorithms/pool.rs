//! What is chosen from, and what chooses.

use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::{Asked, Edition};

/// Chooses one of several.
pub trait Algorithm {
    /// The index of the one that gets the request; `None` when none is open.
    fn choose(&self, pool: &impl Pool, asked: &Asked<'_>) -> Option<usize>;

    /// A number that is the same for requests that are to stay together; `None` when they need not.
    fn affinity(&self, _asked: &Asked<'_>) -> Option<u64> {
        None
    }
}

/// Several places that may serve a request, as they are when it is asked. An index beyond the last is a closed place
/// without load.
pub trait Pool {
    /// How many there are, open or not.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the place may be chosen for this request.
    fn is_open(&self, index: usize) -> bool;

    /// How much of the load it gets beside others. Zero counts as one.
    fn weight(&self, _index: usize) -> u32 {
        1
    }

    /// The least and the greatest weight that a correction may give it: by default its weight ∓ 2 (endpoints.md §5.7).
    fn weight_limits(&self, index: usize) -> (u32, u32) {
        let weight = self.weight(index);
        (weight.saturating_sub(2), weight.saturating_add(2))
    }

    /// Requests that it has not answered.
    fn in_flight(&self, index: usize) -> u32;

    /// How long it takes to answer, judging by the past; `None` when nothing is known.
    fn latency(&self, _index: usize) -> Option<Duration> {
        None
    }

    /// How much of its usual load it should get now, above 0 and at most 1: less than 1 after it came.
    fn share(&self, _index: usize) -> f64 {
        1.0
    }

    /// What it is known by, the same in every process.
    fn name(&self, index: usize) -> &str;

    /// Which places, names and weights these are, for what is worked out once for all of them.
    fn edition(&self) -> Edition;

    /// Whether they are those of an edition.
    fn is_edition(&self, edition: &Edition) -> bool;

    /// Whose turn it is, for algorithms that go round.
    fn cursor(&self) -> &AtomicUsize;
}

/// How busy a place would be with one more request, in proportion to its weight. While its share is small, what it has
/// counts for more; an idle one is as attractive as any other, so that it gets to know work at all.
pub(super) fn load(pool: &impl Pool, index: usize) -> f64 {
    let in_flight = f64::from(pool.in_flight(index)) / pool.share(index);
    (in_flight + 1.0) / f64::from(pool.weight(index).max(1))
}
