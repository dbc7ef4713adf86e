//! Who is listened to: networks and domains, and a count of those who are not (membership-wire.md §13).

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use sinew_core::config::balancer::Networks;

use super::wire::MemberRecord;

/// The networks and domains of which members may be. There is none without both: Tribes has no other protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowList {
    networks: Networks,
    domains: BTreeSet<String>,
}

/// An allow-list that would allow nothing, or that does not say what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowListError {
    /// No network is named.
    #[error("Tribes needs the networks that its members are in; name at least one")]
    NoNetworks,
    /// No domain is named.
    #[error("Tribes needs the domains that its members are of; name at least one")]
    NoDomains,
}

impl AllowList {
    /// Members of these domains, at addresses of these networks.
    ///
    /// # Errors
    /// One of them is empty.
    pub fn new(
        networks: Networks,
        domains: impl IntoIterator<Item = String>,
    ) -> Result<Self, AllowListError> {
        let domains: BTreeSet<String> = domains.into_iter().collect();
        if networks.is_empty() {
            return Err(AllowListError::NoNetworks);
        }
        if domains.is_empty() {
            return Err(AllowListError::NoDomains);
        }
        Ok(Self { networks, domains })
    }

    /// Whether a node may be at an address.
    pub fn allows_host(&self, host: IpAddr) -> bool {
        self.networks.contains(host)
    }

    /// The domain that a record names, when it is allowed. Domains are compared byte by byte.
    pub fn domain<'a>(&'a self, domain: &[u8]) -> Option<&'a str> {
        let text = str::from_utf8(domain).ok()?;
        self.domains.get(text).map(String::as_str)
    }

    /// Whether what a record says may be believed, wherever it came from.
    pub(super) fn check(&self, record: &MemberRecord) -> Result<&str, Refusal> {
        if !self.allows_host(record.host) {
            return Err(Refusal::AnnouncedHost);
        }
        self.domain(&record.domain).ok_or(Refusal::Domain)
    }
}

/// Why something that arrived changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It comes from a network that is not allowed.
    Sender,
    /// It announces a host in a network that is not allowed, or not the one it comes from.
    AnnouncedHost,
    /// It asks for an answer at a port that is not allowed.
    Port,
    /// It is of a domain that is not allowed.
    Domain,
    /// It is larger than allowed.
    Oversized,
    /// It makes no sense.
    Malformed,
    /// It is in the layout of Tribes 6.
    OldLayout,
    /// It announces a member without ports for requests, or with properties that make no sense.
    Unusable,
    /// There are as many members or connections as allowed.
    Full,
    /// It speaks of a start of a member that is over.
    Past,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Sender,
        Self::AnnouncedHost,
        Self::Port,
        Self::Domain,
        Self::Oversized,
        Self::Malformed,
        Self::OldLayout,
        Self::Unusable,
        Self::Full,
        Self::Past,
    ];

    /// The word of metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::AnnouncedHost => "announced_host",
            Self::Port => "port",
            Self::Domain => "domain",
            Self::Oversized => "oversized",
            Self::Malformed => "malformed",
            Self::OldLayout => "old_layout",
            Self::Unusable => "unusable",
            Self::Full => "full",
            Self::Past => "past",
        }
    }
}

/// How often something changed nothing, by reason.
#[derive(Default)]
pub struct Refusals {
    counts: [AtomicU64; Refusal::ALL.len()],
    tell: Option<Box<dyn Fn(Refusal) + Send + Sync>>,
}

impl Refusals {
    /// Counts that tell somebody of each.
    pub fn telling(tell: impl Fn(Refusal) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Box::new(tell)), ..Self::default() }
    }

    /// Counts one.
    pub fn count(&self, refusal: Refusal) {
        if let Some(count) = self.counts.get(refusal as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(tell) = &self.tell {
            tell(refusal);
        }
    }

    /// How often it was for this reason.
    pub fn of(&self, refusal: Refusal) -> u64 {
        self.counts.get(refusal as usize).map_or(0, |count| count.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = Refusal::ALL.map(|refusal| (refusal.as_str(), self.of(refusal)));
        f.debug_map().entries(counts).finish()
    }
}
