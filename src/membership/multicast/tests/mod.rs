//! Tests of the scheme `multicast`.

mod announcer;
mod loopback;
mod table;
mod wire;

use super::wire::Member;
use super::{Packet, Says, SharedKey};
use crate::settings::Secret;

/// A key of the domain `sinew`.
fn key(secret: &str) -> SharedKey {
    SharedKey::derive(&Secret::new(secret), "sinew")
}

/// What a member of the cluster `shop` says of itself.
fn member(address: &str, definition: &str) -> Says {
    let (cluster, address) = ("shop".to_owned(), address.to_owned());
    Says::Member(Member { cluster, address, definition: definition.to_owned() })
}

/// A packet of the domain `sinew`, sent at second 1000.
fn packet(node: u8, started: u64, sequence: u64, says: Says) -> Packet {
    Packet { domain: "sinew".to_owned(), node: [node; 16], started, sequence, sent: 1_000_000, says }
}
