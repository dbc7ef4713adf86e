//! Asking for a message to be sent.

use std::sync::Arc;

use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Endpoint, Exchange, Fault, Flow, Mediate, Recipient};
use sinew_core::message::Value;

/// Hands the message to an endpoint or back to the client.
pub(super) struct Sender {
    pub(super) endpoint: Option<Arc<dyn Endpoint>>,
    pub(super) receive: Option<ValueSource>,
}

/// The property that names the sequence for the answer (mediators.md §3.4).
const RECEIVING_SEQUENCE: &str = "RECEIVING_SEQUENCE";

impl Mediate for Sender {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let to = match &self.endpoint {
            Some(endpoint) => self.endpoint(endpoint.clone(), exchange)?,
            None if exchange.message.is_response() => Recipient::Client,
            None => self.endpoint(exchange.environment.default_endpoint(), exchange)?,
        };
        exchange.deliver(to);
        Ok(Flow::Continue)
    }
}

impl Sender {
    /// An endpoint as recipient, with the sequence for its answer: `receive`, else what the property says (case 78 as
    /// in Apache Synapse). The property is used up, so that sequence does not see it (case 76).
    fn endpoint(&self, endpoint: Arc<dyn Endpoint>, exchange: &mut Exchange) -> Result<Recipient, Fault> {
        let named = match &self.receive {
            None => None,
            Some(ValueSource::Literal(key)) => Some(key.clone()),
            Some(computed) => computed.string(exchange.scope())?.map(Arc::from),
        };
        let properties = &mut exchange.message.properties;
        let set_before = properties.value(RECEIVING_SEQUENCE).map(Value::text).map(Arc::from);
        if set_before.is_some() {
            properties.remove(RECEIVING_SEQUENCE);
        }
        Ok(Recipient::Endpoint { endpoint, receive: named.or(set_before) })
    }
}
