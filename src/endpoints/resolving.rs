//! Endpoints that are found by a key computed for each message (endpoints.md §8.2).

use std::sync::Arc;

use sinew_core::expression::Expression;
use sinew_core::mediation::{Endpoint, ErrorCode, Exchange, Fault, FaultHandler, Retry, SendFuture};

/// How many may lead to one another; a circle must end.
const DEPTH: u8 = 16;

/// Sends to the endpoint that an expression names.
pub struct ResolvingEndpoint {
    name: Arc<str>,
    on_error: Option<FaultHandler>,
    key: Expression,
}

impl ResolvingEndpoint {
    /// An endpoint for a key expression.
    pub fn new(name: Arc<str>, on_error: Option<FaultHandler>, key: Expression) -> Self {
        Self { name, on_error, key }
    }

    fn find(&self, exchange: &Exchange) -> Result<Arc<dyn Endpoint>, Fault> {
        let key = self.key.string(exchange.scope())?.unwrap_or_default();
        let key = key.trim();
        let missing = || {
            let reason = format!("Couldn't find the endpoint with the key \"{key}\"");
            Fault::endpoint(ErrorCode::INDIRECT_NOT_READY, reason, Retry::NotSent)
        };
        if key.is_empty() {
            return Err(missing());
        }
        exchange.environment.endpoint(key).ok_or_else(missing)
    }
}

impl Endpoint for ResolvingEndpoint {
    fn name(&self) -> &str {
        &self.name
    }

    fn on_error(&self) -> Option<&FaultHandler> {
        self.on_error.as_ref()
    }

    fn changes_message(&self) -> bool {
        // Any endpoint may be the one.
        true
    }

    fn send<'a>(&'a self, exchange: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(async move {
            if self.key.needs_payload() {
                exchange.read_payload().await?;
            }
            let endpoint = self.find(exchange)?;
            if exchange.resolved_endpoints == DEPTH {
                let reason = format!("the endpoint \"{}\" leads back to itself", self.name);
                return Err(Fault::mediation(reason));
            }
            exchange.resolved_endpoints += 1;
            let outcome = endpoint.send(exchange).await;
            exchange.resolved_endpoints = exchange.resolved_endpoints.saturating_sub(1);
            if outcome.is_err()
                && let Some(handler) = endpoint.on_error()
            {
                exchange.faults.push(handler.clone());
            }
            outcome
        })
    }
}
