//! What is learned of members.

use crate::clusters::{ClusterKey, MemberDefinition};

use super::wire::Identity;

/// A change of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A member is there that was not, or a new start of one that was.
    Joined(Announced),
    /// A member says something new of itself.
    Updated(Announced),
    /// A member is no longer there.
    Left(Announced, Departure),
}

/// A member as it announced itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Which start of which node it is.
    pub identity: Identity,
    /// The cluster: the domain of its group, and the sub-domain of its properties.
    pub cluster: ClusterKey,
    /// What it says of itself.
    pub definition: MemberDefinition,
}

/// How it is known that a member is no longer there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// It said so.
    Shutdown,
    /// Nothing was heard of it for the drop time.
    Expired,
    /// It started anew at the same address, or says that it is of another cluster now.
    Replaced,
    /// It does not accept connections.
    Unreachable,
    /// It says something that cannot be believed or used.
    Unusable,
}
