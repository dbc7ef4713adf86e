//! Values that describe members of clusters: names of clusters, hosts and zones, and port mappings.

use std::collections::BTreeMap;
use std::net::IpAddr;

use toml::de::DeValue;

use super::{Optional, Problem, Value, unexpected};

/// The name of a cluster: `domain` or `domain/sub-domain`, 1 to 253 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterName(String);

/// A host name, or an IP address without brackets; never with a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// The name of an availability zone, 1 to 253 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneName(String);

/// Ports that requests came for, each with the port they go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortMappings(BTreeMap<u16, u16>);

/// The longest name, that of DNS (RFC 1035 §2.3.4, written as text).
const LONGEST: usize = 253;

// === names ===

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl ClusterName {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for ClusterName {
    fn kind() -> String {
        "`domain` or `domain/sub-domain`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let parts_are_named = text.split('/').all(|part| !part.is_empty()) && text.matches('/').count() <= 1;
        match is_name(text) && parts_are_named {
            true => Ok(Self(text.to_owned())),
            false => Err(Problem(format!("`{text}` is no name of a cluster"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Optional for ClusterName {
    const ABSENT: &'static str = "";
}

impl ZoneName {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for ZoneName {
    fn kind() -> String {
        "a name without spaces".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        match is_name(text) {
            true => Ok(Self(text.to_owned())),
            false => Err(Problem(format!("`{text}` is no name"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Optional for ZoneName {
    const ABSENT: &'static str = "";
}

// === hosts ===

impl HostName {
    /// The name, or the address without brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for HostName {
    fn kind() -> String {
        "a host name or an IP address, without a port".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let host = inside.unwrap_or(text);
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_word = inside.is_none() && (1..=LONGEST).contains(&host.len()) && host.bytes().all(letters);
        if is_word || host.parse::<IpAddr>().is_ok() {
            return Ok(Self(host.to_owned()));
        }
        match host.rsplit_once(':').filter(|(name, _)| !name.contains(':')) {
            Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(Problem(format!("`{text}` has a port, which is a key of its own")))
            }
            _ => Err(Problem(format!("`{text}` is no host"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Optional for HostName {
    const ABSENT: &'static str = "";
}

// === ports ===

impl PortMappings {
    /// The ports that requests came for, each with the port they go to.
    pub fn get(&self) -> &BTreeMap<u16, u16> {
        &self.0
    }
}

/// A table in the file, `8280=9000,8243=9443` elsewhere.
impl Value for PortMappings {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        "a table of ports such as `{ \"8280\" = 9000 }`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (from, to) = pair.split_once('=').ok_or_else(|| Problem(format!("`{pair}` has no `=`")))?;
            Ok((port(from.trim())?, port(to.trim())?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let table = value.as_table().ok_or_else(|| unexpected(value))?;
        let pairs = table.iter().map(|(from, to)| {
            let to = to.get_ref();
            let number = to.as_integer().ok_or_else(|| unexpected(to))?;
            Ok((port(from.get_ref())?, port(number.as_str())?))
        });
        pairs.collect::<Result<_, _>>().map(Self)
    }

    fn to_text(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(from, to)| format!("{from}={to}")).collect();
        pairs.join(",")
    }
}

fn port(text: &str) -> Result<u16, Problem> {
    let number = text.parse().ok().filter(|port| *port > 0);
    number.ok_or_else(|| Problem(format!("`{text}` is no port from 1 to 65535")))
}
