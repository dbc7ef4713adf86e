//! How long things may take: the formulas of `docs/group.md`.

use std::time::Duration;

/// The defaults of `[group]`.
pub(crate) const GOSSIP_INTERVAL: Duration = Duration::from_millis(500);
pub(crate) const LEASE: Duration = Duration::from_secs(5);
pub(crate) const SILENCE: Duration = Duration::from_secs(5);
/// The default of `membership.leave_grace`.
pub(crate) const LEAVE_GRACE: Duration = Duration::from_secs(5);

/// A group and its network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How many balancers there are.
    pub(crate) balancers: usize,
    /// How many of a hundred datagrams are lost.
    pub(crate) loss: u8,
}

impl Bounds {
    /// In so many rounds everybody has heard what one says: 3 + log₂ n + 40 × loss.
    pub(crate) fn rounds(self) -> u32 {
        let doublings = self.balancers.next_power_of_two().trailing_zeros();
        3 + doublings + (u32::from(self.loss) * 40).div_ceil(100)
    }

    /// T: everybody has heard what one says.
    pub(crate) fn told(self) -> Duration {
        GOSSIP_INTERVAL * self.rounds()
    }

    /// T_fail: everybody knows that one is lost, and everybody sees those again that hear each other again.
    pub(crate) fn seen(self) -> Duration {
        SILENCE + self.told()
    }

    /// Nobody sees one that died, whoever heard what of it when: what it said is then too old for everybody.
    pub(crate) fn buried(self) -> Duration {
        SILENCE * 2
    }

    /// A coordinator acts, and it is the oldest, whatever happened before.
    pub(crate) fn acting(self) -> Duration {
        SILENCE.max(LEASE) + LEASE * 2 + self.told() * 3
    }

    /// A member of whom nobody hears any more is gone everywhere, when it renews its registration each `lease`.
    pub(crate) fn forgotten(self, lease: Duration) -> Duration {
        lease.max(SILENCE) + LEAVE_GRACE * 2 + self.told() * 2
    }
}
