//! The real program on ephemeral ports of the loopback interface.

mod balancing;
mod clusters;
mod command;
mod control;
mod echo;
mod failover;
mod forwarding;
mod hot;
mod lifecycle;
mod membership;
mod observability;
mod run_time;
#[path = "../support/mod.rs"]
mod support;
