//! Each endpoint as many times in a row as its weight says; one that is not ready is passed over and the weights of the
//! others stay (D4).

use crate::endpoints::states::Turn;

/// The weights of a load balancer's endpoints.
pub struct Weighted {
    /// For each endpoint, the positions of a round that are its own: those before this one, and not before the one before.
    ends: Box<[usize]>,
}

impl Weighted {
    /// One weight for each endpoint, none of them 0.
    pub fn new(weights: &[u32]) -> Self {
        let mut end = 0usize;
        let ends = weights.iter().map(|weight| {
            end = end.saturating_add(*weight as usize);
            end
        });
        Self { ends: ends.collect() }
    }

    /// The endpoint whose turn it is, or the next one that is free.
    pub(super) fn choose(&self, turn: &Turn, is_free: impl Fn(usize) -> bool) -> Option<usize> {
        let total = *self.ends.last()?;
        let mut position = turn.position();
        loop {
            let here = position.checked_rem(total)?;
            let start = self.ends.partition_point(|end| *end <= here);
            let chosen = (start..self.ends.len()).chain(0..start).find(|index| is_free(*index))?;
            // One that was passed over loses what is left of its turns.
            let used = if chosen == start { here } else { self.start_of(chosen) };
            match turn.replace(position, (used + 1) % total) {
                Ok(()) => return Some(chosen),
                Err(found) => position = found,
            }
        }
    }

    fn start_of(&self, index: usize) -> usize {
        index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0)
    }
}
