//! One machine that many threads share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Counts, Machine, Moment, Rules, State};

/// The availability of one endpoint or member.
///
/// Asking whether it is ready, and reporting a success while it is active, are one atomic read. The lock is taken only
/// when something failed, or works again.
#[derive(Debug)]
pub struct Availability {
    epoch: Instant,
    /// When it may be used: [`ALWAYS`], [`NEVER`], or a moment in milliseconds since the epoch, plus one so that it is
    /// neither.
    ready_at: AtomicU64,
    machine: Mutex<Machine>,
}

const ALWAYS: u64 = 0;
const NEVER: u64 = u64::MAX;

/// What people see of an availability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The state.
    pub state: State,
    /// How long until it may be tried again; zero when it may be tried now, `None` while it is active or off.
    pub next_retry: Option<Duration>,
    /// How often it was kept away.
    pub counts: Counts,
}

impl Default for Availability {
    fn default() -> Self {
        Self { epoch: Instant::now(), ready_at: AtomicU64::new(ALWAYS), machine: Mutex::default() }
    }
}

impl Availability {
    /// Whether it may be used now.
    pub fn is_ready(&self, now: Instant) -> bool {
        match self.ready_at.load(Ordering::Relaxed) {
            ALWAYS => true,
            NEVER => false,
            later => self.moment(now) >= later - 1,
        }
    }

    /// Whether it works: neither waiting for another try nor switched off.
    pub fn is_active(&self) -> bool {
        self.ready_at.load(Ordering::Relaxed) == ALWAYS
    }

    /// Whether somebody switched it off.
    pub fn is_off(&self) -> bool {
        self.ready_at.load(Ordering::Relaxed) == NEVER
    }

    /// When it may be tried again; `None` while it is active, and when it is switched off.
    pub fn next_retry(&self) -> Option<Instant> {
        match self.ready_at.load(Ordering::Relaxed) {
            ALWAYS | NEVER => None,
            later => self.epoch.checked_add(Duration::from_millis(later - 1)),
        }
    }

    /// Something was sent and answered.
    pub fn succeeded(&self) {
        if !self.is_active() {
            self.change(Machine::succeeded);
        }
    }

    /// Something was sent and failed with a code.
    pub fn failed(&self, code: u32, rules: &Rules, now: Instant) {
        let moment = self.moment(now);
        self.change(|machine| machine.failed(code, rules, moment));
    }

    /// Keeps it away for the next time that the rules give, whatever the failure.
    pub fn suspend(&self, rules: &Rules, now: Instant) {
        let moment = self.moment(now);
        self.change(|machine| machine.suspend(rules, moment));
    }

    /// Makes it usable at once.
    pub fn switch_on(&self) {
        self.change(Machine::switch_on);
    }

    /// Keeps it away until it is switched on.
    pub fn switch_off(&self) {
        self.change(Machine::switch_off);
    }

    /// What people see of it.
    pub fn view(&self, now: Instant) -> View {
        let machine = self.lock();
        let left = |moment: Moment| Duration::from_millis(moment.saturating_sub(self.moment(now)));
        View { state: machine.state(), next_retry: machine.next_retry().map(left), counts: machine.counts() }
    }

    fn change(&self, change: impl FnOnce(&mut Machine)) {
        let mut machine = self.lock();
        change(&mut machine);
        let ready_at = match machine.state() {
            State::Active => ALWAYS,
            State::Off => NEVER,
            State::Timeout | State::Suspended => {
                machine.next_retry().unwrap_or_default().saturating_add(1).min(NEVER - 1)
            }
        };
        self.ready_at.store(ready_at, Ordering::Relaxed);
    }

    /// A panic while the lock was held would have left the machine as it was: every change is a few assignments.
    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self, now: Instant) -> Moment {
        let passed = now.saturating_duration_since(self.epoch).as_millis();
        u64::try_from(passed).unwrap_or(u64::MAX)
    }
}
