//! Keys about how many instances a cluster has.

use std::time::Duration;

use super::super::values::{ScalingPolicy, Signal, Victim};
use super::Scope;
use super::kinds::{
    AT_LEAST_ONE, BOOLEAN, COUNT, LOAD, MILLISECONDS, OPTIONAL_COUNT, OPTIONAL_POLICY, OPTIONAL_SIGNAL, PORT,
    RATE, SOME_MILLISECONDS, SWITCH, VICTIM,
};

group! {
    /// How many instances a cluster has, and how its load is measured.
    ScalingLimits, ScalingLimitsLayer in Scope::SERVICES;

    /// How many instances there are at least; missing ones are launched.
    "min_app_instances" min_app_instances: u32 = "1", COUNT;

    /// How many instances are launched at most.
    "max_app_instances" max_app_instances: u32 = "3", AT_LEAST_ONE;

    /// How many requests an instance can take in a second; 0 never launches any.
    "max_requests_per_second" max_requests_per_second: u32 = "100", COUNT;

    /// The share of that above which instances are launched. A value that is no such share is ignored.
    "alarming_upper_rate" alarming_upper_rate: f64 = "0.7", RATE;

    /// The share of that below which instances are ended. A value that is no such share is ignored.
    "alarming_lower_rate" alarming_lower_rate: f64 = "0.2", RATE;

    /// A factor that makes ending instances slower than launching them. A value that is no share is ignored.
    "scale_down_factor" scale_down_factor: f64 = "0.25", RATE;

    /// Over how many measurements is averaged.
    "rounds_to_average" rounds_to_average: u32 = "10", AT_LEAST_ONE;

    /// How many instances are launched at once by the rules of the 1.x releases.
    "instances_per_scale_up" instances_per_scale_up: u32 = "1", AT_LEAST_ONE;

    /// After what time a request counts as lost.
    "message_expiry_time" message_expiry_time: Duration = "60000", SOME_MILLISECONDS;

    /// How many requests in flight an instance can take. Where it is given and `max_requests_per_second` is not, this
    /// rule counts, as in 2.0.0 to 2.0.3.
    "queue_length_per_node" queue_length_per_node: Option<u32> = "", OPTIONAL_COUNT;

    /// How many requests in flight each instance shall have, for the policy `target`.
    "target_in_flight" target_in_flight: Option<u32> = "", OPTIONAL_COUNT;

    /// The load average below which instances are ended.
    "load_average_lower_limit" load_average_lower_limit: f64 = "2.0", LOAD;

    /// The load average above which instances are launched.
    "load_average_higher_limit" load_average_higher_limit: f64 = "5.0", LOAD;

    /// The port of instances that answers for their load average over HTTP.
    "service_http_port" service_http_port: u16 = "80", PORT;

    /// The port of instances that answers for their load average over HTTPS.
    "service_https_port" service_https_port: u16 = "443", PORT;

    /// Whether the oldest instance is never ended.
    "preserve_oldest_instance" preserve_oldest_instance: bool = "false", BOOLEAN;
}

group! {
    /// How the autoscaler behaves where the original left no choice.
    ScalingBehaviour, ScalingBehaviourLayer in Scope::ALL;

    /// What is measured. Without it `autoscaler_task` decides.
    "signal" signal: Option<Signal> = "", OPTIONAL_SIGNAL;

    /// The rule that turns measurements into a number of instances. Without it: `mean` for load averages, `queue` where
    /// only `queue_length_per_node` is given, or else `in_flight`.
    "policy" policy: Option<ScalingPolicy> = "", OPTIONAL_POLICY;

    /// Which instance goes when there are too many.
    "victim" victim: Victim = "newest", VICTIM;

    /// How long load launches nothing after a launch.
    "scale_up_cooldown" scale_up_cooldown: Duration = "0", MILLISECONDS;

    /// How long nothing is ended after an end or a launch.
    "scale_down_cooldown" scale_down_cooldown: Duration = "0", MILLISECONDS;

    /// How many instances the policy `target` launches at once, at most. Without it as many as are missing.
    "scale_up_step" scale_up_step: Option<u32> = "", OPTIONAL_COUNT;

    /// How many instances the policy `target` ends at once, at most.
    "scale_down_step" scale_down_step: u32 = "1", AT_LEAST_ONE;

    /// Whether instances that are on their way count when it is decided how many are missing; off, as in the original,
    /// launches too many.
    "scale_up_counts_pending" scale_up_counts_pending: bool = "on", SWITCH;

    /// Whether a single request wakes a cluster that has no instances; otherwise the average has to reach 1.
    "scale_from_zero_eager" scale_from_zero_eager: bool = "off", SWITCH;
}
