//! One current-thread runtime per core, each with its own listeners, pools and counters (hot-path.md §5.1).

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::num::NonZero;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::TaskTracker;

use super::counters::ListenerCounters;
use super::http::drain::DrainSignal;
use super::http::listener::{Acceptor, BindError, ListenerSettings, bind};
use super::http::server::{Handler, Serving};
use super::http::timer::later;

/// The worker threads of this process. Dropping them cuts every connection off.
pub struct Workers {
    threads: Vec<JoinHandle<Drained>>,
    addresses: Vec<SocketAddr>,
    counters: Vec<Arc<ListenerCounters>>,
    stop: watch::Sender<Option<Duration>>,
}

/// Why the workers cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener has no place.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// No thread or no runtime.
    #[error("cannot start a worker thread: {0}")]
    Thread(#[from] io::Error),
}

/// What became of the connections that were open when a drain began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    /// Connections that ended by themselves.
    pub finished: usize,
    /// Connections that were cut off at the deadline.
    pub aborted: usize,
}

/// The patience of [`Workers::drain`].
#[derive(Debug, Clone)]
pub struct Patience(watch::Sender<Option<Duration>>);

impl Patience {
    /// Ends it: a drain that runs cuts off now what it still waits for. Without a drain the workers stop as by one that
    /// has no patience.
    pub fn end(&self) {
        self.0.send_replace(Some(Duration::ZERO));
    }
}

/// One listener's socket on one thread, with everything it needs.
struct Part {
    settings: ListenerSettings,
    socket: StdListener,
    counters: Arc<ListenerCounters>,
}

/// Connections taken from the backlog at the last moment have this long to show the request they have sent already.
const LAST_ARRIVALS: Duration = Duration::from_millis(20);

impl Workers {
    /// Binds every listener, then starts `threads` workers (`None`: one per core) that share them.
    ///
    /// # Errors
    ///
    /// When an address cannot be bound, or a thread cannot be started; nothing is left running then.
    pub fn start<H: Handler>(
        threads: Option<NonZero<usize>>,
        listeners: Vec<ListenerSettings>,
        handler: Arc<H>,
    ) -> Result<Self, StartError> {
        let count = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let (stop, _) = watch::channel(None);
        let mut workers = Self { threads: Vec::new(), addresses: Vec::new(), counters: Vec::new(), stop };
        let mut parts: Vec<Vec<Part>> = (0..count).map(|_| Vec::new()).collect();
        for settings in listeners {
            let sockets = bind(&settings, count)?;
            if let Some(first) = sockets.first() {
                workers.addresses.push(first.local_addr()?);
            }
            let counters = Arc::new(ListenerCounters::new(Arc::clone(&settings.name), count));
            workers.counters.push(Arc::clone(&counters));
            for (socket, parts) in sockets.into_iter().zip(&mut parts) {
                parts.push(Part { settings: settings.clone(), socket, counters: Arc::clone(&counters) });
            }
        }
        for (index, parts) in parts.into_iter().enumerate() {
            let handler = Arc::clone(&handler);
            let stop = workers.stop.subscribe();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let thread = std::thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
                let drained = runtime.block_on(work(index, parts, handler, stop));
                runtime.shutdown_background();
                drained
            })?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// The bound addresses in the order of the listeners given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What is counted, in the order of the listeners given.
    pub fn counters(&self) -> &[Arc<ListenerCounters>] {
        &self.counters
    }

    /// What can end a drain early, from another thread.
    pub fn patience(&self) -> Patience {
        Patience(self.stop.clone())
    }

    /// Stops accepting, closes idle connections at once, tells busy ones `Connection: close`, waits for them at most
    /// as long as given, then cuts off the rest. Blocks the calling thread.
    pub fn drain(mut self, patience: Duration) -> Drained {
        self.stop.send_replace(Some(patience));
        let mut sum = Drained::default();
        for thread in self.threads.drain(..) {
            match thread.join() {
                Ok(drained) => {
                    sum.finished += drained.finished;
                    sum.aborted += drained.aborted;
                }
                Err(_panic) => tracing::error!("a worker thread had panicked"),
            }
        }
        sum
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.send_replace(Some(Duration::ZERO));
    }
}

/// The life of one thread; ends when told to, or when the [`Workers`] are dropped.
async fn work<H: Handler>(
    thread: usize,
    parts: Vec<Part>,
    handler: Arc<H>,
    mut stop: watch::Receiver<Option<Duration>>,
) -> Drained {
    let connections = TaskTracker::new();
    let drain = DrainSignal::default();
    let mut acceptors = Vec::new();
    for part in parts {
        let serving = Serving {
            settings: Arc::new(part.settings.server),
            counters: part.counters,
            thread,
            drain: drain.clone(),
            park_after: Serving::PARK_AFTER,
        };
        match TcpListener::from_std(part.socket) {
            Ok(listener) => acceptors.push(Arc::new(Acceptor {
                listener,
                name: part.settings.name,
                tls: part.settings.tls.map(Into::into),
                max_connections: part.settings.max_connections,
                serving,
                handler: Arc::clone(&handler),
                connections: connections.clone(),
            })),
            Err(error) => {
                tracing::error!(listener = %part.settings.name, %error, "a worker thread cannot listen");
            }
        }
    }
    let loops: Vec<_> = acceptors
        .iter()
        .map(|acceptor| {
            let acceptor = Arc::clone(acceptor);
            tokio::spawn(async move { acceptor.run().await })
        })
        .collect();

    let mut deadline = told(&mut stop).await;

    for accepting in loops {
        accepting.abort();
        // An error says that it was aborted.
        let _ = accepting.await;
    }
    let before = connections.len();
    for acceptor in &acceptors {
        acceptor.empty_backlog();
    }
    drop(acceptors);
    if connections.len() > before {
        sleep(LAST_ARRIVALS).await;
    }
    let open = connections.len();
    drain.give();
    connections.close();
    loop {
        tokio::select! {
            () = connections.wait() => break,
            () = sleep_until(deadline) => break,
            sooner = told(&mut stop) => deadline = sooner,
        }
    }
    let aborted = connections.len();
    Drained { finished: open.saturating_sub(aborted), aborted }
}

/// Waits to be told to end, and says by when.
async fn told(stop: &mut watch::Receiver<Option<Duration>>) -> Instant {
    let told = stop.changed().await;
    later(Instant::now(), told.ok().and_then(|()| *stop.borrow_and_update()).unwrap_or_default())
}
