//! One request and its answer, for providers that are asked over HTTP.
//!
//! Calls are rare, so that each has a connection of its own. Redirections are answers like others, and proxies are not
//! used: a signed request is for one address only.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, HOST, RETRY_AFTER};
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::IaasError;

/// Sends a request to the address in it, and waits for all of the answer, of at most `largest` bytes. Whoever waits limits
/// the time.
///
/// # Errors
/// Nobody is there, the connection broke, or the answer is too large or none of HTTP: all of that may pass.
pub(super) async fn call(
    tls: &Arc<ClientConfig>,
    request: Request<Bytes>,
    largest: usize,
) -> Result<Response<Bytes>, IaasError> {
    let place = request.uri().authority().map(ToString::to_string).unwrap_or_default();
    let answer = exchange(tls, request, largest).await;
    answer.map_err(|error| IaasError::Transient(format!("{place}: {error}")))
}

async fn exchange(
    tls: &Arc<ClientConfig>,
    request: Request<Bytes>,
    largest: usize,
) -> io::Result<Response<Bytes>> {
    let uri = request.uri().clone();
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let is_encrypted = uri.scheme() != Some(&Scheme::HTTP);
    let port = uri.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
    let stream = TcpStream::connect((host.as_str(), port)).await?;
    let request = to_origin(request)?;
    if is_encrypted {
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        send(TlsConnector::from(tls.clone()).connect(name, stream).await?, request, largest).await
    } else {
        send(stream, request, largest).await
    }
}

/// The request as a server of its address gets it (RFC 9112 §3.2.1).
fn to_origin(request: Request<Bytes>) -> io::Result<Request<Full<Bytes>>> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let host = HeaderValue::from_str(authority).map_err(io::Error::other)?;
    head.headers.entry(HOST).or_insert(host);
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    let path = head.uri.path_and_query().cloned();
    head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    Ok(Request::from_parts(head, Full::new(body)))
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    largest: usize,
) -> io::Result<Response<Bytes>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Ends with the sender, or with the runtime.
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
    let body = Limited::new(body, largest).collect().await.map_err(io::Error::other)?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// What a status that is no success says of the same call later. All providers over HTTP see it alike.
pub(super) fn failure(answer: &Response<Bytes>, reason: String) -> IaasError {
    refusal(answer.status().as_u16(), retry_after(answer), reason)
}

/// The same, of the status alone.
pub(super) fn refusal(status: u16, after: Option<Duration>, reason: String) -> IaasError {
    match status {
        429 | 503 => IaasError::Throttled { after, reason },
        408 | 425 | 500..=599 => IaasError::Transient(reason),
        _ => IaasError::Refused(reason),
    }
}

/// What a platform says of its reasons, as far as it is fit for a log.
pub(super) fn readable(reason: &str) -> String {
    reason.chars().filter(|letter| !letter.is_control()).take(LONGEST_REASON).collect()
}

/// How much of an explanation is repeated, in characters.
const LONGEST_REASON: usize = 300;

/// `Retry-After` in seconds (RFC 9110 §10.2.3).
pub(super) fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
