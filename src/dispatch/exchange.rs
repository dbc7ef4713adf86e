//! The flows of one exchange, and what was sent in them.

use std::sync::Arc;

use http::{Response, StatusCode};
use sinew_core::config::Transports;
use sinew_core::mediation::{
    Delivery, Endpoint, Environment, ErrorCode, Exchange, Fault, Flow, Observer, Recipient, Sequence,
    SequenceReference, run,
};
use sinew_core::message::{Body, Direction, Message, Payload, Value};

use super::{DispatchSettings, Service, fallback, reply};
use crate::compiler::{Deployed, ProxyService};
use crate::endpoints::OtherDialect;

/// What happened in an exchange besides its answer, for metrics and the access log.
#[derive(Default)]
pub struct Account {
    /// The endpoint that was sent to last.
    pub endpoint: Option<Arc<dyn Endpoint>>,
    /// How many requests were sent to endpoints.
    pub attempts: u32,
    /// The code of the last fault.
    pub fault: Option<ErrorCode>,
}

/// How often one exchange may be sent on: answers and fault handlers can send again, but not for ever.
const HOPS: u32 = 32;

/// Serves one request with the configuration given, and always has an answer.
pub async fn serve(
    deployed: &Arc<Deployed>,
    service: Service,
    message: Message,
    settings: &DispatchSettings,
    observer: Option<Box<dyn Observer>>,
    account: &mut Account,
) -> Response<Body> {
    if let Some(reason) = service.refusal(&message.received) {
        return fallback::answer(&message, StatusCode::INTERNAL_SERVER_ERROR, &reason, &settings.reply);
    }
    let mut exchange = exchange(deployed, message, settings, observer);
    Flows { deployed, service, first: None, settings, account, hops: 0 }.run(&mut exchange).await
}

/// Runs one request through a named sequence instead of a service, for `sinew mediate` and tests. Answers of endpoints
/// go back to the client unchanged, as for a proxy service without an out-sequence.
pub async fn serve_sequence(
    deployed: &Arc<Deployed>,
    key: &str,
    message: Message,
    settings: &DispatchSettings,
    observer: Option<Box<dyn Observer>>,
    account: &mut Account,
) -> Response<Body> {
    let service = Service::Proxy(Arc::new(ProxyService {
        name: key.into(),
        transports: Transports { http: true, https: true },
        started: true,
        in_sequence: Some(deployed.sequence(key)),
        out_sequence: None,
        fault: None,
        endpoint: None,
        metrics: deployed.main_metrics.clone(),
    }));
    let mut exchange = exchange(deployed, message, settings, observer);
    Flows { deployed, service, first: None, settings, account, hops: 0 }.run(&mut exchange).await
}

/// The exchange of a message that has arrived. It is close to a kilobyte, and stays where it is made.
pub(super) fn exchange(
    deployed: &Arc<Deployed>,
    message: Message,
    settings: &DispatchSettings,
    observer: Option<Box<dyn Observer>>,
) -> Exchange {
    let mut exchange = Exchange::new(message, deployed.clone());
    exchange.payload_limit = settings.payload_limit;
    exchange.observer = observer;
    exchange
}

/// The flows of one exchange.
pub(super) struct Flows<'a> {
    pub(super) deployed: &'a Arc<Deployed>,
    pub(super) service: Service,
    /// Runs on the request instead of the service's own sequence, when the message was injected there.
    pub(super) first: Option<SequenceReference>,
    pub(super) settings: &'a DispatchSettings,
    pub(super) account: &'a mut Account,
    pub(super) hops: u32,
}

