//! Endpoints whose members come and go, as written (endpoints.md §7, §8.4).

use std::sync::Arc;
use std::time::Duration;

use super::SessionDefinition;
use crate::config::balancer::{Algorithm, BalancerConfiguration};
use crate::diagnostics::Location;

/// `<dynamicLoadbalance>` (endpoints.md §7.2).
#[derive(Clone, Debug)]
pub struct DynamicLoadBalanceDefinition {
    /// How a member is chosen, when it is said.
    pub algorithm: Option<Algorithm>,
    /// Whether another member is tried when one fails.
    pub failover: bool,
    /// Where the members come from.
    pub membership: MembershipHandler,
    /// What keeps the messages of one session together; `http` or `soap`.
    pub session: Option<SessionDefinition>,
}

/// `<membershipHandler>`: the members of a clustering domain.
#[derive(Clone, Debug)]
pub struct MembershipHandler {
    /// The class as written.
    pub class: Arc<str>,
    /// The property `applicationDomain`.
    pub domain: Arc<str>,
    /// Where that was written.
    pub domain_location: Location,
    /// All properties in their order.
    pub properties: Vec<(Arc<str>, Arc<str>)>,
}

/// `<serviceDynamicLoadbalance>` (endpoints.md §7.3).
#[derive(Clone, Debug)]
pub struct ServiceDynamicLoadBalanceDefinition {
    /// How a member is chosen, when it is said.
    pub algorithm: Option<Algorithm>,
    /// Which hosts lead to which clusters.
    pub services: ServicesSource,
    /// What keeps the messages of one session together; `http` or `soap`.
    pub session: Option<SessionDefinition>,
}

/// `<class name="…TenantAwareLoadBalanceEndpoint">` with its parameters (elastic-load-balancer.md §1.11.3).
#[derive(Clone, Debug)]
pub struct TenantAwareDefinition {
    /// How a member is chosen, when it is said.
    pub algorithm: Option<Algorithm>,
    /// Which hosts and tenants lead to which clusters.
    pub services: ServicesSource,
    /// Whether another member is tried when one fails, when it is said.
    pub failover: Option<bool>,
    /// How long a session lasts after its last request, when it is said.
    pub session_timeout: Option<Duration>,
}

/// The services of an endpoint.
#[derive(Clone, Debug)]
pub enum ServicesSource {
    /// Those of the `loadbalancer.conf` that is deployed beside the endpoint.
    Deployed {
        /// Where the endpoint says so.
        location: Location,
    },
    /// Those of a file of the endpoint's own, or of `<loadBalancerConfig>` in place.
    Own(Arc<BalancerConfiguration>),
}
