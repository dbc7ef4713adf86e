//! What anybody may send to the multicast group of members and balancers: there is one way to write each packet.

#![no_main]

use libfuzzer_sys::fuzz_target;

// The codec alone: the product around it would make the target large and slow to build, and it needs nothing of it.
#[path = "../../src/membership/multicast/wire.rs"]
#[allow(dead_code)] // The product uses what the target does not.
mod wire;

use wire::{LARGEST, Packet, SIGNATURE};

fuzz_target!(|data: &[u8]| {
    if let Ok(packet) = Packet::decode(data) {
        assert_eq!(packet.encode().as_deref(), Ok(data));
        assert!(data.len() + SIGNATURE <= LARGEST);
    }
});
