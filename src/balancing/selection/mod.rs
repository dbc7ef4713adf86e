//! The policy around an algorithm: which members it may choose from, and what is done when there are none.
//!
//! A [`Balancer`] chooses for one cluster. Members that are open, available and not yet tried come first; members that just
//! became ready get a growing share; when failures keep all away, the one that comes back soonest is tried as a last resort.

mod balancer;
mod candidates;
mod slow_start;
#[cfg(test)]
mod tests;

pub use balancer::{Attempt, Balancer, Choice, Settings};
