//! The bottom of every endpoint stack: one call over the transport.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use sinew_core::message::Body;
use tower::Service;

use crate::transport::http::client::{ClientError, HttpClient, Outgoing, Target, Timeouts};

/// One request to one target.
#[derive(Debug)]
pub struct Call<'m> {
    /// Where to connect.
    pub target: &'m Target,
    /// What to send.
    pub request: Outgoing<'m>,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// A service that makes calls: the transport, or a stub. It is always ready; limits are its own business.
pub trait Client:
    for<'m> Service<Call<'m>, Response = Response<Body>, Error = ClientError, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<C> Client for C where
    C: for<'m> Service<Call<'m>, Response = Response<Body>, Error = ClientError, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// What a call brings.
pub type ResponseOf<E> = Result<Response<Body>, E>;

/// Calls over the HTTP client of the transport.
#[derive(Clone)]
pub struct TransportClient(pub HttpClient);

impl<'m> Service<Call<'m>> for TransportClient {
    type Response = Response<Body>;
    type Error = ClientError;
    type Future = Pin<Box<dyn Future<Output = ResponseOf<ClientError>> + Send + 'm>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<'m>) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let mut request = call.request;
            client.transmit(call.target, &mut request, call.timeouts).await
        })
    }
}

/// A client for configurations that are looked at but not served: it refuses every call.
#[derive(Clone, Copy, Debug)]
pub struct Offline;

impl Service<Call<'_>> for Offline {
    type Response = Response<Body>;
    type Error = ClientError;
    type Future = std::future::Ready<ResponseOf<ClientError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<'_>) -> Self::Future {
        let source = std::io::Error::other("this configuration is not being served");
        std::future::ready(Err(ClientError::Connect { target: call.target.to_string(), source }))
    }
}
