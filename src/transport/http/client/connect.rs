//! From a target to a connection: name, addresses, TCP, TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_rustls::{TlsConnector, TlsStream};

use super::connection::Connection;
use super::slots::Slot;
use super::{ClientError, Inner, Target};
use crate::transport::http::Stream;
use crate::transport::http::server::Scheme;

/// How long one address of several is waited for before the next is tried beside it (RFC 8305 §5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);

/// Makes a connection until the deadline; `limit` is what the deadline was made from, for the error.
pub(super) async fn connect(
    client: &Arc<Inner>,
    target: &Target,
    deadline: Instant,
    limit: Duration,
    slot: Option<Slot>,
) -> Result<Box<Connection>, ClientError> {
    let stream = timeout_at(deadline, open(client, target))
        .await
        .map_err(|_elapsed| ClientError::ConnectTimeout { target: target.to_string(), limit })??;
    Ok(Box::new(Connection::new(stream, client, slot)))
}

async fn open(client: &Inner, target: &Target) -> Result<Stream, ClientError> {
    let tcp = match target.address() {
        Some(address) => TcpStream::connect(address).await,
        None => any_of(&resolve(target).await?).await,
    };
    let tcp = tcp.map_err(|source| ClientError::Connect { target: target.to_string(), source })?;
    if let Err(error) = tcp.set_nodelay(true) {
        tracing::debug!(%error, "small packets of a connection may be delayed");
    }
    match target.scheme() {
        Scheme::Http => Ok(Stream::Plain(tcp)),
        Scheme::Https => encrypt(client, target, tcp)
            .await
            .map_err(|source| ClientError::Tls { target: target.to_string(), source }),
    }
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, ClientError> {
    let explain = |source| ClientError::Unresolved { target: target.to_string(), source };
    let addresses: Vec<_> = lookup_host((target.host(), target.port())).await.map_err(explain)?.collect();
    if addresses.is_empty() {
        return Err(explain(io::Error::new(io::ErrorKind::NotFound, "the name has no address")));
    }
    Ok(addresses)
}

/// The first address that answers. Each gets a head start before the next is tried as well; a refusal ends it.
async fn any_of(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut untried = addresses.iter();
    let mut attempts = FuturesUnordered::new();
    let mut error = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    loop {
        match untried.next() {
            Some(&address) => attempts.push(TcpStream::connect(address)),
            None if attempts.is_empty() => return Err(error),
            None => {}
        }
        tokio::select! {
            Some(result) = attempts.next() => match result {
                Ok(stream) => return Ok(stream),
                Err(refused) => error = refused,
            },
            () = sleep(NEXT_ADDRESS), if untried.len() > 0 => {}
        }
    }
}

async fn encrypt(client: &Inner, target: &Target, tcp: TcpStream) -> io::Result<Stream> {
    let settings = client
        .settings
        .tls
        .clone()
        .ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, "no TLS settings for members"))?;
    let host = target.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(io::Error::other)?;
    let stream = TlsConnector::from(settings).connect(name, tcp).await?;
    Ok(Stream::Tls(Box::new(TlsStream::Client(stream))))
}
