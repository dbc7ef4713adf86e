//! Least requests: the one with the fewest requests in flight, in proportion to its weight.

use std::sync::atomic::Ordering;

use super::pool::load;
use super::{Algorithm, Asked, Pool};

/// Looks at every open place and takes the least busy one. Equals take turns.
#[derive(Debug, Default)]
pub struct LeastRequests;

impl Algorithm for LeastRequests {
    fn choose(&self, pool: &impl Pool, _asked: &Asked<'_>) -> Option<usize> {
        let length = pool.len();
        let cursor = pool.cursor().load(Ordering::Relaxed);
        let first = if cursor < length { cursor } else { 0 };
        let open = (first..length).chain(0..first).filter(|index| pool.is_open(*index));
        let mut least: Option<(usize, f64)> = None;
        for index in open {
            let load = load(pool, index);
            if least.is_none_or(|(_, least)| load < least) {
                least = Some((index, load));
            }
        }
        let (index, _) = least?;
        pool.cursor().store(index + 1, Ordering::Relaxed);
        Some(index)
    }
}
