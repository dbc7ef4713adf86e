//! Changes of clusters while the process runs (elastic-load-balancer.md §1.9, §6): how they are asked for, read, and kept.

mod body;
mod request;
mod state;

#[cfg(test)]
mod tests;

pub use body::{ClusterBody, exact_host, read_cluster};
pub(super) use request::{ChangeRequest, is_strange, naming_its_key};
pub use request::{Changed, Changer, Refused};
pub use state::StateFile;
