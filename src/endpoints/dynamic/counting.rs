//! Requests as demand for their cluster (elastic-load-balancer.md §4.1).

use sinew_core::mediation::{Counting, Exchange};
use tokio::time::Instant;

use super::BalancedCluster;

/// Counts a request for the cluster that it was found to be for, if that was asked for. One that is counted for another
/// cluster, because it was sent before, is counted for this one now.
pub(super) fn count(exchange: &mut Exchange, cluster: &BalancedCluster, now: Instant) {
    let Some(demand) = &cluster.demand else { return };
    match &exchange.counting {
        Counting::Off => return,
        Counting::On(counted) if counted.is_at(demand) => return,
        Counting::Wanted | Counting::On(_) => {}
    }
    exchange.counting = Counting::On(demand.arrive(now));
}

/// Leaves a request counted that no member was there for.
pub(super) fn refuse(exchange: &mut Exchange, cluster: &BalancedCluster) {
    let Some(demand) = &cluster.demand else { return };
    if let Counting::On(counted) = std::mem::take(&mut exchange.counting) {
        demand.refuse(counted);
    }
}
