//! Sessions on their way between balancers (elastic-load-balancer.md §5.7).

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use moka::ops::compute::{CompResult, Op};
use tokio::time::Instant;

use super::session::Target;
use super::table::{SessionTable, session};

/// A session as another balancer can take it over: everything by name, and no moment of this machine's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<T> {
    /// The cluster or endpoint that it belongs to.
    pub scope: Arc<str>,
    /// The id, for cookies `NAME=value`.
    pub id: Arc<str>,
    /// The path of the cookie.
    pub path: String,
    /// What it is bound to.
    pub target: T,
    /// How long it still lives, if it is not used.
    pub remaining: Duration,
}

impl<T: Target> SessionTable<T> {
    /// The sessions that live at this moment, in no order. Sessions that begin or end meanwhile may be among them.
    pub fn records(&self, now: Instant) -> impl Iterator<Item = Record<T>> {
        let moment = self.moment(now);
        self.sessions.iter().filter_map(move |(key, session)| {
            let remaining = session.last().checked_sub(moment)?;
            Some(Record {
                scope: Arc::clone(&key.scope),
                id: Arc::clone(&key.id),
                path: session.path().to_owned(),
                target: session.target().clone(),
                remaining: Duration::from_nanos(remaining),
            })
        })
    }

    /// Takes over a session of another balancer. Of two sessions with one id the one that lives longer counts: the last
    /// who used it wins. False when the record was not taken.
    pub fn merge(&self, record: Record<T>, now: Instant) -> bool {
        let length = u64::try_from(record.remaining.as_nanos()).unwrap_or(u64::MAX);
        let last = self.moment(now).saturating_add(length);
        let merged = session(&record.scope, &record.id, &record.path, record.target, AtomicU64::new(last));
        let Some(merged) = merged else { return false };
        let merging = self.sessions.entry(merged.key.clone()).and_compute_with(|entry| match entry {
            Some(entry) if entry.value().last() >= last => Op::Nop,
            _ => Op::Put(Arc::new(merged)),
        });
        matches!(merging, CompResult::Inserted(_) | CompResult::ReplacedWith(_))
    }
}
