//! The autoscaler as it runs: it observes, lets the pure [`tick()`](super::tick()) decide, and acts
//! (elastic-load-balancer.md §4.2).
//!
//! Nothing here waits for anybody while it decides: providers are asked beside the ticks, and what they answer is taken in
//! when it comes. A provider that hangs or fails costs instances, never requests.
//!
//! - [`Autoscaler`] is the handle of the others: it follows the configuration, and shows what was decided.
//! - `watch` knows when to look and when to tick.
//! - `observe` says who is there, with what the other balancers see (`sight`); `ticking` decides, `act` launches and ends, and
//!   `drain` lets members finish before.
//! - `listing` asks the providers what there is, so that a restart starts nothing twice (W52).
//! - [`InstanceMembers`] makes instances members of their clusters, where they do not announce themselves.
//! - `address` keeps the public address with the balancer that acts (§4.8, W18).
//! - [`Peers`] is what it needs of the group of balancers.

mod options;
mod peers;

mod autoscaler;
mod books;
mod clock;
mod counters;
mod shared;

mod act;
mod address;
mod drain;
mod listing;
mod observe;
mod scheme;
mod sight;
mod ticking;
mod watch;

mod handover;
mod view;

#[cfg(test)]
mod tests;

pub use autoscaler::Autoscaler;
pub use options::Options;
pub use peers::{Alone, Leadership, Peers, Subject, Told};
pub use scheme::InstanceMembers;
pub use view::{BalancersView, ClusterView, DecisionView, InstanceView, ProviderView, View};
