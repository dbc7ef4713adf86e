//! Limits and times of the receiving side, each with its unit and default.

use std::time::Duration;

use crate::transport::http::framing::RequestLimits;

/// How client connections are treated.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Limits on requests.
    pub limits: RequestLimits,
    /// From the first byte of a request to the end of its head; over it 408 and close. Default 30 s.
    pub head_time: Duration,
    /// How long a connection may wait for a request; then it is closed silently
    /// (http-transport.md case 73). Default 60 s.
    pub idle_time: Duration,
    /// The longest pause within the body of a request. Default 60 s.
    pub body_idle: Duration,
    /// The longest time a client may refuse to take bytes of an answer; then it is reset. Default 60 s.
    pub write_stall: Duration,
    /// Unread bytes of a request body that are read and discarded so that the connection can be kept.
    /// Default 64 KiB.
    pub drain_bytes: u64,
    /// How long reading goes on after a connection was closed with a request unread, so that its client sees
    /// the answer instead of a reset. Default 2 s.
    pub linger_time: Duration,
    /// From accepting an encrypted connection to the end of the handshake. Default 10 s.
    pub handshake_time: Duration,
    /// The room for one read from a connection grows up to this, in bytes, at least 8192. Default 48 KiB.
    pub max_buffer: usize,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            limits: RequestLimits::default(),
            head_time: Duration::from_secs(30),
            idle_time: Duration::from_secs(60),
            body_idle: Duration::from_secs(60),
            write_stall: Duration::from_secs(60),
            drain_bytes: 64 * 1024,
            linger_time: Duration::from_secs(2),
            handshake_time: Duration::from_secs(10),
            max_buffer: 48 * 1024,
        }
    }
}
