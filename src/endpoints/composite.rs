//! What the endpoints share that choose among others: attempts one after the other, and what comes back in the end
//! (endpoints.md §3.5, §5).

use std::sync::Arc;

use sinew_core::config::endpoint::EndpointProperty;
use sinew_core::mediation::{Endpoint, ErrorCode, Exchange, Fault, FaultHandler, Retry};
use sinew_core::message::Body;
use smallvec::SmallVec;

use super::properties::{self, Snapshot};
use super::replay::Replay;
use super::retry::{RetryBudget, may_retry};
use super::states::Turn;

/// What a composite endpoint is made from.
pub struct CompositeSettings {
    /// The name, or the address in the configuration of an anonymous endpoint.
    pub name: Arc<str>,
    /// Runs when sending fails.
    pub on_error: Option<FaultHandler>,
    /// Set on the message at each send.
    pub properties: Vec<EndpointProperty>,
    /// The endpoints in it, in their order.
    pub children: Vec<Arc<dyn Endpoint>>,
    /// Whose turn it is, as an earlier deployment left it.
    pub turn: Arc<Turn>,
    /// Whether another child is tried when one fails.
    pub failover: bool,
    /// How many bytes of a streaming payload are kept for another try; `None` takes what a message may have in memory.
    pub replay_limit: Option<usize>,
}

/// The children that were tried for a message.
pub(super) type Tried = SmallVec<[usize; 8]>;

/// Several endpoints as one.
pub(super) struct Composite {
    settings: CompositeSettings,
    budget: RetryBudget,
    /// Some child changes what the next one would send.
    needs_snapshot: bool,
}

impl Composite {
    pub(super) fn new(settings: CompositeSettings) -> Self {
        let needs_snapshot = settings.children.iter().any(|child| child.changes_message());
        Self { settings, budget: RetryBudget::default(), needs_snapshot }
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.name
    }

    pub(super) fn on_error(&self) -> Option<&FaultHandler> {
        self.settings.on_error.as_ref()
    }

    /// Ready when a child is (endpoints.md §5.1).
    pub(super) fn is_ready(&self) -> bool {
        self.settings.children.iter().any(|child| child.is_ready())
    }

    pub(super) fn changes_message(&self) -> bool {
        self.needs_snapshot || !self.settings.properties.is_empty()
    }

    pub(super) fn turn(&self) -> &Turn {
        &self.settings.turn
    }

    pub(super) fn children(&self) -> &[Arc<dyn Endpoint>] {
        &self.settings.children
    }

    /// Whether a child can be chosen for a message that was tried with these.
    pub(super) fn is_free(&self, index: usize, tried: &[usize]) -> bool {
        !tried.contains(&index) && self.settings.children.get(index).is_some_and(|child| child.is_ready())
    }

    /// Sends to one child after the other until one answers, each at most once (D1). `choose` gives the next, one that
    /// [is free](Composite::is_free), or `None` when there is none. The fault in the end is that of the last child that
    /// was sent to; 303000 when none was (endpoints.md §3.5).
    pub(super) async fn send(
        &self,
        exchange: &mut Exchange,
        mut choose: impl FnMut(&[usize]) -> Option<usize> + Send,
    ) -> Result<http::Response<Body>, Fault> {
        properties::apply(&self.settings.properties, exchange).await?;
        let mut tried = Tried::new();
        let Some(mut index) = choose(&tried) else { return Err(self.none_ready()) };
        let fails_over = self.settings.failover && self.settings.children.len() > 1;
        let replay = if fails_over { self.remember(exchange) } else { Replay::default() };
        let before = (fails_over && self.needs_snapshot).then(|| Snapshot::of(&exchange.message));
        let mut sent: Option<Fault> = None;
        loop {
            let Some(child) = self.settings.children.get(index) else { return Err(self.none_ready()) };
            let fault = match child.send(exchange).await {
                Ok(response) => return Ok(response),
                Err(fault) => fault,
            };
            // Its own handler stands before what this endpoint would do (endpoints.md §1.2).
            if let Some(handler) = child.on_error() {
                exchange.faults.push(handler.clone());
                return Err(fault);
            }
            tried.push(index);
            let was_sent = !fault.code.is_not_ready();
            let again = fails_over && may_retry(&fault, replay.is_possible(&exchange.message));
            tracing::debug!(
                target: "endpoints",
                endpoint = &*self.settings.name,
                child = child.name(),
                code = fault.code.0,
                again,
                "sending to a child failed"
            );
            if was_sent || sent.is_none() {
                sent = Some(fault);
            }
            let next = if again { choose(&tried) } else { None };
            match next {
                // Whoever was not sent to costs nobody anything.
                Some(next) if !was_sent || self.budget.take() => index = next,
                _ => break,
            }
            if !replay.restore(&mut exchange.message) {
                break;
            }
            if let Some(before) = &before {
                before.restore(&mut exchange.message);
            }
        }
        Err(sent.filter(|fault| !fault.code.is_not_ready()).unwrap_or_else(|| self.none_ready()))
    }

    /// Sends to this child and to no other.
    pub(super) async fn send_only(
        &self,
        exchange: &mut Exchange,
        index: usize,
    ) -> Result<http::Response<Body>, Fault> {
        properties::apply(&self.settings.properties, exchange).await?;
        let Some(child) = self.settings.children.get(index) else { return Err(self.none_ready()) };
        let outcome = child.send(exchange).await;
        if outcome.is_err()
            && let Some(handler) = child.on_error()
        {
            exchange.faults.push(handler.clone());
        }
        outcome
    }

    /// Keeps the payload for another try.
    fn remember(&self, exchange: &mut Exchange) -> Replay {
        self.budget.count_request();
        let limit = self.settings.replay_limit.unwrap_or_else(|| {
            // Beyond what the machine can address nothing can be kept anyway.
            usize::try_from(exchange.payload_limit).unwrap_or(usize::MAX)
        });
        Replay::remember(&mut exchange.message, limit)
    }

    pub(super) fn none_ready(&self) -> Fault {
        let message = "no endpoint is ready to be sent to";
        let fault = Fault::endpoint(ErrorCode::NONE_READY, message, Retry::NotSent);
        fault.detail(format!("endpoint {}", self.settings.name))
    }
}
