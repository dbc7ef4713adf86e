//! Multicast membership: every node says twice a second that it is there (membership-wire.md §3).
//!
//! [`Table`] is the receiver's knowledge, driven by the times it is given; [`start`] feeds it from a socket, and
//! announces a node of our own where one is configured.

mod announcer;
mod service;
mod settings;
mod table;
#[cfg(test)]
mod tests;

pub use service::{Multicast, start};
pub use settings::{Announce, MulticastSettings};
pub use table::Table;
