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

mod dry_run;
#[cfg(feature = "ec2")]
mod ec2;
mod process;
mod webhook;

mod http;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tests;

pub use dry_run::DryRun;
#[cfg(feature = "ec2")]
pub use ec2::Ec2;
pub use error::IaasError;
use instance::own_tags;
pub use instance::{
    AddressState, Addresses, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, MemberPlace,
    Owner, Purpose, Template, is_permanent, tags,
};
pub use patient::{Patience, Patient};
pub use process::Process;
pub use provider::{Answer, Iaas};
pub use public_address::give_address;
pub use registry::{OpenError, Provider, open};
pub use webhook::Webhook;
