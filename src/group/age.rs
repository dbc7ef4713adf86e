//! The time of the group: how old is what somebody heard of somebody?
//!
//! Each balancer counts seconds from its start on and says how many; one that hears of more goes on from there. So all that
//! hear of each other count alike, whatever their clocks say. One that died counts no further: what is left of it at others
//! grows old for everybody, also for those who hear of it late, and by several of whom some know more than others.

use std::time::Duration;

use tokio::time::Instant;

/// The time of the group, as one balancer counts it.
#[derive(Debug)]
pub(super) struct GroupTime {
    began: Instant,
    /// By how much others are ahead, of whom it was heard.
    ahead: Duration,
}

impl GroupTime {
    /// Nothing was heard yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { began: now, ahead: Duration::ZERO }
    }

    /// Somebody said so many seconds.
    pub(super) fn hear(&mut self, now: Instant, seconds: u64) {
        let passed = now.saturating_duration_since(self.began);
        self.ahead = self.ahead.max(Duration::from_secs(seconds).saturating_sub(passed));
    }

    /// How many seconds to say.
    pub(super) fn seconds(&self, now: Instant) -> u64 {
        self.at(now).as_secs()
    }

    /// How long ago it was that somebody could say so many seconds.
    pub(super) fn since(&self, now: Instant, seconds: u64) -> Duration {
        self.at(now).saturating_sub(Duration::from_secs(seconds))
    }

    fn at(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began).saturating_add(self.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn those_that_hear_of_each_other_count_alike() {
        let began = Instant::now();
        let (mut old, mut young) = (GroupTime::new(began), GroupTime::new(began + SECOND * 100));
        let now = began + SECOND * 110;
        assert_eq!((old.seconds(now), young.seconds(now)), (110, 10));
        young.hear(now, old.seconds(now));
        old.hear(now, 10);
        assert_eq!((old.seconds(now), young.seconds(now)), (110, 110));
        assert_eq!(young.seconds(now + SECOND * 5), 115);
    }

    #[test]
    fn what_was_said_grows_old_also_for_who_hears_it_late() {
        let began = Instant::now();
        let mut time = GroupTime::new(began);
        // One that died said 40 last, and another says it, and 60 of its own.
        time.hear(began + SECOND, 40);
        time.hear(began + SECOND, 60);
        assert_eq!(time.since(began + SECOND, 40), SECOND * 20);
        assert_eq!(time.since(began + SECOND * 3, 40), SECOND * 22);
        assert_eq!(time.since(began, 1_000), Duration::ZERO);
    }

    #[test]
    fn nonsense_overflows_nothing() {
        let began = Instant::now();
        let mut time = GroupTime::new(began);
        time.hear(began + SECOND, u64::MAX);
        assert_eq!(time.seconds(began + SECOND * 10), u64::MAX);
        assert!(time.since(began + SECOND * 10, u64::MAX) < SECOND);
    }
}
