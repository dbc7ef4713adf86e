//! The keys of `loadbalancer.conf` by subject: each is declared once, with its type, default and documentation, and what
//! reads it, merges it and documents it is made from the declaration.

#[macro_use]
mod group;
mod kinds;

mod balancer;
mod cluster;
mod effect;
mod further;
mod instance;
mod scaling;
mod traffic;

#[cfg(test)]
mod tests;

pub use balancer::ProcessSettings;
pub use cluster::ClusterSettings;
pub use effect::Effect;
pub use group::{Key, Scope};
pub use instance::InstanceSettings;
pub use scaling::{ScalingBehaviour, ScalingLimits};
pub use traffic::{
    AffinitySettings, ConnectionSettings, FailOverSettings, HealthCheckSettings, LifecycleSettings,
    SelectionSettings,
};

pub(super) use balancer::ProcessSettingsLayer;
pub(super) use cluster::ClusterSettingsLayer;
pub(super) use further::{CLUSTER_KEYS, MEMBER_KEYS};
pub(super) use group::{Group, Reading};
pub(super) use instance::InstanceSettingsLayer;
pub(super) use kinds::{Kind, OPTIONAL_TEXT, PORT, SWITCH, Unreadable, WEIGHT, items};
pub(super) use scaling::{ScalingBehaviourLayer, ScalingLimitsLayer};
pub(super) use traffic::{
    AffinitySettingsLayer, ConnectionSettingsLayer, FailOverSettingsLayer, HealthCheckSettingsLayer,
    LifecycleSettingsLayer, SelectionSettingsLayer,
};

/// Every key, those of one subject together.
pub fn keys() -> impl Iterator<Item = &'static Key> {
    [
        ProcessSettingsLayer::KEYS,
        CLUSTER_KEYS,
        ClusterSettingsLayer::KEYS,
        SelectionSettingsLayer::KEYS,
        FailOverSettingsLayer::KEYS,
        AffinitySettingsLayer::KEYS,
        ConnectionSettingsLayer::KEYS,
        LifecycleSettingsLayer::KEYS,
        HealthCheckSettingsLayer::KEYS,
        ScalingLimitsLayer::KEYS,
        ScalingBehaviourLayer::KEYS,
        InstanceSettingsLayer::KEYS,
        MEMBER_KEYS,
    ]
    .into_iter()
    .flatten()
}
