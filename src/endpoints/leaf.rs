//! What the endpoints share that send themselves: properties, composition, the call, its faults, and their state.

use std::sync::Arc;

use http::Method;
use http::uri::PathAndQuery;
use sinew_core::config::endpoint::{EndpointProperty, ResponseAction, SendingDefinition};
use sinew_core::mediation::{ErrorCode, Exchange, Fault, FaultHandler, FaultSource, Retry};
use sinew_core::message::Body;
use tower::{Layer, Service};

use super::client::{Call, Client};
use super::content;
use super::outcome::{Outcome, OutcomeLayer};
use super::properties;
use super::request::{self, RequestPolicy};
use super::retry;
use super::states::EndpointState;
use super::uri::{self, Place};
use crate::telemetry::metrics::EndpointMetrics;
use crate::transport::http::client::{Target, Timeouts};

/// What a leaf endpoint is made from besides its address.
#[derive(Clone, Debug)]
pub struct LeafSettings {
    /// The name, or the address in the configuration of an anonymous endpoint.
    pub name: Arc<str>,
    /// Runs when sending fails.
    pub on_error: Option<FaultHandler>,
    /// Set on the message at each send.
    pub properties: Vec<EndpointProperty>,
    /// How to send.
    pub sending: SendingDefinition,
    /// The transport's time-outs; the endpoint's own response time-out wins.
    pub timeouts: Timeouts,
    /// What the settings say about headers.
    pub policy: Arc<RequestPolicy>,
    /// Where its outcomes are counted.
    pub metrics: Arc<EndpointMetrics>,
    /// Whether it can be sent to. Without one it always can: who chooses where to send keeps the state then.
    pub state: Option<Arc<EndpointState>>,
}

/// Marks an answer to a request that was sent in another form than the client's, by the endpoint's `format`: the client
/// is owed the answer in its own (message-and-expressions.md §1.1).
#[derive(Clone, Copy, Debug)]
pub struct OtherDialect;

/// How one request is sent.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    /// Replaces the message's own method.
    pub(super) method: Option<&'a Method>,
    /// Learns how it went.
    pub(super) state: Option<&'a EndpointState>,
    /// How long to wait.
    pub(super) timeouts: Timeouts,
}

/// The sending part of an endpoint: a tower stack over a client.
pub struct Leaf<C> {
    settings: LeafSettings,
    stack: Outcome<C>,
    timeouts: Timeouts,
}

impl<C: Client> Leaf<C> {
    /// Builds the stack.
    pub fn new(settings: LeafSettings, client: C) -> Self {
        // A time-out without an action, or with `never`, leaves the waiting to the transport (endpoints.md §2.2).
        let own =
            settings.sending.timeout.filter(|_| settings.sending.response_action != ResponseAction::Never);
        let timeouts = Timeouts { response: own.unwrap_or(settings.timeouts.response), ..settings.timeouts };
        // Errors become faults and outcomes are counted right above the client: everything further out speaks of faults
        // only, and every attempt counts.
        let stack = OutcomeLayer::new(settings.name.clone(), settings.metrics.clone()).layer(client);
        Self { settings, stack, timeouts }
    }

    /// Whether addresses that only the client named may be sent to.
    pub(super) fn follows_client(&self) -> bool {
        self.settings.policy.client_addresses
    }

    /// The endpoint's name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What runs when sending fails.
    pub fn on_error(&self) -> Option<&FaultHandler> {
        self.settings.on_error.as_ref()
    }

    /// The state it shares with everybody who reaches it.
    pub(super) fn state(&self) -> Option<&EndpointState> {
        self.settings.state.as_deref()
    }

    /// Whether it can be sent to now.
    pub fn is_ready(&self) -> bool {
        self.state().is_none_or(EndpointState::is_ready)
    }

    /// Whether sending sets headers or properties of the message.
    pub fn changes_message(&self) -> bool {
        !self.settings.properties.is_empty() || self.settings.sending.encoding.is_some()
    }

    /// Sends the message to a place, with the suffix if the exchange is REST, unless the endpoint is not ready; its state
    /// learns how it went.
    pub async fn send(&self, exchange: &mut Exchange, place: &Place) -> Result<http::Response<Body>, Fault> {
        self.send_as(exchange, place, self.state()).await
    }