impl Flows<'_> {
    /// The whole exchange.
    pub(super) async fn run(mut self, exchange: &mut Exchange) -> Response<Body> {
        if let (Service::Main, None) = (&self.service, &self.first) {
            exchange.balancer = self.deployed.balancer.clone();
        }
        let asked = self.request(exchange).await;
        self.settle(exchange, asked).await
    }

    /// The in-flow (configuration.md §8.2, §8.3).
    async fn request(&mut self, exchange: &mut Exchange) -> Result<(), Fault> {
        if let Some(first) = self.first.take() {
            // Not dispatched, and so not pre-mediated (mediators.md §2.10, `injectAsync`).
            self.push_fault_handler(exchange);
            run(found(&first)?, exchange).await?;
            return Ok(());
        }
        if self.pre_mediate(exchange).await? == Flow::Stop {
            return Ok(());
        }
        self.push_fault_handler(exchange);
        let Service::Proxy(proxy) = self.service.clone() else {
            run(&self.deployed.main, exchange).await?;
            return Ok(());
        };
        let flow = match &proxy.in_sequence {
            Some(reference) => run(found(reference)?, exchange).await?,
            None => Flow::Continue,
        };
        if flow == Flow::Continue
            && let Some(endpoint) = &proxy.endpoint
        {
            exchange.deliver(Recipient::Endpoint { endpoint: endpoint.clone(), receive: None });
        }
        Ok(())
    }

    /// The out-flow, for the answer of an endpoint or after `loopback` (configuration.md §8.4).
    async fn response(&mut self, exchange: &mut Exchange, receive: Option<Arc<str>>) -> Result<(), Fault> {
        exchange.faults.clear();
        exchange.parameters = None;
        if self.pre_mediate(exchange).await? == Flow::Stop {
            return Ok(());
        }
        self.push_fault_handler(exchange);
        if let Some(key) = receive {
            let reference = self.deployed.sequence(&key);
            run(found(&reference)?, exchange).await?;
            return Ok(());
        }
        let Service::Proxy(proxy) = self.service.clone() else {
            run(&self.deployed.main, exchange).await?;
            return Ok(());
        };
        match &proxy.out_sequence {
            Some(reference) => {
                run(found(reference)?, exchange).await?;
            }
            None => exchange.deliver(Recipient::Client),
        }
        Ok(())
    }

    async fn pre_mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        match &self.deployed.pre_mediate {
            Some(sequence) => run(sequence, exchange).await,
            None => Ok(Flow::Continue),
        }
    }

    fn push_fault_handler(&self, exchange: &mut Exchange) {
        let own = match &self.service {
            Service::Proxy(proxy) => proxy.fault.as_ref(),
            Service::Main => None,
        };
        exchange.faults.push(own.unwrap_or(&self.deployed.fault).clone());
    }

    /// Goes on until there is an answer: runs fault handlers, sends what was asked to be sent, runs the out-flow.
    async fn settle(&mut self, exchange: &mut Exchange, asked: Result<(), Fault>) -> Response<Body> {
        let mut outcome = asked;
        let mut failure: Option<Fault> = None;
        loop {
            if let Err(fault) = outcome {
                self.account.fault = Some(fault.code);
                self.service.metrics(self.deployed).fault(fault.code);
                let unhandled = fault.unhandled;
                if !unhandled {
                    // A fault that no handler is left for is answered for below, with the first one.
                    let _ = exchange.handle_fault(fault.clone()).await;
                }
                failure.get_or_insert(fault);
            }
            if std::mem::take(&mut exchange.loops_back) {
                outcome = self.response(exchange, None).await;
                continue;
            }
            let Some(delivery) = self.next_delivery(exchange) else {
                return self.unanswered(exchange, failure.as_ref());
            };
            if let Some(message) = delivery.message {
                exchange.message = *message;
            }
            exchange.parameters = delivery.parameters;
            let Recipient::Endpoint { endpoint, receive } = delivery.to else {
                match reply::write(exchange, &self.settings.reply).await {
                    Ok(response) => return response,
                    Err(fault) => {
                        outcome = Err(fault);
                        continue;
                    }
                }
            };
            self.hops += 1;
            if self.hops > HOPS {
                let reason = "the message was sent on too often";
                return fallback::answer(
                    &exchange.message,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    reason,
                    &self.settings.reply,
                );
            }
            if is_one_way(&exchange.message) {
                return self.send_one_way(exchange, endpoint);
            }
            outcome = match self.send(exchange, &endpoint).await {
                Ok(()) => {
                    failure = None;
                    self.response(exchange, receive).await
                }
                Err(fault) => Err(fault),
            };
        }
    }

    /// The next thing to send. When there are several, each gets its own message, and all but the first go their way
    /// without the client: it has one answer only.
    fn next_delivery(&self, exchange: &mut Exchange) -> Option<Delivery> {
        if exchange.deliveries.len() > 1 {
            if let Some(last) = exchange.deliveries.last_mut()
                && last.message.is_none()
            {
                last.message = Some(Box::new(exchange.message.split_off()));
            }
            for delivery in exchange.deliveries.drain(1..) {
                if let (Recipient::Endpoint { endpoint, .. }, Some(message)) = (delivery.to, delivery.message)
                {
                    let mut exchange = Exchange::new(*message, self.deployed.clone());
                    exchange.parameters = delivery.parameters;
                    tokio::spawn(send_and_forget(exchange, endpoint));
                }
            }
        }
        exchange.deliveries.pop()
    }

    /// Sends the message; on success it has become the answer.
    async fn send(&mut self, exchange: &mut Exchange, endpoint: &Arc<dyn Endpoint>) -> Result<(), Fault> {
        self.account.endpoint = Some(endpoint.clone());
        self.account.attempts += 1;
        if let Some(handler) = endpoint.on_error() {
            exchange.faults.push(handler.clone());
        }
        let response = endpoint.send(exchange).await?;
        let (parts, body) = response.into_parts();
        exchange.message.become_response(parts.status, parts.headers, Payload::from(body));
        match parts.extensions.get::<OtherDialect>() {
            Some(OtherDialect) => exchange.fit_answer().await,
            None => Ok(()),
        }
    }

    fn send_one_way(&mut self, exchange: &mut Exchange, endpoint: Arc<dyn Endpoint>) -> Response<Body> {
        self.account.endpoint = Some(endpoint.clone());
        self.account.attempts += 1;
        let accepted = fallback::accepted(&self.settings.reply);
        // The exchange goes its own way with its payload; what is left here is over.
        let message = exchange.message.split_off();
        let mut sent = std::mem::replace(exchange, Exchange::new(message, self.deployed.clone()));
        std::mem::swap(&mut sent.message, &mut exchange.message);
        tokio::spawn(send_and_forget(sent, endpoint));
        accepted
    }

    /// Nothing was sent to the client: 202 when all went well on the way in (configuration.md §8.5), else the status
    /// that fits the failure (http-transport.md §17 rule 6, configuration.md R7).
    fn unanswered(&self, exchange: &Exchange, failure: Option<&Fault>) -> Response<Body> {
        let message = &exchange.message;
        let policy = &self.settings.reply;
        match failure {
            Some(fault) => fallback::for_fault(message, fault, policy),
            None if message.direction == Direction::Response => {
                tracing::warn!(
                    target: "mediation",
                    service = self.service.name(),
                    "the out-flow ended without sending the response"
                );
                fallback::answer(
                    message,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the response was not sent on",
                    policy,
                )
            }
            None => fallback::accepted(policy),
        }
    }
}

/// A sequence that must be there.
fn found(reference: &SequenceReference) -> Result<&Sequence, Fault> {
    match reference {
        SequenceReference::Found(sequence) => Ok(sequence),
        SequenceReference::Missing(key) => {
            Err(Fault::mediation(format!("Sequence named {key} cannot be found")))
        }
    }
}

/// `OUT_ONLY` or `FORCE_SC_ACCEPTED`: the client gets 202 now, the answer is ignored (http-transport.md §3.4).
fn is_one_way(message: &Message) -> bool {
    let out_only = message.properties.value("OUT_ONLY").is_some_and(Value::is_true);
    out_only || message.axis2("FORCE_SC_ACCEPTED").is_some_and(|value| value.is_true())
}

async fn send_and_forget(mut exchange: Exchange, endpoint: Arc<dyn Endpoint>) {
    if let Err(fault) = endpoint.send(&mut exchange).await {
        tracing::warn!(
            target: "mediation",
            endpoint = endpoint.name(),
            code = fault.code.0,
            detail = fault.detail.as_deref().unwrap_or_default(),
            "a one-way message could not be sent"
        );
    }
}
