//! Which provider launches the next instance, and which instance goes.

mod provider;
mod victim;

pub use provider::{ProviderRules, Turns, providers_for_launch};
pub use victim::{VictimRules, victims};
