//! A single request wakes a cluster without instances, where `scale_from_zero_eager` asks for that
//! (elastic-load-balancer.md §8, W58).

use super::super::decision::{Decision, Finding, Reason, Verdict};
use super::Situation;
use super::bounds::cooling;

/// What was decided, or the launch of one instance when nothing was, nobody is there, and any round saw a request.
pub(super) fn wake(situation: &Situation<'_>, decision: Decision) -> Decision {
    let asleep = situation.counts.total() == 0 && decision.verdict == Verdict::Hold;
    if !situation.behaviour.scale_from_zero_eager || !asleep {
        return decision;
    }
    let most = situation.history.rounds().map(|round| round.in_flight).max().unwrap_or(0);
    if most == 0 {
        return decision;
    }
    let finding = Finding::Waking { in_flight: most };
    match cooling(situation.since_launch, situation.behaviour.scale_up_cooldown) {
        Some(obstacle) => Decision::held_by(finding, obstacle),
        None => Decision { verdict: Verdict::Launch(1), reason: Reason { finding, obstacle: None } },
    }
}
