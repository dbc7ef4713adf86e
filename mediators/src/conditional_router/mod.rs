//! `<conditionalRouter>`: tries routes in order and runs the targets of those whose condition holds (mediators.md §4.3).
//!
//! ```xml
//! <conditionalRouter continueAfter="true">
//!   <conditionalRoute breakRoute="false">
//!     <condition><equal type="header" source="x-tenant" value="acme"/></condition>
//!     <target sequence="acme"/>
//!   </conditionalRoute>
//! </conditionalRouter>
//! ```
//!
//! Every target gets the same message. A stop inside one ends that target only; what comes after the router is decided by
//! `continueAfter` alone. Reads the payload only when a condition of type `soap` does.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::ConditionalRouter;
