//! What `loadbalancer.conf` says, typed.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::reader::Inheritance;
use super::settings::{
    AffinitySettings, ClusterSettings, ConnectionSettings, FailOverSettings, HealthCheckSettings,
    InstanceSettings, LifecycleSettings, ProcessSettings, ScalingBehaviour, ScalingLimits, SelectionSettings,
};
use super::values::{ScalingPolicy, TenantRanges};
use super::{Layer, MemberDefinition};
use crate::diagnostics::Location;

/// The sub-domain that is meant when none is given.
pub const DEFAULT_SUB_DOMAIN: &str = "__$default";

/// Where something stands. What is the same elsewhere is the same: all places are equal, so that definitions can be
/// compared when a file changed.
#[derive(Debug, Clone)]
pub struct Place(pub Location);

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}

impl Eq for Place {}

impl Deref for Place {
    type Target = Location;

    fn deref(&self) -> &Location {
        &self.0
    }
}

/// One balancer and the clusters behind it. Two are equal when they say the same, wherever it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BalancerConfiguration {
    /// The `loadbalancer` block, or its defaults (elastic-load-balancer.md §1.4).
    pub balancer: BalancerSettings,
    /// The services in the order they stand.
    pub services: Vec<ServiceDefinition>,
    /// What clusters of further layers inherit.
    pub(super) inheritance: Inheritance,
}

impl BalancerConfiguration {
    /// The clusters by their keys. Of definitions with the same key the last of the weightiest layer counts
    /// (elastic-load-balancer.md §1.6 rule 7, §1.9); the hosts and tenants of the others still lead to it.
    pub fn clusters(&self) -> BTreeMap<&ClusterKey, &ClusterDefinition> {
        let mut clusters: BTreeMap<&ClusterKey, &ClusterDefinition> = BTreeMap::new();
        for cluster in self.services.iter().flat_map(|service| &service.clusters) {
            let known = clusters.entry(&cluster.key).or_insert(cluster);
            if cluster.layer >= known.layer {
                *known = cluster;
            }
        }
        clusters
    }
}

/// The `loadbalancer` block.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BalancerSettings {
    /// What holds for the balancer as a whole.
    pub process: ProcessSettings,
    /// How requests reach members, where clusters do not say otherwise.
    pub traffic: TrafficSettings,
    /// What instances of the balancer itself are launched with.
    pub instance: InstanceSettings,
    /// What of that differs from its default, for people to look at.
    pub given: Vec<GivenSetting>,
}

/// A key to which a file gives another value than its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenSetting {
    /// The key.
    pub key: &'static str,
    /// Its value as written, with its variables replaced.
    pub value: Arc<str>,
    /// Where the value stands.
    pub place: Place,
}

/// How requests reach the members of a cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrafficSettings {
    /// How a member is chosen.
    pub selection: SelectionSettings,
    /// What happens when a member fails.
    pub fail_over: FailOverSettings,
    /// How sessions stick to members.
    pub affinity: AffinitySettings,
    /// Connections to members.
    pub connection: ConnectionSettings,
    /// How members come and go.
    pub lifecycle: LifecycleSettings,
    /// How members are asked whether they are well.
    pub health_check: HealthCheckSettings,
}

/// A service: clusters that share their hosts, each for other tenants.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDefinition {
    /// Its name.
    pub name: Arc<str>,
    /// Where its name stands.
    pub place: Place,
    /// Its clusters in the order they stand.
    pub clusters: Vec<ClusterDefinition>,
}

/// What a cluster is known by: a domain, and a part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterKey {
    /// The domain.
    pub domain: Arc<str>,
    /// The sub-domain; `None` is the one without a name, `__$default`.
    pub sub_domain: Option<Arc<str>>,
}

impl ClusterKey {
    /// A domain with its default sub-domain.
    pub fn domain(domain: &str) -> Self {
        Self { domain: domain.into(), sub_domain: None }
    }

    /// A domain and a sub-domain; an empty one and `__$default` are the default.
    pub fn new(domain: &str, sub_domain: &str) -> Self {
        let named = !matches!(sub_domain, "" | DEFAULT_SUB_DOMAIN);
        Self { domain: domain.into(), sub_domain: named.then(|| sub_domain.into()) }
    }

    /// Reads `domain` or `domain/sub-domain`, as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Self {
        match text.split_once('/') {
            Some((domain, sub_domain)) => Self::new(domain, sub_domain),
            None => Self::domain(text),
        }
    }
}

/// Writes `domain` or `domain/sub-domain`.
impl fmt::Display for ClusterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sub_domain {
            None => f.write_str(&self.domain),
            Some(sub_domain) => write!(f, "{}/{sub_domain}", self.domain),
        }
    }
}

/// A cluster: whom it serves, how, and by how many.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterDefinition {
    /// What it is known by.
    pub key: ClusterKey,
    /// Where the name of its domain stands.
    pub place: Place,
    /// Who defines it.
    pub layer: Layer,
    /// The hosts that lead to it; a cluster without any is scaled, but reached by nobody (W26).
    pub hosts: Arc<[Host]>,
    /// The internal names of the hosts, for url mapping.
    pub url_suffixes: Arc<[UrlSuffix]>,
    /// The tenants it serves; `None` only without hosts.
    pub tenants: Option<Tenants>,
    /// What it says of itself.
    pub settings: ClusterSettings,
    /// How requests reach its members.
    pub traffic: TrafficSettings,
    /// The rule by which it is scaled.
    pub policy: ScalingPolicy,
    /// How many instances it has.
    pub limits: ScalingLimits,
    /// How it is scaled.
    pub behaviour: ScalingBehaviour,
    /// What its instances are launched with.
    pub instance: InstanceSettings,
    /// The members that the file names.
    pub members: Vec<StaticMember>,
    /// The settings that differ from their defaults, inherited ones too, for people to look at.
    pub given: Vec<GivenSetting>,
}

/// A host name in lower case without its final dot (elastic-load-balancer.md §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The name.
    pub name: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// Who says that it leads to the cluster.
    pub layer: Layer,
}

/// The internal name of a host (elastic-load-balancer.md §1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlSuffix {
    /// The host.
    pub host: Arc<str>,
    /// Its internal name, in lower case.
    pub suffix: Arc<str>,
}

/// The tenants of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenants {
    /// Which they are.
    pub ranges: TenantRanges,
    /// Where it stands.
    pub place: Place,
}

/// A member that the file names (elastic-load-balancer.md §5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticMember {
    /// The name of its block.
    pub name: Arc<str>,
    /// Where that stands.
    pub place: Place,
    /// What is said of it.
    pub definition: MemberDefinition,
}
