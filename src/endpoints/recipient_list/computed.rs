//! Recipients whose addresses are computed for each message.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use sinew_core::config::endpoint::SendingDefinition;
use sinew_core::expression::ValueSource;
use sinew_core::mediation::{Endpoint, Exchange, Fault, SendFuture};

use crate::endpoints::Leaf;
use crate::endpoints::address::parse;
use crate::endpoints::client::Client;
use crate::endpoints::states::EndpointState;
use crate::endpoints::uri::Place;
use crate::telemetry::metrics::EndpointMetrics;

/// A text with addresses in it, and what is known of those that were used last.
pub struct ComputedRecipients<C> {
    addresses: ValueSource,
    leaf: Arc<Leaf<C>>,
    metrics: Arc<EndpointMetrics>,
    capacity: usize,
    /// Used last at the end.
    known: Mutex<VecDeque<Known<C>>>,
}

type Known<C> = (Arc<str>, Arc<Recipient<C>>);

impl<C: Client> ComputedRecipients<C> {
    /// Recipients from a text; `leaf` sends to all of them, `capacity` of them are remembered.
    pub fn new(
        addresses: ValueSource,
        leaf: Leaf<C>,
        metrics: Arc<EndpointMetrics>,
        capacity: usize,
    ) -> Self {
        Self { addresses, leaf: Arc::new(leaf), metrics, capacity, known: Mutex::default() }
    }

    /// Those for a message, in the order of the text.
    pub(super) async fn recipients(&self, exchange: &mut Exchange) -> Result<Vec<Arc<dyn Endpoint>>, Fault> {
        if self.addresses.needs_payload() {
            exchange.read_payload().await?;
        }
        let text = self.addresses.string(exchange.scope())?.unwrap_or_default();
        let addresses = text.split(',').map(str::trim).filter(|address| !address.is_empty());
        addresses.map(|address| Ok(self.recipient(address)? as Arc<dyn Endpoint>)).collect()
    }

    fn recipient(&self, address: &str) -> Result<Arc<Recipient<C>>, Fault> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().position(|(name, _)| **name == *address);
        let entry = match found.and_then(|index| known.remove(index)) {
            Some(entry) => entry,
            None => {
                let place = parse(address)?;
                let state = EndpointState::new(&SendingDefinition::default(), self.metrics.clone());
                (Arc::from(address), Arc::new(Recipient { leaf: self.leaf.clone(), place, state }))
            }
        };
        let recipient = entry.1.clone();
        known.push_back(entry);
        while known.len() > self.capacity {
            known.pop_front();
        }
        Ok(recipient)
    }
}

/// One address, with a state of its own.
struct Recipient<C> {
    leaf: Arc<Leaf<C>>,
    place: Place,
    state: EndpointState,
}

impl<C: Client> Endpoint for Recipient<C> {
    fn name(&self) -> &str {
        self.leaf.name()
    }

    fn is_ready(&self) -> bool {
        self.state.is_ready()
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(self.leaf.send_as(exchange, &self.place, Some(&self.state)))
    }
}
