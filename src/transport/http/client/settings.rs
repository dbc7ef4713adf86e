//! Limits and times of the sending side, each with its unit and default.

use std::sync::Arc;
use std::time::Duration;

/// How connections to members are made, kept and limited.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Connections to one target that may wait without work, per worker thread. Default 100.
    pub max_idle_per_target: usize,
    /// Connections to one target at a time, per worker thread; `None` is no limit (the default).
    /// A request over the limit waits for a connection, at most for its connect time-out.
    pub max_connections_per_target: Option<usize>,
    /// Requests that may wait for a connection to one target, per worker thread. Default 1024.
    pub max_waiting_per_target: usize,
    /// A connection that has waited this long without work is closed. Default 60 s.
    pub idle_time: Duration,
    /// A connection older than this is not used again; `None` is no limit (the default).
    pub life_time: Option<Duration>,
    /// The longest pause within the body of an answer. Default 60 s.
    pub body_idle: Duration,
    /// The longest time a member may refuse to take bytes while a request is being sent. Default 60 s.
    pub write_stall: Duration,
    /// Limits on the head of an answer.
    pub response: crate::transport::http::framing::ResponseLimits,
    /// How `https` targets are met; `None` refuses them with a TLS error.
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// Read buffer and unsent bytes per connection, in bytes, at least 8192. Default 48 KiB.
    pub max_buffer: usize,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            max_idle_per_target: 100,
            max_connections_per_target: None,
            max_waiting_per_target: 1024,
            idle_time: Duration::from_secs(60),
            life_time: None,
            body_idle: Duration::from_secs(60),
            write_stall: Duration::from_secs(60),
            response: crate::transport::http::framing::ResponseLimits::default(),
            tls: None,
            max_buffer: 48 * 1024,
        }
    }
}

/// The time-outs of one exchange with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From asking for a connection to having one, name resolution and TLS included. Default 10 s.
    pub connect: Duration,
    /// From the last byte of the request that the member took to the head of its answer. Default 60 s.
    pub response: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), response: Duration::from_secs(60) }
    }
}
