//! Which cluster a request goes to.

use std::borrow::Cow;
use std::sync::Arc;

use http::HeaderValue;
use http::header::HOST;
use sinew_core::mediation::{Fault, FaultSource};
use sinew_core::message::Message;
use tokio::time::Instant;

use super::BalancedCluster;
use crate::balancing::resolution::{
    ClusterTable, HostTable, RequestHost, ResolutionError, Tables, TenantDirectory, UrlMapping, resolve,
};

/// From requests to clusters.
pub enum Routing {
    /// By host and tenant (elastic-load-balancer.md §2.2–§2.4).
    Hosts {
        /// The hosts of the configuration.
        hosts: HostTable<ClusterTable<Arc<BalancedCluster>>>,
        /// The tenants' numbers.
        tenants: Arc<dyn TenantDirectory>,
        /// The aliases of hosts.
        mapping: Option<Arc<UrlMapping>>,
    },
    /// All to one.
    One(Arc<BalancedCluster>),
}

/// Where a request goes.
pub(super) struct Route<'h> {
    pub(super) cluster: Arc<BalancedCluster>,
    /// The host that the client named; one cluster takes requests without any.
    pub(super) asked: Option<RequestHost<'h>>,
    /// The host that an alias stands for.
    pub(super) mapped_to: Option<RequestHost<'h>>,
}

impl Routing {
    /// Finds the cluster of a request with this `Host` header.
    pub(super) fn route<'h>(
        &self,
        host: Option<&'h HeaderValue>,
        message: &Message,
        now: Instant,
    ) -> Result<Route<'h>, Fault> {
        match self {
            Routing::One(cluster) => {
                let asked = host.and_then(|host| RequestHost::parse(host.as_bytes()).ok());
                Ok(Route { cluster: cluster.clone(), asked, mapped_to: None })
            }
            Routing::Hosts { hosts, tenants, mapping } => {
                // Two Host headers are refused on arrival; here there is one or none.
                let tables = Tables { hosts, tenants: &**tenants, mapping: mapping.as_deref() };
                let found = resolve(host, &target(message), &tables, now).map_err(|error| refused(&error))?;
                Ok(match found.mapped_from {
                    None => Route { cluster: found.cluster, asked: Some(found.host), mapped_to: None },
                    asked => Route { cluster: found.cluster, asked, mapped_to: Some(found.host) },
                })
            }
        }
    }

    /// Every cluster that requests can go to.
    pub fn clusters(&self) -> Vec<&Arc<BalancedCluster>> {
        match self {
            Routing::One(cluster) => vec![cluster],
            Routing::Hosts { hosts, .. } => hosts.iter().flat_map(|(_, table)| table.clusters()).collect(),
        }
    }
}

/// What tenants are looked for in: `To`, which is the request's own target unless the configuration changed it.
fn target(message: &Message) -> Cow<'_, str> {
    message.to().unwrap_or_else(|| Cow::Borrowed(message.received.path_and_query()))
}

/// The value of the client's `Host` header; what the configuration made of the header counts.
pub(super) fn host_header(message: &Message) -> Option<HeaderValue> {
    message.headers.get(HOST).cloned()
}

fn refused(error: &ResolutionError) -> Fault {
    Fault { code: error.code(), source: FaultSource::Client, ..Fault::mediation(error.to_string()) }
}
