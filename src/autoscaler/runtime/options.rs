//! What the autoscaler is told once, at its start.

use crate::iaas::{InstanceId, Owner, Provider, Purpose};

/// How the autoscaler stands in the world.
#[derive(Clone, Debug)]
pub struct Options {
    /// On whose behalf instances are launched. Balancers of one group have the same.
    pub owner: Owner,
    /// Where instances are launched.
    pub providers: Vec<Provider>,
    /// The cluster that balancers are launched for (elastic-load-balancer.md §4.7).
    pub balancers: Purpose,
    /// The instance that this balancer runs on, for the public address.
    pub instance: Option<InstanceId>,
}
