//! Who may register, and where members may be.

use std::net::IpAddr;

use sinew_core::config::balancer::Networks;

use crate::clusters::MemberDefinition;

/// The networks of those who may use the API, and of members. A list that is empty allows all: the token is needed anyhow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registrants {
    /// From where requests may come.
    pub networks: Networks,
    /// The networks that the addresses of members are in. Where a name leads is for the resolver to say, so that with this
    /// list members need addresses.
    pub hosts: Networks,
}

impl Registrants {
    /// Whether a request may come from an address. One whose sender is not known comes from nowhere that is allowed.
    pub(super) fn allows_peer(&self, peer: Option<IpAddr>) -> bool {
        self.networks.is_empty() || peer.is_some_and(|peer| self.networks.contains(peer))
    }

    /// The first host of a member that is not allowed: requests could be led anywhere.
    pub(super) fn stranger<'a>(&self, definition: &'a MemberDefinition) -> Option<&'a str> {
        let is_allowed = |host: &str| {
            let address = host.parse::<IpAddr>();
            self.hosts.is_empty() || address.is_ok_and(|ip| self.hosts.contains(ip))
        };
        let mut hosts = std::iter::once(&definition.host).chain(&definition.remote_host);
        hosts.find(|host| !is_allowed(host)).map(|host| &**host)
    }
}
