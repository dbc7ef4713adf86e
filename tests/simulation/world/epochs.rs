//! Which epochs have been, and who must know of them: what `docs/group.md` promises of epochs, and not less.
//!
//! Nothing is kept when a balancer ends. So an epoch may be lower than one before only when all three are so: the majority
//! behind it may be made of balancers that never heard of that one, or forgot it by a restart; the balancer that acts did not
//! hear of it either; and its clock was behind.

use std::collections::BTreeMap;
use std::time::Duration;

use sinew::group::NodeId;

/// What is known of epochs.
pub(super) struct Epochs {
    /// Who acted in which epoch.
    terms: BTreeMap<u64, NodeId>,
    /// The highest epoch that a balancer heard of since it started, and since when.
    heard: Vec<Vec<(Duration, u64)>>,
    /// The earliest second that its clock has shown since it started.
    clocks: Vec<u64>,
}

impl Epochs {
    pub(super) fn new(balancers: usize) -> Self {
        Self { terms: BTreeMap::new(), heard: vec![Vec::new(); balancers], clocks: vec![u64::MAX; balancers] }
    }

    /// A balancer ended, and forgot what it heard.
    pub(super) fn forget(&mut self, index: usize) {
        self.heard[index].clear();
        self.clocks[index] = u64::MAX;
    }

    /// The clock of a balancer shows a time.
    pub(super) fn look_at_clock(&mut self, index: usize, seconds: u64) {
        self.clocks[index] = self.clocks[index].min(seconds);
    }

    /// A balancer heard of an epoch.
    pub(super) fn hear(&mut self, index: usize, now: Duration, epoch: u64) {
        if self.heard[index].last().is_none_or(|(_, highest)| epoch > *highest) {
            self.heard[index].push((now, epoch));
        }
    }

    /// One must know by now what another knew at a time.
    pub(super) fn share(&mut self, from: usize, to: usize, (then, now): (Duration, Duration)) {
        let known = self.heard[from].iter().rev().find(|(since, _)| *since <= then);
        if let Some((_, epoch)) = known.copied() {
            self.hear(to, now, epoch);
        }
    }

    /// A balancer acts in an epoch; why it may not, if so.
    pub(super) fn act(
        &mut self,
        index: usize,
        node: &NodeId,
        now: Duration,
        epoch: u64,
    ) -> Result<(), String> {
        let highest = |index: usize| self.heard[index].last().map_or(0, |(_, highest)| *highest);
        let all = self.heard.len();
        for (last, before) in self.terms.range(epoch..) {
            if *last == epoch && before == node {
                continue;
            }
            let ignorant = (0..all).filter(|one| highest(*one) < *last).count();
            let reason = if highest(index) >= *last {
                "which it knew"
            } else if self.clocks[index] > *last {
                "although its clock is right"
            } else if ignorant <= all / 2 {
                "and no majority without it"
            } else {
                continue;
            };
            return Err(format!("{node:?} acts in epoch {epoch} after {before:?} in {last}, {reason}"));
        }
        self.terms.insert(epoch, node.clone());
        self.hear(index, now, epoch);
        Ok(())
    }
}
