//! Ranges of addresses, written as CIDR blocks.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address is in the block. An IPv4 address that came mapped into IPv6 counts as the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, bits) = number(self.address);
        let (other, other_bits) = number(address.to_canonical());
        let shift = u32::from(bits.saturating_sub(self.prefix));
        bits == other_bits && own.checked_shr(shift).unwrap_or(0) == other.checked_shr(shift).unwrap_or(0)
    }
}

/// An address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (Ipv6Addr::to_bits(address), 128),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Network, NoNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let (_, bits) = number(address);
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|&prefix| prefix <= bits).ok_or(NoNetwork)?,
            None => bits,
        };
        Ok(Network { address, prefix })
    }
}

/// The text is no block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an address or a block such as 10.0.0.0/8")]
pub struct NoNetwork;

/// Several blocks of addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Arc<[Network]>);

impl Networks {
    /// Whether an address is in one of the blocks.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The blocks in the order they are written.
    pub fn iter(&self) -> impl Iterator<Item = &Network> {
        self.0.iter()
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Networks(networks.into_iter().collect())
    }
}

/// Blocks, separated by commas.
impl FromStr for Networks {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Networks, NoNetwork> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(Network::from_str).collect::<Result<Arc<[Network]>, NoNetwork>>().map(Networks)
    }
}
