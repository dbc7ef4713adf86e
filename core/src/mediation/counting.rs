//! Requests that count as the demand for a cluster that is scaled (elastic-load-balancer.md §4.1, W23).

use std::fmt;
use std::sync::Arc;

/// Whether an exchange counts. `autoscaleIn` asks for it, and the endpoint that finds the cluster of the request counts it
/// there: one resolution does for both (W11).
#[derive(Debug, Default)]
pub enum Counting {
    /// It does not count.
    #[default]
    Off,
    /// It shall count, once its cluster is known.
    Wanted,
    /// It counts.
    On(CountedRequest),
}

/// Where requests are counted.
pub trait RequestCounter: Send + Sync {
    /// A request that this counter gave a ticket is over.
    fn end(&self, ticket: u64);
}

/// A request that counts, until this is dropped: no way that an exchange can end leaves it counted.
pub struct CountedRequest {
    counter: Option<Arc<dyn RequestCounter>>,
    ticket: u64,
}

impl CountedRequest {
    /// A request that a counter counts under a ticket.
    pub fn new(counter: Arc<dyn RequestCounter>, ticket: u64) -> Self {
        Self { counter: Some(counter), ticket }
    }

    /// Leaves it counted until the counter forgets it by itself: nobody was there for it, and that is the demand that lets a
    /// cluster grow from nothing (case 163).
    pub fn stay(mut self) {
        self.counter = None;
    }

    /// Whether it is counted there.
    pub fn is_at<C: RequestCounter>(&self, counter: &Arc<C>) -> bool {
        self.counter.as_ref().is_some_and(|own| std::ptr::addr_eq(Arc::as_ptr(own), Arc::as_ptr(counter)))
    }
}

impl Drop for CountedRequest {
    fn drop(&mut self) {
        if let Some(counter) = &self.counter {
            counter.end(self.ticket);
        }
    }
}

impl fmt::Debug for CountedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountedRequest").field("ticket", &self.ticket).finish_non_exhaustive()
    }
}
