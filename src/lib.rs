//! Sinew: an elastic load balancer configured in the Apache Synapse language.
//!
//! The modules are floors; `ARCHITECTURE.md` draws them and says who may use whom.

pub mod admin;
pub mod autoscaler;
pub mod availability;
pub mod balancing;
pub mod cli;
pub mod clusters;
pub mod compiler;
pub mod deployment;
pub mod dispatch;
pub mod endpoints;
#[cfg(feature = "group")]
pub mod group;
pub mod iaas;
pub mod membership;
pub mod server;
pub mod settings;
pub mod tasks;
pub mod telemetry;
pub mod testing;
pub mod topology;
pub mod transport;
