//! `loadbalance` endpoints (endpoints.md §5.1), without sessions and with ([`sticky`]).

mod algorithm;
mod least_connections;
mod round_robin;
mod sticky;
#[cfg(test)]
mod tests;
mod weighted;

pub use algorithm::Algorithm;
pub use sticky::StickyLoadBalanceEndpoint;

use sinew_core::mediation::{Endpoint, Exchange, FaultHandler, SendFuture};

use super::composite::{Composite, CompositeSettings};

/// Sends to one of its endpoints after the other.
pub struct LoadBalanceEndpoint {
    composite: Composite,
    algorithm: Algorithm,
}

impl LoadBalanceEndpoint {
    /// Several endpoints, and how one of them is chosen.
    pub fn new(settings: CompositeSettings, algorithm: Algorithm) -> Self {
        Self { composite: Composite::new(settings), algorithm }
    }
}

impl Endpoint for LoadBalanceEndpoint {
    fn name(&self) -> &str {
        self.composite.name()
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.composite.on_error()
    }

    fn is_ready(&self) -> bool {
        self.composite.is_ready()
    }

    fn changes_message(&self) -> bool {
        self.composite.changes_message()
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(async move {
            let count = self.composite.children().len();
            // Held while the child is sent to, for algorithms that look at how busy each is.
            let mut busy = None;
            let choose = |tried: &[usize]| {
                let index = self.algorithm.choose(count, |index| self.composite.is_free(index, tried))?;
                busy = self.algorithm.occupy(index);
                Some(index)
            };
            let outcome = self.composite.send(exchange, choose).await;
            drop(busy);
            outcome
        })
    }
}
