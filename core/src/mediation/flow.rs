//! What mediators are and what they say when they are done.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::{Exchange, Fault, Sequence};

/// How a list of mediators goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// With the next mediator.
    Continue,
    /// Not at all: the whole flow ends here, without a fault.
    Stop,
}

/// A mediator that never waits: it reads and changes the exchange and is done.
///
/// Runs of such mediators are plain calls in one loop ([`super::run`]).
pub trait Mediate: Send + Sync {
    /// Does its one thing to the message.
    ///
    /// # Errors
    /// A fault ends the flow and runs the innermost fault handler.
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault>;

    /// True for `drop`: it ends the flow and touches nothing that was asked to be sent before, so the message need
    /// not be copied for it.
    fn only_stops(&self) -> bool {
        false
    }
}

/// A mediator that waits for what is done elsewhere; meanwhile its thread serves other exchanges.
pub trait Wait: Send + Sync {
    /// Does its one thing to the message, or fails, as [`Mediate::mediate`] does.
    fn mediate<'a>(&'a self, exchange: &'a mut Exchange) -> WaitFuture<'a>;
}

/// How the list goes on after a mediator that waits.
pub type WaitFuture<'a> = Pin<Box<dyn Future<Output = Result<Flow, Fault>> + Send + 'a>>;

/// A mediator that decides which list of mediators runs next; the loop runs it in its own place.
pub trait Branch: Send + Sync {
    /// The list to run now; `None` goes on with the next mediator.
    ///
    /// # Errors
    /// A fault ends the flow and runs the innermost fault handler.
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault>;

    /// Goes on after a list chosen as [`Chosen::Turn`], with what became of it.
    ///
    /// # Errors
    /// As for [`Branch::choose`].
    fn resume(&self, turn: Turn, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        let _ = exchange;
        Ok((turn.flow == Flow::Stop).then_some(Chosen::Stop))
    }

    /// What it turned out to need of the payload when it was compiled, besides what its definition says.
    fn needs(&self) -> Needs {
        Needs::Nothing
    }
}

/// The end of a list that a [`Branch`] chose as [`Chosen::Turn`].
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The number that the branch gave it.
    pub number: usize,
    /// How it ended. A stop ends nothing else: the branch decides what it means.
    pub flow: Flow,
}

/// The list of mediators that a [`Branch`] chose.
pub enum Chosen<'a> {
    /// A list that was compiled into the branch.
    Own(&'a Sequence),
    /// A list that was found by a key computed from the message.
    Found(Arc<Sequence>),
    /// A list that was compiled into the branch, after which the branch goes on: [`Branch::resume`] is told the number.
    Turn(&'a Sequence, usize),
    /// No list: the flow ends here.
    Stop,
}

/// What a mediator needs of the payload before it can run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the payload may stay a stream.
    #[default]
    Nothing,
    /// The payload in memory, read by its content type.
    Payload,
    /// The same where it can be read; a payload that is not what it claims, or too large, is dropped. For mediators that
    /// replace the payload and keep what they can of it.
    PayloadIfReadable,
}
