//! `loadbalancer.conf` and what came before it: which hosts and tenants lead to which clusters, and how
//! (elastic-load-balancer.md §1).
//!
//! [`read`] takes the text of any dialect to a [`BalancerConfiguration`]. It works in two stages: the text becomes a
//! [`Tree`], in today's spelling, and the tree becomes typed. [`convert`] stops between them and writes the tree.

mod variables;

mod tree;

mod settings;
mod values;

mod configuration;

pub use configuration::{
    BalancerConfiguration, BalancerSettings, ClusterDefinition, ClusterKey, DEFAULT_SUB_DOMAIN, Host, Place,
    ServiceDefinition, StaticMember, Tenants, TrafficSettings,
};
pub use settings::{
    AffinitySettings, ClusterSettings, ConnectionSettings, FailOverSettings, HealthCheckSettings,
    InstanceSettings, Key, LifecycleSettings, ProcessSettings, ScalingBehaviour, ScalingLimits, Scope,
    SelectionSettings, keys,
};
pub use tree::{Block, Property, Tree};
pub use values::{
    Algorithm, HashSource, HealthCheckKind, LocationRewriting, Network, Networks, ScalingPolicy, Signal,
    StatusRanges, Stickiness, TenantRanges, Victim,
};
pub use variables::{NoVariables, Variables};
