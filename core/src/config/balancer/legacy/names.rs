//! The names of the 1.x releases, and what each is called today (elastic-load-balancer.md §1.11).

/// What becomes of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A key of `loadbalancer`.
    Balancer(&'static str),
    /// A key of services.
    Service(&'static str),
    /// A key of both.
    Both(&'static str),
    /// Credentials and options of the cloud, which `loadbalancer.conf` has no keys for.
    Cloud,
}

use Meaning::{Balancer, Both, Cloud, Service};

/// A property of a part of the configuration.
pub(super) type Row = (&'static str, Meaning);

/// Properties beside `loadBalancer` and `services`.
pub(super) const ROOT: &[Row] = &[
    ("ec2AccessKey", Cloud),
    ("ec2PrivateKey", Cloud),
    ("ec2Cert", Cloud),
    ("sshKey", Cloud),
    ("instanceMgtEPR", Cloud),
    ("disableApiTermination", Cloud),
    ("enableMonitoring", Cloud),
];

/// Properties of `loadBalancer`.
pub(super) const BALANCER: &[Row] = &[
    ("payload", Balancer("payload")),
    ("availabilityZone", Balancer("availability_zone")),
    ("securityGroup", Balancer("security_groups")),
    ("securityGroups", Balancer("security_groups")),
    ("instanceType", Balancer("instance_type")),
    ("instances", Balancer("instances")),
    ("elasticIP", Balancer("elasticIP")),
    ("imageId", Balancer("image_id")),
];

/// Properties of `defaults` and of services.
pub(super) const SERVICE: &[Row] = &[
    ("payload", Service("payload")),
    ("availabilityZone", Service("availability_zone")),
    ("securityGroup", Service("security_groups")),
    ("securityGroups", Service("security_groups")),
    ("instanceType", Service("instance_type")),
    ("imageId", Service("image_id")),
    ("minAppInstances", Service("min_app_instances")),
    ("maxAppInstances", Service("max_app_instances")),
    ("queueLengthPerNode", Service("queue_length_per_node")),
    ("roundsToAverage", Service("rounds_to_average")),
    ("instancesPerScaleUp", Service("instances_per_scale_up")),
    ("messageExpiryTime", Service("message_expiry_time")),
    ("loadAverageLowerLimit", Service("load_average_lower_limit")),
    ("loadAverageHigherLimit", Service("load_average_higher_limit")),
    ("serviceHttpPort", Service("service_http_port")),
    ("serviceHttpsPort", Service("service_https_port")),
    ("preserveOldestInstance", Service("preserve_oldest_instance")),
];

/// Properties of the tasks for one application.
pub(super) const TASK: &[Row] = &[
    ("ec2PrivateKey", Cloud),
    ("ec2Cert", Cloud),
    ("key", Cloud),
    ("instanceAdditionalInfo", Cloud),
    ("instanceType", Service("instance_type")),
    ("loadBalancerInstanceType", Balancer("instance_type")),
    ("applicationGroup", Service("security_groups")),
    ("loadBalancerGroup", Balancer("security_groups")),
    ("availabilityZone", Both("availability_zone")),
    ("applicationPayload", Service("payload")),
    ("loadBalancerPayload", Balancer("payload")),
    ("elasticIP", Balancer("elasticIP")),
    ("minAppInstances", Service("min_app_instances")),
    ("maxAppInstances", Service("max_app_instances")),
    ("instancesPerScaleUp", Service("instances_per_scale_up")),
    ("roundsToAverage", Service("rounds_to_average")),
    ("minLoadBalancerInstances", Balancer("instances")),
    ("loadBalancerInstances", Balancer("instances")),
    ("messageExpiryTime", Service("message_expiry_time")),
    ("queueLengthPerNode", Service("queue_length_per_node")),
    ("loadAverageLowerLimit", Service("load_average_lower_limit")),
    ("loadAverageHigherLimit", Service("load_average_higher_limit")),
    ("serviceHttpPort", Service("service_http_port")),
    ("serviceHttpsPort", Service("service_https_port")),
];
