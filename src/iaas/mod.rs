//! Infrastructure: where instances are launched and ended (elastic-load-balancer.md §4.10, §4.11).
//!
//! A provider implements [`Iaas`]; [`open`] makes those that the settings name, each with patience around it
//! ([`Patient`]): every call ends in time, and is made again when it fails for a reason that may pass. Providers know
//! instances, their owner and the names of their clusters; what a cluster is, they do not know. All of them pass the same
//! tests.

mod error;
mod instance;
mod patient;
mod provider;
mod public_address;
mod registry;

#[cfg(feature = "docker")]
mod docker;
mod dry_run;
#[cfg(feature = "ec2")]
mod ec2;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod process;
mod webhook;

mod http;
#[cfg(any(feature = "docker", feature = "kubernetes"))]
mod labels;
#[cfg(any(feature = "docker", feature = "ec2"))]
#[cfg_attr(
    not(all(feature = "docker", feature = "ec2")),
    allow(dead_code, reason = "each of the two uses a part of it")
)]
mod recent;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tests;

#[cfg(feature = "docker")]
pub use docker::Docker;
pub use dry_run::DryRun;
#[cfg(feature = "ec2")]
pub use ec2::Ec2;
pub use error::IaasError;
#[cfg(any(feature = "docker", feature = "ec2", feature = "kubernetes"))]
use instance::port;
pub use instance::{
    AddressState, Addresses, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, MemberPlace,
    Owner, Purpose, Template, is_permanent, tags,
};
use instance::{MARK, own_tags};
#[cfg(feature = "kubernetes")]
pub use kubernetes::Kubernetes;
pub use patient::{Patience, Patient};
pub use process::Process;
pub use provider::{Answer, Iaas};
pub use public_address::give_address;
pub use registry::{OpenError, Provider, open};
pub use webhook::Webhook;
