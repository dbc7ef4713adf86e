//! Members that one balancer learnt of are known to all (elastic-load-balancer.md §5.7).
//!
//! A balancer tells the others of the members that it learnt of by a scheme of its own, or from an operator; not of those in
//! its files, and not of those that it only knows from the others. The others know them by the scheme `group`, which weighs
//! less than what members say to them directly: a member stays as long as any balancer that is there speaks of it. When the
//! last one that did is lost or leaves, the member has the leave grace to be heard of elsewhere.

mod definition;
mod drains;
mod publish;
mod scheme;

pub(super) use definition::{SharedMember, State};
pub(super) use drains::Drains;
pub(super) use publish::publish;
pub use scheme::GroupMembers;
