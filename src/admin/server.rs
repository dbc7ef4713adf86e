//! The listener and its thread.

use std::io;
use std::net::{SocketAddr, TcpListener as StandardListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tower::Service;

use super::AdminState;
use super::guard::Guard;
use super::resources::router;
use crate::settings::{Admin, Secret, SecretError};

/// Where to listen, and who may ask.
#[derive(Debug, Clone)]
pub struct AdminOptions {
    /// Where to listen; port 0 takes a free port.
    pub address: SocketAddr,
    /// What requests must carry. Without it only addresses of the loopback interface are allowed.
    pub token: Option<Secret>,
}

/// A running admin interface. It ends when this is dropped.
#[derive(Debug)]
pub struct AdminServer {
    address: SocketAddr,
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
    /// There is no thread or no runtime to be had.
    #[error("the admin interface cannot start its thread: {0}")]
    Thread(io::Error),
}

/// Connections at a time; others wait to be accepted.
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
        if !settings.enabled {
            return Ok(None);
        }
        let token = settings.token.as_ref().map(|reference| reference.resolve()).transpose()?;
        Ok(Some(AdminOptions { address: settings.address, token }))
    }
}

impl AdminServer {
    /// Binds the address and starts the thread that answers.
    ///
    /// # Errors
    ///
    /// When the address is open to others and there is no token, when it cannot be bound, or when no thread can be had.
    pub fn start(options: AdminOptions, state: Arc<AdminState>) -> Result<AdminServer, AdminError> {
        let AdminOptions { address, token } = options;
        let loopback_only = address.ip().is_loopback();
        if token.is_none() && !loopback_only {
            return Err(AdminError::Open(address));
        }
        let bind = |source| AdminError::Bind { address, source };
        let listener = StandardListener::bind(address).map_err(bind)?;
        listener.set_nonblocking(true).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(AdminError::Thread)?;
        let router = router(state, Guard { loopback_only, token });
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("admin".to_owned())
            .spawn(move || runtime.block_on(serve(listener, router, stopped)))
            .map_err(AdminError::Thread)?;
        tracing::info!(target: "server", listener = "admin", %address, "listening");
        Ok(AdminServer { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, with the port it really has.
    pub fn address(&self) -> SocketAddr {
        self.address
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

/// Accepts and answers until told to stop. Connections end with the runtime.
async fn serve(listener: StandardListener, router: Router, stopped: oneshot::Receiver<()>) {
    let accepting = async {
        match TcpListener::from_std(listener) {
            Ok(listener) => accept(&listener, &router).await,
            Err(error) => tracing::error!(%error, "the admin interface cannot use its listener"),
        }
    };
    tokio::select! {
        () = accepting => {}
        // An error means that the other side is gone, which is as good as a word.
        _ = stopped => {}
    }
}

async fn accept(listener: &TcpListener, router: &Router) {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
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

async fn answer(stream: TcpStream, router: Router) {
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
