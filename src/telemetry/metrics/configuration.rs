//! What is counted for the deployed configuration and for certificates.

use std::collections::BTreeMap;
use std::time::SystemTime;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::clock::unix_seconds;
use crate::telemetry::names;

/// How an attempt to deploy ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadOutcome {
    /// The new configuration runs.
    Success,
    /// The old configuration goes on.
    Failure,
}

/// How many artifacts of one kind there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactCount {
    /// The element of the kind, such as `proxy`.
    pub kind: &'static str,
    /// Those that run.
    pub active: u64,
    /// Those that were left out because something is wrong with them.
    pub faulty: u64,
}

/// The facts of the last reload, and counts of all.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    successes: u64,
    failures: u64,
    last: Option<(ReloadOutcome, SystemTime)>,
    revision: u64,
    artifacts: Vec<ArtifactCount>,
    /// By listener and name.
    certificates: BTreeMap<(String, String), SystemTime>,
}

impl Configuration {
    pub(super) fn reloaded(&mut self, outcome: ReloadOutcome, at: SystemTime) {
        match outcome {
            ReloadOutcome::Success => self.successes = self.successes.wrapping_add(1),
            ReloadOutcome::Failure => self.failures = self.failures.wrapping_add(1),
        }
        self.last = Some((outcome, at));
    }

    pub(super) fn deployed(&mut self, revision: u64, artifacts: Vec<ArtifactCount>) {
        self.revision = revision;
        self.artifacts = artifacts;
    }

    pub(super) fn certificates(&mut self, listener: &str, certificates: Vec<(String, SystemTime)>) {
        self.certificates.retain(|(of, _), _| of != listener);
        let certificates = certificates.into_iter().map(|(name, end)| ((listener.to_owned(), name), end));
        self.certificates.extend(certificates);
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        let mut out = family(encoder, &names::CONFIG_RELOADS_TOTAL)?;
        for (outcome, count) in [("success", self.successes), ("failure", self.failures)] {
            let labels = [("outcome", outcome)];
            out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        // Before the first attempt there is nothing to say: a zero would raise an alarm at every start.
        if let Some((outcome, at)) = self.last {
            let success = u64::from(outcome == ReloadOutcome::Success);
            family(encoder, &names::CONFIG_LAST_RELOAD_SUCCESS)?.encode_gauge(&success)?;
            family(encoder, &names::CONFIG_LAST_RELOAD_TIMESTAMP_SECONDS)?.encode_gauge(&unix_seconds(at))?;
        }
        let mut out = family(encoder, &names::CONFIG_ARTIFACTS)?;
        for ArtifactCount { kind, active, faulty } in &self.artifacts {
            for (state, count) in [("active", active), ("faulty", faulty)] {
                out.encode_family(&[("kind", *kind), ("state", state)])?.encode_gauge(count)?;
            }
        }
        family(encoder, &names::CONFIG_REVISION)?.encode_gauge(&self.revision)?;
        let mut out = family(encoder, &names::TLS_CERTIFICATE_EXPIRY_TIMESTAMP_SECONDS)?;
        for ((listener, name), end) in &self.certificates {
            let labels = [("listener", listener.as_str()), ("name", name.as_str())];
            out.encode_family(&labels)?.encode_gauge(&unix_seconds(*end))?;
        }
        Ok(())
    }
}
