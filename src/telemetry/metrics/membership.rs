//! What is counted of how members come and go.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::names::{self, Metric};

/// Counts by scheme and word. Both are words of the program, so that there are few.
#[derive(Debug, Default)]
pub struct MembershipCounts {
    events: Counts,
    refused: Counts,
}

/// Members come and go rarely, so that a lock does not matter.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<BTreeMap<(&'static str, &'static str), u64>>);

impl MembershipCounts {
    /// A scheme learnt something of a member, such as `joined`.
    pub fn event(&self, scheme: &'static str, event: &'static str) {
        self.events.count(scheme, event);
    }

    /// Something came to a scheme that it did not believe, such as a wrong `token`.
    pub fn refused(&self, scheme: &'static str, reason: &'static str) {
        self.refused.count(scheme, reason);
    }

    /// How often [`MembershipCounts::refused`] was told this.
    pub fn refusals(&self, scheme: &'static str, reason: &'static str) -> u64 {
        self.refused.read(|counts| counts.get(&(scheme, reason)).copied().unwrap_or_default())
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        self.events.encode(encoder, &names::MEMBERSHIP_EVENTS_TOTAL, "outcome")?;
        self.refused.encode(encoder, &names::MEMBERSHIP_REFUSED_TOTAL, "reason")
    }
}

impl Counts {
    pub(super) fn count(&self, scheme: &'static str, word: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((scheme, word)).or_default();
        *count = count.saturating_add(1);
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&BTreeMap<(&'static str, &'static str), u64>) -> T) -> T {
        read(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn encode(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        metric: &'static Metric,
        label: &str,
    ) -> std::fmt::Result {
        let mut out = family(encoder, metric)?;
        self.read(|counts| {
            for ((scheme, word), count) in counts {
                let labels = [("name", *scheme), (label, *word)];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
            }
            Ok(())
        })
    }
}
