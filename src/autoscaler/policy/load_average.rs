//! The load averages of the instances against two limits (elastic-load-balancer.md §4.9, cases 188 to 190).

use sinew_core::config::balancer::ScalingPolicy;

use super::super::decision::{Bar, Decision, Finding, Load, Measure};
use super::super::history::{History, Round};
use super::Situation;
use super::bounds::{Wanted, launch, terminate};

/// Scales up as soon as a round is above the higher limit, or nobody tells a load average; down when all rounds are below
/// the lower one. The last instance stays: without any there is no load average, which would launch one again.
pub(super) fn decide(situation: &Situation<'_>) -> Decision {
    let limits = situation.limits;
    let more = || Wanted::More(limits.instances_per_scale_up);
    let Some(load) = latest(situation.policy, situation.history) else {
        let finding = Finding::Unreachable { running: situation.counts.running };
        return launch(situation, finding, more(), None);
    };
    let upper = Bar { instances: None, each: limits.load_average_higher_limit };
    let lower = Bar { instances: None, each: limits.load_average_lower_limit };
    if load.value > upper.value() {
        return launch(situation, Finding::Above { load, bar: upper, required: None }, more(), None);
    }
    let mut rounds = situation.history.rounds().map(|round| self::load(situation.policy, round));
    if rounds.all(|load| load.is_some_and(|load| load.value < lower.value())) {
        return terminate(situation, Finding::Below { load, bar: lower }, 1, 1);
    }
    Decision::hold(Finding::Within { load, upper, lower })
}

/// The load of the last round; `None` when nobody told theirs.
pub(super) fn latest(policy: ScalingPolicy, history: &History) -> Option<Load> {
    history.rounds().next_back().and_then(|round| load(policy, round))
}

/// The load of a round, as the policy looks at it.
fn load(policy: ScalingPolicy, round: &Round) -> Option<Load> {
    let averages = round.load?;
    Some(match policy {
        ScalingPolicy::LoadAverageMaximum => Load { measure: Measure::LargestLoad, value: averages.maximum },
        _ => Load { measure: Measure::MeanLoad, value: averages.mean },
    })
}
