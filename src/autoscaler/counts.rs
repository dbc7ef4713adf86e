//! How many instances a cluster has.

use serde::Serialize;

/// The instances of a cluster, by what they are about (elastic-load-balancer.md §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// The members that are known, also those that are about to leave, but not those that should have left long ago.
    pub running: u32,
    /// Launched, and not yet a member.
    pub pending: u32,
    /// Chosen to leave, and still a member; they are among `running`.
    pub terminating: u32,
    /// Members that nobody may end: permanent ones, and those that a file names; they are among `running`.
    pub permanent: u32,
}

impl Counts {
    /// Those that are there or on their way.
    pub fn total(self) -> u32 {
        self.running.saturating_add(self.pending)
    }

    /// Those that stay.
    pub fn staying(self) -> u32 {
        self.running.saturating_sub(self.terminating)
    }
}
