//! How a group is listened to.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::super::{Reading, Refusals};
use crate::membership::MulticastGroup;

/// A multicast group and who is believed in it. The defaults are those of Tribes (membership-wire.md §3.1).
#[derive(Clone, Debug)]
pub struct MulticastSettings {
    /// How records are understood, and who is believed: mandatory.
    pub reading: Reading,
    /// The group.
    pub group: Ipv4Addr,
    /// The port, at which everybody listens and from which everybody sends.
    pub port: u16,
    /// The address of the interface; `None` leaves it to the system.
    pub interface: Option<Ipv4Addr>,
    /// How many routers datagrams pass, plus one.
    pub ttl: u32,
    /// How often nodes announce themselves.
    pub frequency: Duration,
    /// After what silence a member is gone.
    pub drop_time: Duration,
    /// The largest datagram that is read, in bytes.
    pub largest_datagram: usize,
    /// How many members there may be; further ones are refused.
    pub most_members: usize,
    /// The node that is announced; `None` only listens.
    pub announce: Option<Announce>,
    /// Where it is counted what changes nothing.
    pub refusals: Arc<Refusals>,
}

/// A node of our own.
#[derive(Clone, Debug)]
pub struct Announce {
    /// Where its TCP channel would be.
    pub address: SocketAddr,
    /// Its domain.
    pub domain: String,
    /// What it says of itself.
    pub payload: Vec<u8>,
}

impl MulticastSettings {
    /// The group and the times of Tribes' defaults, only listening.
    pub fn new(reading: Reading) -> Self {
        Self {
            reading,
            group: Ipv4Addr::new(228, 0, 0, 4),
            port: 45564,
            interface: None,
            ttl: 1,
            frequency: Duration::from_millis(500),
            drop_time: Duration::from_millis(3000),
            largest_datagram: 8192,
            most_members: 4096,
            announce: None,
            refusals: Arc::default(),
        }
    }

    /// The group, to join it.
    pub(super) fn multicast_group(&self) -> MulticastGroup {
        let Self { group, port, interface, ttl, .. } = *self;
        MulticastGroup { address: group, port, interface, ttl }
    }
}
