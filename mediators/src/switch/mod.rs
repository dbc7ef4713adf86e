//! `<switch source="…">`: runs the first case whose expression matches the source (mediators.md §4.2).
//!
//! ```xml
//! <switch source="get-property('ERROR_CODE')">
//!   <case regex="101504"><property name="HTTP_SC" value="504" scope="axis2"/></case>
//!   <default><property name="HTTP_SC" value="500" scope="axis2"/></default>
//! </switch>
//! ```
//!
//! Reads the payload only when the source does.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::Switch;
