//! Endpoints as recipients.

use std::sync::Arc;

use sinew_core::mediation::{Endpoint, Exchange, Recipient};
use sinew_core::message::Value;

/// The property that names the sequence for the answer (mediators.md §3.4).
const RECEIVING_SEQUENCE: &str = "RECEIVING_SEQUENCE";

/// An endpoint as recipient, with the sequence for its answer: the one given, else what the property says (case 78 as
/// in Apache Synapse). The property is used up, so that sequence does not see it (case 76).
pub(crate) fn recipient(
    endpoint: Arc<dyn Endpoint>,
    receive: Option<Arc<str>>,
    exchange: &mut Exchange,
) -> Recipient {
    let properties = &mut exchange.message.properties;
    let set_before = properties.value(RECEIVING_SEQUENCE).map(Value::text).map(Arc::from);
    if set_before.is_some() {
        properties.remove(RECEIVING_SEQUENCE);
    }
    Recipient::Endpoint { endpoint, receive: receive.or(set_before) }
}
