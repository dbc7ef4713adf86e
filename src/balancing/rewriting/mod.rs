//! Addresses in headers: who the client is, told to the member, and where the member is, kept from the client
//! (elastic-load-balancer.md §2.7, §2.8).
//!
//! Pure functions over headers. Hop-by-hop headers are the transport's business.

mod cookies;
mod forwarded;
mod location;
mod location_logic;

#[cfg(test)]
mod tests;

pub use cookies::{CookieRuleError, CookieRules, DomainRule, PathRule};
pub use forwarded::{ClientSide, ForwardedHeaders, ForwardedPolicy, client_address};
pub use location::{KnownHosts, ListenPorts, Redirect, rewrite_locations};
pub use location_logic::{has_location_logic, rewrites};
