//! What a balancer must know to be one of a group.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::WallClock;
use super::election::{Minority, Rules};
use super::seal::Keys;

/// A balancer and its group.
#[derive(Clone, Debug)]
pub struct GroupOptions {
    /// The name of the group; balancers of other groups are not believed.
    pub group: String,
    /// The name of this balancer, which no other one of the group has.
    pub name: String,
    /// When it started, in milliseconds since 1970. A clock that was set back does no harm.
    pub started: u64,
    /// The time of day.
    pub clock: WallClock,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where the others reach it.
    pub advertise: SocketAddr,
    /// Some of the others: addresses, or host names with ports, which are looked up again each minute.
    pub seeds: Vec<String>,
    /// What datagrams are sealed with.
    pub keys: Arc<Keys>,
    /// How the coordinator is elected.
    pub rules: Rules,
    /// How often a balancer talks to three of the others.
    pub gossip_interval: Duration,
    /// How long one may be silent until it counts as lost.
    pub silence: Duration,
    /// How long the numbers of a silent one count.
    pub stale: Duration,
    /// After which time one that was lost is forgotten.
    pub forget: Duration,
    /// Of how many members it tells the others.
    pub most_members: usize,
    /// The version of the product.
    pub version: &'static str,
}

impl GroupOptions {
    /// A balancer that knows nobody yet; times and sizes are the usual ones.
    pub fn new(group: &str, name: &str, started: u64, address: SocketAddr, keys: Arc<Keys>) -> Self {
        let lease = Duration::from_secs(5);
        Self {
            group: group.to_owned(),
            name: name.to_owned(),
            started,
            clock: WallClock::default(),
            listen: address,
            advertise: address,
            seeds: Vec::new(),
            keys,
            rules: Rules { lease, size: 1, takeover: lease * 2, minority: Minority::Waits },
            gossip_interval: Duration::from_millis(500),
            silence: Duration::from_secs(5),
            stale: Duration::from_secs(120),
            forget: Duration::from_secs(3_600),
            most_members: 10_000,
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}
