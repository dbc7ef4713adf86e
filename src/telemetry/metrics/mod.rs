//! Counters, and how they are shown at `/metrics`.
//!
//! [`Metrics`] is made once. When something is deployed it asks for a handle: [`Metrics::service`],
//! [`Metrics::endpoint`]. Counting through a handle touches atomics of the calling thread only: no lock, no look-up of
//! labels. Sums are made when somebody scrapes. A handle follows identity: asking again for the same name while the
//! first one is alive gives the same counters, so that they survive a reload; when the last one is dropped, the family
//! forgets the name.

mod configuration;
mod connection;
mod endpoint;
mod exposition;
mod group;
mod histogram;
mod label;
mod member;
mod membership;
mod reference;
mod registry;
mod service;
mod statuses;
mod task;
mod topology;

#[cfg(test)]
mod tests;

pub use configuration::{ArtifactCount, ReloadOutcome};
pub use connection::{ConnectionCounts, RefusalReason};
pub use endpoint::{EndpointMetrics, EndpointOutcome};
pub use exposition::Exposition;
pub use group::GroupCounts;
pub use label::{ListenerLabel, ServiceKind};
pub use member::{MemberSample, MemberState};
pub use membership::MembershipCounts;
pub use reference::reference;
pub use registry::{Build, Metrics};
pub use service::{Ended, InFlight, ServiceMetrics};
pub use task::TaskSample;
pub use topology::TopologyCounts;