    /// The same for another state than the endpoint's own.
    pub(super) async fn send_as(
        &self,
        exchange: &mut Exchange,
        place: &Place,
        state: Option<&EndpointState>,
    ) -> Result<http::Response<Body>, Fault> {
        self.check_ready(state)?;
        self.prepare(exchange).await?;
        let message = &exchange.message;
        let has_suffix = content::has_suffix(message, self.settings.sending.format);
        let suffix = if has_suffix { message.rest_suffix() } else { "".into() };
        let path = uri::join(&place.path, &suffix).map_err(|error| Fault::mediation(error.to_string()))?;
        self.deliver(exchange, &place.target, path, self.manner(None, state)).await
    }

    /// Sends the message to a target with exactly this path and query, as it is. Whether the endpoint is ready does not
    /// matter, and its state learns nothing: this is for who chooses where to send, and keeps the state of that.
    pub async fn send_to(
        &self,
        exchange: &mut Exchange,
        target: &Target,
        path: PathAndQuery,
        timeouts: Timeouts,
    ) -> Result<http::Response<Body>, Fault> {
        self.prepare(exchange).await?;
        self.deliver(exchange, target, path, Manner { method: None, state: None, timeouts }).await
    }

    /// A fault, unless the endpoint whose state this is can be sent to (endpoints.md §3.1 step 1).
    pub(super) fn check_ready(&self, state: Option<&EndpointState>) -> Result<(), Fault> {
        let Some(state) = state.filter(|state| !state.is_ready()) else { return Ok(()) };
        state.refused();
        let message = format!("the endpoint is {}", state.view().state.as_str());
        let fault = Fault::endpoint(ErrorCode::ADDRESS_NONE_READY, message, Retry::NotSent);
        Err(fault.detail(format!("endpoint {}", self.settings.name)))
    }

    /// Sets the properties, and reads the payload if what is sent needs it in memory.
    pub(super) async fn prepare(&self, exchange: &mut Exchange) -> Result<(), Fault> {
        if let Some(encoding) = &self.settings.sending.encoding {
            exchange.message.axis2.set("CHARACTER_SET_ENCODING", &**encoding);
        }
        properties::apply(&self.settings.properties, exchange).await?;
        if content::must_read(&exchange.message, self.settings.sending.format) {
            exchange.read_payload().await?;
        }
        Ok(())
    }

    /// How the endpoint itself sends, unless it says otherwise.
    pub(super) fn manner<'a>(
        &self,
        method: Option<&'a Method>,
        state: Option<&'a EndpointState>,
    ) -> Manner<'a> {
        Manner { method, state, timeouts: self.timeouts }
    }

    /// Sends a message that is prepared.
    pub(super) async fn deliver(
        &self,
        exchange: &mut Exchange,
        target: &Target,
        path: PathAndQuery,
        Manner { method, state, timeouts }: Manner<'_>,
    ) -> Result<http::Response<Body>, Fault> {
        let sending = &self.settings.sending;
        let message = &mut exchange.message;
        let mut request =
            request::compose(message, target, path, sending.format, &self.settings.policy).await?;
        if let Some(method) = method {
            request::change_method(&mut request, method);
        }
        let method = request.method.clone();
        let call = Call { target, request, timeouts };
        match self.stack.clone().call(call).await {
            Ok(mut response) => {
                if let Some(state) = state {
                    state.succeeded(response.status());
                }
                if content::changes_dialect(&exchange.message, sending.format) {
                    response.extensions_mut().insert(OtherDialect);
                }
                Ok(response)
            }
            Err(fault) => {
                // What broke on the client's side says nothing about the endpoint.
                if let Some(state) = state.filter(|_| fault.source == FaultSource::Endpoint) {
                    state.failed(fault.code, fault.retry != Retry::NotSent);
                }
                let retry = retry::settled(fault.retry, fault.code.0, &method, &sending.retry);
                Err(self.discarded(Fault { retry, ..fault }))
            }
        }
    }

    /// `discard`: the time-out is not for fault handlers (endpoints.md §2.3); the dispatcher answers 504 itself.
    fn discarded(&self, fault: Fault) -> Fault {
        let timed_out =
            fault.code == ErrorCode::CONNECTION_TIMEOUT && self.settings.sending.timeout.is_some();
        let discard = self.settings.sending.response_action == ResponseAction::Discard;
        Fault { unhandled: timed_out && discard, ..fault }
    }
}
