//! What is counted of what the topology says.

use prometheus_client::encoding::DescriptorEncoder;

use super::membership::Counts;
use crate::telemetry::names;

/// Counts by source and outcome. Both are words of the program, so that there are few.
#[derive(Debug, Default)]
pub struct TopologyCounts(Counts);

impl TopologyCounts {
    /// A source was asked: its text was `applied`, `unchanged` or `refused`, or it `failed` to give one.
    pub fn update(&self, source: &'static str, outcome: &'static str) {
        self.0.count(source, outcome);
    }

    /// How often [`TopologyCounts::update`] was told this.
    pub fn updates(&self, source: &'static str, outcome: &'static str) -> u64 {
        self.0.read(|counts| counts.get(&(source, outcome)).copied().unwrap_or_default())
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        self.0.encode(encoder, &names::TOPOLOGY_UPDATES_TOTAL, "outcome")
    }
}
