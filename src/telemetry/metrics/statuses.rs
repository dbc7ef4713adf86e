//! Answers counted by status.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

/// Different statuses that are told apart; an endpoint rarely answers with more.
const STATUSES: usize = 8;

/// Counts of one thread.
#[derive(Debug, Default)]
pub(super) struct Statuses {
    slots: [Slot; STATUSES],
    /// Those that found no slot.
    others: AtomicU64,
}

#[derive(Debug, Default)]
struct Slot {
    /// 0 while it is free.
    status: AtomicU16,
    count: AtomicU64,
}

impl Statuses {
    /// Counts one answer.
    pub(super) fn count(&self, status: u16) {
        let taken = self.slots.iter().find(|slot| slot.is_for(status));
        taken.map_or(&self.others, |slot| &slot.count).fetch_add(1, Ordering::Relaxed);
    }

    /// Adds the counts to a table, those without a slot under status 0.
    pub(super) fn add_to(&self, table: &mut BTreeMap<u16, u64>) {
        let slots = self.slots.iter().map(|slot| (slot.status.load(Ordering::Relaxed), &slot.count));
        for (status, count) in slots.chain([(0, &self.others)]) {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                let total = table.entry(status).or_default();
                *total = total.wrapping_add(count);
            }
        }
    }
}

impl Slot {
    /// Whether it counts this status, which it does from now on when it is free.
    fn is_for(&self, status: u16) -> bool {
        match self.status.load(Ordering::Relaxed) {
            0 => {
                let taken = self.status.compare_exchange(0, status, Ordering::Relaxed, Ordering::Relaxed);
                taken.is_ok() || taken == Err(status)
            }
            taken => taken == status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_statuses_are_told_apart() {
        let statuses = Statuses::default();
        for status in [200, 200, 404].into_iter().chain(500..508) {
            statuses.count(status);
        }
        let mut table = BTreeMap::from([(200, 1)]);
        statuses.add_to(&mut table);
        assert_eq!(table.get(&200), Some(&3));
        assert_eq!(table.get(&505), Some(&1));
        assert_eq!((table.get(&506), table.get(&0)), (None, Some(&2)));
    }
}
