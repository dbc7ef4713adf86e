//! One current-thread runtime per core, each with its own listeners, pools and counters (hot-path.md §5.1).

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::TaskTracker;

use super::counters::ListenerCounters;
use super::entrance::{Entrance, Order};
use super::http::drain::DrainSignal;
use super::http::listener::{Acceptor, BindError, ListenerSettings, bind};
use super::http::server::{Handler, Serving};
use super::http::timer::later;

/// The worker threads of this process. Dropping them cuts every connection off.
pub struct Workers {
    threads: Vec<thread::JoinHandle<Drained>>,
    addresses: Vec<SocketAddr>,
    counters: Vec<Arc<ListenerCounters>>,
    entrance: Entrance,
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

/// One listener on one thread, with everything it needs but a socket.
struct Part {
    settings: ListenerSettings,
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
        let count = threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let (stop, _) = watch::channel(None);
        let mut sockets: Vec<Vec<StdListener>> = (0..count).map(|_| Vec::new()).collect();
        let mut bound = Vec::new();
        let (mut addresses, mut counters) = (Vec::new(), Vec::new());
        for mut settings in listeners {
            let copies = bind(&settings, count)?;
            if let Some(first) = copies.first() {
                settings.address = first.local_addr()?;
                addresses.push(settings.address);
            }
            counters.push(Arc::new(ListenerCounters::new(Arc::clone(&settings.name), count)));
            bound.push(settings);
            for (socket, sockets) in copies.into_iter().zip(&mut sockets) {
                sockets.push(socket);
            }
        }
        let (orders, received): (Vec<_>, Vec<_>) = (0..count).map(|_| mpsc::unbounded_channel()).unzip();
        let entrance = Entrance::new(bound.clone(), orders);
        let mut workers = Self { threads: Vec::new(), addresses, counters, entrance, stop };
        for (index, (sockets, orders)) in sockets.into_iter().zip(received).enumerate() {
            let part = |(settings, counters): (&ListenerSettings, &Arc<ListenerCounters>)| Part {
                settings: settings.clone(),
                counters: Arc::clone(counters),
            };
            let parts = bound.iter().zip(&workers.counters).map(part).collect();
            let handler = Arc::clone(&handler);
            let stop = workers.stop.subscribe();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let worker = Worker { thread: index, parts, handler, connections: TaskTracker::new() };
            let thread = thread::Builder::new().name(format!("worker-{index}")).spawn(move || {
                let drained = runtime.block_on(worker.work(sockets, orders, stop));
                runtime.shutdown_background();
                drained
            })?;
            workers.threads.push(thread);
        }
        Ok(workers)
    }

    /// What closes the listeners for a while.
    pub fn entrance(&self) -> Entrance {
        self.entrance.clone()
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

/// One thread, with what outlives the sockets that it listens on.
struct Worker<H> {
    thread: usize,
    parts: Vec<Part>,
    handler: Arc<H>,
    connections: TaskTracker,
}

/// Listeners that accept.
struct Open<H> {
    acceptors: Vec<Arc<Acceptor<H>>>,
    loops: Vec<JoinHandle<()>>,
    drain: DrainSignal,
}

impl<H: Handler> Worker<H> {
    /// The life of the thread; ends when told to, or when the [`Workers`] are dropped.
    async fn work(
        self,
        sockets: Vec<StdListener>,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut stop: watch::Receiver<Option<Duration>>,
    ) -> Drained {
        let mut open = Some(self.open(sockets));
        let mut deadline = loop {
            tokio::select! {
                deadline = told(&mut stop) => break deadline,
                Some(order) = orders.recv() => match order {
                    Order::Close(done) => {
                        if let Some(open) = open.take() {
                            self.close(open).await.give();
                        }
                        // Who gave the order may have lost patience.
                        let _ = done.send(());
                    }
                    Order::Open(sockets) => open = Some(self.open(sockets)),
                },
            }
        };
        let drain = match open {
            Some(open) => self.close(open).await,
            None => DrainSignal::default(),
        };
        let open = self.connections.len();
        drain.give();
        self.connections.close();
        loop {
            tokio::select! {
                () = self.connections.wait() => break,
                () = sleep_until(deadline) => break,
                sooner = told(&mut stop) => deadline = sooner,
            }
        }
        let aborted = self.connections.len();
        Drained { finished: open.saturating_sub(aborted), aborted }
    }

    fn open(&self, sockets: Vec<StdListener>) -> Open<H> {
        let drain = DrainSignal::default();
        let mut acceptors = Vec::new();
        for (part, socket) in self.parts.iter().zip(sockets) {
            let serving = Serving {
                settings: Arc::new(part.settings.server.clone()),
                counters: Arc::clone(&part.counters),
                thread: self.thread,
                drain: drain.clone(),
                park_after: Serving::PARK_AFTER,
            };
            match TcpListener::from_std(socket) {
                Ok(listener) => acceptors.push(Arc::new(Acceptor {
                    listener,
                    name: Arc::clone(&part.settings.name),
                    tls: part.settings.tls.clone().map(Into::into),
                    max_connections: part.settings.max_connections,
                    serving,
                    handler: Arc::clone(&self.handler),
                    connections: self.connections.clone(),
                })),
                Err(error) => {
                    tracing::error!(listener = %part.settings.name, %error, "a worker thread cannot listen");
                }
            }
        }
        let accepting = |acceptor: &Arc<Acceptor<H>>| {
            let acceptor = Arc::clone(acceptor);
            tokio::spawn(async move { acceptor.run().await })
        };
        let loops = acceptors.iter().map(accepting).collect();
        Open { acceptors, loops, drain }
    }

    /// Stops accepting and closes the sockets. What tells their connections to end is given back.
    async fn close(&self, Open { acceptors, loops, drain }: Open<H>) -> DrainSignal {
        for accepting in loops {
            accepting.abort();
            // An error says that it was aborted.
            let _ = accepting.await;
        }
        let before = self.connections.len();
        for acceptor in &acceptors {
            acceptor.empty_backlog();
        }
        drop(acceptors);
        if self.connections.len() > before {
            sleep(LAST_ARRIVALS).await;
        }
        drain
    }
}

/// Waits to be told to end, and says by when.
async fn told(stop: &mut watch::Receiver<Option<Duration>>) -> Instant {
    let told = stop.changed().await;
    later(Instant::now(), told.ok().and_then(|()| *stop.borrow_and_update()).unwrap_or_default())
}
