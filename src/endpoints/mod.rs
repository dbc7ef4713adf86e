//! Endpoints: from a definition to something that sends a message and brings the head of its answer.
//!
//! Those that send themselves compose the request ([`request`], its body by [`content`]) and call a stack of tower
//! services: `outcome` (client errors become faults) · `client` (the transport, or a stub in tests); what they share is
//! the [`Leaf`]. Those that choose among others share the loop of attempts in [`composite`]: a payload is remembered by
//! [`replay`], and [`retry`] says when it may be sent again. [`sessions`] keep what began somewhere there, and [`states`]
//! is what outlives a deployment.

mod client;
mod content;
mod outcome;
mod properties;
mod request;
mod uri;

mod address;
mod http;
mod leaf;

mod composite;
pub mod replay;
pub mod retry;
mod states;

mod dynamic;
mod failover;
mod lasting;
mod load_balance;
mod recipient_list;
mod resolving;
mod sessions;

pub use address::{AddressEndpoint, DefaultEndpoint};
pub use client::{Call, Client, Offline, ResponseOf, TransportClient};
pub use composite::CompositeSettings;
pub use dynamic::{BalancedCluster, DynamicEndpoint, DynamicPolicy, Routing};
pub use failover::FailoverEndpoint;
pub use http::HttpEndpoint;
pub use lasting::{Lasting, MOST_SESSIONS, StaticMembers};
pub use leaf::{Leaf, LeafSettings, OtherDialect};
pub use load_balance::{Algorithm, LoadBalanceEndpoint, StickyLoadBalanceEndpoint};
pub use outcome::{Outcome, OutcomeLayer};
pub use recipient_list::{
    ComputedRecipients, MemberEndpoint, RecipientListEndpoint, RecipientListSettings, Recipients,
};
pub use request::RequestPolicy;
pub use resolving::ResolvingEndpoint;
pub use sessions::Sessions;
pub use states::{
    EndpointPlace, EndpointState, EndpointStates, EndpointStatistics, EndpointView, Identity, Turn,
};
