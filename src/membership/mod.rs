//! How members are learnt of, let in, and lost (elastic-load-balancer.md §5).
//!
//! A [`Scheme`] learns of members: from a file, from the members themselves, from their group. It runs on the background
//! runtime until what [`Membership::start`] gave is dropped, and tells its [`Feed`] what it learns as [`Event`]s. The feed
//! writes to the [`Directory`] of clusters, under the name of the scheme, and decides what that means for requests:
//!
//! - A member that joins gets no requests until all its ports have been open for the `admission_delay` of its cluster
//!   ([`Admission`], fix W17). Members are probed in parallel, as long as they are in the group.
//! - One that announces that it leaves gets no new clients, and goes when it has answered what it had.
//! - One that is lost gets no requests at once, and goes when it did not come back within the leave grace. While another
//!   scheme hears of it, it keeps its requests, and stays.
//! - One that comes and goes again and again waits longer each time ([`Damping`]).
//!
//! Several schemes may run at once (hybrid). What one added only it removes. When several speak of the same member, the
//! weightiest decides what it is like: [`Layer::Topology`] over operators over files, and among schemes the one whose name
//! comes last in the alphabet: `autoscaler`, `dns`, `file`, `kubernetes`, `multicast`, `registration`, `tribes`. So what members say of
//! themselves weighs more than what is said of them.
//!
//! [`Directory`]: crate::clusters::Directory
//! [`Layer::Topology`]: crate::clusters::Layer::Topology

mod scheme;

mod feed;
mod group;
mod socket;

#[cfg(feature = "dns")]
pub mod dns;
mod file;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
pub mod multicast;
mod registration;
#[cfg(feature = "tribes")]
pub mod tribes;

mod admission;
mod damping;
mod lifecycle;
mod ports;
mod values;

#[cfg(test)]
mod tests;

pub use admission::{Admission, Next};
pub use damping::Damping;
pub use feed::{Feed, Refused};
pub use file::MemberFile;
pub use group::{MemberRules, Membership, Started};
pub use lifecycle::{Lifecycle, Lifecycles};
pub use ports::{NetworkPorts, Ports};
pub use registration::{Announcement, Registrants, Registration, RegistrationError, RegistrationOptions};
pub use scheme::{Departure, Event, Scheme};
pub use socket::MulticastGroup;
pub use values::stated;
