//! What is shown of the members of clusters.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::names;

/// What a member is doing, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// Announced, not yet found to work.
    Joining,
    /// It takes requests.
    Ready,
    /// It finishes what it has; new requests only from clients that are bound to it.
    Draining,
    /// Failures or an operator keep it away.
    Suspended,
    /// Health checks keep it away.
    Unhealthy,
    /// It is known and gets no requests.
    Passive,
    /// It left.
    Gone,
}

/// One member, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSample {
    /// The cluster it belongs to.
    pub cluster: String,
    /// What it is known by in its cluster.
    pub member: Arc<str>,
    /// What it is doing.
    pub state: MemberState,
    /// Requests that it has not answered completely.
    pub in_flight: u32,
    /// Requests that it answered, with whatever status.
    pub served: u64,
    /// Attempts that it did not answer.
    pub failed: u64,
}

/// The states of members that are there; those that left have no series.
const STATES: [MemberState; 6] = [
    MemberState::Joining,
    MemberState::Ready,
    MemberState::Draining,
    MemberState::Suspended,
    MemberState::Unhealthy,
    MemberState::Passive,
];

impl MemberState {
    /// The value of the label `state`, and the word that people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Ready => "ready",
            Self::Draining => "draining",
            Self::Suspended => "suspended",
            Self::Unhealthy => "unhealthy",
            Self::Passive => "passive",
            Self::Gone => "gone",
        }
    }
}

/// Where the members are known.
#[derive(Default)]
pub(super) struct MemberSource(Option<Box<dyn Fn() -> Vec<MemberSample> + Send + Sync>>);

impl MemberSource {
    pub(super) fn new(samples: impl Fn() -> Vec<MemberSample> + Send + Sync + 'static) -> MemberSource {
        MemberSource(Some(Box::new(samples)))
    }

    /// Writes the families of the members that are there now.
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let samples = self.0.as_ref().map(|samples| samples()).unwrap_or_default();
        let mut out = family(encoder, &names::MEMBER_IN_FLIGHT)?;
        for MemberSample { cluster, member, in_flight, .. } in &samples {
            let labels = [("cluster", cluster.as_str()), ("member", member)];
            out.encode_family(&labels)?.encode_gauge(in_flight)?;
        }
        let mut out = family(encoder, &names::MEMBER_STATE)?;
        for MemberSample { cluster, member, state, .. } in &samples {
            for known in STATES {
                let labels = [("cluster", cluster.as_str()), ("member", member), ("state", known.as_str())];
                out.encode_family(&labels)?.encode_gauge(&u64::from(known == *state))?;
            }
        }
        let mut out = family(encoder, &names::MEMBER_REQUESTS_TOTAL)?;
        for MemberSample { cluster, member, served, failed, .. } in &samples {
            for (outcome, count) in [("answered", served), ("failed", failed)] {
                let labels = [("cluster", cluster.as_str()), ("member", member), ("outcome", outcome)];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for MemberSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemberSource").field(&self.0.is_some()).finish()
    }
}
