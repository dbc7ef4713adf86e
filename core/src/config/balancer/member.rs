//! What is said of a member, by a file, by an operator or by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The announced facts of a member (elastic-load-balancer.md §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDefinition {
    /// Its host name or address.
    pub host: Arc<str>,
    /// The address to send to instead, when the announced one does not lead there.
    pub remote_host: Option<Arc<str>>,
    /// The port for HTTP; without one it gets no HTTP requests (case 87).
    pub http_port: Option<u16>,
    /// The port for HTTPS; without one it gets no HTTPS requests (case 87).
    pub https_port: Option<u16>,
    /// Its ports for requests whose `Host` names a port: `port.mapping.<port>` (§2.6).
    pub port_mappings: BTreeMap<u16, u16>,
    /// How much of the load it gets beside others; 1 is usual.
    pub weight: u32,
    /// Never ended by scaling down.
    pub permanent: bool,
    /// False for a passive member, which gets no requests (case 224).
    pub active: bool,
    /// Where it runs, as an availability zone.
    pub zone: Option<Arc<str>>,
    /// Everything else that was announced.
    pub properties: BTreeMap<Arc<str>, Arc<str>>,
}

impl MemberDefinition {
    /// A member at a host, with its port for HTTP.
    pub fn new(host: &str, http_port: Option<u16>, https_port: Option<u16>) -> Self {
        Self {
            host: host.into(),
            remote_host: None,
            http_port,
            https_port,
            port_mappings: BTreeMap::new(),
            weight: 1,
            permanent: false,
            active: true,
            zone: None,
            properties: BTreeMap::new(),
        }
    }

    /// The port that requests come for, when a property's name is that of a port mapping: `port.mapping.8280`, and as later
    /// releases of the original spell it, `portMapping.mapping.8280` (W30, case 221). It may be no number.
    pub fn mapped_from(property: &str) -> Option<&str> {
        property.strip_prefix("port.mapping.").or_else(|| property.strip_prefix("portMapping.mapping."))
    }

    /// Where it is reached: the remote host if there is one.
    pub fn reached_at(&self) -> &str {
        self.remote_host.as_deref().unwrap_or(&self.host)
    }

    /// What the member is known by in its cluster: host and port.
    pub fn key(&self) -> Arc<str> {
        let host = &self.host;
        match self.http_port.or(self.https_port) {
            Some(port) if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}").into(),
            Some(port) => format!("{host}:{port}").into(),
            None => host.clone(),
        }
    }
}
