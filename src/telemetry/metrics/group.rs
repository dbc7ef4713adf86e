//! What is counted of the group of balancers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::names;

/// The state of the group as this balancer sees it, and its datagrams.
#[derive(Debug, Default)]
pub struct GroupCounts {
    /// Reasons are words of the program, so that there are few.
    refused: Mutex<BTreeMap<&'static str, u64>>,
    sent: AtomicU64,
    received: AtomicU64,
    peers: AtomicU64,
    acting: AtomicBool,
    epoch: AtomicU64,
}

impl GroupCounts {
    /// A datagram came that was not believed.
    pub fn refused(&self, reason: &'static str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let count = refused.entry(reason).or_default();
        *count = count.saturating_add(1);
    }

    /// How often [`GroupCounts::refused`] was told this.
    pub fn refusals(&self, reason: &'static str) -> u64 {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get(reason).copied().unwrap_or_default()
    }

    /// A datagram of so many bytes was sent.
    pub fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A datagram of so many bytes came.
    pub fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// How many others are there, whether this balancer acts for all, and the highest epoch.
    pub fn state(&self, peers: usize, acting: bool, epoch: u64) {
        self.peers.store(peers as u64, Ordering::Relaxed);
        self.acting.store(acting, Ordering::Relaxed);
        self.epoch.store(epoch, Ordering::Relaxed);
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let acting = u64::from(self.acting.load(Ordering::Relaxed));
        family(encoder, &names::GROUP_PEERS)?.encode_gauge(&read(&self.peers))?;
        family(encoder, &names::GROUP_ACTING)?.encode_gauge(&acting)?;
        family(encoder, &names::GROUP_EPOCH)?.encode_gauge(&read(&self.epoch))?;
        let mut out = family(encoder, &names::GROUP_REFUSED_TOTAL)?;
        for (reason, count) in self.refused.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let labels = [("reason", *reason)];
            out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
        }
        let mut counter = |metric, number| {
            family(encoder, metric)?.encode_counter::<NoLabelSet, _, u64>(&read(number), None)
        };
        counter(&names::GROUP_SENT_BYTES_TOTAL, &self.sent)?;
        counter(&names::GROUP_RECEIVED_BYTES_TOTAL, &self.received)
    }
}
