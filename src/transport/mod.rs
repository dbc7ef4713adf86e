//! How bytes get in and out: listeners, TLS, HTTP on both sides, and the threads they live on.
//!
//! The transport knows messages only as [`::http::Request`] and [`::http::Response`] with a streaming
//! [`sinew_core::message::Body`]. It knows nothing of mediation, configuration files or clusters.
//!
//! - [`threads`] starts one current-thread runtime per core, each with its own listeners.
//! - [`http::server`] turns a connection into calls of a [`http::server::Handler`].
//! - [`http::client`] sends requests through pools of connections that never leave their thread.
//! - [`http::framing`] is the policy: what is refused, what is rewritten, what is never forwarded.
//! - [`tls`] makes the settings for both sides of an encrypted connection.
//! - [`entrance`] closes the listeners for a while.
//! - [`counters`] is what can be measured.

pub mod counters;
pub mod entrance;
pub mod http;
pub mod threads;
pub mod tls;

#[cfg(test)]
mod tests;
