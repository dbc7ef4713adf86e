//! One member of a cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::live::{Live, Phase};
use super::{ClusterKey, MemberDefinition};
use crate::transport::http::client::{Target, TargetError};
use crate::transport::http::server::Scheme;

/// A member as it was last defined, with the counters that outlive definitions. Immutable but for those.
#[derive(Debug)]
pub struct Member {
    key: Arc<str>,
    cluster: ClusterKey,
    definition: MemberDefinition,
    usual: Targets,
    mapped: BTreeMap<u16, Targets>,
    live: Arc<Live>,
}

/// Where to connect, by scheme.
#[derive(Debug, Default)]
struct Targets {
    http: Option<Target>,
    https: Option<Target>,
}

/// Why a definition is no member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// It could never be sent to.
    #[error("the member {0} has no port")]
    NoPort(Arc<str>),
    /// Its host cannot be connected to.
    #[error("the member {key} cannot be reached: {source}")]
    Address {
        /// The member's key.
        key: Arc<str>,
        /// What is wrong with its address.
        source: TargetError,
    },
}

impl Member {
    /// A member of a cluster; `live` when it was there before.
    ///
    /// # Errors
    /// Its addresses make no sense.
    pub fn new(
        cluster: ClusterKey,
        definition: MemberDefinition,
        live: Option<Arc<Live>>,
    ) -> Result<Self, MemberError> {
        let key = definition.key();
        if definition.http_port.is_none() && definition.https_port.is_none() {
            return Err(MemberError::NoPort(key));
        }
        let host = definition.reached_at();
        let target = |scheme, port: Option<u16>| {
            let target = port.map(|port| Target::new(scheme, host, port)).transpose();
            target.map_err(|source| MemberError::Address { key: key.clone(), source })
        };
        let targets = |http, https| {
            Ok(Targets { http: target(Scheme::Http, http)?, https: target(Scheme::Https, https)? })
        };
        let usual = targets(definition.http_port, definition.https_port)?;
        let mapped = definition.port_mappings.iter();
        let mapped =
            mapped.map(|(from, to)| Ok((*from, targets(Some(*to), Some(*to))?))).collect::<Result<_, _>>()?;
        let live = live.unwrap_or_else(|| Arc::new(Live::new(Phase::Ready)));
        Ok(Self { key, cluster, definition, usual, mapped, live })
    }

    /// What it is known by in its cluster: host and port.
    pub fn key(&self) -> &Arc<str> {
        &self.key
    }

    /// The cluster it belongs to.
    pub fn cluster(&self) -> &ClusterKey {
        &self.cluster
    }

    /// What was said of it.
    pub fn definition(&self) -> &MemberDefinition {
        &self.definition
    }

    /// Its phase, load and failures.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Where to connect for a scheme and the port that the client asked for (elastic-load-balancer.md §2.6); `None` when
    /// it does not serve that scheme.
    pub fn target(&self, scheme: Scheme, asked_port: u16) -> Option<&Target> {
        let targets = match self.mapped.is_empty() {
            true => &self.usual,
            false => self.mapped.get(&asked_port).unwrap_or(&self.usual),
        };
        match scheme {
            Scheme::Http => targets.http.as_ref(),
            Scheme::Https => targets.https.as_ref(),
        }
    }

    /// Whether it may be chosen for a new client: ready, active and healthy. Whether failures keep it away is
    /// [`Member::is_available`].
    pub fn is_open(&self) -> bool {
        self.definition.active && self.live.phase() == Phase::Ready && self.live.is_healthy()
    }

    /// Whether it may be chosen for a new client now.
    pub fn is_available(&self, now: Instant) -> bool {
        self.is_open() && self.live.availability.is_ready(now)
    }
}
