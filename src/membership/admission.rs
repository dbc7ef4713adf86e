//! When a new member gets requests.

use std::time::Duration;

use tokio::time::Instant;

/// One member on its way in (elastic-load-balancer.md §5.3, cases 214 to 216). Pure: it is told what probes found, and says
/// what to do next.
///
/// The original gives up after 30 rounds, and joins wait for each other (fix W17). Here a member is probed as long as it is
/// in the group: every second for 30 rounds, then every 5 s.
#[derive(Clone, Debug)]
pub struct Admission {
    delay: Duration,
    not_before: Instant,
    open_since: Option<Instant>,
    rounds: u32,
}

/// What comes after a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It gets requests.
    Admit,
    /// It is probed again after this time.
    Probe(Duration),
}

/// The time between probes.
const ROUND: Duration = Duration::from_secs(1);

/// So many rounds are quick, as many as the original had.
const QUICK_ROUNDS: u32 = 30;

/// The time between probes after those.
const SLOW_ROUND: Duration = Duration::from_secs(5);

impl Admission {
    /// A member whose ports must be open for a time, and that gets no requests before another.
    pub fn new(delay: Duration, not_before: Instant) -> Self {
        Self { delay, not_before, open_since: None, rounds: 0 }
    }

    /// Takes note of a probe of all ports.
    pub fn probed(&mut self, open: bool, now: Instant) -> Next {
        if !open {
            self.open_since = None;
            self.rounds = self.rounds.saturating_add(1);
            return Next::Probe(if self.rounds < QUICK_ROUNDS { ROUND } else { SLOW_ROUND });
        }
        let since = *self.open_since.get_or_insert(now);
        let open_for = now.saturating_duration_since(since);
        let delayed = self.delay.saturating_sub(open_for);
        let left = delayed.max(self.not_before.saturating_duration_since(now));
        if left.is_zero() { Next::Admit } else { Next::Probe(left.min(ROUND)) }
    }
}
