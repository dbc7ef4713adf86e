//! What mediation sees of the world around it, as traits, so that this floor does no IO and reads no clock.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{Exchange, Fault, SequenceReference, Step};
use crate::expression::Surroundings;
use crate::message::{Body, Message};

/// What the deployed configuration offers to messages by name.
pub trait Environment: Surroundings + Send + Sync {
    /// A sequence by a key computed from the message.
    fn sequence(&self, key: &str) -> SequenceReference;
    /// An endpoint by a key computed from the message.
    fn endpoint(&self, key: &str) -> Option<Arc<dyn Endpoint>>;
    /// The endpoint that sends to the address in `To`: `send` without an endpoint.
    fn default_endpoint(&self) -> Arc<dyn Endpoint>;
}

/// A compiled endpoint, as `send` sees it: the type-erased outside of a stack of tower layers.
pub trait Endpoint: Send + Sync {
    /// Its name; anonymous endpoints are named by where they stand.
    fn name(&self) -> &str;
    /// The `onError` sequence of the endpoint, pushed below it on the fault stack.
    fn on_error(&self) -> Option<&super::FaultHandler> {
        None
    }
    /// Whether it can be sent to now: not suspended, not switched off, and not without its definition. Who chooses among
    /// endpoints asks before; who sends to one that is not ready gets a fault (endpoints.md §3.1).
    fn is_ready(&self) -> bool {
        true
    }
    /// Whether sending sets headers or properties of the message, so that who tries another endpoint after a failure
    /// must put back what was there.
    fn changes_message(&self) -> bool {
        false
    }
    /// Sends the exchange's message and waits for the head of the answer.
    ///
    /// The message is lent: its payload is taken, the rest is needed again for the answer or the fault handlers.
    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a>;
}

/// The answer of an endpoint, or why there is none.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Fault>> + Send + 'a>>;

/// Sees each mediator before and after it ran; used for transcripts, absent on live traffic.
pub trait Observer: Send {
    /// A mediator is about to run.
    fn before(&mut self, step: &Step, message: &Message);
    /// A mediator has run.
    fn after(&mut self, step: &Step, message: &Message, fault: Option<&Fault>);
    /// Something was written to the mediation log.
    fn logged(&mut self, level: &str, text: &str);
}
