//! The state machine itself (endpoints.md §3.2–§3.3).

use super::Rules;

/// A point in time, in milliseconds since an epoch of the caller's.
pub type Moment = u64;

/// Whether something may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// It works.
    #[default]
    Active,
    /// A failure was forgiven; it may be tried again after a pause.
    Timeout,
    /// It failed; it may be tried again when its suspension is over.
    Suspended,
    /// Somebody switched it off.
    Off,
}

impl State {
    /// The word people read.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Timeout => "timeout",
            State::Suspended => "suspended",
            State::Off => "off",
        }
    }
}

/// How often something was kept away (endpoints.md §9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Suspensions since the start.
    pub suspensions: u64,
    /// Forgiven failures since the start; one that exhausts the forgiveness counts as both.
    pub timeouts: u64,
    /// Suspensions in a row, without a success or a forgiven failure between.
    pub consecutive_suspensions: u64,
    /// Forgiven failures in a row, without a success or a suspension between.
    pub consecutive_timeouts: u64,
}

/// The state of one endpoint or member, with what its transitions need to know.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    state: State,
    next_retry: Moment,
    /// How many failures are still forgiven; `None` until the first.
    remaining: Option<u32>,
    /// The last suspension in milliseconds, while there was no success since.
    last_suspension: Option<u64>,
    counts: Counts,
}

impl Machine {
    /// The state, whatever the time: being ready for another try does not change it.
    pub fn state(&self) -> State {
        self.state
    }

    /// When it may be tried again; `None` while it is active or off.
    pub fn next_retry(&self) -> Option<Moment> {
        matches!(self.state, State::Timeout | State::Suspended).then_some(self.next_retry)
    }

    /// How often it was kept away.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether it may be used now. Any number of tries may pass at once.
    pub fn is_ready(&self, now: Moment) -> bool {
        match self.state {
            State::Active => true,
            State::Timeout | State::Suspended => now >= self.next_retry,
            State::Off => false,
        }
    }

    /// Something was sent and failed with a code.
    pub fn failed(&mut self, code: u32, rules: &Rules, now: Moment) {
        if self.state == State::Off {
            // Switching off is final, whatever is still in flight (endpoints.md §3.6).
            return;
        }
        if rules.is_time_out(code) {
            self.time_out(rules, now);
        } else if rules.suspends(code) {
            self.suspend(rules, now);
        }
    }

    fn time_out(&mut self, rules: &Rules, now: Moment) {
        self.counts.timeouts += 1;
        self.counts.consecutive_timeouts += 1;
        let remaining = self.remaining.unwrap_or(rules.mark.retries);
        if remaining == 0 {
            // It stays used up until something succeeds (consequence 3).
            self.suspend(rules, now);
            return;
        }
        self.counts.consecutive_suspensions = 0;
        self.state = State::Timeout;
        self.remaining = Some(remaining - 1);
        self.next_retry = now.saturating_add(rules.retry_delay());
    }

    /// Suspends, for longer each time until something succeeds.
    pub fn suspend(&mut self, rules: &Rules, now: Moment) {
        if self.state == State::Off {
            return;
        }
        self.counts.suspensions += 1;
        self.counts.consecutive_suspensions += 1;
        self.counts.consecutive_timeouts = 0;
        let duration = rules.suspension(self.last_suspension);
        self.state = State::Suspended;
        self.last_suspension = Some(duration);
        self.next_retry = now.saturating_add(duration);
    }

    /// Something was sent and answered, with whatever status.
    pub fn succeeded(&mut self) {
        if matches!(self.state, State::Timeout | State::Suspended) {
            self.reset(State::Active);
        }
    }

    /// Makes it usable at once.
    pub fn switch_on(&mut self) {
        self.reset(State::Active);
    }

    /// Keeps it away until it is switched on.
    pub fn switch_off(&mut self) {
        self.reset(State::Off);
    }

    fn reset(&mut self, state: State) {
        self.state = state;
        self.remaining = None;
        self.last_suspension = None;
        self.next_retry = 0;
        self.counts.consecutive_suspensions = 0;
        self.counts.consecutive_timeouts = 0;
    }
}
