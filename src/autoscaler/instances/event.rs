//! What happens to instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use sinew_core::config::balancer::MemberDefinition;

use super::record::{InstanceName, LaunchId};

/// Something that happened. Telling twice, late or in another order does no harm.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A provider launched an instance.
    Launched {
        /// For which launch.
        launch: LaunchId,
        /// What it is called.
        instance: InstanceName,
        /// Where it is: hosts, or `host:port` where instances share a host.
        addresses: Vec<Arc<str>>,
        /// Its tags.
        tags: BTreeMap<Arc<str>, Arc<str>>,
    },
    /// No provider launched an instance (case 179).
    Refused {
        /// For which launch.
        launch: LaunchId,
    },
    /// A member joined the cluster.
    Joined(MemberFacts),
    /// A member left the cluster.
    Left {
        /// Its key in the cluster.
        member: Arc<str>,
    },
    /// A provider says that an instance is there no more.
    Gone {
        /// The instance.
        instance: InstanceName,
    },
    /// A provider ends an instance, as it was asked to.
    Ended {
        /// The launch it comes from.
        launch: LaunchId,
    },
    /// A provider does not end an instance.
    NotEnded {
        /// The launch it comes from.
        launch: LaunchId,
    },
}

/// What the autoscaler knows of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberFacts {
    /// Its key in the cluster.
    pub key: Arc<str>,
    /// The hosts that it announced.
    pub hosts: Vec<Arc<str>>,
    /// The name of its instance, if it announced one: the property `instanceId`.
    pub instance_id: Option<Arc<str>>,
    /// Never ended: it is permanent, or named by a file. It is not taken for an instance that was launched unless it
    /// announces its name.
    pub permanent: bool,
    /// Its requests in flight, for `victim least_loaded`.
    pub in_flight: u64,
}

impl MemberFacts {
    /// What a definition says, for a member whose sources are only files or not.
    pub fn of(definition: &MemberDefinition, named_by_file: bool, in_flight: u64) -> MemberFacts {
        let hosts = definition.remote_host.iter().chain([&definition.host]).cloned().collect();
        MemberFacts {
            key: definition.key(),
            hosts,
            instance_id: definition.properties.get("instanceId").cloned(),
            permanent: definition.permanent || named_by_file,
            in_flight,
        }
    }
}
