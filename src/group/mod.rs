//! Balancers that know each other (elastic-load-balancer.md §4.8, §5.7; membership-wire.md §15).
//!
//! The balancers of a group gossip over UDP, in datagrams that only they can read and write ([`seal`]). Each says a few things
//! of itself, which all the others come to know; the table is in `words`. From that follow, at each balancer by itself:
//!
//! - who is there ([`View`]);
//! - who acts for all ([`election`]): the oldest, fenced by a lease that a majority of votes gives, and by an epoch;
//! - how much there is to do for each cluster, summed ([`Group::demand`]);
//! - the members that any of them learnt of ([`GroupMembers`]);
//! - the sessions of all, where that is wanted ([`Group::share_sessions`]).
//!
//! Nothing here is persistent: a balancer that restarts hears everything again.

mod clock;
mod error;
mod options;

mod handle;
mod report;
mod view;

mod age;
mod board;
mod demand;
mod fence;
mod members;
mod node;
mod sessions;
mod tracker;
mod words;

pub mod election;
pub mod network;
pub mod seal;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use clock::WallClock;
pub use error::GroupError;
pub use fence::Fence;
pub use handle::{Group, Note, TooLong};
pub use members::GroupMembers;
pub use options::GroupOptions;
pub use report::{Balancer, Report};
pub use view::{Other, View};
pub use words::{Card, NodeId, Phase, Said, Stance, Term, Vote};

use node::Shared;
