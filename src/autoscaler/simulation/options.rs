//! What a simulation assumes of the world.

use std::time::Duration;

use super::trace::Column;

/// What is assumed where the configuration says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long an instance takes from its launch until it is a member.
    pub boot: Duration,
    /// How long an instance takes to leave when it is ended.
    pub leave: Duration,
    /// How many instances run at the beginning, the members that the file names included; `None` for the minimum.
    pub running: Option<u32>,
}

/// Why a trace cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    /// The policy measures something else.
    #[error("the policy \"{policy}\" needs the column \"{column}\", which the trace does not have")]
    Column {
        /// The policy.
        policy: String,
        /// What it measures.
        column: Column,
    },
    /// It would take too long.
    #[error("the trace is {ticks} ticks long, and a simulation may have {most} at most")]
    TooLong {
        /// How many ticks.
        ticks: u128,
        /// How many there may be.
        most: u128,
    },
    /// There would be too many instances.
    #[error("a simulation may begin with {most} instances at most")]
    TooMany {
        /// How many there may be.
        most: u32,
    },
}
