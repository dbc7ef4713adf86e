//! The listeners and their thread.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, oneshot};
use tower::Service;

use super::AdminState;
use super::guard::Guard;
use super::resources::router;
use super::socket::{self, SocketError, SocketFile};
use crate::settings::{Admin, Secret, SecretError};

/// Where to listen, and who may ask.
#[derive(Debug, Clone)]
pub struct AdminOptions {
    /// The address and port, if any; port 0 takes a free port.
    pub address: Option<SocketAddr>,
    /// What requests over the port must carry. Without it only addresses of the loopback interface are allowed, and nothing
    /// can be changed.
    pub token: Option<Secret>,
    /// The Unix socket, if any.
    pub socket: Option<PathBuf>,
}

/// A running admin interface. It ends when this is dropped, and the file of its socket is removed.
#[derive(Debug)]
pub struct AdminServer {
    address: Option<SocketAddr>,
    socket: Option<SocketFile>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why the admin interface cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Others could reach it, and there is no token.
    #[error("the admin interface at {0} would be open to others: it needs a token")]
    Open(SocketAddr),
    /// The address cannot be had; [`io::ErrorKind::AddrInUse`] may be tried again later.
    #[error("the admin interface cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The Unix socket cannot be had.
    #[error("the admin interface cannot listen on {}: {source}", path.display())]
    Socket {
        /// The path asked for.
        path: PathBuf,
        /// Why.
        source: SocketError,
    },
    /// There is no thread or no runtime to be had.
    #[error("the admin interface cannot start its thread: {0}")]
    Thread(io::Error),
}

/// What is bound and not served yet.
#[derive(Default)]
struct Bound {
    port: Option<(std::net::TcpListener, Router)>,
    socket: Option<(std::os::unix::net::UnixListener, Router)>,
}

/// Connections at a time and listener; others wait to be accepted.
const MAX_CONNECTIONS: usize = 32;

/// The longest wait for the head of a request, the first and every later one.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// The longest life of a connection, so that nobody who reads slowly keeps others out.
const CONNECTION_TIME: Duration = Duration::from_secs(300);

/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// The wait after accepting failed, which is mostly for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl AdminOptions {
    /// What the settings ask for; `None` when the admin interface is off.
    ///
    /// # Errors
    ///
    /// When the token cannot be read.
    pub fn from_settings(settings: &Admin) -> Result<Option<AdminOptions>, SecretError> {
        let socket = settings.socket.as_ref().map(|socket| socket.path().to_owned());
        let address = settings.enabled.then_some(settings.address);
        if address.is_none() && socket.is_none() {
            return Ok(None);
        }
        let token = settings.token.as_ref().filter(|_| settings.enabled);
        let token = token.map(|reference| reference.resolve()).transpose()?;
        Ok(Some(AdminOptions { address, token, socket }))
    }
}

impl AdminServer {
    /// Binds what is asked for and starts the thread that answers.
    ///
    /// # Errors
    ///
    /// When the address is open to others and there is no token, when something cannot be bound, or when no thread can be
    /// had.
    pub fn start(options: AdminOptions, state: Arc<AdminState>) -> Result<AdminServer, AdminError> {
        let AdminOptions { address: wanted, token, socket: path } = options;
        let mut bound = Bound::default();
        let (mut address, mut file) = (None, None);
        if let Some(wanted) = wanted {
            let listener = listen(wanted, token.is_some())?;
            address = listener.local_addr().ok();
            let guard = Guard::Port { loopback_only: wanted.ip().is_loopback(), token };
            bound.port = Some((listener, router(Arc::clone(&state), guard)));
        }
        if let Some(path) = path {
            let (listener, made) =
                socket::listen(&path).map_err(|source| AdminError::Socket { path, source })?;
            bound.socket = Some((listener, router(state, Guard::Socket)));
            file = Some(made);
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(AdminError::Thread)?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("admin".to_owned())
            .spawn(move || runtime.block_on(serve(bound, stopped)))
            .map_err(AdminError::Thread)?;
        let server = AdminServer { address, socket: file, stop: Some(stop), thread: Some(thread) };
        server.announce();
        Ok(server)
    }

    fn announce(&self) {
        if let Some(path) = self.socket() {
            let path = path.display();
            tracing::info!(target: "server", listener = "admin-socket", %path, "listening");
        }
        if let Some(address) = self.address {
            tracing::info!(target: "server", listener = "admin", %address, "listening");
        }
    }

    /// Where it listens, with the port it really has.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// The Unix socket it listens on.
    pub fn socket(&self) -> Option<&Path> {
        self.socket.as_ref().map(SocketFile::path)
    }

    /// Ends it. Answers that are being sent are cut off.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It has ended already when nobody listens.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the admin interface panicked");
        }
    }
}

/// Binds the port.
fn listen(address: SocketAddr, has_token: bool) -> Result<std::net::TcpListener, AdminError> {
    if !has_token && !address.ip().is_loopback() {
        return Err(AdminError::Open(address));
    }
    let bind = |source| AdminError::Bind { address, source };
    let listener = std::net::TcpListener::bind(address).map_err(bind)?;
    listener.set_nonblocking(true).map_err(bind)?;
    Ok(listener)
}

/// Accepts and answers until told to stop. Connections end with the runtime.
async fn serve(bound: Bound, stopped: oneshot::Receiver<()>) {
    let unusable = |error| tracing::error!(%error, "the admin interface cannot use its listener");
    let port = async {
        let Some((listener, router)) = bound.port else { return };
        match TcpListener::from_std(listener) {
            Ok(listener) => accept(async || listener.accept().await.map(|(stream, _)| stream), &router).await,
            Err(error) => unusable(error),
        }
    };
    let socket = async {
        let Some((listener, router)) = bound.socket else { return };
        match UnixListener::from_std(listener) {
            Ok(listener) => accept(async || listener.accept().await.map(|(stream, _)| stream), &router).await,
            Err(error) => unusable(error),
        }
    };
    tokio::select! {
        _ = async { tokio::join!(port, socket) } => {}
        // An error means that the other side is gone, which is as good as a word.
        _ = stopped => {}
    }
}

async fn accept<S>(next: impl AsyncFn() -> io::Result<S>, router: &Router)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        match next().await {
            Ok(stream) => {
                let connection = answer(stream, router.clone());
                tokio::spawn(async move {
                    // Whoever takes too long is cut off.
                    let _ = tokio::time::timeout(CONNECTION_TIME, connection).await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the admin interface cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        // The router has no error of its own: its type is `Infallible`.
        router.clone().call(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "an admin connection broke");
    }
}
