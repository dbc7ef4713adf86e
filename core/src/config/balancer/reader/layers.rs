//! What a block gives, by subject; the block inside goes before the block around it.

use super::super::settings::{
    AffinitySettingsLayer, ClusterSettingsLayer, ConnectionSettingsLayer, FailOverSettingsLayer, Group,
    HealthCheckSettingsLayer, InstanceSettingsLayer, Key, LifecycleSettingsLayer, ProcessSettingsLayer,
    Reading, ScalingBehaviourLayer, ScalingLimitsLayer, Scope, SelectionSettingsLayer,
};
use super::super::{BalancerSettings, TrafficSettings};

/// What one block gives, or several of them together.
#[derive(Default)]
pub(super) struct Layers {
    pub(super) process: ProcessSettingsLayer,
    pub(super) cluster: ClusterSettingsLayer,
    pub(super) traffic: TrafficLayers,
    pub(super) limits: ScalingLimitsLayer,
    pub(super) behaviour: ScalingBehaviourLayer,
    pub(super) instance: InstanceSettingsLayer,
}

/// What decides how requests reach members.
#[derive(Default)]
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
    pub(super) fn set(&mut self, scope: Scope, name: &str, text: &str) -> Option<(&'static Key, Reading)> {
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
        groups.into_iter().find_map(|group| {
            let key = group.keys().iter().find(|key| key.name == name && key.scopes.contains(&scope))?;
            group.set(name, text).map(|reading| (key, reading))
        })
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
        }
    }

    /// What the `loadbalancer` block means, with the defaults for what it does not give.
    pub(super) fn balancer_settings(&self) -> BalancerSettings {
        BalancerSettings {
            process: self.process.clone().settle(),
            traffic: self.traffic.or(&TrafficLayers::default()).settle(),
            instance: self.instance.clone().settle(),
        }
    }
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
