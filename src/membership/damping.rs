//! Members that come and go again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::clusters::ClusterKey;

/// Remembers who left lately, and how long each must wait when it comes back. Pure but for its memory.
///
/// Two departures are free: a restart is no flapping. With the third, a member gets no requests for 10 s after it joins,
/// with each further one for twice as long, at most 5 min. What left and did not do so again for 5 min is forgotten. That
/// delay runs beside the admission delay: the longer one counts.
#[derive(Debug, Default)]
pub struct Damping {
    departures: HashMap<(ClusterKey, Arc<str>), Departures>,
}

#[derive(Debug)]
struct Departures {
    count: u32,
    last: Instant,
}

/// Departures without consequence.
const FREE: u32 = 2;

/// The wait after the first that has one.
const FIRST_WAIT: Duration = Duration::from_secs(10);

/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// After this time without a departure a member is forgotten.
const MEMORY: Duration = Duration::from_secs(300);

/// Members that are remembered. When there are more, those that left longest ago are forgotten.
const MOST: usize = 10_000;

impl Damping {
    /// A member left.
    pub fn departed(&mut self, cluster: &ClusterKey, member: &Arc<str>, now: Instant) {
        if self.departures.len() >= MOST {
            self.make_room(now);
        }
        let id = (cluster.clone(), member.clone());
        let departures = self.departures.entry(id).or_insert(Departures { count: 0, last: now });
        if departures.is_forgotten(now) {
            departures.count = 0;
        }
        departures.count = departures.count.saturating_add(1);
        departures.last = now;
    }

    /// How long a member that joins now must wait.
    pub fn wait(&self, cluster: &ClusterKey, member: &Arc<str>, now: Instant) -> Duration {
        let departures = self.departures.get(&(cluster.clone(), member.clone()));
        let count = departures.filter(|departures| !departures.is_forgotten(now)).map_or(0, |one| one.count);
        match count.checked_sub(FREE + 1) {
            None => Duration::ZERO,
            Some(doublings) => {
                let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
                FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
            }
        }
    }

    fn make_room(&mut self, now: Instant) {
        self.departures.retain(|_, departures| !departures.is_forgotten(now));
        if self.departures.len() >= MOST {
            let oldest = self.departures.iter().min_by_key(|(_, departures)| departures.last);
            if let Some(id) = oldest.map(|(id, _)| id.clone()) {
                self.departures.remove(&id);
            }
        }
    }
}

impl Departures {
    fn is_forgotten(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) >= MEMORY
    }
}
