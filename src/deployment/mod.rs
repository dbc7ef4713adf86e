//! Hot deployment: files in, a new [`Deployed`] out.
//!
//! One path for start and reload: scan → parse what changed → assemble → compile → swap. A file that is wrong keeps its
//! last good version in service; a change that would break files it did not touch is held back as a whole.
//!
//! What operators and the topology say of clusters while the process runs ([`run_time`]) goes the same way: a
//! [`Change`](sinew_core::config::balancer::Change) is put above the files, compiled, and swapped in, or refused.

mod deployer;
mod folder;
mod link;
mod parallel;
pub mod run_time;
mod scan;
mod sources;
mod suspects;
mod watch;

#[cfg(test)]
mod tests;

pub use deployer::{Deployer, Outcome, Status};
pub use folder::Folder;
pub use link::Linker;
pub use run_time::{Changed, Changer, Refused};
pub use watch::{Command, Watch, WatchSettings};

#[cfg(doc)]
use crate::compiler::Deployed;
