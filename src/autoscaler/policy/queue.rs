//! Requests in flight against a length of the queue for each instance: the rule of 1.x, and of 2.0.0 to 2.0.3
//! (elastic-load-balancer.md §4.9).

use sinew_core::config::balancer::ScalingLimits;

use super::super::decision::{Bar, Decision, Finding, Instances, Load, Measure};
use super::Situation;
use super::bounds::{Wanted, launch, terminate};

/// Launches `instances_per_scale_up` when none are on their way, and ends one at a time.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let (each, _) = capacity(situation.limits);
    let running = situation.counts.running;
    let load = Load { measure: Measure::InFlight, value: situation.history.average_in_flight() as f64 };
    let upper = Bar { instances: Some(Instances::Running(running)), each };
    let lower = Bar { instances: Some(Instances::AllButOne(running)), each };
    if load.value > upper.value() {
        let finding = Finding::Above { load, bar: upper, required: None };
        return launch(situation, finding, Wanted::More(situation.limits.instances_per_scale_up), None);
    }
    if load.value < lower.value() {
        return terminate(situation, Finding::Below { load, bar: lower }, 1, 0);
    }
    Decision::hold(Finding::Within { load, upper, lower })
}

/// How long the queue of an instance may be, and below what it is not worth one. The reader refuses this rule without it;
/// a queue without limit never launches.
pub(super) fn capacity(limits: &ScalingLimits) -> (f64, f64) {
    match limits.queue_length_per_node {
        Some(length) => (f64::from(length), f64::from(length)),
        None => (f64::INFINITY, 0.0),
    }
}
