//! The life of an exchange: from a request to the answer its client gets (configuration.md §7, §8).
//!
//! One task runs it from first to last: find the service, run the in-flow, send, run the out-flow with the answer, reply.
//! Whatever happens, there is an answer.

mod exchange;
mod fallback;
mod inject;
mod reply;
mod service;

pub use exchange::{Account, serve, serve_sequence};
pub use inject::{Entrance, InjectError, inject};
pub use reply::ReplyPolicy;
pub use service::Service;

/// What dispatching takes from the settings.
#[derive(Clone, Debug)]
pub struct DispatchSettings {
    /// How answers are written.
    pub reply: ReplyPolicy,
    /// Bytes of a payload that may be collected for mediation.
    pub payload_limit: u64,
}

impl Default for DispatchSettings {
    fn default() -> Self {
        Self { reply: ReplyPolicy::default(), payload_limit: sinew_core::mediation::DEFAULT_PAYLOAD_LIMIT }
    }
}
