//! By which rule a cluster is scaled, and limits that contradict each other.

use super::super::settings::{ScalingBehaviour, ScalingLimits};
use super::super::tree::{Block, Property};
use super::super::{ScalingPolicy, Signal};
use super::Reader;
use super::layers::Layers;
use crate::diagnostics::{Diagnostic, codes};

/// The blocks around a cluster, innermost first.
type Blocks<'a> = [Option<&'a Block>];

/// The property that counts.
fn innermost<'a>(blocks: &Blocks<'a>, key: &str) -> Option<&'a Property> {
    blocks.iter().flatten().find_map(|block| block.property(key))
}

impl<'a> Reader<'a> {
    /// The rule by which a cluster is scaled (elastic-load-balancer.md §1.6 rule 12, §4.9).
    pub(super) fn policy(
        &mut self,
        layers: &Layers,
        behaviour: &ScalingBehaviour,
        blocks: &Blocks<'a>,
    ) -> ScalingPolicy {
        let task = self.inheritance.balancer.process.autoscaler_task.unwrap_or(Signal::InFlight);
        let signal = behaviour.signal.unwrap_or(task);
        let limits = &layers.limits;
        let queue = limits.queue_length_per_node.is_some() && limits.max_requests_per_second.is_none();
        let Some(policy) = behaviour.policy else {
            return match signal {
                Signal::LoadAverage => ScalingPolicy::LoadAverageMean,
                Signal::InFlight if queue => ScalingPolicy::Queue,
                Signal::InFlight => ScalingPolicy::InFlight,
            };
        };
        let around = blocks.iter().copied().chain([self.tree.root.block("loadbalancer")]);
        let around: Vec<Option<&Block>> = around.collect();
        let property = innermost(&around, "policy");
        if let Some(given) = behaviour.signal
            && given != policy.signal()
        {
            let message = format!("the policy \"{policy}\" does not measure \"{given}\"");
            let label = format!("it measures \"{}\"", policy.signal());
            self.once(property, Diagnostic::error(codes::BALANCER_VALUE_INVALID, message), &label);
        }
        let needed = match policy {
            ScalingPolicy::Queue if limits.queue_length_per_node.is_none() => {
                Some(("queue_length_per_node", "no length of the queue is given"))
            }
            ScalingPolicy::Target if limits.target_in_flight.is_none() => {
                Some(("target_in_flight", "no number of requests in flight is given"))
            }
            _ => None,
        };
        if let Some((key, label)) = needed {
            let message = format!("the policy \"{policy}\" needs a \"{key}\"");
            self.once(property, Diagnostic::error(codes::BALANCER_VALUE_MISSING, message), label);
        }
        policy
    }

    /// Reports limits that cannot both hold (elastic-load-balancer.md §1.8, §1.11.2).
    pub(super) fn check_limits(&mut self, limits: &ScalingLimits, blocks: &Blocks<'a>) {
        let (minimum, maximum) = (limits.min_app_instances, limits.max_app_instances);
        if minimum > maximum {
            let property =
                innermost(blocks, "min_app_instances").or_else(|| innermost(blocks, "max_app_instances"));
            let message = format!("there shall be at least {minimum} instances, but at most {maximum}");
            let diagnostic = Diagnostic::warning(codes::LIMITS_CONTRADICT, message);
            self.once(property, diagnostic, "the minimum is kept up; load launches none above the maximum");
        }
        let (lower, higher) = (limits.load_average_lower_limit, limits.load_average_higher_limit);
        if higher <= lower {
            let keys = ["load_average_higher_limit", "load_average_lower_limit"];
            let property = keys.iter().find_map(|key| innermost(blocks, key));
            let message =
                format!("the higher limit {higher} of the load average is not above the lower one {lower}");
            let diagnostic = Diagnostic::error(codes::BALANCER_VALUE_INVALID, message);
            self.once(property, diagnostic, "the limits leave nothing between them");
        }
    }

    /// Reports at a property, but once for all clusters that inherit it.
    fn once(&mut self, property: Option<&Property>, diagnostic: Diagnostic, label: &str) {
        let Some(property) = property else { return };
        if self.reported.insert(property.value_span) {
            self.push(diagnostic, property.value_span, label);
        }
    }
}
