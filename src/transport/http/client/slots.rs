//! A limit on connections to one target: the connections without work, and the requests that wait for one
//! (http-transport.md §17 rule 10).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Inner;
use super::connection::Connection;
use super::idle::{IdleConnections, Swept};

/// How many connections one target may have on one thread, and what they are doing.
pub(super) struct Slots {
    limit: usize,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    open: usize,
    idle: IdleConnections,
    waiting: VecDeque<oneshot::Sender<Grant>>,
}

/// The right to have one connection open; given on when dropped. The connection that has it may lie among the idle ones of
/// its slots, which therefore must not be kept alive by it.
pub(super) struct Slot(Weak<Slots>);

/// What a waiting request gets.
pub(super) enum Grant {
    /// A connection that another request has just finished with.
    Connection(Box<Connection>),
    /// The right to make one.
    Slot(Slot),
}

/// The answer to asking for a slot.
pub(super) enum Asked {
    /// One that has become free meanwhile.
    Idle(Box<Connection>),
    Granted(Slot),
    /// Wait for it, as long as you like.
    Queued(oneshot::Receiver<Grant>),
    /// Too many wait already.
    Refused,
}

impl Slots {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, queue: Mutex::default() }
    }

    /// See [`IdleConnections::take`].
    pub(super) fn take(
        &self,
        client: &Inner,
        now: Instant,
    ) -> (Option<Box<Connection>>, Vec<Box<Connection>>) {
        self.queue().idle.take(client, now)
    }

    pub(super) fn ask(self: &Arc<Self>, client: &Inner, now: Instant) -> Asked {
        let mut queue = self.queue();
        let (idle, dead) = queue.idle.take(client, now);
        let asked = match idle {
            Some(connection) => Asked::Idle(connection),
            None => queue.ask(self, client.settings.max_waiting_per_target),
        };
        drop(queue);
        drop(dead);
        asked
    }

    /// Hands a connection to the request that has waited longest, or keeps it when none waits, and gives back what
    /// must go for it.
    pub(super) fn put(&self, client: &Inner, mut connection: Box<Connection>) -> Option<Box<Connection>> {
        loop {
            let mut queue = self.queue();
            let Some(waiting) = queue.waiting.pop_front() else { return queue.idle.put(client, connection) };
            drop(queue);
            match waiting.send(Grant::Connection(connection)) {
                Err(Grant::Connection(back)) => connection = back,
                Ok(()) | Err(Grant::Slot(_)) => return None,
            }
        }
    }

    /// See [`IdleConnections::sweep`].
    pub(super) fn sweep(&self, client: &Inner, now: Instant) -> Swept {
        self.queue().idle.sweep(client, now)
    }

    /// Whether there is a connection, or a request that wants one.
    pub(super) fn is_in_use(&self) -> bool {
        let queue = self.queue();
        queue.open > 0 || !queue.waiting.is_empty()
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn ask(&mut self, slots: &Arc<Slots>, max_waiting: usize) -> Asked {
        if self.open < slots.limit {
            self.open += 1;
            return Asked::Granted(Slot::new(slots));
        }
        self.waiting.retain(|waiting| !waiting.is_closed());
        if self.waiting.len() >= max_waiting {
            return Asked::Refused;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(sender);
        Asked::Queued(receiver)
    }
}

impl Slot {
    fn new(slots: &Arc<Slots>) -> Self {
        Self(Arc::downgrade(slots))
    }

    /// Where it came from.
    pub(super) fn slots(&self) -> Option<Arc<Slots>> {
        self.0.upgrade()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(slots) = self.0.upgrade() else { return };
        loop {
            let mut queue = slots.queue();
            let Some(waiting) = queue.waiting.pop_front() else {
                queue.open = queue.open.saturating_sub(1);
                return;
            };
            drop(queue);
            match waiting.send(Grant::Slot(Self::new(&slots))) {
                // This one went away meanwhile: the next may have what was meant for it.
                Err(Grant::Slot(mut slot)) => slot.0 = Weak::new(),
                Ok(()) | Err(Grant::Connection(_)) => return,
            }
        }
    }
}
