//! The receiving side: a connection becomes calls of a [`Handler`].
//!
//! [`serve_connection`] drives one connection. Around hyper's HTTP/1 it puts the framing policy, time-outs for
//! every phase, answers for requests that are refused, closing that does not lose an answer, and draining.

mod activity;
mod connection;
mod exchange;
mod handler;
mod respond;
mod settings;
mod socket;
#[cfg(test)]
mod tests;

pub(super) use activity::Clock;
pub(super) use connection::serve_counted;
pub use connection::{Serving, serve_connection};
pub use handler::{ConnectionInfo, Handler, Scheme, TlsInfo};
pub use settings::ServerSettings;
