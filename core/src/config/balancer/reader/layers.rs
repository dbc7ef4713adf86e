//! What a block gives, by subject; the block inside goes before the block around it.

use std::collections::BTreeMap;

use super::super::settings::{
    AffinitySettingsLayer, ClusterSettingsLayer, ConnectionSettingsLayer, FailOverSettingsLayer, Group,
    HealthCheckSettingsLayer, InstanceSettingsLayer, Key, LifecycleSettingsLayer, ProcessSettingsLayer,
    Reading, ScalingBehaviourLayer, ScalingLimitsLayer, Scope, SelectionSettingsLayer,
};
use super::super::{BalancerSettings, GivenSetting, Place, TrafficSettings};

/// What one block gives, or several of them together.
#[derive(Clone, Default)]
pub(super) struct Layers {
    pub(super) process: ProcessSettingsLayer,
    pub(super) cluster: ClusterSettingsLayer,
    pub(super) traffic: TrafficLayers,
    pub(super) limits: ScalingLimitsLayer,
    pub(super) behaviour: ScalingBehaviourLayer,
    pub(super) instance: InstanceSettingsLayer,
    given: BTreeMap<&'static str, Given>,
}

/// A key with the value it has here.
#[derive(Clone)]
struct Given {
    key: &'static Key,
    setting: GivenSetting,
    is_default: bool,
}

/// What decides how requests reach members.
#[derive(Clone, Default)]
pub(super) struct TrafficLayers {
    selection: SelectionSettingsLayer,
    fail_over: FailOverSettingsLayer,
    affinity: AffinitySettingsLayer,
    connection: ConnectionSettingsLayer,
    lifecycle: LifecycleSettingsLayer,
    health_check: HealthCheckSettingsLayer,
}

impl Layers {
    /// Takes the value of a key that may stand in a block of this scope; `None` when there is no such key.
    pub(super) fn set(
        &mut self,
        scope: Scope,
        name: &str,
        text: &str,
        place: Place,
    ) -> Option<(&'static Key, Reading)> {
        let groups: [&mut dyn Group; 11] = [
            &mut self.process,
            &mut self.cluster,
            &mut self.traffic.selection,
            &mut self.traffic.fail_over,
            &mut self.traffic.affinity,
            &mut self.traffic.connection,
            &mut self.traffic.lifecycle,
            &mut self.traffic.health_check,
            &mut self.limits,
            &mut self.behaviour,
            &mut self.instance,
        ];
        let (key, reading, is_default) = groups.into_iter().find_map(|group| {
            let key = group.keys().iter().find(|key| key.name == name && key.scopes.contains(&scope))?;
            let reading = group.set(name, text)?;
            Some((key, reading, group.is_default(name)))
        })?;
        if matches!(reading, Reading::Taken | Reading::TakenAs(_)) {
            let setting = GivenSetting { key: key.name, value: text.into(), place };
            self.given.insert(key.name, Given { key, setting, is_default });
        }
        Some((key, reading))
    }

    /// Whether the key is given a value here that is not its default.
    pub(super) fn changes(&self, key: &Key) -> bool {
        self.given.get(key.name).is_some_and(|given| !given.is_default)
    }

    /// The keys of the balancer as a whole that differ from their defaults.
    pub(super) fn of_balancer(&self) -> Vec<GivenSetting> {
        let own = |given: &&Given| !self.clusters_inherit(given.key);
        different(self.given.values().filter(own))
    }

    /// The keys that differ from their defaults for a cluster, those of the `loadbalancer` block that it inherits too.
    pub(super) fn of_cluster(&self, balancer: &Layers) -> Vec<GivenSetting> {
        let inherited = balancer.given.iter().filter(|(_, given)| balancer.clusters_inherit(given.key));
        let mut all: BTreeMap<&str, &Given> = inherited.map(|(name, given)| (*name, given)).collect();
        all.extend(self.given.iter().map(|(name, given)| (*name, given)));
        different(all.into_values())
    }

    /// Whether clusters inherit a key from the `loadbalancer` block.
    fn clusters_inherit(&self, key: &Key) -> bool {
        key.scopes.contains(&Scope::Domain) && !self.instance.keys().iter().any(|own| own.name == key.name)
    }

    /// Both, where this block is inside the other.
    pub(super) fn or(&self, around: &Layers) -> Layers {
        Layers {
            process: self.process.or(&around.process),
            cluster: self.cluster.or(&around.cluster),
            traffic: self.traffic.or(&around.traffic),
            limits: self.limits.or(&around.limits),
            behaviour: self.behaviour.or(&around.behaviour),
            instance: self.instance.or(&around.instance),
            given: around.given.clone().into_iter().chain(self.given.clone()).collect(),
        }
    }

    /// What the `loadbalancer` block means, with the defaults for what it does not give.
    pub(super) fn balancer_settings(&self) -> BalancerSettings {
        BalancerSettings {
            process: self.process.clone().settle(),
            traffic: self.traffic.or(&TrafficLayers::default()).settle(),
            instance: self.instance.clone().settle(),
            given: self.of_balancer(),
        }
    }
}

fn different<'g>(given: impl Iterator<Item = &'g Given>) -> Vec<GivenSetting> {
    given.filter(|given| !given.is_default).map(|given| given.setting.clone()).collect()
}

impl TrafficLayers {
    pub(super) fn or(&self, around: &TrafficLayers) -> TrafficLayers {
        TrafficLayers {
            selection: self.selection.or(&around.selection),
            fail_over: self.fail_over.or(&around.fail_over),
            affinity: self.affinity.or(&around.affinity),
            connection: self.connection.or(&around.connection),
            lifecycle: self.lifecycle.or(&around.lifecycle),
            health_check: self.health_check.or(&around.health_check),
        }
    }

    pub(super) fn settle(self) -> TrafficSettings {
        let mut fail_over = self.fail_over.settle();
        fail_over.suspend_maximum = fail_over.suspend_maximum.max(fail_over.suspend_duration);
        TrafficSettings {
            selection: self.selection.settle(),
            fail_over,
            affinity: self.affinity.settle(),
            connection: self.connection.settle(),
            lifecycle: self.lifecycle.settle(),
            health_check: self.health_check.settle(),
        }
    }
}
