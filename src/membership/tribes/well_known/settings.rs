//! How nodes are served that know our address.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::super::wire::LARGEST_FRAME;
use super::super::{Reading, Refusals};

/// A TCP channel, and who is believed on it.
#[derive(Clone, Debug)]
pub struct WellKnownSettings {
    /// How records are understood, and who is believed: mandatory. Its domains are those that are managed.
    pub reading: Reading,
    /// Where the channel listens: an address of its own, not all of them.
    pub listen: SocketAddr,
    /// The address that nodes are configured with; `None` is the one listened at.
    pub address: Option<SocketAddr>,
    /// Whether the channel may listen at an address that the whole world can reach.
    pub public: bool,
    /// The domain of balancers.
    pub domain: String,
    /// What the balancer says of itself.
    pub payload: Vec<u8>,
    /// The ports to which connections are made: a node says where it wants its answer (membership-wire.md §13).
    pub answer_ports: RangeInclusive<u16>,
    /// Domains whose nodes refuse messages of others, as Tribes does since 7.0.60 (§11.4). Nodes that do so are noticed as
    /// well, when they ask again soon after an answer.
    pub mirrored_domains: BTreeSet<String>,
    /// How often a member is probed.
    pub probe_interval: Duration,
    /// How soon it is probed again after a failure.
    pub retry_interval: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// After how many failures in a row a member is gone.
    pub failures: u32,
    /// How long a member that is gone is probed, in case it comes back.
    pub forget_after: Duration,
    /// How many members there may be, those that are gone included.
    pub most_members: usize,
    /// The most data of a frame, in bytes. So much memory a connection can take.
    pub largest_frame: usize,
    /// How many connections there may be.
    pub most_connections: usize,
    /// How many connections one address may have. Java nodes have up to 25.
    pub most_connections_each: usize,
    /// How long a new connection may be silent, and how long a frame may take.
    pub frame_timeout: Duration,
    /// Where it is counted what changes nothing.
    pub refusals: Arc<Refusals>,
}

/// Settings with which the channel must not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// All addresses, which no node can be configured with.
    #[error("Tribes must listen at an address of its own, not at {0}")]
    AllAddresses(SocketAddr),
    /// An address that is not private.
    #[error(
        "{0} is a public address, and Tribes has no authentication; allow it expressly or listen at a private one"
    )]
    Public(SocketAddr),
}

impl WellKnownSettings {
    /// A channel with the usual times, limits and ports.
    pub fn new(reading: Reading, listen: SocketAddr) -> Self {
        Self {
            reading,
            listen,
            address: None,
            public: false,
            domain: "wso2.carbon.lb.domain".to_owned(),
            payload: Vec::new(),
            answer_ports: 4000..=4100,
            mirrored_domains: BTreeSet::new(),
            probe_interval: Duration::from_secs(5),
            retry_interval: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(2),
            failures: 3,
            forget_after: Duration::from_secs(3600),
            most_members: 4096,
            largest_frame: LARGEST_FRAME,
            most_connections: 1024,
            most_connections_each: 64,
            frame_timeout: Duration::from_secs(15),
            refusals: Arc::default(),
        }
    }

    /// Whether the channel may open (membership-wire.md §13).
    ///
    /// # Errors
    /// It would be open to everybody.
    pub fn check(&self) -> Result<(), SettingsError> {
        let address = self.listen.ip();
        if address.is_unspecified() {
            return Err(SettingsError::AllAddresses(self.listen));
        }
        if self.public || is_private(address) { Ok(()) } else { Err(SettingsError::Public(self.listen)) }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}
