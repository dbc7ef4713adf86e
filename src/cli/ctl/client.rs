//! One request and its answer, over a Unix socket or a port.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustls_pki_types::ServerName;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::place::Place;

/// Asks one process.
#[derive(Debug)]
pub(in crate::cli) struct Client {
    place: Place,
}

/// Why there is no answer to show.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum CallError {
    /// Nobody is there, or the connection broke.
    #[error("the process is not reachable at {place}: {reason}")]
    Unreachable {
        /// Where it was looked for.
        place: String,
        /// What happened.
        reason: String,
    },
    /// Somebody is there who does not speak as Sinew does.
    #[error("what answers at {place} does not speak as Sinew does: {reason}")]
    Nonsense {
        /// Where it was found.
        place: String,
        /// What was odd.
        reason: String,
    },
    /// What was typed makes no sense together.
    #[error("{0}")]
    Usage(String),
    /// The process knows nothing of what was asked for.
    #[error("{0}")]
    Missing(String),
    /// The process says no.
    #[error("{0}")]
    Refused(String),
}

/// How long anything may take. Reloading reads the whole configuration.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest answer, in bytes.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// What stands for itself in a segment of a path (RFC 3986 §2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A name as a segment of a path.
pub(in crate::cli) fn segment(name: &str) -> String {
    utf8_percent_encode(name, SEGMENT).to_string()
}

impl Client {
    pub(in crate::cli) fn new(place: Place) -> Self {
        Self { place }
    }

    /// Whom it asks.
    pub(in crate::cli) fn place(&self) -> &Place {
        &self.place
    }

    /// Reads something.
    pub(super) fn get(&self, path: &str) -> Result<Value, CallError> {
        self.call(Method::GET, path, None)
    }

    /// Changes something.
    pub(super) fn post(&self, path: &str, body: Option<&Value>) -> Result<Value, CallError> {
        self.call(Method::POST, path, body)
    }

    /// Says what something shall be.
    pub(super) fn put(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        self.call(Method::PUT, path, Some(body))
    }

    /// Removes something.
    pub(super) fn delete(&self, path: &str) -> Result<Value, CallError> {
        self.call(Method::DELETE, path, None)
    }

    /// An answer of a known form.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self, value: &Value) -> Result<T, CallError> {
        T::deserialize(value).map_err(|error| self.nonsense(&error))
    }

    fn nonsense(&self, reason: &dyn std::fmt::Display) -> CallError {
        CallError::Nonsense { place: self.place.to_string(), reason: reason.to_string() }
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, CallError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| self.unreachable(&error))?;
        runtime.block_on(self.ask(method, path, body, PATIENCE))
    }

    /// Asks, and waits for the answer for so long.
    pub(in crate::cli) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        patience: Duration,
    ) -> Result<Value, CallError> {
        let request = self.request(method, path, body).map_err(|error| self.nonsense(&error))?;
        let answer = match tokio::time::timeout(patience, self.exchange(request)).await {
            Err(_) => {
                return Err(self.unreachable(&format!("no answer within {} s", patience.as_secs_f64())));
            }
            Ok(Err(error)) => return Err(self.unreachable(&error)),
            Ok(Ok(answer)) => answer,
        };
        let value: Value = serde_json::from_slice(answer.body()).map_err(|error| self.nonsense(&error))?;
        if answer.status().is_success() {
            return Ok(value);
        }
        match value.get("error").and_then(Value::as_str) {
            Some(message) if answer.status() == StatusCode::UNAUTHORIZED => {
                Err(CallError::Refused(format!("{message}: name its file with --token-file")))
            }
            Some(message) if answer.status() == StatusCode::NOT_FOUND => {
                Err(CallError::Missing(message.to_owned()))
            }
            Some(message) => Err(CallError::Refused(message.to_owned())),
            None => Err(self.nonsense(&format!("status {}", answer.status()))),
        }
    }

    fn unreachable(&self, reason: &dyn std::fmt::Display) -> CallError {
        CallError::Unreachable { place: self.place.to_string(), reason: reason.to_string() }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> http::Result<Request<Full<Bytes>>> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, self.place.host());
        if let Place::Port { token: Some(token), .. } = &self.place {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        request.body(Full::new(body.map(|body| Bytes::from(body.to_string())).unwrap_or_default()))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> io::Result<Response<Bytes>> {
        match &self.place {
            Place::Socket(path) => send(UnixStream::connect(path).await?, request).await,
            Place::Port { tls: None, .. } => {
                send(TcpStream::connect(self.place.host()).await?, request).await
            }
            Place::Port { tls: Some(tls), authority, .. } => {
                let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
                let name = ServerName::try_from(host).map_err(io::Error::other)?;
                let stream = TcpStream::connect(self.place.host()).await?;
                send(TlsConnector::from(tls.clone()).connect(name, stream).await?, request).await
            }
        }
    }
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> io::Result<Response<Bytes>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Ends with the sender, or with the runtime.
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
    let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(io::Error::other)?;
    Ok(Response::from_parts(head, body.to_bytes()))
}
