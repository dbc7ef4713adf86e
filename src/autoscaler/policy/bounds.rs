//! What may be done of what the load asks for: minimum and maximum, what is on its way, cool-downs and steps.

use std::time::Duration;

use super::super::decision::{Decision, Finding, Obstacle, Reason, Verdict};
use super::Situation;

/// How many instances a rule asks for.
pub(super) enum Wanted {
    /// So many in all.
    Required(u64),
    /// So many more, and none while others are on their way: the rule of 1.x (elastic-load-balancer.md §4.9).
    More(u32),
}

/// Launches what the load asks for, as far as it may (elastic-load-balancer.md §4.5 `scale_up`, W21, W50).
pub(super) fn launch(
    situation: &Situation<'_>,
    finding: Finding,
    wanted: Wanted,
    step: Option<u32>,
) -> Decision {
    let counts = situation.counts;
    let (total, maximum) = (counts.total(), situation.limits.max_app_instances);
    if total > maximum {
        return Decision::held_by(finding, Obstacle::OverMaximum { total, maximum });
    }
    let pending = counts.pending;
    let missing = match wanted {
        Wanted::More(_) if pending > 0 => {
            return Decision::held_by(finding, Obstacle::PendingFirst { pending });
        }
        Wanted::More(more) => u64::from(more),
        Wanted::Required(required) => {
            let counted = if situation.behaviour.scale_up_counts_pending { total } else { counts.running };
            required.saturating_sub(u64::from(counted))
        }
    };
    let room = maximum - total;
    if room == 0 {
        return Decision::held_by(finding, Obstacle::Maximum { wanted: missing, maximum });
    }
    if missing == 0 {
        return Decision::held_by(finding, Obstacle::PendingSuffice { pending });
    }
    if let Some(obstacle) = cooling(situation.since_launch, situation.behaviour.scale_up_cooldown) {
        return Decision::held_by(finding, obstacle);
    }
    let step = step.unwrap_or(u32::MAX);
    let count = u32::try_from(missing).unwrap_or(u32::MAX).min(room).min(step);
    let obstacle = match u64::from(count) < missing {
        false => None,
        true if count == step => Some(Obstacle::Step { wanted: missing, step }),
        true => Some(Obstacle::Maximum { wanted: missing, maximum }),
    };
    Decision { verdict: Verdict::Launch(count), reason: Reason { finding, obstacle } }
}

/// Ends so many instances, as far as it may: not while others leave, and never below the minimum or `floor`
/// (elastic-load-balancer.md §4.5 `scale_down`, W50).
pub(super) fn terminate(situation: &Situation<'_>, finding: Finding, count: u32, floor: u32) -> Decision {
    let counts = situation.counts;
    let terminating = counts.terminating;
    if terminating > 0 {
        return Decision::held_by(finding, Obstacle::Terminating { terminating });
    }
    let minimum = situation.limits.min_app_instances.max(floor);
    let spare = counts.staying().saturating_sub(minimum);
    if spare == 0 {
        return Decision::held_by(finding, Obstacle::Minimum { minimum });
    }
    let last_change = situation.since_termination.into_iter().chain(situation.since_launch).min();
    if let Some(obstacle) = cooling(last_change, situation.behaviour.scale_down_cooldown) {
        return Decision::held_by(finding, obstacle);
    }
    let obstacle = (count > spare).then_some(Obstacle::Minimum { minimum });
    Decision { verdict: Verdict::Terminate(count.min(spare)), reason: Reason { finding, obstacle } }
}

/// What stands against a change so soon after another.
pub(super) fn cooling(since: Option<Duration>, cooldown: Duration) -> Option<Obstacle> {
    let since = since.filter(|since| *since < cooldown)?;
    Some(Obstacle::CoolDown { since, cooldown })
}
