//! Membership by well-known addresses: nodes join by asking the balancer, whose address they know (membership-wire.md
//! §11.2).
//!
//! Sinew answers every node with an empty list, so nodes find the balancer and the balancer finds them; they do not learn
//! of each other here. There is no message for leaving: members are probed. [`Group`] is the knowledge, driven by the
//! times it is given; [`start`] feeds it from the network.

mod answer;
mod connection;
mod dial;
mod group;
mod listener;
mod service;
mod settings;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Outcome};
pub use group::Group;
pub use service::{WellKnown, start};
pub use settings::{SettingsError, WellKnownSettings};
