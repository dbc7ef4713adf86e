//! What a member says of itself when it registers.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::clusters::MemberDefinition;
use crate::membership::values::{Text, Unique, Weight, check_host, mapped_port};
use crate::settings::{HostName, ZoneName};

/// The body of a registration. An empty object is enough: the port of the path is the one for HTTP then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "an object that describes a member")]
pub struct Announcement {
    /// The port for HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_port: Option<NonZero<u16>>,
    /// The port for HTTPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https_port: Option<NonZero<u16>>,
    /// Where to connect to instead of the host of the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_host: Option<Text>,
    /// Its ports for requests whose `Host` header names a port.
    pub port_mappings: Unique<NonZero<u16>, NonZero<u16>>,
    /// How much of the load it gets beside others, 1 to 1000000; 1 when left out.
    pub weight: Weight,
    /// Never ended by scaling down.
    pub permanent: bool,
    /// False for a member that gets no requests (case 224); true when left out.
    pub active: Active,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Text>,
    /// Anything else; `port.mapping.8280` is a port mapping (case 221).
    pub properties: Unique<Text, Text>,
    /// The load average of its machine, for the scaling policies `mean` and `max`; it counts as long as the lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_average: Option<LoadAverage>,
    /// For how long it is registered, from this request on, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_seconds: Option<LeaseSeconds>,
    /// Tells it from an earlier process at the same address: when this changes, it joins anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<Text>,
}

/// Whether a member gets requests; it does, if not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Active(pub bool);

impl Default for Active {
    fn default() -> Self {
        Self(true)
    }
}

/// A load average: 0 to 1000000.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LoadAverage(f64);

/// It is a number.
impl Eq for LoadAverage {}

/// The largest load average.
const LARGEST_LOAD: f64 = 1_000_000.0;

impl LoadAverage {
    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for LoadAverage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let load = f64::deserialize(deserializer)?;
        match (0.0..=LARGEST_LOAD).contains(&load) {
            true => Ok(Self(load)),
            false => {
                Err(D::Error::custom(format!("a load average of {load} is not between 0 and {LARGEST_LOAD}")))
            }
        }
    }
}

/// The length of a lease, 1 s to 1 h.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LeaseSeconds(u64);

/// The longest lease, in seconds.
const LONGEST_LEASE: u64 = 3600;

impl LeaseSeconds {
    /// A lease, if it is neither too short nor too long.
    pub fn new(seconds: u64) -> Option<Self> {
        (1..=LONGEST_LEASE).contains(&seconds).then_some(Self(seconds))
    }

    /// The length.
    pub fn get(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl<'de> Deserialize<'de> for LeaseSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u64::deserialize(deserializer)?;
        let problem =
            || D::Error::custom(format!("a lease of {seconds} s is not between 1 and {LONGEST_LEASE}"));
        Self::new(seconds).ok_or_else(problem)
    }
}

/// Host and port, as the path names a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::membership) struct Address {
    host: HostName,
    port: NonZero<u16>,
}

impl Address {
    /// Reads `host:port` or `[address]:port`.
    pub(in crate::membership) fn parse(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is no HOST:PORT");
        let (host, port) = text.rsplit_once(':').ok_or_else(expected)?;
        // An address with colons needs brackets, or its last part would pass for a port.
        if host.contains(':') && !host.starts_with('[') {
            return Err(expected());
        }
        let port = port.parse().map_err(|_| format!("`{port}` is no port from 1 to 65535"))?;
        let host: HostName = host.parse()?;
        check_host(host.as_str())?;
        Ok(Self { host, port })
    }

    /// What the member is known by in its cluster.
    pub(super) fn key(&self) -> Arc<str> {
        MemberDefinition::new(self.host.as_str(), Some(self.port.get()), None).key()
    }
}

impl Announcement {
    /// The member at an address that this describes.
    pub(in crate::membership) fn definition(&self, address: &Address) -> Result<MemberDefinition, String> {
        let https_only = self.http_port.is_none() && self.https_port == Some(address.port);
        let http_port = if https_only { None } else { self.http_port.or(Some(address.port)) };
        if http_port.or(self.https_port) != Some(address.port) {
            let problem =
                "the port of the path is the member's `http_port`, or its `https_port` when it has no other";
            return Err(problem.to_owned());
        }
        let mut definition = MemberDefinition {
            weight: self.weight.get(),
            permanent: self.permanent,
            active: self.active.0,
            ..MemberDefinition::new(
                address.host.as_str(),
                http_port.map(NonZero::get),
                self.https_port.map(NonZero::get),
            )
        };
        if let Some(host) = &self.remote_host {
            let host: HostName = host.as_str().parse()?;
            check_host(host.as_str())?;
            definition.remote_host = Some(host.as_str().into());
        }
        if let Some(zone) = &self.zone {
            let zone: ZoneName = zone.as_str().parse()?;
            definition.zone = Some(zone.as_str().into());
        }
        for (from, to) in &self.port_mappings.0 {
            definition.port_mappings.insert(from.get(), to.get());
        }
        for (name, value) in &self.properties.0 {
            match mapped_port(name.as_str()) {
                Some(from) => {
                    let to = value.as_str().parse::<NonZero<u16>>();
                    let to = to.map_err(|_| format!("`{}` is no port from 1 to 65535", value.as_str()))?;
                    definition.port_mappings.insert(from, to.get());
                }
                None => {
                    definition.properties.insert(name.as_str().into(), value.as_str().into());
                }
            }
        }
        Ok(definition)
    }
}
