//! The times of the settings, and the bounds that follow from them by `docs/group.md` and `docs/membership.md`.

use std::time::Duration;

const fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

/// `group.lease`, `group.silence` and `group.gossip_interval`.
pub(crate) const LEASE: Duration = milliseconds(4_000);
pub(crate) const SILENCE: Duration = milliseconds(4_000);
pub(crate) const GOSSIP: Duration = milliseconds(200);

/// `membership.leave_grace`.
pub(crate) const GRACE: Duration = milliseconds(1_000);

/// `--lease` and `--health-interval` of the side-cars.
pub(crate) const REGISTRATION: Duration = milliseconds(6_000);
pub(crate) const HEALTH: Duration = milliseconds(1_000);

/// What `sinew join` takes at most to notice that a balancer answers again: an attempt that nobody answers, and the wait after.
const RETRY: Duration = milliseconds(5_500);

/// The time between two probes of a new member whose ports are not open.
const PROBE: Duration = milliseconds(1_000);

/// What the machine may add: the processes share two cores with other tests, and the looks themselves take time.
pub(crate) const LOAD: Duration = milliseconds(5_000);

/// What one balancer says is known at all.
const TOLD: Duration = milliseconds(6 * 200);

/// A group starts, or a balancer comes to a group.
pub(crate) fn election_after_start() -> Duration {
    LEASE + TOLD
}

/// A balancer dies, or is cut off.
pub(crate) fn takeover() -> Duration {
    LEASE.max(SILENCE) + TOLD
}

/// The oldest balancer is back.
pub(crate) fn hand_back() -> Duration {
    2 * LEASE + TOLD
}

/// A member is announced for the first time, or in a new process.
pub(crate) fn admission() -> Duration {
    PROBE + TOLD
}

/// A member dies with its side-car, or is cut off: known to nobody any more.
pub(crate) fn loss() -> Duration {
    REGISTRATION + 2 * GRACE + 2 * TOLD
}

/// A member that is reached again.
pub(crate) fn return_of_a_member() -> Duration {
    RETRY + admission()
}

/// A member that only a balancer knew which is lost.
pub(crate) fn loss_with_its_balancer() -> Duration {
    SILENCE + GRACE + TOLD
}

/// A member leaves: it drains for three rounds, then all know it.
pub(crate) fn farewell() -> Duration {
    3 * GOSSIP + TOLD
}

/// A balancer leaves, with the members that only it knew.
pub(crate) fn farewell_of_a_balancer() -> Duration {
    3 * GOSSIP + GRACE + TOLD
}
