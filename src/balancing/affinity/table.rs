//! The sessions that are known, at most so many.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::notification::RemovalCause;
use moka::ops::compute::{CompResult, Op};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::identification::LONGEST_ID;
use super::session::{Key, Lookup, Session, Target};
use super::window::Window;

/// After how many sessions a walk over all of them lets others run.
const STEP: usize = 512;

/// The sessions of all clusters or endpoints that share it.
///
/// It is made once and outlives every configuration. When it is full, the least recently used session leaves; a moment
/// may pass until it does. Times are given by the caller. What clients send is hashed with a key of this table
/// (hardening.md §2 row 23), and looking up takes no memory.
pub struct SessionTable<T> {
    pub(super) sessions: Cache<Key, Arc<Session<T>>, RandomState>,
    counters: Arc<Counters>,
    start: Instant,
}

/// The counts of a table since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Sessions now, those included that are over and have not been met since.
    pub size: u64,
    /// Requests that went where their session was bound to.
    pub hits: u64,
    /// Requests with session ids, none of which led anywhere.
    pub misses: u64,
    /// Sessions that were found to be over.
    pub expired: u64,
    /// Sessions that left because the table was full.
    pub evicted: u64,
}

#[derive(Debug, Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    expired: AtomicU64,
    evicted: AtomicU64,
}

impl<T: Target> SessionTable<T> {
    /// A table for at most `most` sessions (`session_table_max`).
    pub fn new(most: u64, now: Instant) -> Self {
        let counters = Arc::new(Counters::default());
        let evictions = Arc::clone(&counters);
        let sessions = Cache::builder()
            .name("sessions")
            .max_capacity(most)
            .eviction_policy(EvictionPolicy::lru())
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    count(&evictions.evicted);
                }
            })
            .build_with_hasher(RandomState::new());
        SessionTable { sessions, counters, start: now }
    }

    /// The session, if it is known and not over. One that is over is removed.
    pub fn find(&self, scope: &str, id: &str, now: Instant) -> Option<Arc<Session<T>>> {
        let session = self.sessions.get(&Lookup { scope, id })?;
        if self.is_over(&session, now) {
            self.expire(&session, now);
            return None;
        }
        Some(session)
    }

    /// Begins the session, or binds it anew. Ids and paths of more than [`LONGEST_ID`] bytes, and empty ids, are ignored.
    pub fn bind(&self, scope: &Arc<str>, id: &str, path: &str, target: T, window: Window, now: Instant) {
        let last = AtomicU64::new(self.end_of(window, now));
        if let Some(session) = session(scope, id, path, target, last) {
            self.sessions.insert(session.key.clone(), Arc::new(session));
        }
    }

    /// The session has been used. It lives longer, if its window is of that kind.
    pub fn renew(&self, session: &Session<T>, window: Window, now: Instant) {
        if window.is_renewed() {
            session.last.store(self.end_of(window, now), Ordering::Relaxed);
        }
    }

    /// Forgets the session with this id.
    pub fn remove(&self, scope: &str, id: &str) {
        self.sessions.invalidate(&Lookup { scope, id });
    }

    /// Forgets this very session, and not what its id has been bound to since.
    pub fn forget(&self, session: &Arc<Session<T>>) {
        self.remove_if(session, |_| true);
    }

    /// Forgets the sessions that `keep` is false for: those of a member that left, or of a cluster that is no more.
    /// Walks the whole table and lets other tasks run on the way; no request waits for it.
    pub async fn retain(&self, mut keep: impl FnMut(&Session<T>) -> bool) {
        for (seen, (_, session)) in (1_usize..).zip(self.sessions.iter()) {
            if !keep(&session) {
                self.forget(&session);
            }
            if seen.is_multiple_of(STEP) {
                yield_now().await;
            }
        }
    }

    /// Forgets the sessions that are over. Sessions that are over are never found; this makes room, and is to be called
    /// every 15 s or so (endpoints.md §6.2). Walks like [`SessionTable::retain`].
    pub async fn sweep(&self, now: Instant) {
        for (seen, (_, session)) in (1_usize..).zip(self.sessions.iter()) {
            if self.is_over(&session, now) {
                self.expire(&session, now);
            }
            if seen.is_multiple_of(STEP) {
                yield_now().await;
            }
        }
    }

    /// The counts. Removes first what is too much, so this is not for every request.
    pub fn statistics(&self) -> Statistics {
        self.sessions.run_pending_tasks();
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Statistics {
            size: self.sessions.entry_count(),
            hits: read(&self.counters.hits),
            misses: read(&self.counters.misses),
            expired: read(&self.counters.expired),
            evicted: read(&self.counters.evicted),
        }
    }

    /// How many sessions there may be.
    pub fn most(&self) -> Option<u64> {
        self.sessions.policy().max_capacity()
    }

    /// How many sessions that are not over each scope has. Walks like [`SessionTable::retain`].
    pub async fn by_scope(&self, now: Instant) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (seen, (key, session)) in (1_usize..).zip(self.sessions.iter()) {
            if !self.is_over(&session, now) {
                match counts.get_mut(&*key.scope) {
                    Some(count) => *count = count.saturating_add(1),
                    None => drop(counts.insert(key.scope.to_string(), 1)),
                }
            }
            if seen.is_multiple_of(STEP) {
                yield_now().await;
            }
        }
        counts
    }

    /// Counts a request with session ids.
    pub(super) fn count_request(&self, hit: bool) {
        count(if hit { &self.counters.hits } else { &self.counters.misses });
    }

    /// Whether the session was over before this moment. At its last moment it still lives.
    pub(super) fn is_over(&self, session: &Session<T>, now: Instant) -> bool {
        session.last() < self.moment(now)
    }

    /// A moment in the table's time. The table lasts 584 years.
    pub(super) fn moment(&self, instant: Instant) -> u64 {
        u64::try_from(instant.saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX)
    }

    fn end_of(&self, window: Window, now: Instant) -> u64 {
        let length = u64::try_from(window.length().as_nanos()).unwrap_or(u64::MAX);
        self.moment(now).saturating_add(length)
    }

    /// Removes a session that is over, unless it has been renewed or bound anew meanwhile.
    fn expire(&self, session: &Arc<Session<T>>, now: Instant) {
        if self.remove_if(session, |session| self.is_over(session, now)) {
            count(&self.counters.expired);
        }
    }

    fn remove_if(&self, session: &Arc<Session<T>>, condition: impl Fn(&Session<T>) -> bool) -> bool {
        let removal = self.sessions.entry(session.key.clone()).and_compute_with(|entry| match entry {
            Some(entry) if Arc::ptr_eq(entry.value(), session) && condition(session) => Op::Remove,
            _ => Op::Nop,
        });
        matches!(removal, CompResult::Removed(_))
    }
}

impl<T> fmt::Debug for SessionTable<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionTable").field("counters", &self.counters).finish_non_exhaustive()
    }
}

/// A session for a table, if its id and path can be kept.
pub(super) fn session<T>(
    scope: &Arc<str>,
    id: &str,
    path: &str,
    target: T,
    last: AtomicU64,
) -> Option<Session<T>> {
    if id.is_empty() || id.len() > LONGEST_ID || path.len() > LONGEST_ID {
        return None;
    }
    let path = if path == "/" { Cow::Borrowed("/") } else { Cow::Owned(path.to_owned()) };
    Some(Session { key: Key { scope: Arc::clone(scope), id: id.into() }, path, target, last })
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
