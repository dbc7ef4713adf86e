//! Closing listeners for a while, and opening them again (elastic-load-balancer.md §5.8).

use std::fmt;
use std::net::TcpListener as StdListener;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::http::listener::{BindError, ListenerSettings, bind};

/// The listeners of the worker threads, from outside. Cheap to clone.
#[derive(Clone)]
pub struct Entrance(Arc<Inner>);

struct Inner {
    /// With the addresses that they have, not those that were asked for.
    listeners: Vec<ListenerSettings>,
    threads: Vec<UnboundedSender<Order>>,
    is_open: Mutex<bool>,
}

/// What a thread is told.
pub(super) enum Order {
    /// Close the sockets, let busy connections finish, and say when the sockets are closed.
    Close(std::sync::mpsc::Sender<()>),
    /// Listen on these, in the order of the listeners.
    Open(Vec<StdListener>),
}

/// How long threads may take to close their sockets.
const PATIENCE: Duration = Duration::from_secs(5);

impl Entrance {
    pub(super) fn new(listeners: Vec<ListenerSettings>, threads: Vec<UnboundedSender<Order>>) -> Self {
        Self(Arc::new(Inner { listeners, threads, is_open: Mutex::new(true) }))
    }

    /// Closes the listeners: newcomers are refused by the operating system, idle connections are closed, and busy ones finish what
    /// they have, however long that takes. Returns when the sockets are closed. Blocks.
    pub fn close(&self) {
        let mut is_open = self.lock();
        if !*is_open {
            return;
        }
        let (done, closed) = channel();
        let told = self.0.threads.iter().filter(|thread| thread.send(Order::Close(done.clone())).is_ok());
        let count = told.count();
        drop(done);
        for _ in 0..count {
            match closed.recv_timeout(PATIENCE) {
                Ok(()) => {}
                // A thread that ends closes its sockets too.
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    tracing::warn!("a worker thread is slow to close its listeners");
                    break;
                }
            }
        }
        *is_open = false;
    }

    /// Opens them again, at the same addresses. Blocks for a moment.
    ///
    /// # Errors
    /// An address cannot be had any more; then everything stays closed.
    pub fn open(&self) -> Result<(), BindError> {
        let mut is_open = self.lock();
        if *is_open {
            return Ok(());
        }
        let count = self.0.threads.len();
        let mut sockets: Vec<Vec<StdListener>> = (0..count).map(|_| Vec::new()).collect();
        for settings in &self.0.listeners {
            for (socket, sockets) in bind(settings, count)?.into_iter().zip(&mut sockets) {
                sockets.push(socket);
            }
        }
        for (thread, sockets) in self.0.threads.iter().zip(sockets) {
            // A thread that has ended needs none.
            let _ = thread.send(Order::Open(sockets));
        }
        *is_open = true;
        Ok(())
    }

    /// Whether they are open.
    pub fn is_open(&self) -> bool {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.0.is_open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entrance").field("is_open", &self.is_open()).finish_non_exhaustive()
    }
}
