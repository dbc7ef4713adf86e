//! Where messages of tasks go in.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sinew_core::message::Message;

use super::TaskError;

/// Mediates messages with the configuration in service.
pub trait Inject: Send + Sync + 'static {
    /// Mediates a message to its end, answers of endpoints included. Nobody waits for an answer to it.
    fn inject(&self, injection: Injection) -> InjectFuture<'_>;

    /// What a local entry holds; `None` when there is none with this key.
    fn local_entry(&self, key: &str) -> Option<String>;
}

/// The mediation of a message. It fails when there is no such door, and with the fault that the message ended in.
pub type InjectFuture<'a> = Pin<Box<dyn Future<Output = Result<(), TaskError>> + Send + 'a>>;

/// A message, and where it goes in.
#[derive(Debug)]
pub struct Injection {
    /// The message, a request that no listener received.
    pub message: Message,
    /// Where it goes in.
    pub door: Door,
}

/// Where a message goes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// The main sequence.
    Main,
    /// The sequence with this key; answers go to the main sequence, unless `send` names another.
    Sequence(Arc<str>),
    /// The proxy service with this name.
    Proxy(Arc<str>),
}
