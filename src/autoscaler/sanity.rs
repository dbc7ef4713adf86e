//! Healing: there are always as many instances as there must be, whatever the load (elastic-load-balancer.md §4.4, §4.7).

use sinew_core::config::balancer::{ScalingLimits, ScalingPolicy};

use super::counts::Counts;
use super::decision::{Decision, Finding, Obstacle, Reason, Verdict};

/// Launches what a cluster misses of its minimum. Those that are leaving do not count for it. Cool-downs are about load, not
/// about healing.
///
/// The rules of 1.x launch `instances_per_scale_up` at once and ask again at the next tick (case 211), here without
/// exceeding the maximum, or the minimum where that is larger (elastic-load-balancer.md §1.8).
pub fn application(policy: ScalingPolicy, limits: &ScalingLimits, counts: Counts) -> Decision {
    let decision = missing(counts, limits.min_app_instances);
    let (Verdict::Launch(_), finding) = (decision.verdict, decision.reason.finding) else { return decision };
    match policy {
        ScalingPolicy::Queue | ScalingPolicy::LoadAverageMean | ScalingPolicy::LoadAverageMaximum => {
            let most = limits.max_app_instances.max(limits.min_app_instances);
            let wanted = limits.instances_per_scale_up;
            let count = wanted.min(most.saturating_sub(counts.total()));
            let obstacle =
                (count < wanted).then_some(Obstacle::Maximum { wanted: u64::from(wanted), maximum: most });
            let verdict = if count > 0 { Verdict::Launch(count) } else { Verdict::Hold };
            Decision { verdict, reason: Reason { finding, obstacle } }
        }
        ScalingPolicy::InFlight | ScalingPolicy::Arrivals | ScalingPolicy::Target => decision,
    }
}

/// Launches what the group of balancers misses of `instances`. Balancers are never scaled down (cases 191 to 193, 212).
/// The counts include the balancer that decides.
pub fn balancers(counts: Counts, instances: u32) -> Decision {
    missing(counts, instances)
}

fn missing(counts: Counts, minimum: u32) -> Decision {
    let (staying, pending) = (counts.staying(), counts.pending);
    match minimum.saturating_sub(staying.saturating_add(pending)) {
        0 => Decision::hold(Finding::Complete { staying, pending, minimum }),
        missing => {
            let finding = Finding::Missing { staying, pending, minimum };
            Decision { verdict: Verdict::Launch(missing), reason: Reason { finding, obstacle: None } }
        }
    }
}
