//! Listening sockets, and the loop that accepts from one.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use rustls::ProtocolVersion;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsAcceptor, TlsStream};
use tokio_util::task::TaskTracker;

use super::Stream;
use super::server::{ConnectionInfo, Handler, Scheme, ServerSettings, Serving, TlsInfo, serve_counted};
use crate::transport::counters::ConnectionCounters;

/// One address to listen on, and how.
#[derive(Clone)]
pub struct ListenerSettings {
    /// The name in logs, counters and [`ConnectionInfo`].
    pub name: Arc<str>,
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// Connections the operating system may hold before we accept them. Default 1024.
    pub backlog: u32,
    /// Open connections over all threads; at the limit accepting pauses and newcomers wait in the backlog
    /// (http-transport.md §2.3). Threads that accept at the same moment may exceed it by one each.
    /// `None` is no limit (the default).
    pub max_connections: Option<usize>,
    /// Let another process listen on the same port at the same time, as a binary upgrade does. Default false.
    pub share_port: bool,
    /// Limits and times of its connections.
    pub server: ServerSettings,
    /// Set when the listener is encrypted.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl ListenerSettings {
    /// A plain listener with the default limits.
    pub fn new(name: &str, address: SocketAddr) -> Self {
        Self {
            name: name.into(),
            address,
            backlog: 1024,
            max_connections: None,
            share_port: false,
            server: ServerSettings::default(),
            tls: None,
        }
    }
}

/// Why a listener cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program, or another listener of ours, has the port.
    #[error("{address} is already in use")]
    InUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// Anything else: no permission, no such address.
    #[error("cannot listen on {address}: {source}")]
    Other {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Binds the address once for each of `copies` threads; the kernel spreads connections over the sockets.
///
/// # Errors
///
/// When the address cannot be bound. A port that somebody else listens on is an error even if he shares it,
/// unless [`ListenerSettings::share_port`] is set.
pub fn bind(settings: &ListenerSettings, copies: usize) -> Result<Vec<StdListener>, BindError> {
    let wanted = settings.address;
    let explain = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::InUse { address: wanted },
        _ => BindError::Other { address: wanted, source },
    };
    if wanted.port() != 0 && !settings.share_port {
        // A shared port would let a second balancer start silently beside the first.
        listen(wanted, settings.backlog, false).map_err(explain)?;
    }
    let first = listen(wanted, settings.backlog, true).map_err(explain)?;
    let bound = first.local_addr().map_err(explain)?;
    let mut sockets = vec![first];
    for _ in 1..copies {
        sockets.push(listen(bound, settings.backlog, true).map_err(explain)?);
    }
    Ok(sockets)
}

fn listen(address: SocketAddr, backlog: u32, shared: bool) -> io::Result<StdListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(socket.into())
}

/// One listening socket on one thread.
pub(crate) struct Acceptor<H> {
    pub(crate) listener: TcpListener,
    pub(crate) name: Arc<str>,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) max_connections: Option<usize>,
    pub(crate) serving: Serving,
    pub(crate) handler: Arc<H>,
    /// Runs the connections.
    pub(crate) connections: TaskTracker,
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl<H: Handler> Acceptor<H> {
    /// Accepts for ever. What fails is one connection, or all for a while: when the process is out of file
    /// descriptors it says so once, pauses and tries again, and newcomers wait in the backlog.
    pub(crate) async fn run(&self) {
        let mut pause = None;
        loop {
            self.wait_for_room().await;
            match self.listener.accept().await {
                Ok((stream, remote)) => {
                    if pause.take().is_some() {
                        tracing::info!(listener = %self.name, "accepting connections again");
                    }
                    self.serve(stream, remote);
                }
                Err(error) if is_of_one_connection(&error) => {
                    tracing::debug!(listener = %self.name, %error, "a connection ended before it was accepted");
                }
                Err(error) => {
                    if pause.is_none() {
                        tracing::error!(listener = %self.name, %error, "cannot accept connections");
                    }
                    let length = pause.map_or(FIRST_PAUSE, |last: Duration| (last * 2).min(LONGEST_PAUSE));
                    pause = Some(length);
                    sleep(length).await;
                }
            }
        }
    }

    /// Takes what has already been connected, before the socket is closed and the kernel resets it.
    pub(crate) fn empty_backlog(&self) {
        let mut task = std::task::Context::from_waker(std::task::Waker::noop());
        while let std::task::Poll::Ready(Ok((stream, remote))) = self.listener.poll_accept(&mut task) {
            self.serve(stream, remote);
        }
    }

    async fn wait_for_room(&self) {
        let Some(limit) = self.max_connections else { return };
        while self.serving.counters.open() >= limit {
            self.serving.counters.connection_closed().await;
        }
    }

    fn serve(&self, stream: TcpStream, remote: SocketAddr) {
        let Ok(local) = stream.local_addr() else { return };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small packets of a connection may be delayed");
        }
        let info = ConnectionInfo {
            listener: Arc::clone(&self.name),
            scheme: Scheme::Http,
            local,
            remote,
            tls: None,
        };
        let serving = self.serving.clone();
        let handler = Arc::clone(&self.handler);
        let counters = ConnectionCounters::open(Arc::clone(&serving.counters), serving.thread);
        match self.tls.clone() {
            None => {
                self.connections.spawn(async move {
                    serve_counted(Stream::Plain(stream), Arc::new(info), handler, &serving, counters).await;
                });
            }
            Some(tls) => {
                self.connections.spawn(async move {
                    // In a box, so that what a handshake needs is gone when it is done.
                    if let Some((stream, info)) = Box::pin(shake_hands(stream, info, &tls, &serving)).await {
                        serve_counted(stream, Arc::new(info), handler, &serving, counters).await;
                    }
                });
            }
        }
    }
}

async fn shake_hands(
    stream: TcpStream,
    mut info: ConnectionInfo,
    tls: &TlsAcceptor,
    serving: &Serving,
) -> Option<(Stream, ConnectionInfo)> {
    match timeout(serving.settings.handshake_time, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            info.scheme = Scheme::Https;
            info.tls = Some(TlsInfo {
                version: match session.protocol_version() {
                    Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
                    Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
                    _ => "unknown",
                },
                server_name: session.server_name().map(|name| name.to_ascii_lowercase().into_boxed_str()),
            });
            Some((Stream::Tls(Box::new(TlsStream::Server(stream))), info))
        }
        Ok(Err(error)) => {
            tracing::debug!(listener = %info.listener, remote = %info.remote, %error, "TLS handshake failed");
            None
        }
        Err(_elapsed) => {
            tracing::debug!(listener = %info.listener, remote = %info.remote, "TLS handshake took too long");
            None
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
