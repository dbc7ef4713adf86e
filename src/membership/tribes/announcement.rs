//! What a record says of a member of a cluster (membership-wire.md §9, §10).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::admission::{AllowList, Refusal};
use super::event::Announced;
use super::wire::{MemberRecord, Properties};
use crate::clusters::{ClusterKey, MemberDefinition};

/// How records are understood.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Who is believed.
    pub allow_list: AllowList,
    /// The ports of members that announce none, by domain: plain Tomcat nodes say only where their channel is (§9.3).
    pub usual_ports: BTreeMap<String, ServicePorts>,
    /// Whether `remoteHost` may be a host name. Where a name leads is for the resolver to say, and no list of networks
    /// holds for it; an address must be in an allowed network.
    pub remote_host_names: bool,
    /// Whether a node may announce another address than the one it sends from, as nodes with several addresses do (§13).
    pub other_hosts: bool,
}

/// The ports on which a member serves requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServicePorts {
    /// For HTTP.
    pub http: Option<u16>,
    /// For HTTPS.
    pub https: Option<u16>,
}

impl Reading {
    /// Members as an allow-list has them, with the ports that they announce.
    pub fn new(allow_list: AllowList) -> Self {
        Self { allow_list, usual_ports: BTreeMap::new(), remote_host_names: false, other_hosts: false }
    }

    /// Whether a node may say of itself what a record says; yields its domain.
    ///
    /// # Errors
    /// Its host or domain is not allowed.
    pub(super) fn believe(&self, record: &MemberRecord, from: IpAddr) -> Result<&str, Refusal> {
        self.believe_host(record, from)?;
        self.allow_list.check(record)
    }

    /// The same for its host alone.
    ///
    /// # Errors
    /// It is not allowed.
    pub(super) fn believe_host(&self, record: &MemberRecord, from: IpAddr) -> Result<(), Refusal> {
        let is_sender = record.host.to_canonical() == from.to_canonical();
        match (is_sender || self.other_hosts) && self.allow_list.allows_host(record.host) {
            true => Ok(()),
            false => Err(Refusal::AnnouncedHost),
        }
    }

    /// The member that a record announces, whoever says so.
    ///
    /// # Errors
    /// It is not believed, or cannot get requests.
    pub fn read(&self, record: &MemberRecord) -> Result<Announced, Refusal> {
        let domain = self.allow_list.check(record)?;
        let properties = Properties::read(&record.payload).map_err(|_| Refusal::Unusable)?;
        let definition = self.definition(record, domain, &properties)?;
        let sub_domain = properties.value("subDomain").unwrap_or_default();
        Ok(Announced {
            identity: record.identity(),
            cluster: ClusterKey::new(domain, sub_domain),
            definition,
        })
    }

    fn definition(
        &self,
        record: &MemberRecord,
        domain: &str,
        properties: &Properties,
    ) -> Result<MemberDefinition, Refusal> {
        let announced = ServicePorts {
            http: properties.value("httpPort").and_then(port),
            https: properties.value("httpsPort").and_then(port),
        };
        let ports = match announced {
            ServicePorts { http: None, https: None } => {
                self.usual_ports.get(domain).copied().unwrap_or_default()
            }
            announced => announced,
        };
        if ports == ServicePorts::default() {
            return Err(Refusal::Unusable);
        }
        let host = record.host.to_canonical().to_string();
        let mut definition = MemberDefinition::new(&host, ports.http, ports.https);
        definition.remote_host = self.remote_host(properties)?;
        for (key, value) in &properties.0 {
            match key.as_str() {
                "httpPort" | "httpsPort" | "remoteHost" | "subDomain" | "hostName" => {}
                "isActive" => definition.active = value.trim().eq_ignore_ascii_case("true"),
                key => match MemberDefinition::mapped_from(key) {
                    Some(from) => definition.port_mappings.extend(port(from).zip(port(value))),
                    None => {
                        definition.properties.insert(key.into(), value.as_str().into());
                    }
                },
            }
        }
        Ok(definition)
    }

    /// Where requests are to go instead. It must be allowed as well: else it would lead traffic anywhere.
    fn remote_host(&self, properties: &Properties) -> Result<Option<Arc<str>>, Refusal> {
        let remote = properties.value("remoteHost").map(str::trim).filter(|host| !host.is_empty());
        let Some(remote) = remote else { return Ok(None) };
        let allowed = match remote.parse() {
            Ok(address) => self.allow_list.allows_host(address),
            Err(_) => self.remote_host_names,
        };
        if allowed { Ok(Some(remote.into())) } else { Err(Refusal::AnnouncedHost) }
    }
}

/// A port; what is none counts as absent, as -1 does.
fn port(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|&port| port > 0)
}
