//! The pure heart of Sinew.
//!
//! Nothing here opens a socket or a file, and nothing reads a clock of its own.

pub mod message;
