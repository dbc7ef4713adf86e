//! Who is there: clusters of members, in which state each is, and how busy.
//!
//! A [`Directory`] holds the [`Cluster`]s by key. Requests read immutable snapshots of members and count on their atomics;
//! whoever learns of members (files, the admin interface, group membership) reports them as a [`Source`].

mod cluster;
mod demand;
mod directory;
pub mod health;
mod live;
mod member;
mod source;
#[cfg(test)]
mod tests;

pub use cluster::{Cluster, Members};
pub use demand::DemandCounter;
pub use directory::{Directory, Order, Spoken, Unknown};
pub use live::{InFlight, Live, Phase};
pub use member::{Member, MemberError};
pub use sinew_core::config::balancer::{ClusterKey, MemberDefinition};
pub use source::{Layer, Source};
