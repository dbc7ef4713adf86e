//! What came out of a simulation.

use std::time::Duration;

use serde::{Serialize, Serializer};
use sinew_core::config::balancer::{ClusterKey, ScalingPolicy};

use super::super::counts::Counts;
use super::super::decision::Decision;
use super::super::instances::Action;
use super::super::policy::Thresholds;
use super::trace::Column;

/// A replayed trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The cluster.
    pub cluster: ClusterKey,
    /// Its rule.
    pub policy: ScalingPolicy,
    /// The column of the trace that the rule looks at.
    pub column: Column,
    /// The limits that load stays within.
    pub limits: (u32, u32),
    /// Every tick.
    pub ticks: Vec<TickRecord>,
    /// The line of instances and load: how it is from each point on. The last point is the end.
    pub line: Vec<Point>,
    /// The whole in a few numbers.
    pub summary: Summary,
}

/// One tick.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TickRecord {
    /// When.
    #[serde(rename = "seconds", serialize_with = "as_seconds")]
    pub at: Duration,
    /// What was measured at this tick.
    pub load: f64,
    /// What the rule compared: mostly the average over the rounds; `None` before it had enough of them.
    pub average: Option<f64>,
    /// How many instances there were before anything was done.
    pub counts: Counts,
    /// What was decided because of the minimum.
    pub sanity: Decision,
    /// What was decided because of the load.
    pub scaling: Decision,
    /// What was done.
    pub actions: Vec<Action>,
}

/// How it is from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// From when.
    #[serde(rename = "seconds", serialize_with = "as_seconds")]
    pub at: Duration,
    /// The load.
    pub load: f64,
    /// How many instances there are.
    pub counts: Counts,
    /// The thresholds with so many instances.
    pub thresholds: Thresholds,
}

/// A simulation in a few numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// For how long instances ran, all together: what the traffic costs.
    #[serde(rename = "instance_seconds", serialize_with = "as_seconds")]
    pub instance_time: Duration,
    /// For how long the load was above the upper threshold.
    #[serde(rename = "overloaded_seconds", serialize_with = "as_seconds")]
    pub overloaded: Duration,
    /// The fewest instances that ran.
    pub fewest: u32,
    /// The most instances that ran.
    pub most: u32,
    /// How many were launched.
    pub launched: u32,
    /// How many were ended because there were too many.
    pub ended: u32,
    /// How many did not join in time.
    pub never_joined: u32,
}

impl Point {
    /// The load as the thresholds mean it: a load average is one for each instance.
    pub(super) fn load_of_one(&self, column: Column) -> f64 {
        match column {
            Column::Load => self.load / f64::from(self.counts.running.max(1)),
            Column::Seconds | Column::InFlight | Column::Arrivals | Column::Cluster => self.load,
        }
    }
}

fn as_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}
