//! A cluster and the snapshot of its members that requests read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use tokio::time::Instant;

use super::{ClusterKey, DemandCounter, Member};

/// Members in the order in which they joined.
pub type Members = Vec<Arc<Member>>;

/// A cluster. It exists as long as somebody names it, with members or without.
#[derive(Debug)]
pub struct Cluster {
    key: ClusterKey,
    members: ArcSwap<Members>,
    /// Whose turn it is, for algorithms that go round (fix W7: one per cluster).
    pub cursor: AtomicUsize,
    demand: ArcSwapOption<DemandCounter>,
}

impl Cluster {
    pub(super) fn new(key: ClusterKey) -> Self {
        Self { key, members: ArcSwap::default(), cursor: AtomicUsize::new(0), demand: ArcSwapOption::empty() }
    }

    /// What it is known by.
    pub fn key(&self) -> &ClusterKey {
        &self.key
    }

    /// The members now, in the order in which they joined. The snapshot never changes.
    pub fn members(&self) -> Guard<Arc<Members>> {
        self.members.load()
    }

    /// The members now, to keep.
    pub fn snapshot(&self) -> Arc<Members> {
        self.members.load_full()
    }

    /// A member by its key.
    pub fn member(&self, key: &str) -> Option<Arc<Member>> {
        self.members.load().iter().find(|member| **member.key() == *key).cloned()
    }

    /// What counts the requests that want it; nothing as long as nobody asked for counting.
    pub fn demand(&self) -> Option<Arc<DemandCounter>> {
        self.demand.load_full()
    }

    /// Counts the requests that want it, each for at most so long. When that is another time than before, the count begins
    /// anew; those that are counted end where they began.
    pub fn count_demand(&self, expiry: Duration) -> Arc<DemandCounter> {
        let same = |counter: &Arc<DemandCounter>| counter.expiry() == expiry;
        if let Some(counter) = self.demand().filter(same) {
            return counter;
        }
        let counter = Arc::new(DemandCounter::new(expiry, Instant::now()));
        self.demand.store(Some(counter.clone()));
        counter
    }

    pub(super) fn publish(&self, members: Members) {
        let before = self.members.swap(Arc::new(members));
        let now = self.members();
        // Whose turn it was keeps it; when it left, the next that stayed has it. So nobody loses a turn because another
        // came or went. A cursor beyond the members is no member's turn, and stays.
        let turn = |cursor: usize| {
            let (earlier, later) = before.split_at_checked(cursor)?;
            let mut order = later.iter().chain(earlier);
            order.find_map(|old| now.iter().position(|new| Arc::ptr_eq(new.live(), old.live())))
        };
        // An error means that nobody has a turn to keep.
        let _ = self.cursor.fetch_update(Ordering::Relaxed, Ordering::Relaxed, turn);
    }
}
