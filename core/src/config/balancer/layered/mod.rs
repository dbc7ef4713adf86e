//! What is said of clusters and hosts while the process runs, above `loadbalancer.conf` (elastic-load-balancer.md §1.9, §6).
//!
//! [`Changes`] holds what operators and the topology say. [`Changes::apply`] takes one [`Change`] more, and
//! [`Changes::over`] puts everything above what the file says: the configuration that counts, checked like a file.
//! Nothing here knows time, files or requests, and nothing that is in service is touched.

mod change;
mod changes;
mod merge;

#[cfg(test)]
mod tests;

pub use change::{Change, ClusterChange, NotPossible};
pub use changes::Changes;
