//! Chooses members of one cluster.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::candidates::Candidates;
use super::slow_start::{Lot, Lots};
use crate::balancing::algorithms::{Algorithm, Asked, Selector};
use crate::clusters::{Cluster, Member};
use crate::transport::http::server::Scheme;

/// Chooses members of one cluster, by an algorithm and a policy. Choosing takes no lock; it allocates when the members
/// are others than before.
#[derive(Debug)]
pub struct Balancer {
    cluster: Arc<Cluster>,
    selector: Selector,
    settings: Settings,
    lots: Lots,
}

/// The policy around the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// In percent. When fewer of the open members are available, failures keep none away: the others would only break down
    /// as well. When none is available that was not tried, the one that comes back soonest is tried
    /// (elastic-load-balancer.md §3.2). 0: neither. Default 1, which is to say when none is available.
    pub panic_threshold: u8,
    /// How long after it became ready a member gets less than its share: 10 % at first, growing evenly. Zero, the default:
    /// everything at once.
    pub slow_start: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { panic_threshold: 1, slow_start: Duration::ZERO }
    }
}

/// One attempt to send a request.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// How the member is to be spoken to.
    pub scheme: Scheme,
    /// The port that the client asked for.
    pub port: u16,
    /// What the algorithm may want to know.
    pub asked: Asked<'a>,
    /// Members that were tried for this request already.
    pub tried: &'a [Arc<Member>],
    /// The time.
    pub now: Instant,
}

/// What was chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The member.
    pub member: Arc<Member>,
    /// Failures would keep it away; it was chosen because there is nothing better.
    pub is_panic: bool,
}

impl Balancer {
    /// A balancer for the members that a cluster has at each time.
    pub fn new(cluster: Arc<Cluster>, selector: Selector, settings: Settings) -> Self {
        Self { cluster, selector, settings, lots: Lots::default() }
    }

    /// The cluster it chooses from.
    pub fn cluster(&self) -> &Arc<Cluster> {
        &self.cluster
    }

    /// The algorithm.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// The policy.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A member for a new client; `None` when no member is left to try. Members that drain, are passive, unhealthy, switched
    /// off, of weight 0 or do not serve the scheme are never chosen.
    pub fn choose(&self, attempt: &Attempt<'_>) -> Option<Choice> {
        let members = self.cluster.members();
        let mut candidates = Candidates {
            cluster: &self.cluster,
            members: &members,
            attempt,
            settings: &self.settings,
            lots: &self.lots,
            affinity: self.affinity(attempt),
            lot: Lot::default(),
            is_panic: false,
        };
        candidates.is_panic = self.too_few_available(&candidates);
        let mut index = self.selector.choose(&candidates, &attempt.asked);
        if index.is_none() && candidates.lot.left_out_any() {
            candidates.lower_lot();
            index = self.selector.choose(&candidates, &attempt.asked);
        }
        let member = match index {
            Some(index) => members.get(index)?,
            None => self.last_resort(&candidates)?,
        };
        let is_panic = !candidates.is_available(member);
        Some(Choice { member: member.clone(), is_panic })
    }

    /// Without a slow start nobody asks for it, and hashing would be done twice.
    fn affinity(&self, attempt: &Attempt<'_>) -> Option<u64> {
        if self.settings.slow_start.is_zero() { None } else { self.selector.affinity(&attempt.asked) }
    }

    fn too_few_available(&self, candidates: &Candidates<'_>) -> bool {
        let threshold = usize::from(self.settings.panic_threshold);
        let enough = |available: usize, of: usize| available * 100 >= of.saturating_mul(threshold);
        // One available member is enough of so few; whether there is one shows by itself.
        if enough(1, candidates.members.len()) {
            return false;
        }
        let (mut open, mut available) = (0usize, 0usize);
        for member in candidates.open() {
            open += 1;
            available += usize::from(candidates.is_available(member));
            // Usually the first few will do, whatever the others are.
            if enough(available, candidates.members.len()) {
                return false;
            }
        }
        available > 0 && !enough(available, open)
    }

    /// The member that failures keep away for the shortest time from now (case 116). The last open member is never kept away.
    fn last_resort<'a>(&self, candidates: &'a Candidates<'_>) -> Option<&'a Arc<Member>> {
        let is_last = || candidates.open().nth(1).is_none();
        if self.settings.panic_threshold == 0 && !is_last() {
            return None;
        }
        let untried = candidates.open().filter(|member| !candidates.was_tried(member));
        untried.min_by_key(|member| member.live().availability.next_retry())
    }

    /// How long until a member comes back that failures keep away: what `Retry-After` says (elastic-load-balancer.md §3.4).
    /// `None` when there is none.
    pub fn comes_back(&self, now: Instant) -> Option<Duration> {
        let members = self.cluster.members();
        let moments = members
            .iter()
            .filter(|member| member.is_open())
            .filter_map(|member| member.live().availability.next_retry());
        moments.min().map(|moment| moment.saturating_duration_since(now))
    }
}
