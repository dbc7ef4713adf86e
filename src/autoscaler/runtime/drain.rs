//! A member that was chosen to leave finishes what it has, at all balancers, before its instance is ended
//! (elastic-load-balancer.md §5.8).

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::shared::{Shared, cluster};
use crate::clusters::{ClusterKey, Member};

/// How often it is looked whether a member that is drained has finished what it had.
const DRAIN_ROUND: Duration = Duration::from_millis(100);

/// In so many rounds after each other it must have had nothing: a request may have chosen it just before.
const IDLE_ROUNDS: u32 = 3;

impl Shared {
    /// Lets a member finish what it has, for as long as its cluster allows; not longer than this balancer acts.
    pub(super) async fn drain(&self, key: &ClusterKey, member: &str) {
        // It may have left meanwhile.
        if self.directory.drain(key, member).is_err() {
            return;
        }
        let patience = self.scaled().and_then(|configuration| {
            cluster(&configuration, key).map(|cluster| cluster.traffic.lifecycle.drain_timeout)
        });
        let began = Instant::now();
        let deadline = began + patience.unwrap_or_default();
        let mut idle = 0;
        while idle < IDLE_ROUNDS && self.acting().is_some() {
            let found = self.directory.find(key).and_then(|cluster| cluster.member(member));
            let Some(found) = found else { return };
            if Instant::now() >= deadline {
                if !self.is_idle(key, &found, began) {
                    let in_flight = found.live().in_flight();
                    tracing::warn!(target: "autoscaler", cluster = %key, member, in_flight, "not drained in time");
                }
                return;
            }
            idle = if self.is_idle(key, &found, began) { idle + 1 } else { 0 };
            sleep(DRAIN_ROUND).await;
        }
    }

    /// Whether nobody has requests at a member that drains. A balancer that has not said so yet may not have heard of the
    /// drain; one that would have by now does not know the member.
    fn is_idle(&self, key: &ClusterKey, member: &Arc<Member>, began: Instant) -> bool {
        if member.live().in_flight() > 0 {
            return false;
        }
        let others = self.others_see();
        let known = self.peers.balancers().map_or(0, |others| others.len());
        let said = others
            .iter()
            .filter_map(|other| other.sight.draining.get(&key.to_string())?.get(member.key()).copied());
        let said: Vec<u32> = said.collect();
        let heard = said.len() >= known || began.elapsed() >= self.peers.echo();
        heard && said.iter().all(|in_flight| *in_flight == 0)
    }
}
