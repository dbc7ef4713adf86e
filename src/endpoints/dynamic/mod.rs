//! Endpoints whose members come and go: the balancer itself (elastic-load-balancer.md §2–§3, endpoints.md §7).
//!
//! One implementation stands behind the tenant-aware endpoint, `serviceDynamicLoadbalance`, `dynamicLoadbalance` and
//! `loadbalance` with members. A request finds its cluster ([`routing`]), its member by session or algorithm
//! ([`cluster`]), goes to another one when that fails ([`attempts`]), and comes back with its redirects repaired
//! ([`answer`]).

mod answer;
mod attempts;
mod cluster;
mod counting;
mod endpoint;
mod in_flight;
mod routing;

pub use cluster::BalancedCluster;
pub use endpoint::{DynamicEndpoint, DynamicPolicy};
pub use routing::Routing;
