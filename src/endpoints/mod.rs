//! Endpoints: from a definition to something that sends a message and brings the head of its answer.
//!
//! An endpoint composes the request ([`request`], its body by [`content`]) and calls a stack of tower services:
//! `outcome` (client errors become faults) · `client` (the transport, or a stub in tests).

mod address;
mod client;
mod content;
mod leaf;
mod outcome;
mod request;
mod uri;

pub use address::{AddressEndpoint, DefaultEndpoint};
pub use client::{Call, Client, Offline, ResponseOf, TransportClient};
pub use leaf::{Leaf, LeafSettings, OtherDialect};
pub use outcome::{Outcome, OutcomeLayer};
pub use request::RequestPolicy;
