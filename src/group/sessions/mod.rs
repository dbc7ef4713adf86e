//! Sticky sessions that all balancers know (elastic-load-balancer.md §5.7): optional, and late by a round or two.
//!
//! Each balancer says which sessions it bound or renewed: 256 keys, each with the sessions whose ids have the same hash, as
//! lines of `expiry scope id path target`. The others take over what lives longer than what they know, so the last who used
//! a session wins. Expiries are rounded seconds of the clock, so that clocks that differ let sessions end earlier or later by
//! as much, and a session that is used all the time is said anew only every few seconds.

mod bucket;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, MissedTickBehavior, interval};
use xxhash_rust::xxh3::Xxh3Default;

use super::words::SESSIONS;
use super::{Group, Shared};
use crate::balancing::affinity::{Record, SessionTable};

/// How often sessions are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// So many keys hold all sessions; each at most [`bucket::LONGEST`] bytes.
const BUCKETS: u64 = 256;

/// What other balancers said of a session: until when it lives, in seconds since 1970.
type Taken = HashMap<(Arc<str>, Arc<str>), u64>;

impl Group {
    /// Tells the others of the sessions here, and takes over theirs, until it is dropped.
    pub fn share_sessions(
        &self,
        sessions: Arc<SessionTable<Arc<str>>>,
    ) -> impl Future<Output = ()> + Send + 'static {
        share(self.shared.clone(), sessions)
    }
}

async fn share(shared: Arc<Shared>, sessions: Arc<SessionTable<Arc<str>>>) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let began = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    loop {
        looks.tick().await;
        let now = Instant::now();
        // Steps of the clock after the start concern nobody.
        let clock = (began.1 + now.duration_since(began.0)).as_secs();
        let taken = take(&shared, &sessions, now, clock);
        say(&shared, sessions.records(now), clock, &taken);
    }
}

/// Takes over what the others say; returns it.
fn take(shared: &Shared, sessions: &SessionTable<Arc<str>>, now: Instant, clock: u64) -> Taken {
    let mut taken = Taken::new();
    let heard = Shared::lock(&shared.heard);
    for line in heard.values().flat_map(|one| one.sessions.values()).flat_map(|text| bucket::read(text)) {
        let Some(remaining) = line.expiry.checked_sub(clock).filter(|left| *left > 0) else { continue };
        let record = Record { remaining: Duration::from_secs(remaining), ..line.record };
        let last = taken.entry((record.scope.clone(), record.id.clone())).or_default();
        *last = line.expiry.max(*last);
        sessions.merge(record, now);
    }
    taken
}

/// Says which sessions live longer than the others know.
fn say(shared: &Shared, records: impl Iterator<Item = Record<Arc<str>>>, clock: u64, taken: &Taken) {
    let mut buckets: BTreeMap<u64, Vec<bucket::Line>> = BTreeMap::new();
    for record in records {
        let expiry = bucket::rounded(clock + record.remaining.as_secs());
        let known = taken.get(&(record.scope.clone(), record.id.clone())).copied().unwrap_or_default();
        if expiry > known {
            buckets.entry(number(&record)).or_default().push(bucket::Line { expiry, record });
        }
    }
    for number in 0..BUCKETS {
        let text = buckets.remove(&number).and_then(bucket::write);
        shared.say(format!("{SESSIONS}{number}"), text);
    }
}

/// Where a session is said, the same at all balancers.
fn number(record: &Record<Arc<str>>) -> u64 {
    let mut hasher = Xxh3Default::new();
    hasher.write(record.scope.as_bytes());
    hasher.write(&[0]);
    hasher.write(record.id.as_bytes());
    hasher.finish() % BUCKETS
}
