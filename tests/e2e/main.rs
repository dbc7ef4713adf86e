//! The real program on ephemeral ports of the loopback interface.

mod autoscaler;
mod balancing;
mod clusters;
mod command;
mod control;
mod discovery;
#[cfg(feature = "ec2")]
mod ec2;
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
