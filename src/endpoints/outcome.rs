//! A layer that counts how calls end, and turns what went wrong on the wire into a fault with its documented code.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use pin_project_lite::pin_project;
use sinew_core::mediation::{ErrorCode, Fault, FaultSource, Retry};
use tower::{Layer, Service};

use super::client::{Call, ResponseOf};
use crate::telemetry::metrics::{EndpointMetrics, EndpointOutcome};
use crate::transport::http::client::{ClientError, Phase};

/// Makes [`Outcome`] services for one endpoint.
#[derive(Clone, Debug)]
pub struct OutcomeLayer {
    endpoint: Arc<str>,
    metrics: Arc<EndpointMetrics>,
}

impl OutcomeLayer {
    /// A layer that names the endpoint in its faults.
    pub fn new(endpoint: Arc<str>, metrics: Arc<EndpointMetrics>) -> Self {
        Self { endpoint, metrics }
    }
}

impl<S> Layer<S> for OutcomeLayer {
    type Service = Outcome<S>;

    fn layer(&self, inner: S) -> Outcome<S> {
        Outcome { endpoint: self.endpoint.clone(), metrics: self.metrics.clone(), inner }
    }
}

/// Calls the inner service; its errors become faults.
#[derive(Clone, Debug)]
pub struct Outcome<S> {
    endpoint: Arc<str>,
    metrics: Arc<EndpointMetrics>,
    inner: S,
}

impl<'m, S> Service<Call<'m>> for Outcome<S>
where
    S: Service<Call<'m>, Response = http::Response<sinew_core::message::Body>, Error = ClientError>,
{
    type Response = S::Response;
    type Error = Fault;
    type Future = OutcomeFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let endpoint = &self.endpoint;
        self.inner.poll_ready(context).map_err(|error| fault(endpoint, &error))
    }

    fn call(&mut self, call: Call<'m>) -> Self::Future {
        OutcomeFuture {
            endpoint: self.endpoint.clone(),
            metrics: self.metrics.clone(),
            started: Instant::now(),
            inner: self.inner.call(call),
        }
    }
}

pin_project! {
    /// The future of [`Outcome`].
    pub struct OutcomeFuture<F> {
        endpoint: Arc<str>,
        metrics: Arc<EndpointMetrics>,
        started: Instant,
        #[pin]
        inner: F,
    }
}

impl<F> Future for OutcomeFuture<F>
where
    F: Future<Output = ResponseOf<ClientError>>,
{
    type Output = ResponseOf<Fault>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(context));
        this.metrics.record(outcome(result.as_ref().err()), this.started.elapsed());
        Poll::Ready(result.map_err(|error| fault(this.endpoint, &error)))
    }
}

fn outcome(error: Option<&ClientError>) -> EndpointOutcome {
    match error {
        None => EndpointOutcome::Answered,
        Some(ClientError::ResponseTimeout { .. } | ClientError::ConnectTimeout { .. }) => {
            EndpointOutcome::TimedOut
        }
        Some(ClientError::PoolExhausted { .. }) => EndpointOutcome::Unavailable,
        Some(error) if error.phase() == Phase::Connecting => EndpointOutcome::NotConnected,
        Some(_) => EndpointOutcome::Broken,
    }
}

/// The fault for an error of the transport. The code is the base code (configuration.md §9.5, design profile 5).
fn fault(endpoint: &str, error: &ClientError) -> Fault {
    let retry = match error {
        error if error.nothing_sent() => Retry::NotSent,
        // The answer had begun: the request was executed.
        ClientError::Receiving { nothing_received: false, .. } => Retry::Never,
        _ => Retry::Idempotent,
    };
    let message = match error {
        ClientError::ResponseTimeout { .. } => "Send timeout",
        ClientError::Connect { .. } | ClientError::Unresolved { .. } | ClientError::ConnectTimeout { .. } => {
            "Error connecting to the back end"
        }
        ClientError::RequestBody { .. } => "The client stopped sending its request",
        _ => "Error in Sender",
    };
    let source = match error {
        ClientError::RequestBody { .. } => FaultSource::Client,
        _ => FaultSource::Endpoint,
    };
    let fault = Fault::endpoint(ErrorCode(error.code()), message, retry);
    Fault { source, ..fault }.detail(format!("endpoint {endpoint}: {error}"))
}
