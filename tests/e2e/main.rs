//! The real program on ephemeral ports of the loopback interface.

mod balancing;
mod clusters;
mod command;
mod control;
mod discovery;
mod echo;
mod failover;
mod forwarding;
#[cfg(feature = "group")]
mod group;
mod hot;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod lifecycle;
mod membership;
mod observability;
mod run_time;
#[path = "../support/mod.rs"]
mod support;
mod tasks;
