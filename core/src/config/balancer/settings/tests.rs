//! Every key: that its default is one of its values, that it is explained, and that it can be set.

use std::collections::HashSet;

use super::super::reference;
use super::{Scope, keys};
use crate::config::balancer::{
    Algorithm, BalancerSettings, ClusterSettings, HashSource, ScalingBehaviour, ScalingLimits, ScalingPolicy,
    TrafficSettings,
};

#[test]
fn every_default_is_a_value() {
    // Each of these reads all its defaults.
    let _ = (BalancerSettings::default(), TrafficSettings::default(), ClusterSettings::default());
    let _ = (ScalingBehaviour::default(), ScalingLimits::default());
}

#[test]
fn every_key_is_explained() {
    let page = reference();
    let mut seen = HashSet::new();
    for key in keys() {
        assert!(page.contains(&format!("| `{}` |", key.name)), "{}", key.name);
        let text = key.documentation.join("");
        assert!(text.len() > 15 && text.ends_with('.'), "{}: {text}", key.name);
        let member = key.scopes == [Scope::Member];
        assert!(seen.insert((key.name, member)), "{} is declared twice", key.name);
    }
}

/// The keys of elastic-load-balancer.md §1.5, §1.6, §1.10 and those that its further sections add.
#[test]
fn the_keys_of_the_specification_are_there() {
    let known: HashSet<&str> = keys().map(|key| key.name).collect();
    let specified = "instances enable_autoscaler use_embedded_autoscaler autoscaler_service_epr autoscaler_task \
        autoscaler_task_interval server_startup_delay session_timeout fail_over size_of_cache group_mgt_agent \
        mb_server_url algorithm elasticIP payload availability_zone security_groups instance_type \
        min_app_instances max_app_instances max_requests_per_second alarming_upper_rate alarming_lower_rate \
        scale_down_factor rounds_to_average instances_per_scale_up message_expiry_time sub_domain hosts url_suffix \
        tenant_range public_ip domain serviceName queue_length_per_node group_mgt_port strict tls_verify \
        forwarded_headers rewrite_location panic_threshold fail_over_max_attempts fail_over_delay \
        fail_over_replay_buffer member_suspend_duration member_suspend_progression member_suspend_maximum \
        connect_timeout endpoint_timeout affinity_cookie session_table_max sticky scale_from_zero_wait \
        scale_from_zero_eager signal policy admission_delay drain_timeout maintenance scale_up_counts_pending \
        victim scale_up_cooldown scale_down_cooldown host httpPort httpsPort remoteHost weight permanent";
    for key in specified.split_whitespace() {
        assert!(known.contains(key), "{key}");
    }
}

#[test]
fn algorithms_by_class_and_by_short_name() {
    let rows = [
        ("round_robin", Algorithm::RoundRobin),
        ("org.apache.synapse.endpoints.algorithms.RoundRobin", Algorithm::RoundRobin),
        ("roundRobin", Algorithm::RoundRobin),
        ("org.apache.synapse.endpoints.algorithms.WeightedRoundRobin", Algorithm::WeightedRoundRobin),
        ("org.apache.synapse.endpoints.algorithms.WeightedRRLCAlgorithm", Algorithm::WeightedRrlc),
        ("LeastConnection", Algorithm::LeastRequests),
        ("least-requests", Algorithm::LeastRequests),
        ("p2c", Algorithm::PowerOfTwoChoices),
        ("Random", Algorithm::Random),
        ("consistent_hash", Algorithm::ConsistentHash),
        ("PeakEWMA", Algorithm::PeakEwma),
    ];
    for (text, expected) in rows {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    for algorithm in Algorithm::all() {
        assert_eq!(algorithm.name().parse(), Ok(algorithm));
    }
    for text in ["", ".", "Algorithm", "Fastest", "round robin"] {
        assert!(text.parse::<Algorithm>().is_err(), "{text}");
    }
}

#[test]
fn hash_sources() {
    for text in ["source", "header:x-user", "cookie:JSESSIONID"] {
        assert_eq!(text.parse::<HashSource>().map(|source| source.to_string()).as_deref(), Ok(text));
    }
    for text in ["", "header", "header:", "cookie:a b", "query:x", "Source"] {
        assert!(text.parse::<HashSource>().is_err(), "{text}");
    }
}

/// The names of policies, and the classes that decided by them (elastic-load-balancer.md §8, W27).
#[test]
fn policies_by_word_and_by_class() {
    let package = "org.wso2.carbon.mediator.autoscale.lbautoscale.task.";
    let rows = [
        ("in_flight", ScalingPolicy::InFlight),
        ("queue", ScalingPolicy::Queue),
        ("rps", ScalingPolicy::Arrivals),
        ("target", ScalingPolicy::Target),
        ("mean", ScalingPolicy::LoadAverageMean),
        ("max", ScalingPolicy::LoadAverageMaximum),
        ("ServiceRequestsInFlightAutoscaler", ScalingPolicy::InFlight),
        ("ServiceRequestsInFlightEC2Autoscaler", ScalingPolicy::Queue),
        ("MessagesInFlightBasedEC2LoadAnalyzerTask", ScalingPolicy::Queue),
        ("LoadAverageBasedEC2LoadAnalyzerTask", ScalingPolicy::LoadAverageMean),
    ];
    for (name, policy) in rows {
        assert_eq!(ScalingPolicy::named(name), Ok(policy), "{name}");
        if name.contains("Based") || name.starts_with("Service") {
            assert_eq!(ScalingPolicy::named(&format!("{package}{name}")), Ok(policy), "{name}");
        }
    }
    let error = ScalingPolicy::named("fastest").expect_err("nobody has this name").to_string();
    for word in ["in_flight", "queue", "rps", "target", "mean", "max"] {
        assert!(error.contains(&format!("`{word}`")), "{error}");
    }
}
