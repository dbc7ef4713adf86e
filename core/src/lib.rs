//! The pure heart of Sinew.
//!
//! Nothing here opens a socket or a file, and nothing reads a clock of its own. The modules are floors: each knows
//! only those above it in this list.

pub mod config;
pub mod diagnostics;
pub mod digits;
pub mod expression;
pub mod mediation;
pub mod message;
pub mod xml;
