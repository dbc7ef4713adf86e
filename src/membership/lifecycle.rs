//! What clusters say of how their members come and go.

use std::collections::BTreeMap;
use std::time::Duration;

use sinew_core::config::balancer::LifecycleSettings;

use crate::clusters::ClusterKey;

/// How the members of a cluster come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// How long the ports of a new member are open before it gets requests (`admission_delay`). Default 10 s.
    pub admission_delay: Duration,
    /// How long a member that leaves may take to finish what it has (`drain_timeout`). Default 30 s.
    pub drain_timeout: Duration,
}

/// What the configuration in service says of its clusters; others follow the defaults.
pub type Lifecycles = BTreeMap<ClusterKey, Lifecycle>;

impl Lifecycle {
    /// As the settings of a cluster say.
    pub fn of(settings: &LifecycleSettings) -> Self {
        Self { admission_delay: settings.admission_delay, drain_timeout: settings.drain_timeout }
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::of(&LifecycleSettings::default())
    }
}
