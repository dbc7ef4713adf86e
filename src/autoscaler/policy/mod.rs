//! The rules that turn measurements into a number of instances (elastic-load-balancer.md §4.5, §4.9, §8).
//!
//! Each rule is a pure function of the same [`Situation`]. A rule says what the load asks for; what may be done of that
//! ([`bounds`]) is the same for all of them.

mod bounds;

mod arrivals;
mod in_flight;
mod load_average;
mod queue;
mod target;

mod eager;

use std::time::Duration;

use serde::Serialize;
use sinew_core::config::balancer::{ScalingBehaviour, ScalingLimits, ScalingPolicy, Signal};

use super::counts::Counts;
use super::decision::{Decision, Finding};
use super::history::History;

/// All that a rule knows of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The rule.
    pub policy: ScalingPolicy,
    /// The limits as they are now (W32).
    pub limits: &'a ScalingLimits,
    /// How the rule behaves where there is a choice.
    pub behaviour: &'a ScalingBehaviour,
    /// The time from tick to tick, which the formulas of the original count with.
    pub interval: Duration,
    /// What was measured, the round of this tick included.
    pub history: &'a History,
    /// How many instances there are.
    pub counts: Counts,
    /// How long ago an instance was launched last.
    pub since_launch: Option<Duration>,
    /// How long ago an instance was ended last.
    pub since_termination: Option<Duration>,
}

/// The loads between which nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Thresholds {
    /// Above it instances are launched.
    pub upper: f64,
    /// Below it instances are ended.
    pub lower: f64,
}

/// What the rule of a cluster decides. It decides nothing before as many rounds are measured as are averaged over (§4.3).
pub fn decide(situation: &Situation<'_>) -> Decision {
    let decision = match is_measured(situation.limits, situation.history) {
        false => Decision::hold(Finding::Gathering {
            rounds: situation.history.len(),
            needed: situation.limits.rounds_to_average.max(1),
        }),
        true => match situation.policy {
            ScalingPolicy::InFlight => in_flight::decide(situation),
            ScalingPolicy::Queue => queue::decide(situation),
            ScalingPolicy::Arrivals => arrivals::decide(situation),
            ScalingPolicy::Target => target::decide(situation),
            ScalingPolicy::LoadAverageMean | ScalingPolicy::LoadAverageMaximum => {
                load_average::decide(situation)
            }
        },
    };
    match situation.policy.signal() {
        Signal::InFlight => eager::wake(situation, decision),
        Signal::LoadAverage => decision,
    }
}

/// What the rule of a cluster compares with its thresholds; `None` before enough rounds are measured, and when no instance
/// told its load average.
pub fn measured(policy: ScalingPolicy, limits: &ScalingLimits, history: &History) -> Option<f64> {
    if !is_measured(limits, history) {
        return None;
    }
    match policy {
        ScalingPolicy::InFlight | ScalingPolicy::Queue => Some(history.average_in_flight() as f64),
        ScalingPolicy::Arrivals => Some(history.arrivals_per_second()),
        ScalingPolicy::Target => Some(history.mean_in_flight()),
        ScalingPolicy::LoadAverageMean | ScalingPolicy::LoadAverageMaximum => {
            load_average::latest(policy, history).map(|load| load.value)
        }
    }
}

/// The thresholds of a cluster's rule with so many instances, for people to look at.
pub fn thresholds(
    policy: ScalingPolicy,
    limits: &ScalingLimits,
    interval: Duration,
    running: u32,
) -> Thresholds {
    let all = f64::from(running);
    let (upper, lower) = match policy {
        ScalingPolicy::InFlight => in_flight::capacity(limits, interval),
        ScalingPolicy::Queue => queue::capacity(limits),
        ScalingPolicy::Arrivals => arrivals::capacity(limits),
        ScalingPolicy::Target => target::capacity(limits),
        ScalingPolicy::LoadAverageMean | ScalingPolicy::LoadAverageMaximum => {
            let ScalingLimits { load_average_higher_limit: upper, load_average_lower_limit: lower, .. } =
                *limits;
            return Thresholds { upper, lower };
        }
    };
    Thresholds { upper: all * upper, lower: (all - 1.0).max(0.0) * lower }
}

/// Whether as many rounds are measured as are averaged over.
fn is_measured(limits: &ScalingLimits, history: &History) -> bool {
    let needed = usize::try_from(limits.rounds_to_average.max(1)).unwrap_or(usize::MAX);
    history.len() >= needed
}
