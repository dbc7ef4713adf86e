//! Requests in flight against requests per interval: the rule of 2.0.5 (elastic-load-balancer.md §4.5).

use std::time::Duration;

use sinew_core::config::balancer::ScalingLimits;

use super::super::decision::{Bar, Decision, Finding, Instances, Load, Measure};
use super::Situation;
use super::bounds::{Wanted, launch, terminate};

/// Scales up early, to as many instances as the load asks for, and down slowly, one at a time.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let (high, low) = capacity(situation.limits, situation.interval);
    let load = Load { measure: Measure::InFlight, value: situation.history.average_in_flight() as f64 };
    proportionate(situation, load, high, low)
}

/// How much an instance can take, and how much is worth an instance. The order of the multiplications is that of the
/// original: it decides at boundaries (case 165).
pub(super) fn capacity(limits: &ScalingLimits, interval: Duration) -> (f64, f64) {
    let seconds = interval.as_millis() as f64 / 1000.0;
    let rate = f64::from(limits.max_requests_per_second);
    let high = rate * seconds * limits.alarming_upper_rate;
    let low = rate * seconds * limits.alarming_lower_rate * limits.scale_down_factor;
    (high, low)
}

/// The comparisons of the original, for any load that instances share.
pub(super) fn proportionate(situation: &Situation<'_>, load: Load, high: f64, low: f64) -> Decision {
    let running = situation.counts.running;
    let upper = Bar { instances: Some(Instances::Running(running)), each: high };
    let lower = Bar { instances: Some(Instances::AllButOne(running)), each: low };
    if load.value > upper.value() && high > 0.0 {
        let required = required(load.value, high);
        let finding = Finding::Above { load, bar: upper, required: Some(required) };
        return launch(situation, finding, Wanted::Required(required), None);
    }
    if load.value < lower.value() {
        return terminate(situation, Finding::Below { load, bar: lower }, 1, 0);
    }
    Decision::hold(Finding::Within { load, upper, lower })
}

/// How many instances it takes when each can take `each`, which is above 0.
pub(super) fn required(load: f64, each: f64) -> u64 {
    // A float beyond the range becomes its end.
    (load / each).ceil() as u64
}
