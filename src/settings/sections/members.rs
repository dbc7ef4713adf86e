//! Members of clusters that are named in `sinew.toml`.

use crate::settings::key::section;
use crate::settings::value::{ClusterName, Count, HostName, PortMappings, ZoneName};

section! {
    /// A member of a cluster that is there from the start: one `[[member]]` for each, as often as there are members.
    /// What `sinew ctl members add` says of the same member while the process runs weighs more.
    pub(in crate::settings) struct MemberTable {
        /// The cluster it belongs to: a domain, or domain and sub-domain as `domain/sub`. It must be given.
        pub cluster: Option<ClusterName> = "",
        /// Its host name or address. It must be given.
        pub host: Option<HostName> = "",
        /// The port for HTTP. Without one it gets no HTTP requests; one of the two ports must be given.
        pub http_port: Option<Count<1, 65535>> = "0",
        /// The port for HTTPS. Without one it gets no HTTPS requests.
        pub https_port: Option<Count<1, 65535>> = "0",
        /// The host name or address to connect to instead of `host`, when that does not lead there.
        pub remote_host: Option<HostName> = "",
        /// Its ports for requests whose `Host` header names a port: `{ "8280" = 9000 }` sends those that came for port
        /// 8280 to port 9000.
        pub port_mappings: PortMappings = "",
        /// How much of the load it gets beside others.
        pub weight: Count<1, 1000000> = "1",
        /// Whether it is never ended by scaling down.
        pub permanent: bool = "false",
        /// Whether it gets requests. A member that is not active is known and gets none.
        pub active: bool = "true",
        /// Where it runs, as an availability zone.
        pub zone: Option<ZoneName> = "",
    }
}

/// A member of a cluster that is there from the start.
#[derive(Debug, Clone, PartialEq)]
pub struct StaticMember {
    /// The cluster: a domain, or `domain/sub-domain`.
    pub cluster: ClusterName,
    /// Its host name or address.
    pub host: HostName,
    /// Where to connect to instead of `host`.
    pub remote_host: Option<HostName>,
    /// The port for HTTP. It has this or the next, or both.
    pub http_port: Option<u16>,
    /// The port for HTTPS.
    pub https_port: Option<u16>,
    /// Its ports for requests whose `Host` header names a port.
    pub port_mappings: PortMappings,
    /// How much of the load it gets beside others.
    pub weight: u32,
    /// Never ended by scaling down.
    pub permanent: bool,
    /// False for a member that gets no requests.
    pub active: bool,
    /// Where it runs.
    pub zone: Option<ZoneName>,
}

impl MemberTable {
    /// The member that the table describes.
    ///
    /// # Errors
    /// What is missing.
    pub(in crate::settings) fn into_member(self) -> Result<StaticMember, &'static str> {
        let port = |count: Count<1, 65535>| u16::try_from(count.get()).unwrap_or(u16::MAX);
        let (http_port, https_port) = (self.http_port.map(port), self.https_port.map(port));
        if http_port.or(https_port).is_none() {
            return Err("a member needs `http_port` or `https_port`");
        }
        Ok(StaticMember {
            cluster: self.cluster.ok_or("a member needs `cluster`")?,
            host: self.host.ok_or("a member needs `host`")?,
            remote_host: self.remote_host,
            http_port,
            https_port,
            port_mappings: self.port_mappings,
            weight: u32::try_from(self.weight.get()).unwrap_or(u32::MAX),
            permanent: self.permanent,
            active: self.active,
            zone: self.zone,
        })
    }
}

impl StaticMember {
    /// What tells it from the other members of its cluster.
    pub(in crate::settings) fn identity(&self) -> (&str, &str, Option<u16>) {
        (self.cluster.as_str(), self.host.as_str(), self.http_port.or(self.https_port))
    }
}
