//! How members find the balancer.

use std::net::SocketAddr;
use std::path::PathBuf;

use sinew_core::config::balancer::Network;

use super::{DnsName, HOUR, KubernetesService, Multicast, SECOND};
use crate::settings::key::section;
use crate::settings::secret::SecretReference;
use crate::settings::value::{Count, Duration, ZoneName};

section! {
    /// How members are learnt of while the process runs. Several schemes may be used at once; `docs/membership.md` says who
    /// wins when they speak of the same member. A new member gets requests when all its ports have been open for the
    /// `admission_delay` of its cluster in `loadbalancer.conf`.
    pub struct Membership {
        /// How long a member that is not heard of any more may take to come back. It gets no requests in the meantime, and
        /// is forgotten then.
        pub leave_grace: Duration<0, { HOUR }> = "5s",
        /// How long connecting to a port of a new member may take.
        pub probe_timeout: Duration<10, { 60 * SECOND }> = "2s",
        /// The most members that one scheme may know. More are refused.
        pub max_members: Count<1, 100000> = "10000",
    }
    tables {
        /// Members in a file.
        pub file: MembershipFile,
        /// Members that register.
        pub registration: Registration,
        /// Members that announce themselves on the network.
        pub multicast: Multicast,
        /// Nodes of Apache Tribes.
        pub tribes: Tribes,
    }
    lists {
        /// Services of Kubernetes.
        pub kubernetes: KubernetesService,
        /// Names that members are looked up by.
        pub dns: DnsName,
    }
}

section! {
    /// Members in a file that is read again when it changes.
    pub struct MembershipFile {
        /// The file: TOML with one `[[member]]` for each, or JSON when its name ends in `.json`. Without it there is none.
        /// While it has mistakes, its last good version counts.
        pub path: Option<PathBuf> = "",
        /// How often it is looked at.
        pub rescan: Duration<50, { HOUR }> = "1s",
    }
}

section! {
    /// Members that register over HTTP, by themselves or by `sinew join`, and renew their lease.
    pub struct Registration {
        /// The address and port of the listener. Without it nobody can register.
        pub address: Option<SocketAddr> = "",
        /// The secret that requests must carry as `Authorization: Bearer …`; it must be given. Who has it decides where
        /// requests go.
        pub token: Option<SecretReference> = "",
        /// The networks that requests may come from. Without any they may come from everywhere; the token is needed anyhow.
        pub networks: Vec<Network> = "",
        /// The networks that the addresses of members may be in, `remote_host` included. Members that are named otherwise than by
        /// addresses are refused then. Without any they may be everywhere.
        pub hosts: Vec<Network> = "",
        /// A PEM file with the certificate of the listener and after it those that issued it. Without it the token travels in
        /// the clear. SIGHUP and `sinew ctl reload` read it and the key again.
        pub certificate: Option<PathBuf> = "",
        /// A PEM file with the private key of the certificate.
        pub key: Option<PathBuf> = "",
        /// The lease of members that ask for none.
        pub lease: Duration<{ SECOND }, { HOUR }> = "30s",
    }
}

section! {
    /// Tomcat, Axis2 and WSO2 Carbon nodes that find each other by Apache Tribes. It has no authentication: whoever is in an
    /// allowed network can say that it is a member of an allowed domain.
    pub struct Tribes {
        /// The networks that members may be in. Without networks and domains there is no Tribes.
        pub networks: Vec<Network> = "",
        /// The domains that members may be of; each is the domain of a cluster.
        pub domains: Vec<ZoneName> = "",
        /// The multicast group and port that nodes announce themselves at, usually `228.0.0.4:45564`. Without it nothing is
        /// listened to.
        pub multicast: Option<SocketAddr> = "",
        /// The address and port of the channel for nodes that have it as well-known address, usually with port 4000. It must
        /// not be one for all addresses, nor a public one.
        pub listen: Option<SocketAddr> = "",
    }
}
