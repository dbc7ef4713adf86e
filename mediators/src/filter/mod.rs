//! `<filter xpath="…">` or `<filter source="…" regex="…">`: runs mediators when a condition holds (mediators.md §4.1).
//!
//! ```xml
//! <filter source="$trp:Location" regex=".+">
//!   <then><log/></then>
//!   <else sequence="other"/>
//! </filter>
//! ```
//!
//! Without `<then>` the children are what runs when the condition holds. Reads the payload only when the condition does.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::Filter;
