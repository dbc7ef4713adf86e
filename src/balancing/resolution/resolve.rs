//! One resolution for one request (elastic-load-balancer.md §2.2–§2.4, W11).

use std::fmt;

use http::{HeaderValue, StatusCode};
use sinew_core::mediation::ErrorCode;
use tokio::time::Instant;

use super::tenant;
use super::{ClusterTable, HostError, HostTable, RequestHost, TenantDirectory, UrlMapping, host_name};

/// What a request is resolved with.
#[derive(Clone, Copy)]
pub struct Tables<'t, T> {
    /// The hosts of the configuration.
    pub hosts: &'t HostTable<ClusterTable<T>>,
    /// The tenants' numbers.
    pub tenants: &'t dyn TenantDirectory,
    /// The aliases of hosts, when there are any.
    pub mapping: Option<&'t UrlMapping>,
}

/// Where a request belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution<'a, T> {
    /// The host that the cluster was found by. For an alias this is the actual host with the port of the request, and
    /// what the `Host` header of the message becomes.
    pub host: RequestHost<'a>,
    /// The cluster.
    pub cluster: T,
    /// The tenant.
    pub tenant: Tenant,
    /// The host that the client named, when it is an alias.
    pub mapped_from: Option<RequestHost<'a>>,
}

/// The tenant that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenant {
    /// It names none, or the one it names cannot be told (the original's 0).
    None,
    /// It names one that nobody knows (the original's −1).
    Unknown,
    /// The tenant's number.
    Known(u32),
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tenant::None => f.write_str("no tenant"),
            Tenant::Unknown => f.write_str("an unknown tenant"),
            Tenant::Known(number) => write!(f, "tenant {number}"),
        }
    }
}

/// Why a request belongs nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolutionError {
    /// The `Host` header is missing or is no host.
    #[error("invalid host name: {0}")]
    BadHost(#[from] HostError),
    /// Nobody serves the host.
    #[error("invalid host name : {host}")]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// The host is known, and none of its clusters serves the tenant.
    #[error("no cluster of {host} serves {tenant}")]
    NoTenantMatch {
        /// The host.
        host: String,
        /// The tenant.
        tenant: Tenant,
    },
}

impl ResolutionError {
    /// `ERROR_CODE` for the fault sequence: the status, as with releases from 4.1 on (elastic-load-balancer.md §1.10,
    /// §3.6): 400, 404, and 403 for a tenant that is not served.
    pub fn code(&self) -> ErrorCode {
        ErrorCode(u32::from(self.status().as_u16()))
    }

    /// The status of the answer when no sequence makes one.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadHost(_) => StatusCode::BAD_REQUEST,
            Self::UnknownHost { .. } => StatusCode::NOT_FOUND,
            Self::NoTenantMatch { .. } => StatusCode::FORBIDDEN,
        }
    }
}

/// Finds the cluster for a request, by the value of its `Host` header and its target (path and query).
///
/// Nothing is allocated for a host that is known and written in lower case.
///
/// # Errors
///
/// When there is none; see [`ResolutionError`].
pub fn resolve<'a, T: Clone>(
    host: Option<&'a HeaderValue>,
    target: &str,
    tables: &Tables<'_, T>,
    now: Instant,
) -> Result<Resolution<'a, T>, ResolutionError> {
    let asked = RequestHost::parse(host.ok_or(HostError::Missing)?.as_bytes())?;
    let (clusters, host, mapped_from) = match tables.hosts.find(asked.name()) {
        Some(clusters) => (clusters, asked, None),
        None => {
            let unknown = || ResolutionError::UnknownHost { host: asked.name().to_owned() };
            let actual = tables.mapping.and_then(|mapping| mapping.actual_host(asked.name(), now));
            let actual = actual.ok_or_else(unknown)?;
            let actual = host_name(&actual).map_err(|_| unknown())?.into_owned();
            let clusters = tables.hosts.find(&actual).ok_or_else(unknown)?;
            (clusters, asked.renamed(actual), Some(asked))
        }
    };
    let tenant = tenant_of(target, tables.tenants, now);
    let cluster = match tenant {
        Tenant::Known(number) => clusters.cluster(number),
        Tenant::None | Tenant::Unknown => clusters.others(),
    };
    match cluster.cloned() {
        Some(cluster) => Ok(Resolution { host, cluster, tenant, mapped_from }),
        None => Err(ResolutionError::NoTenantMatch { host: host.name().to_owned(), tenant }),
    }
}

/// Rules T1 to T5 of elastic-load-balancer.md §2.3. The query counts only when the path led to no tenant; a tenant
/// domain in the path that nobody knows is an answer.
fn tenant_of(target: &str, tenants: &dyn TenantDirectory, now: Instant) -> Tenant {
    let number = |domain: &str| match tenants.tenant(domain, now) {
        Ok(Some(0)) | Err(_) => Tenant::None,
        Ok(Some(number)) => Tenant::Known(number),
        Ok(None) => Tenant::Unknown,
    };
    match tenant::in_path(target).map_or(Tenant::None, |domain| number(&domain)) {
        Tenant::None => tenant::in_query(target).map_or(Tenant::None, |domain| number(&domain)),
        found => found,
    }
}
