//! Asking for a message to be sent.

use std::sync::Arc;

use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Endpoint, Exchange, Fault, Flow, Mediate, Recipient};

use crate::parts::recipient;

/// Hands the message to an endpoint or back to the client.
pub(super) struct Sender {
    pub(super) endpoint: Option<Arc<dyn Endpoint>>,
    pub(super) receive: Option<ValueSource>,
}

impl Mediate for Sender {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let to = match &self.endpoint {
            Some(endpoint) => self.endpoint(endpoint.clone(), exchange)?,
            None if exchange.message.is_response() => Recipient::Client,
            None => self.endpoint(exchange.default_endpoint(), exchange)?,
        };
        exchange.deliver(to);
        Ok(Flow::Continue)
    }
}

impl Sender {
    /// An endpoint as recipient, with the sequence that `receive` names.
    fn endpoint(&self, endpoint: Arc<dyn Endpoint>, exchange: &mut Exchange) -> Result<Recipient, Fault> {
        let named = match &self.receive {
            None => None,
            Some(ValueSource::Literal(key)) => Some(key.clone()),
            Some(computed) => computed.string(exchange.scope())?.map(Arc::from),
        };
        Ok(recipient(endpoint, named, exchange))
    }
}
