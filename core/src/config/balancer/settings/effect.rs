//! Keys that are read and checked, and have no effect yet.

use super::{InstanceSettingsLayer, Key, ScalingBehaviourLayer, ScalingLimitsLayer};

/// What a key does today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What its documentation says.
    Full,
    /// Nothing: the text says how it is without it. Who sets it is told.
    NotYet(&'static str),
    /// Nothing, as long as nothing scales; who sets `enable_autoscaler` is told.
    Scaling,
}

/// Keys with no effect yet, and how it is without them.
const NOT_YET: [(&str, &str); 6] = [
    ("elasticIP", "the address does not move by itself"),
    ("enable_autoscaler", "no instances are launched or ended"),
    ("group_mgt_agent", "a member belongs to the cluster that names it"),
    ("mb_server_url", "others come from `balancer.topology` in sinew.toml"),
    ("tls_verify", "`tls.verify` of sinew.toml counts for all members"),
    ("url_suffix", "other names of hosts are those of url-mapping.conf"),
];

/// Keys that scaling will look at, besides those of whole groups.
const SCALING: [&str; 7] = [
    "instances",
    "use_embedded_autoscaler",
    "autoscaler_service_epr",
    "autoscaler_task",
    "autoscaler_task_interval",
    "server_startup_delay",
    "permanent",
];

impl Key {
    /// What it does today.
    pub fn effect(&self) -> Effect {
        if let Some((_, instead)) = NOT_YET.iter().find(|(name, _)| *name == self.name) {
            return Effect::NotYet(instead);
        }
        let groups = [ScalingLimitsLayer::KEYS, ScalingBehaviourLayer::KEYS, InstanceSettingsLayer::KEYS];
        let scales = |name: &&str| *name == self.name;
        match groups.into_iter().flatten().map(|key| key.name).chain(SCALING).any(|name| scales(&name)) {
            true => Effect::Scaling,
            false => Effect::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::{Effect, NOT_YET, SCALING};

    #[test]
    fn the_tables_name_keys() {
        for name in NOT_YET.into_iter().map(|(name, _)| name).chain(SCALING) {
            let key = keys().find(|key| key.name == name);
            assert_ne!(key.map(|key| key.effect()), Some(Effect::Full), "{name}");
            assert!(key.is_some(), "{name}");
        }
        let effects = ["algorithm", "drain_timeout", "hosts", "weight"];
        for name in effects {
            assert!(keys().any(|key| key.name == name && key.effect() == Effect::Full), "{name}");
        }
    }
}
