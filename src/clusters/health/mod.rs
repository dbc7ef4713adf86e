//! Active health checks: asking members whether they work, before a client has to find out.
//!
//! A [`Checker`] watches clusters. Each member is asked by a [`Probe`] at its interval; [`Thresholds`] turn the answers into a
//! state, which is told to the member. What somebody does not watch is taken to be healthy.

mod settings;
mod statuses;
mod thresholds;

mod network;
mod probe;

mod checker;
mod rounds;
#[cfg(test)]
mod tests;

pub use checker::{Checker, HealthChecks};
pub use network::NetworkProbe;
pub use probe::{Failure, Probe};
pub use settings::{HealthCheck, Kind, UnknownKind};
pub use statuses::{InvalidStatuses, Statuses};
pub use thresholds::Thresholds;
