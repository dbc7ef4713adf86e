//! What is shown of tasks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::names;

/// One task, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSample {
    /// Its name.
    pub task: Arc<str>,
    /// Runs that ended well.
    pub succeeded: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Runs that were due while another went on.
    pub skipped: u64,
    /// How long the run took that ended last.
    pub last_duration: Option<Duration>,
}

/// Where the tasks are known.
#[derive(Default)]
pub(super) struct TaskSource(Option<Box<dyn Fn() -> Vec<TaskSample> + Send + Sync>>);

impl TaskSource {
    pub(super) fn new(samples: impl Fn() -> Vec<TaskSample> + Send + Sync + 'static) -> TaskSource {
        TaskSource(Some(Box::new(samples)))
    }

    /// Writes the families of the tasks that are there now.
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let samples = self.0.as_ref().map(|samples| samples()).unwrap_or_default();
        let mut out = family(encoder, &names::TASK_RUNS_TOTAL)?;
        for TaskSample { task, succeeded, failed, skipped, .. } in &samples {
            for (outcome, count) in [("succeeded", succeeded), ("failed", failed), ("skipped", skipped)] {
                let labels = [("task", &**task), ("outcome", outcome)];
                out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
            }
        }
        let mut out = family(encoder, &names::TASK_LAST_DURATION_SECONDS)?;
        for TaskSample { task, last_duration, .. } in &samples {
            let Some(duration) = last_duration else { continue };
            out.encode_family(&[("task", &**task)])?.encode_gauge(&duration.as_secs_f64())?;
        }
        Ok(())
    }
}

impl fmt::Debug for TaskSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TaskSource").field(&self.0.is_some()).finish()
    }
}
