//! `failover` endpoints (endpoints.md §5.2).

use sinew_core::mediation::{Endpoint, Exchange, FaultHandler, SendFuture};

use super::composite::{Composite, CompositeSettings};

/// Sends to the first endpoint that is ready.
pub struct FailoverEndpoint {
    composite: Composite,
    /// Whether every message starts with the first child; else the one that worked last is kept.
    dynamic: bool,
}

impl FailoverEndpoint {
    /// Several endpoints in the order of preference. One that is not `dynamic` stays with the endpoint that it is at until
    /// that is not ready.
    pub fn new(settings: CompositeSettings, dynamic: bool) -> Self {
        Self { composite: Composite::new(settings), dynamic }
    }

    fn choose(&self, tried: &[usize]) -> Option<usize> {
        let mut free =
            (0..self.composite.children().len()).filter(|index| self.composite.is_free(*index, tried));
        if self.dynamic {
            return free.next();
        }
        let current = self.composite.turn();
        let kept = current.position();
        if self.composite.is_free(kept, tried) {
            return Some(kept);
        }
        let first = free.next()?;
        // One that was tried and is still ready stays the current one (endpoints.md §5.2).
        if self.composite.children().get(kept).is_none_or(|child| !child.is_ready()) {
            current.set(first);
        }
        Some(first)
    }
}

impl Endpoint for FailoverEndpoint {
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
        Box::pin(self.composite.send(exchange, |tried| self.choose(tried)))
    }
}
