//! The sending side: requests to members through pools of connections that never leave their thread.
//!
//! [`HttpClient::send`] takes a connection from the pool of its thread, or makes one, and returns when the head of the
//! answer is here. The body of the answer streams; at its end the connection goes back to the pool.

#![expect(clippy::vec_box, reason = "connections go from hand to hand, and a box is handed on for less")]

mod answer;
mod connect;
mod connection;
mod error;
mod exchange;
mod idle;
mod outgoing;
mod pool;
mod request;
mod send;
mod settings;
mod slots;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use error::{ClientError, Phase};
pub use outgoing::{HeaderEdits, Outgoing};
pub use settings::{ClientSettings, Timeouts};
pub use target::{Target, TargetError};

use crate::transport::counters::ClientCounters;

/// Sends requests to members. Cheap to clone, and usable from every thread.
#[derive(Clone)]
pub struct HttpClient(Arc<Inner>);

struct Inner {
    settings: ClientSettings,
    counters: Arc<ClientCounters>,
}

impl HttpClient {
    /// A client whose pools are empty.
    pub fn new(settings: ClientSettings) -> Self {
        Self(Arc::new(Inner { settings, counters: Arc::default() }))
    }

    /// What is counted over all threads and targets.
    pub fn counters(&self) -> &Arc<ClientCounters> {
        &self.0.counters
    }
}
