//! Endpoints whose members come and go, as written (endpoints.md §7, §8.4).

use std::sync::Arc;

use super::{OwnedElement, SessionDefinition};
use crate::diagnostics::Location;

/// The name of an algorithm: a class of Synapse, or a short name.
#[derive(Clone, Debug)]
pub struct AlgorithmName {
    /// The name without blanks around it.
    pub name: Arc<str>,
    /// Where it was written.
    pub location: Location,
}

/// `<dynamicLoadbalance>` (endpoints.md §7.2).
#[derive(Clone, Debug)]
pub struct DynamicLoadBalanceDefinition {
    /// How a member is chosen; round robin when it is not said.
    pub algorithm: Option<AlgorithmName>,
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
    /// How a member is chosen; round robin when it is not said.
    pub algorithm: Option<AlgorithmName>,
    /// Which hosts lead to which domain.
    pub services: ServicesSource,
    /// What keeps the messages of one session together; `http` or `soap`.
    pub session: Option<SessionDefinition>,
}

/// Where the services of a `<serviceDynamicLoadbalance>` are written.
#[derive(Clone, Debug)]
pub enum ServicesSource {
    /// `configuration="…"`: a file, or `$system:NAME` for the file that a system property names.
    Configuration {
        /// The text without blanks around it.
        text: Arc<str>,
        /// Where it was written.
        location: Location,
    },
    /// `<loadBalancerConfig>` in place.
    Inline {
        /// The services, each host only once; at least one.
        services: Vec<HostedService>,
        /// The element as it stands.
        element: OwnedElement,
    },
}

/// `<service>`: hosts that lead to a domain.
#[derive(Clone, Debug)]
pub struct HostedService {
    /// The hosts in lower case, each with its place; at least one.
    pub hosts: Vec<(Arc<str>, Location)>,
    /// The domain.
    pub domain: Arc<str>,
    /// Where the element starts.
    pub location: Location,
}

/// `<class>` (endpoints.md §8.4).
#[derive(Clone, Debug)]
pub struct ClassDefinition {
    /// The class as written.
    pub name: Arc<str>,
    /// Where it was written.
    pub name_location: Location,
    /// The parameters in their order, each name once.
    pub parameters: Vec<ClassParameter>,
}

/// `<parameter>` of a `<class>`.
#[derive(Clone, Debug)]
pub struct ClassParameter {
    /// The name.
    pub name: Arc<str>,
    /// Its text without blanks around it.
    pub value: Arc<str>,
    /// Where the value was written.
    pub location: Location,
}

impl ClassDefinition {
    /// The parameter of a name.
    pub fn parameter(&self, name: &str) -> Option<&ClassParameter> {
        self.parameters.iter().find(|parameter| *parameter.name == *name)
    }
}
