//! The autoscaler's judgement: how many instances a cluster shall have, and what is to be done about it
//! (elastic-load-balancer.md §4).
//!
//! Nothing here waits, reads a clock or talks to anybody, but for [`runtime`]. [`tick()`] takes what was seen of a cluster, and
//! gives what was decided, why, and what is to be done; the runtime does it, and [`simulation`] replays traces of traffic against
//! the very same functions.

mod decision;
mod sentences;

mod counts;
mod demand;
mod history;
mod schedule;

pub mod policy;
pub mod sanity;

pub mod choice;
pub mod instances;

mod tick;

pub mod runtime;
pub mod simulation;

#[cfg(test)]
mod tests;

pub use counts::Counts;
pub use decision::{Bar, Decision, Finding, Load, Measure, Obstacle, Reason, Verdict};
pub use demand::{Demand, Published, Token, of_all};
pub use history::{History, LoadAverages, Round};
pub use schedule::{first_tick, next_tick};
pub use tick::{ClusterState, Observation, Outcome, Rules, Standing, balancers, heal, tick};
