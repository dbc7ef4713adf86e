//! The connections that wait for work, by thread, client and target.
//!
//! Without a limit on connections the pools are thread-local and need no lock; they are never held over an await, so a
//! task that moves between threads merely gives its connection to the pool of the thread where its exchange ended.
//! With a limit a connection goes back to the [`Slots`] it came from, wherever that is. While anything waits, a task looks
//! every second for connections that members have closed or that have waited too long.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::connection::Connection;
use super::idle::{IdleConnections, Swept};
use super::slots::Slots;
use super::{Inner, Target};

thread_local! {
    static POOLS: RefCell<Vec<ClientPools>> = const { RefCell::new(Vec::new()) };
}

/// One client's pools on one thread.
struct ClientPools {
    client: Weak<Inner>,
    targets: HashMap<Target, Pool, foldhash::fast::RandomState>,
    /// The number of targets at which those without connections are forgotten.
    sweep_at: usize,
    /// A task looks after the connections that wait.
    is_swept: bool,
}

enum Pool {
    Unlimited(IdleConnections),
    Limited(Arc<Slots>),
}

const FIRST_SWEEP: usize = 256;

/// The time between two looks at the connections that wait.
const LOOK: Duration = Duration::from_secs(1);

/// A connection without work that is still good, if there is one.
pub(super) fn take(client: &Arc<Inner>, target: &Target, now: Instant) -> Option<Box<Connection>> {
    let (found, dead) = with(client, |pools| match pools.targets.get_mut(target) {
        Some(Pool::Unlimited(idle)) => idle.take(client, now),
        Some(Pool::Limited(slots)) => slots.take(client, now),
        None => (None, Vec::new()),
    });
    drop(dead);
    found
}

/// Keeps a connection for the next request, or hands it to one that waits for it.
pub(super) fn put(client: &Arc<Inner>, target: &Target, mut connection: Box<Connection>, now: Instant) {
    connection.idle_since = now;
    let superfluous = match connection.home() {
        Some(Some(slots)) => slots.put(client, connection),
        Some(None) => Some(connection),
        None => with(client, |pools| match pools.pool(client, target) {
            Pool::Unlimited(idle) => idle.put(client, connection),
            Pool::Limited(_) => Some(connection),
        }),
    };
    drop(superfluous);
    if with(client, |pools| !std::mem::replace(&mut pools.is_swept, true)) {
        look_after(client);
    }
}

/// The limit on the target's connections, when there is one.
pub(super) fn slots(client: &Arc<Inner>, target: &Target) -> Option<Arc<Slots>> {
    client.settings.max_connections_per_target?;
    with(client, |pools| match pools.pool(client, target) {
        Pool::Limited(slots) => Some(Arc::clone(slots)),
        Pool::Unlimited(_) => None,
    })
}

/// Looks after the connections of this thread until none waits.
fn look_after(client: &Arc<Inner>) {
    let client = Arc::downgrade(client);
    let task = async move {
        loop {
            sleep(LOOK).await;
            let Some(client) = client.upgrade() else { return };
            let now = Instant::now();
            let (dead, goes_on) = with(&client, |pools| pools.look(&client, now));
            drop(dead);
            if !goes_on {
                return;
            }
        }
    };
    // Without a runtime there are no connections either.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(task);
    }
}

fn with<T>(client: &Arc<Inner>, work: impl FnOnce(&mut ClientPools) -> T) -> T {
    POOLS.with_borrow_mut(|all| {
        let index = match all.iter().position(|pools| pools.client.as_ptr() == Arc::as_ptr(client)) {
            Some(index) => index,
            None => {
                all.retain(|pools| pools.client.strong_count() > 0);
                all.push(ClientPools {
                    client: Arc::downgrade(client),
                    targets: HashMap::default(),
                    sweep_at: FIRST_SWEEP,
                    is_swept: false,
                });
                all.len() - 1
            }
        };
        // The index was found or made just above.
        work(&mut all[index])
    })
}

impl ClientPools {
    fn pool(&mut self, client: &Inner, target: &Target) -> &mut Pool {
        if self.targets.len() >= self.sweep_at && !self.targets.contains_key(target) {
            // Addresses may come from messages: what was used once must not stay for ever.
            self.targets.retain(|_, pool| match pool {
                Pool::Unlimited(idle) => !idle.is_empty(),
                Pool::Limited(slots) => slots.is_in_use(),
            });
            self.sweep_at = FIRST_SWEEP.max(self.targets.len() * 2);
        }
        self.targets.entry(target.clone()).or_insert_with(|| {
            match client.settings.max_connections_per_target {
                None => Pool::Unlimited(IdleConnections::default()),
                Some(limit) => Pool::Limited(Arc::new(Slots::new(limit.max(1)))),
            }
        })
    }

    /// Takes out what is dead; false when nothing waits any more.
    fn look(&mut self, client: &Inner, now: Instant) -> (Vec<Box<Connection>>, bool) {
        let (mut all_dead, mut all_left) = (Vec::new(), 0);
        for pool in self.targets.values_mut() {
            let Swept { dead, left } = match pool {
                Pool::Unlimited(idle) => idle.sweep(client, now),
                Pool::Limited(slots) => slots.sweep(client, now),
            };
            all_dead.extend(dead);
            all_left += left;
        }
        self.is_swept = all_left > 0;
        (all_dead, self.is_swept)
    }
}
