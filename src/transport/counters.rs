//! What the transport counts: cells that only one thread writes, summed when somebody reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::http::framing::RefusalReason;

/// Everything that is counted for one listener.
#[derive(Debug)]
pub struct ListenerCounters {
    name: Arc<str>,
    open: AtomicUsize,
    closed: Notify,
    cells: Box<[ListenerCell]>,
}

/// One thread's part. Aligned so that two threads never write to the same cache line.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct ListenerCell {
    accepted: AtomicU64,
    requests: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    refused: [AtomicU64; RefusalReason::ALL.len()],
}

impl ListenerCounters {
    /// Counters for a listener that `threads` threads serve.
    pub fn new(name: Arc<str>, threads: usize) -> Self {
        let cells = (0..threads.max(1)).map(|_| ListenerCell::default()).collect();
        Self { name, open: AtomicUsize::new(0), closed: Notify::new(), cells }
    }

    /// The listener's name.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Connections accepted since the start.
    pub fn accepted(&self) -> u64 {
        self.sum(|cell| &cell.accepted)
    }

    /// Requests whose head was complete, refused ones included.
    pub fn requests(&self) -> u64 {
        self.sum(|cell| &cell.requests)
    }

    /// Bytes received, without TLS.
    pub fn bytes_in(&self) -> u64 {
        self.sum(|cell| &cell.bytes_in)
    }

    /// Bytes sent, without TLS.
    pub fn bytes_out(&self) -> u64 {
        self.sum(|cell| &cell.bytes_out)
    }

    /// Requests that were refused for this reason.
    pub fn refused(&self, reason: RefusalReason) -> u64 {
        self.cells
            .iter()
            .filter_map(|cell| cell.refused.get(reason.index()))
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }

    /// Ends when a connection has closed since the last time, or does so now.
    pub(crate) async fn connection_closed(&self) {
        self.closed.notified().await;
    }

    fn sum(&self, field: impl Fn(&ListenerCell) -> &AtomicU64) -> u64 {
        self.cells.iter().map(|cell| field(cell).load(Ordering::Relaxed)).sum()
    }

    fn cell(&self, thread: usize) -> Option<&ListenerCell> {
        self.cells.get(thread % self.cells.len())
    }
}

/// One open connection: counts it while it lives, and what happens on it.
#[derive(Debug)]
pub(crate) struct ConnectionCounters {
    listener: Arc<ListenerCounters>,
    thread: usize,
}

impl ConnectionCounters {
    pub(crate) fn open(listener: Arc<ListenerCounters>, thread: usize) -> Self {
        listener.open.fetch_add(1, Ordering::Relaxed);
        let counters = Self { listener, thread };
        counters.add(1, |cell| &cell.accepted);
        counters
    }

    pub(crate) fn request(&self) {
        self.add(1, |cell| &cell.requests);
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.add(bytes as u64, |cell| &cell.bytes_in);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.add(bytes as u64, |cell| &cell.bytes_out);
    }

    pub(crate) fn refused(&self, reason: RefusalReason) {
        if let Some(count) = self.listener.cell(self.thread).and_then(|cell| cell.refused.get(reason.index()))
        {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn add(&self, count: u64, field: impl Fn(&ListenerCell) -> &AtomicU64) {
        if let Some(cell) = self.listener.cell(self.thread) {
            field(cell).fetch_add(count, Ordering::Relaxed);
        }
    }
}

impl Drop for ConnectionCounters {
    fn drop(&mut self) {
        self.listener.open.fetch_sub(1, Ordering::Relaxed);
        self.listener.closed.notify_one();
    }
}

/// What is counted on the sending side, over all targets.
#[derive(Debug, Default)]
pub struct ClientCounters {
    pub(crate) open: AtomicUsize,
    pub(crate) opened: AtomicU64,
    pub(crate) reused: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) failed: AtomicU64,
}

impl ClientCounters {
    /// Connections open now, busy or waiting.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Connections made since the start.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Requests that went over a connection that had carried others before.
    pub fn reused(&self) -> u64 {
        self.reused.load(Ordering::Relaxed)
    }

    /// Requests sent again because the connection kept from before was dead.
    pub fn retried(&self) -> u64 {
        self.retried.load(Ordering::Relaxed)
    }

    /// Requests that got no answer.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}
