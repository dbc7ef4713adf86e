//! The instances that were launched for a cluster, and what became of each: one state machine, which one owner drives
//! (elastic-load-balancer.md §4.6 "new accounting", W22, W42).
//!
//! What happens comes as [`Event`]s, in any order, late, or more than once; the number of pending instances is the number of
//! records in that state and cannot leak. What is to be done comes out as [`Action`]s. Time is an argument, counted from any
//! origin, the same for all calls.
//!
//! ```text
//!  launch ──▶ Pending ──joined──▶ Running ──terminate──▶ Terminating ──left, gone──▶ (removed)
//!               │ refused, gone ▶ (removed)  │ left            │ too late
//!               │ too late                   ▼                 ▼
//!               └──────▶ Abandoned ──────▶ Orphan ◀────────────┘
//!                          │ ended ▶ (removed)    refused 3 times
//! ```

mod record;

mod actions;
mod event;

mod machine;
mod matching;

mod listing;
mod members;
mod overdue;
mod termination;

#[cfg(test)]
mod tests;

pub use actions::{Action, Alarm, Termination};
pub use event::{Event, MemberFacts};
pub use listing::Listed;
pub use machine::Instances;
pub use record::{InstanceName, LaunchId, Record, State};
