//! Who is registered, and for how long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::clusters::ClusterKey;
use crate::membership::{Departure, Event, Feed};

/// A cluster, and host and port of a member.
pub(super) type Id = (ClusterKey, Arc<str>);

/// The leases by member. Pure: it is told the time.
#[derive(Debug, Default)]
pub(super) struct Leases(HashMap<Id, Lease>);

/// One lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    /// How long it is from each renewal on.
    pub(super) length: Duration,
    /// When it ends.
    pub(super) until: Instant,
    /// Which process has it.
    pub(super) instance: Option<Arc<str>>,
    /// It ended, and the member may still come back.
    is_over: bool,
}

impl Leases {
    /// Whether another process than the one that asks has the lease.
    pub(super) fn is_of_other(&self, id: &Id, instance: Option<&str>) -> bool {
        self.0.get(id).is_some_and(|lease| lease.instance.as_deref() != instance)
    }

    /// Grants or renews a lease.
    pub(super) fn renew(&mut self, id: Id, length: Duration, instance: Option<&str>, now: Instant) {
        let instance = instance.map(Into::into);
        self.0.insert(id, Lease { length, until: now + length, instance, is_over: false });
    }

    /// The member left; whether it had a lease.
    pub(super) fn end(&mut self, id: &Id) -> bool {
        self.0.remove(id).is_some()
    }

    /// The lease of a member, when it has not ended.
    pub(super) fn of(&self, id: &Id) -> Option<&Lease> {
        self.0.get(id).filter(|lease| !lease.is_over)
    }

    /// All members with a lease, and those whose lease ended until they are forgotten, in order.
    pub(super) fn members(&self) -> Vec<Id> {
        let mut members: Vec<Id> = self.0.keys().cloned().collect();
        members.sort();
        members
    }

    /// The leases that ended since the last time.
    pub(super) fn ended(&mut self, now: Instant) -> Vec<Id> {
        let ended = self.0.iter_mut().filter(|(_, lease)| !lease.is_over && lease.until <= now);
        ended
            .map(|(id, lease)| {
                lease.is_over = true;
                id.clone()
            })
            .collect()
    }

    /// Forgets leases that ended, except of members that may still come back.
    pub(super) fn forget(&mut self, may_return: impl Fn(&Id) -> bool) {
        self.0.retain(|id, lease| !lease.is_over || may_return(id));
    }
}

/// The leases, which every change leaves in order before it can panic.
pub(super) fn lock(leases: &Mutex<Leases>) -> MutexGuard<'_, Leases> {
    leases.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Members whose lease ended are lost (case 225).
pub(super) fn expire(leases: &Mutex<Leases>, feed: &Feed) {
    let mut leases = lock(leases);
    for (cluster, member) in leases.ended(Instant::now()) {
        // A feed that does not know it any more needs not be told.
        let _ = feed.report(Event::Leave { cluster, member, departure: Departure::Lost });
    }
    leases.forget(|(cluster, member)| feed.member(cluster, member).is_some());
}
