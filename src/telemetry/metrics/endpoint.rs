//! What is counted for each endpoint.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use super::histogram::{Histogram, Total};
use super::statuses::Statuses;
use crate::telemetry::names;
use crate::telemetry::shards::Sharded;

/// The counters of one endpoint.
#[derive(Debug)]
pub struct EndpointMetrics {
    name: String,
    shards: Sharded<Shard>,
}

/// How an attempt to send a request to an endpoint ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointOutcome {
    /// It answered, whatever the status.
    Answered,
    /// No connection: refused, unreachable, no such name, no TLS.
    NotConnected,
    /// No connection or no answer in time.
    TimedOut,
    /// The connection broke, or what came was no acceptable answer.
    Broken,
    /// Not tried: suspended, switched off, or all connections busy.
    Unavailable,
}

/// One thread's counts by outcome. The alignment keeps those of two threads off a common cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard {
    durations: [Histogram; OUTCOMES.len()],
    statuses: Statuses,
}

const OUTCOMES: [EndpointOutcome; 5] = [
    EndpointOutcome::Answered,
    EndpointOutcome::NotConnected,
    EndpointOutcome::TimedOut,
    EndpointOutcome::Broken,
    EndpointOutcome::Unavailable,
];

impl EndpointOutcome {
    /// The value of the label `outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::NotConnected => "not_connected",
            Self::TimedOut => "timed_out",
            Self::Broken => "broken",
            Self::Unavailable => "unavailable",
        }
    }
}

impl EndpointMetrics {
    pub(super) fn new(name: &str, shards: usize) -> EndpointMetrics {
        EndpointMetrics { name: name.to_owned(), shards: Sharded::new(shards, Shard::default) }
    }

    /// An attempt ended after `duration`, which for an answer is the time to its head.
    pub fn record(&self, outcome: EndpointOutcome, duration: Duration) {
        if let Some(histogram) = self.shards.local().durations.get(outcome as usize) {
            histogram.observe(duration);
        }
    }

    /// An answer came with this status.
    pub fn answered(&self, status: u16) {
        self.shards.local().statuses.count(status);
    }

    /// How many answers came, by status; those beyond the first eight statuses of a thread are under 0.
    pub fn responses(&self) -> BTreeMap<u16, u64> {
        let mut table = BTreeMap::new();
        self.shards.iter().for_each(|shard| shard.statuses.add_to(&mut table));
        table
    }

    fn total(&self, outcome: EndpointOutcome) -> Total {
        let mut total = Total::default();
        let histograms = self.shards.iter().filter_map(|shard| shard.durations.get(outcome as usize));
        histograms.for_each(|histogram| total.add(histogram));
        total
    }
}

/// Writes the families of all endpoints; outcomes that never happened are left out.
pub(super) fn encode(
    encoder: &mut DescriptorEncoder<'_>,
    endpoints: &[Arc<EndpointMetrics>],
) -> std::fmt::Result {
    let totals: Vec<_> = endpoints
        .iter()
        .flat_map(|endpoint| OUTCOMES.map(|outcome| (endpoint, outcome, endpoint.total(outcome))))
        .filter(|(_, _, total)| total.count() > 0)
        .map(|(endpoint, outcome, total)| {
            ([("endpoint", endpoint.name.as_str()), ("outcome", outcome.as_str())], total)
        })
        .collect();
    let mut out = family(encoder, &names::ENDPOINT_REQUESTS_TOTAL)?;
    for (labels, total) in &totals {
        out.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&total.count(), None)?;
    }
    let mut out = family(encoder, &names::ENDPOINT_REQUEST_DURATION_SECONDS)?;
    for (labels, total) in &totals {
        total.encode(out.encode_family(labels)?)?;
    }
    Ok(())
}
