//! Keys about the instances that are launched.

use std::sync::Arc;

use super::Scope;
use super::kinds::{LIST, OPTIONAL_TEXT, TEXT};

group! {
    /// What an instance is launched with. Those of `loadbalancer` are for balancers, those of `services` for members.
    InstanceSettings, InstanceSettingsLayer in Scope::ALL;

    /// The file whose content an instance is given as its user data; it is read when an instance is launched.
    "payload" payload: Arc<str> = "resources/cluster_node.zip", TEXT;

    /// Where an instance runs.
    "availability_zone" availability_zone: Arc<str> = "us-east-1c", TEXT;

    /// The security groups of an instance.
    "security_groups" security_groups: Arc<[Arc<str>]> = "default", LIST;

    /// The type of an instance.
    "instance_type" instance_type: Arc<str> = "m1.large", TEXT;

    /// The image of an instance; without it the environment variable `ami_id` names it.
    "image_id" image_id: Option<Arc<str>> = "", OPTIONAL_TEXT;
}
