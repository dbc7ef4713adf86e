//! When a name is looked up again, and what an answer is worth.

use std::time::Duration;

use tokio::time::Instant;

/// What is known of the answers to one name. Pure: it is told the time.
#[derive(Clone, Debug)]
pub(super) struct Refresh {
    shortest: Duration,
    longest: Duration,
    stale: Duration,
    /// Empty answers in a row.
    empty: u32,
    /// Look-ups that failed since the last answer.
    failures: u32,
    /// When the last answer came, as long as members of it count.
    answered: Option<Instant>,
}

/// What to do with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The members are those of the answer.
    Replace,
    /// The members are those of the answer before: this one is empty, and may be a mistake.
    Keep,
}

/// That many empty answers in a row are believed.
const BELIEVED: u32 = 2;

impl Refresh {
    pub(super) fn new(shortest: Duration, longest: Duration, stale: Duration) -> Self {
        Self { shortest, longest, stale, empty: 0, failures: 0, answered: None }
    }

    /// An answer came; what it is worth, and how long to wait then.
    pub(super) fn answered(
        &mut self,
        is_empty: bool,
        ttl: Option<Duration>,
        now: Instant,
    ) -> (Verdict, Duration) {
        self.failures = 0;
        self.empty = if is_empty { self.empty.saturating_add(1) } else { 0 };
        let pause = ttl.unwrap_or(self.shortest).max(self.shortest).min(self.longest);
        let is_doubtful = is_empty && self.empty < BELIEVED && self.answered.is_some();
        self.answered = (!is_empty || is_doubtful).then_some(now);
        (if is_doubtful { Verdict::Keep } else { Verdict::Replace }, pause)
    }

    /// A look-up failed; how long to wait then, twice as long each time.
    pub(super) fn failed(&mut self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.failures.min(31));
        self.failures = self.failures.saturating_add(1);
        self.shortest.saturating_mul(doubled).min(self.longest)
    }

    /// When the last answer counts no more if look-ups fail until then; none when nothing counts.
    pub(super) fn stale_at(&self) -> Option<Instant> {
        self.answered.map(|answered| answered + self.stale)
    }

    /// The last answer counts no more.
    pub(super) fn expire(&mut self) {
        self.answered = None;
    }
}
