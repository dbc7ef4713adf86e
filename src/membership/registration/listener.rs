//! Accepting and answering.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// Connections at a time; others wait to be accepted.
const MAX_CONNECTIONS: usize = 256;

/// The longest wait for the head of a request, the first and every later one.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// The longest life of a connection, so that nobody who is slow keeps others out.
const CONNECTION_TIME: Duration = Duration::from_secs(60);

/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// The wait after accepting failed, which is mostly for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Who sent a request; every request carries it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Answers until it is dropped, which ends the connections as well.
pub(super) async fn serve(listener: std::net::TcpListener, tls: Option<TlsAcceptor>, router: Router) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(target: "membership", %error, "the registration of members cannot use its listener");
            return;
        }
    };
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let connection = answer(stream, Peer(peer.ip()), tls.clone(), router.clone());
                connections.spawn(async move {
                    // Whoever takes too long is cut off.
                    if let Ok(Err(error)) = timeout(CONNECTION_TIME, connection).await {
                        tracing::debug!(target: "membership", %error, "a registration connection broke");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(target: "membership", %error, "the registration of members cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
        // Those that ended.
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(stream: TcpStream, peer: Peer, tls: Option<TlsAcceptor>, router: Router) -> io::Result<()> {
    match tls {
        Some(tls) => speak(timeout(HEAD_TIME, tls.accept(stream)).await??, peer, router).await,
        None => speak(stream, peer, router).await,
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    router: Router,
) -> io::Result<()> {
    let service = service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        // The router has no error of its own: its type is `Infallible`.
        router.clone().call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    connection.await.map_err(io::Error::other)
}
