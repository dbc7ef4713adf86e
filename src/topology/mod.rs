//! Clusters that what knows the infrastructure tells of (elastic-load-balancer.md §6.3).
//!
//! A [`TopologySource`] gives texts in the grammar of `loadbalancer.conf`, `services { … }`; each is the whole state. [`follow`]
//! has every text put above what the file and operators say. What a text no longer names is removed, and nothing that another
//! layer added (W33). A text that is wrong, or contradicts something else, is refused as a whole; what the one before said
//! stays. So it does while the source cannot be reached.

mod backoff;
mod file;
mod follow;
mod long_poll;
mod source;

#[cfg(test)]
mod tests;

pub use backoff::Backoff;
pub use file::TopologyFile;
pub use follow::{Deploys, follow};
pub use long_poll::HttpTopology;
pub use source::{SourceError, TopologySource};
