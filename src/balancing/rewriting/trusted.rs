//! The proxies whose word about a client counts (hardening.md §2, row 25).

use std::net::IpAddr;
use std::str::FromStr;

/// Ranges of addresses, each a network (`10.0.0.0/8`, `2001:db8::/32`) or a single address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<Network>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    /// The first address, with the bits behind the prefix unset.
    first: IpAddr,
    prefix: u8,
}

/// Why a text is no range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustedRangeError {
    /// It has no address.
    #[error("`{0}` is neither an address nor a network such as 10.0.0.0/8")]
    Address(String),
    /// The number behind the slash is none, or more than the address has bits.
    #[error("`{0}`: the prefix is not a number from 0 to {1}")]
    Prefix(String, u8),
    /// The address is one inside the network. It may have been meant alone.
    #[error("`{0}` is inside the network {1}: write that, or the address alone")]
    HostBits(String, String),
}

impl TrustedProxies {
    /// Reads ranges.
    ///
    /// # Errors
    ///
    /// What is wrong with the first that is none.
    pub fn parse<'t>(ranges: impl IntoIterator<Item = &'t str>) -> Result<Self, TrustedRangeError> {
        let networks = ranges.into_iter().map(|text| text.trim().parse()).collect::<Result<_, _>>()?;
        Ok(Self { networks })
    }

    /// Whether an address is in one of the ranges. An IPv4 address that is written as an IPv6 one counts as itself.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| mask(address, network.prefix) == Some(network.first))
    }

    /// Whether there is no range: nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }
}

impl FromStr for Network {
    type Err = TrustedRangeError;

    fn from_str(text: &str) -> Result<Self, TrustedRangeError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| TrustedRangeError::Address(text.to_owned()))?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let Some(prefix) = prefix else {
            let address = address.to_canonical();
            return Ok(Self { first: address, prefix: if address.is_ipv4() { 32 } else { 128 } });
        };
        let digits = !prefix.is_empty() && prefix.bytes().all(|digit| digit.is_ascii_digit());
        let wrong_prefix = || TrustedRangeError::Prefix(text.to_owned(), bits);
        let prefix: u8 = prefix.parse().ok().filter(|_| digits).ok_or_else(wrong_prefix)?;
        let first = mask(address, prefix).ok_or_else(wrong_prefix)?;
        if first != address {
            return Err(TrustedRangeError::HostBits(text.to_owned(), format!("{first}/{prefix}")));
        }
        Ok(Self { first, prefix })
    }
}

/// The address with the bits behind the prefix unset; `None` when it has not so many.
fn mask(address: IpAddr, prefix: u8) -> Option<IpAddr> {
    let behind = |bits: u8| bits.checked_sub(prefix).map(u32::from);
    match address {
        IpAddr::V4(address) => {
            let kept = u32::MAX.checked_shl(behind(32)?).unwrap_or(0);
            Some(IpAddr::V4((address.to_bits() & kept).into()))
        }
        IpAddr::V6(address) => {
            let kept = u128::MAX.checked_shl(behind(128)?).unwrap_or(0);
            Some(IpAddr::V6((address.to_bits() & kept).into()))
        }
    }
}
