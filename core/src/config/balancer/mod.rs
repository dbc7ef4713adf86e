//! `loadbalancer.conf` and what came before it: which hosts and tenants lead to which clusters, and how
//! (elastic-load-balancer.md §1).
//!
//! [`read`] takes the text of any dialect to a [`BalancerConfiguration`]. It works in two stages: the text becomes a
//! [`Tree`] in today's spelling, which [`parse`] gives and which can be written, and the tree becomes typed.

mod variables;

mod tree;

mod dialect;
mod legacy;

mod settings;
mod values;

mod configuration;
mod layer;
mod member;
mod reader;
mod source;

mod layered;

mod reference;

#[cfg(test)]
mod tests;

pub use configuration::{
    BalancerConfiguration, BalancerSettings, ClusterDefinition, ClusterKey, DEFAULT_SUB_DOMAIN, GivenSetting,
    Host, Place, ServiceDefinition, StaticMember, Tenants, TrafficSettings, UrlSuffix,
};
pub use layer::Layer;
pub use layered::{Change, Changes, ClusterChange, NotPossible};
pub use legacy::is_autoscaler_class;
pub use member::MemberDefinition;
pub use reference::reference;
pub use settings::{
    AffinitySettings, ClusterSettings, ConnectionSettings, Effect, FailOverSettings, HealthCheckSettings,
    InstanceSettings, Key, LifecycleSettings, ProcessSettings, ScalingBehaviour, ScalingLimits, Scope,
    SelectionSettings, keys,
};
pub use source::{parse, read, read_element};
pub use tree::{Block, Property, Tree};
pub use values::{
    Algorithm, HashSource, HealthCheckKind, LocationRewriting, Network, Networks, Replacements,
    ScalingPolicy, Signal, StatusRanges, Stickiness, TenantRanges, Victim,
};
pub use variables::{NoVariables, Variables};
