//! How members and balancers are found without being told: by DNS, and by announcements on the network.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time;

use super::{HOUR, SECOND};
use crate::settings::key::section;
use crate::settings::secret::SecretReference;
use crate::settings::value::{ClusterName, Count, DnsRecord, Duration, HostName, HttpOrigin, ZoneName};

section! {
    /// Members that DNS names: one `[[membership.dns]]` for each name. An answer holds as long as its records say, within
    /// bounds; who is no longer in it leaves. It is not believed at once that nobody is there: only the second answer in a
    /// row without records takes members away. A look-up that fails changes nothing until `stale`.
    pub(in crate::settings) struct DnsTable {
        /// The cluster that the members belong to. It must be given.
        pub cluster: Option<ClusterName> = "",
        /// The name that is looked up. It must be given. Without a dot at its end, names of the system's search list are
        /// tried too.
        pub name: Option<HostName> = "",
        /// What is asked for. `srv` names hosts and ports; of its records those of the best priority are members, with their
        /// weights, of which 0 counts as 1.
        pub record: DnsRecord = "address",
        /// The port for HTTP of members that are addresses; they need this or the next, or both.
        pub http_port: Option<Count<1, 65535>> = "0",
        /// The port for HTTPS of members that are addresses.
        pub https_port: Option<Count<1, 65535>> = "0",
        /// Whether the ports of SRV records are for HTTPS.
        pub srv_https: bool = "false",
        /// The resolvers that are asked instead of the system's, also for the addresses of the hosts that SRV records name.
        pub servers: Vec<SocketAddr> = "",
        /// The shortest time between two look-ups, whatever the answer says. After failures it doubles each time.
        pub min_refresh: Duration<100, { HOUR }> = "5s",
        /// The longest time between two look-ups.
        pub max_refresh: Duration<100, { 24 * HOUR }> = "5m",
        /// For how long the last answer counts while look-ups fail. The members are lost then.
        pub stale: Duration<0, { 24 * HOUR }> = "5m",
    }
}

/// A name that members are looked up by.
#[derive(Debug, Clone, PartialEq)]
pub struct DnsName {
    /// The cluster of the members.
    pub cluster: ClusterName,
    /// What is looked up.
    pub name: HostName,
    /// What is asked for.
    pub record: DnsRecord,
    /// The port for HTTP; none for SRV.
    pub http_port: Option<u16>,
    /// The port for HTTPS; none for SRV.
    pub https_port: Option<u16>,
    /// Whether the ports of SRV records are for HTTPS.
    pub srv_https: bool,
    /// The resolvers; empty for the system's.
    pub servers: Vec<SocketAddr>,
    /// The shortest time between two look-ups.
    pub min_refresh: time::Duration,
    /// The longest time between two look-ups, not shorter than the shortest.
    pub max_refresh: time::Duration,
    /// For how long the last answer counts while look-ups fail.
    pub stale: time::Duration,
}

impl DnsTable {
    /// The name that the table describes.
    ///
    /// # Errors
    /// What is missing or does not fit together.
    pub(in crate::settings) fn into_name(self) -> Result<DnsName, &'static str> {
        let port = |count: Count<1, 65535>| u16::try_from(count.get()).unwrap_or(u16::MAX);
        let (http_port, https_port) = (self.http_port.map(port), self.https_port.map(port));
        let (is_srv, has_port) = (self.record == DnsRecord::Srv, http_port.or(https_port).is_some());
        let name = self.name.ok_or("members are looked up by `name`, which is missing")?;
        if name.as_str().parse::<IpAddr>().is_ok() {
            return Err("`name` is an address, which needs no look-up");
        }
        if is_srv && has_port {
            return Err("SRV records have ports of their own: leave out `http_port` and `https_port`");
        }
        if !is_srv && !has_port {
            return Err("members that are addresses need `http_port` or `https_port`");
        }
        if !is_srv && self.srv_https {
            return Err("`srv_https` is about SRV records, which are not asked for");
        }
        let (min_refresh, max_refresh) = (self.min_refresh.get(), self.max_refresh.get());
        if max_refresh < min_refresh {
            return Err("`max_refresh` is shorter than `min_refresh`");
        }
        Ok(DnsName {
            cluster: self.cluster.ok_or("members that are looked up need `cluster`")?,
            name,
            record: self.record,
            http_port,
            https_port,
            srv_https: self.srv_https,
            servers: self.servers,
            min_refresh,
            max_refresh,
            stale: self.stale.get(),
        })
    }
}

section! {
    /// Members and balancers that announce themselves on a local network, with a signature. No addresses need to be known
    /// in advance. Announcements pass no router.
    pub struct Multicast {
        /// The multicast group and port of the announcements, such as `239.255.76.67:7667`. Without it nothing is announced
        /// and nothing listened to.
        pub group: Option<SocketAddr> = "",
        /// The address of the interface to use. Without it the system chooses.
        pub interface: Option<Ipv4Addr> = "",
        /// What members and balancers that belong together have in common; what others say is dropped.
        pub domain: ZoneName = "sinew",
        /// The secret that announcements are signed with; it must be given. Who has it decides where requests go.
        pub secret: Option<SecretReference> = "",
        /// How often this balancer announces itself.
        pub interval: Duration<100, { 60 * SECOND }> = "1s",
        /// For how long members and balancers that are not heard of are believed to be there. A member gets no new clients
        /// after three fifths of it.
        pub drop_time: Duration<300, { HOUR }> = "5s",
        /// How far the clocks of two machines may be apart. Announcements that are older, which somebody may have recorded,
        /// are dropped.
        pub clock_difference: Duration<{ SECOND }, { HOUR }> = "30s",
        /// Where members can register, as this balancer announces it. Without it that is the address of
        /// `membership.registration`, on the interface when that has none of its own.
        pub registration_url: Option<HttpOrigin> = "",
    }
}
