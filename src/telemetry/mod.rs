//! What the process tells about itself: metrics, the access log, the application log.
//!
//! - [`names`] holds every name, so that dashboards and tests can rely on them.
//! - [`metrics`] counts. Handles are made when something is deployed; a request only touches atomics through them.
//! - [`access_log`] writes one record for each exchange.
//! - [`log`] writes what `tracing` events say.

pub mod names;

pub mod access_log;
pub mod log;
pub mod metrics;

mod clock;
mod escape;
mod shards;

pub(crate) use clock::rfc3339;
