//! The scheme `multicast`: members and balancers that announce themselves on a local network, each announcement signed.
//!
//! Nobody needs to know an address in advance: a balancer learns of members ([`Multicast`]), a side-car finds balancers or
//! announces its service ([`Node`]), and balancers find each other ([`Multicast::seeds`]). Who has the shared secret is
//! believed. Whatever else arrives changes nothing and is counted ([`Refusal`]): [`Packet`] is what a datagram holds,
//! [`SharedKey`] signs and verifies, and [`Table`] knows who was heard of, which is also what makes recorded datagrams
//! worthless.

pub mod wire;

mod announcer;
mod key;
mod member;
mod refusal;
mod table;

mod node;
mod scheme;

#[cfg(test)]
mod tests;

pub use announcer::Announcer;
pub use key::SharedKey;
pub use member::announced;
pub use node::{Node, NodeOptions};
pub use refusal::Refusal;
pub use scheme::Multicast;
pub use table::{Learned, Rules, Table};
pub use wire::{Balancer, NodeId, Packet, Says};
