//! Target tracking: as many instances as hold the requests in flight at a number for each. The original has no such rule.

use sinew_core::config::balancer::ScalingLimits;

use super::super::decision::{Bar, Decision, Finding, Instances, Load, Measure, Obstacle, Verdict};
use super::Situation;
use super::bounds::{Wanted, launch, terminate};
use super::in_flight::required;

/// How full those that are left may be when others are ended, as a share of the target: what is between keeps the number
/// of instances from going up and down with every small change.
const SHARE_WHEN_ENDING: f64 = 0.9;

/// Launches what is missing, and ends what is spare, in steps. It lets a cluster go to zero where the minimum does.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let (each, spare_each) = capacity(situation.limits);
    let running = situation.counts.running;
    let load = Load { measure: Measure::InFlight, value: situation.history.mean_in_flight() };
    let upper = Bar { instances: Some(Instances::Running(running)), each };
    if load.value > upper.value() {
        let required = required(load.value, each);
        let finding = Finding::Above { load, bar: upper, required: Some(required) };
        return launch(situation, finding, Wanted::Required(required), situation.behaviour.scale_up_step);
    }
    let enough = if spare_each.is_finite() { required(load.value, spare_each) } else { u64::MAX };
    let wanted = u64::from(running).saturating_sub(enough);
    if wanted > 0 {
        let finding = Finding::Spare { load, enough, running, each: spare_each };
        return end(situation, finding, wanted);
    }
    let lower = Bar { instances: Some(Instances::AllButOne(running)), each: spare_each };
    Decision::hold(Finding::Within { load, upper, lower })
}

/// Ends so many, in steps; not while others are on their way, because then the load is about to be shared anew.
fn end(situation: &Situation<'_>, finding: Finding, wanted: u64) -> Decision {
    let (pending, step) = (situation.counts.pending, situation.behaviour.scale_down_step);
    if pending > 0 {
        return Decision::held_by(finding, Obstacle::PendingFirst { pending });
    }
    let count = u32::try_from(wanted).unwrap_or(u32::MAX).min(step);
    let mut decision = terminate(situation, finding, count, 0);
    let stepped = u64::from(step) < wanted && decision.verdict == Verdict::Terminate(step);
    if stepped {
        decision.reason.obstacle = Some(Obstacle::Step { wanted, step });
    }
    decision
}

/// What each instance shall have, and what each may have when others are ended. The reader refuses this rule without it; a
/// target without limit changes nothing.
pub(super) fn capacity(limits: &ScalingLimits) -> (f64, f64) {
    match limits.target_in_flight {
        Some(target) => (f64::from(target), f64::from(target) * SHARE_WHEN_ENDING),
        None => (f64::INFINITY, f64::INFINITY),
    }
}
