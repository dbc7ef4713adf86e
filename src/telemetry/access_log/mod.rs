//! The access log: one record for each exchange when it ends or is cut off, also for refused requests
//! (operations.md §5.2).
//!
//! [`AccessLog::start`] starts the thread that writes. Worker threads put lines into a buffer of their own and never
//! wait for the destination: when it is too slow, records are left out and counted. An access log that is
//! [`off`](AccessLog::off) costs one comparison.

mod combined;
mod json;
mod record;
mod writer;

#[cfg(test)]
mod tests;

pub use record::{ExchangeRecord, Termination, TimeoutPhase, Times, TlsRecord};
pub use writer::{AccessLog, AccessLogThread, OpenDestination};
