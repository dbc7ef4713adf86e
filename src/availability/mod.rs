//! Whether something that failed may be tried again: the state machine of endpoints and of members (endpoints.md §3).
//!
//! [`Machine`] is the rules, pure and without a clock; [`Availability`] is one machine that many threads share, and that
//! costs a request that succeeds one read.

mod machine;
mod rules;
mod shared;
#[cfg(test)]
mod tests;

pub use machine::{Counts, Machine, Moment, State};
pub use rules::Rules;
pub use shared::{Availability, View};
