//! Requests that arrive in a second against what an instance can take (elastic-load-balancer.md §8, W46).

use sinew_core::config::balancer::ScalingLimits;

use super::super::decision::{Decision, Load, Measure};
use super::Situation;
use super::in_flight::proportionate;

/// As the rule for requests in flight, with a rate on both sides of the comparison.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let (high, low) = capacity(situation.limits);
    let load = Load { measure: Measure::Arrivals, value: situation.history.arrivals_per_second() };
    proportionate(situation, load, high, low)
}

/// How much an instance can take in a second, and how much is worth an instance.
pub(super) fn capacity(limits: &ScalingLimits) -> (f64, f64) {
    let rate = f64::from(limits.max_requests_per_second);
    (rate * limits.alarming_upper_rate, rate * limits.alarming_lower_rate * limits.scale_down_factor)
}
