//! Hot deployment: files in, a new [`Deployed`] out.
//!
//! One path for start and reload: scan → parse what changed → assemble → compile → swap. A file that is wrong keeps its
//! last good version in service; a change that would break files it did not touch is held back as a whole.

mod deployer;
mod folder;
mod scan;
mod sources;
mod watch;

pub use deployer::{Deployer, Outcome, Status};
pub use folder::Folder;
pub use watch::{Command, Watch, WatchSettings};

#[cfg(doc)]
use crate::compiler::Deployed;
