//! The real program on ephemeral ports of the loopback interface.

mod balancing;
mod clusters;
mod command;
mod control;
mod echo;
mod failover;
mod forwarding;
#[cfg(feature = "group")]
mod group;
mod hot;
mod lifecycle;
mod membership;
mod observability;
#[path = "../support/mod.rs"]
mod support;
