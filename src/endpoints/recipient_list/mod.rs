//! `recipientlist` endpoints (endpoints.md §5.3).

mod computed;
mod member;

pub use computed::ComputedRecipients;
pub use member::MemberEndpoint;

use std::sync::Arc;

use bytes::Bytes;
use sinew_core::config::endpoint::EndpointProperty;
use sinew_core::mediation::{Endpoint, ErrorCode, Exchange, Fault, FaultHandler, Retry, SendFuture};
use sinew_core::message::{Body, Payload};
use tokio::sync::mpsc;

use super::client::Client;
use super::states::Turn;
use super::{properties, request};

/// Sends a copy of the message to each recipient that is ready. The first answer goes back; the other recipients get the
/// whole message all the same.
pub struct RecipientListEndpoint<C>(RecipientListSettings<C>);

/// What a recipient list is made from.
pub struct RecipientListSettings<C> {
    /// The name, or the address in the configuration of an anonymous endpoint.
    pub name: Arc<str>,
    /// Runs when sending fails.
    pub on_error: Option<FaultHandler>,
    /// Set on the message at each send.
    pub properties: Vec<EndpointProperty>,
    /// Who gets a copy.
    pub recipients: Recipients<C>,
    /// Keeps the list in sight of people: nobody's turn comes first.
    pub turn: Arc<Turn>,
}

/// Who gets a copy.
pub enum Recipients<C> {
    /// These.
    Fixed(Vec<Arc<dyn Endpoint>>),
    /// Those whose addresses are computed for each message.
    Computed(ComputedRecipients<C>),
}

impl<C: Client> RecipientListEndpoint<C> {
    /// An endpoint for recipients.
    pub fn new(settings: RecipientListSettings<C>) -> Self {
        Self(settings)
    }

    async fn deliver(&self, exchange: &mut Exchange) -> Result<http::Response<Body>, Fault> {
        properties::apply(&self.0.properties, exchange).await?;
        let mut ready = match &self.0.recipients {
            Recipients::Fixed(endpoints) => endpoints.clone(),
            Recipients::Computed(computed) => computed.recipients(exchange).await?,
        };
        let count = ready.len();
        ready.retain(|endpoint| endpoint.is_ready());
        if let [only] = &*ready {
            exchange.message.properties.set(SEQUENCE, format!("0/{count}"));
            let outcome = only.send(exchange).await;
            if outcome.is_err()
                && let Some(handler) = only.on_error()
            {
                exchange.faults.push(handler.clone());
            }
            return outcome;
        }
        let bytes = match std::mem::take(&mut exchange.message.payload) {
            Payload::Stream(body) => Some(request::collect(body, exchange.payload_limit).await?),
            other => {
                exchange.message.payload = other;
                None
            }
        };
        let (sender, mut outcomes) = mpsc::channel(ready.len().max(1));
        for (number, endpoint) in ready.into_iter().enumerate() {
            let mut copy = copy(exchange, bytes.as_ref());
            copy.message.properties.set(SEQUENCE, format!("{number}/{count}"));
            let sender = sender.clone();
            // On its own, so that it goes on when the first answer is on its way back.
            tokio::spawn(async move {
                let outcome = send(copy, &*endpoint).await;
                // Nobody waits any more once there was an answer.
                let _ = sender.send(outcome).await;
            });
        }
        drop(sender);
        let mut fault = None;
        while let Some(outcome) = outcomes.recv().await {
            match outcome {
                Ok(response) => return Ok(response),
                Err(failed) => fault = Some(fault.unwrap_or(failed)),
            }
        }
        Err(fault.unwrap_or_else(|| {
            let fault = Fault::endpoint(ErrorCode::NONE_READY, "no recipient is ready", Retry::NotSent);
            fault.detail(format!("endpoint {}", self.0.name))
        }))
    }
}

/// The property that tells the copies apart.
const SEQUENCE: &str = "MESSAGE_SEQUENCE";

/// An exchange of its own for one recipient; a payload in memory is shared.
fn copy(exchange: &mut Exchange, bytes: Option<&Bytes>) -> Exchange {
    let mut copy = Exchange::new(exchange.message.split_off(), exchange.environment.clone());
    if let Some(bytes) = bytes {
        copy.message.payload = Payload::Stream(Body::full(bytes.clone()));
    }
    copy.parameters = exchange.parameters.clone();
    copy.payload_limit = exchange.payload_limit;
    copy.resolved_endpoints = exchange.resolved_endpoints;
    copy
}

/// Sends one copy. A failure is that recipient's own: its handler runs on the copy.
async fn send(mut copy: Exchange, endpoint: &dyn Endpoint) -> Result<http::Response<Body>, Fault> {
    let outcome = endpoint.send(&mut copy).await;
    if let Err(fault) = &outcome {
        tracing::warn!(
            target: "endpoints",
            endpoint = endpoint.name(),
            code = fault.code.0,
            detail = fault.detail.as_deref().unwrap_or_default(),
            "a recipient could not be sent to"
        );
        if let Some(handler) = endpoint.on_error() {
            copy.faults.push(handler.clone());
            // What the handler sends goes nowhere: the answer to the client is that of another copy.
            let _ = copy.handle_fault(fault.clone()).await;
        }
    }
    outcome
}

impl<C: Client> Endpoint for RecipientListEndpoint<C> {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.0.on_error.as_ref()
    }

    fn is_ready(&self) -> bool {
        match &self.0.recipients {
            Recipients::Fixed(endpoints) => endpoints.iter().any(|endpoint| endpoint.is_ready()),
            Recipients::Computed(_) => true,
        }
    }

    fn changes_message(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(self.deliver(exchange))
    }
}
