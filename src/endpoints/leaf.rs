//! What address and default endpoints share: properties, composition, the call, and its faults.

use std::sync::Arc;

use http::header::HeaderName;
use sinew_core::config::endpoint::{EndpointProperty, PropertyTarget, ResponseAction, SendingDefinition};
use sinew_core::expression::Scope;
use sinew_core::mediation::{ErrorCode, Exchange, Fault, FaultHandler};
use sinew_core::message::Body;
use tower::{Layer, Service};

use super::client::{Call, Client};
use super::content;
use super::outcome::{Outcome, OutcomeLayer};
use super::request::{self, RequestPolicy, header_value};
use super::uri::{self, Place};
use crate::telemetry::metrics::EndpointMetrics;
use crate::transport::http::client::Timeouts;

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
}

/// Marks an answer to a request that was sent in another form than the client's, by the endpoint's `format`: the client
/// is owed the answer in its own (message-and-expressions.md §1.1).
#[derive(Clone, Copy, Debug)]
pub struct OtherDialect;

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

    /// The endpoint's name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What runs when sending fails.
    pub fn on_error(&self) -> Option<&FaultHandler> {
        self.settings.on_error.as_ref()
    }

    /// Sends the message to a place, with the suffix if the exchange is REST.
    pub async fn send(&self, exchange: &mut Exchange, place: &Place) -> Result<http::Response<Body>, Fault> {
        self.apply_properties(exchange)?;
        let format = self.settings.sending.format;
        if content::must_read(&exchange.message, format) {
            exchange.read_payload().await?;
        }
        let message = &mut exchange.message;
        let suffix = if content::has_suffix(message, format) { message.rest_suffix() } else { "".into() };
        let path = uri::join(&place.path, &suffix).map_err(|error| Fault::mediation(error.to_string()))?;
        let request = request::compose(message, place, path, format, &self.settings.policy).await?;
        let call = Call { target: place.target.clone(), request, timeouts: self.timeouts };
        let mut response = self.stack.clone().call(call).await.map_err(|fault| self.discarded(fault))?;
        if content::changes_dialect(&exchange.message, format) {
            response.extensions_mut().insert(OtherDialect);
        }
        Ok(response)
    }

    /// `discard`: the time-out is not for fault handlers (endpoints.md §2.3); the dispatcher answers 504 itself.
    fn discarded(&self, fault: Fault) -> Fault {
        let timed_out =
            fault.code == ErrorCode::CONNECTION_TIMEOUT && self.settings.sending.timeout.is_some();
        let discard = self.settings.sending.response_action == ResponseAction::Discard;
        Fault { unhandled: timed_out && discard, ..fault }
    }

    fn apply_properties(&self, exchange: &mut Exchange) -> Result<(), Fault> {
        if let Some(encoding) = &self.settings.sending.encoding {
            exchange.message.axis2.set("CHARACTER_SET_ENCODING", &**encoding);
        }
        for property in &self.settings.properties {
            let message = &mut exchange.message;
            let scope = Scope { message, surroundings: &*exchange.environment };
            let text = property.value.string(scope).map_err(|error| Fault::mediation(error.to_string()))?;
            let Some(text) = text.map(|text| text.into_owned()) else { continue };
            match property.target {
                PropertyTarget::Default => message.properties.set(property.name.clone(), text),
                PropertyTarget::Axis2 => message.axis2.set(property.name.clone(), text),
                PropertyTarget::Transport => {
                    let name = HeaderName::try_from(&*property.name)
                        .map_err(|_| Fault::mediation(format!("{} is no header name", property.name)))?;
                    let value = header_value(name.as_str(), &text)?;
                    message.headers.insert(name, value);
                }
            }
        }
        Ok(())
    }
}
