//! What is shown of the autoscaler.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::names;

/// A cluster that is scaled, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoscalerSample {
    /// Its name.
    pub cluster: String,
    /// Its members.
    pub running: u32,
    /// Launched, and not yet members.
    pub pending: u32,
    /// Chosen to leave.
    pub terminating: u32,
    /// Instances that were launched.
    pub launches: u64,
    /// Instances that were ended.
    pub terminations: u64,
    /// Launches that failed.
    pub launch_failures: u64,
    /// Ends that failed.
    pub termination_failures: u64,
    /// Decisions to launch, to end, and to do nothing.
    pub decided: [u64; 3],
}

/// Where the autoscaler is known.
#[derive(Default)]
pub(super) struct AutoscalerSource(Option<Box<dyn Fn() -> Vec<AutoscalerSample> + Send + Sync>>);

impl AutoscalerSource {
    pub(super) fn new(samples: impl Fn() -> Vec<AutoscalerSample> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(samples)))
    }

    /// Writes the families of the clusters that are scaled now.
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let samples = self.0.as_ref().map(|samples| samples()).unwrap_or_default();
        let mut out = family(encoder, &names::AUTOSCALER_INSTANCES)?;
        for sample in &samples {
            let counts = [
                ("running", sample.running),
                ("pending", sample.pending),
                ("terminating", sample.terminating),
            ];
            for (state, count) in counts {
                let labels = [("cluster", &*sample.cluster), ("state", state)];
                out.encode_family(&labels)?.encode_gauge(&u64::from(count))?;
            }
        }
        let mut out = family(encoder, &names::AUTOSCALER_ACTIONS_TOTAL)?;
        for sample in &samples {
            let counts = [
                ("launch", "succeeded", sample.launches),
                ("launch", "failed", sample.launch_failures),
                ("terminate", "succeeded", sample.terminations),
                ("terminate", "failed", sample.termination_failures),
            ];
            for (action, outcome, count) in counts {
                let labels = [("cluster", &*sample.cluster), ("kind", action), ("outcome", outcome)];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
        let mut out = family(encoder, &names::AUTOSCALER_DECISIONS_TOTAL)?;
        for sample in &samples {
            for (decision, count) in ["launch", "terminate", "hold"].into_iter().zip(sample.decided) {
                let labels = [("cluster", &*sample.cluster), ("kind", decision)];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for AutoscalerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AutoscalerSource").field(&self.0.is_some()).finish()
    }
}
