//! What changes about a member while it works: its phase, its load, its failures.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::availability::Availability;

/// How far a member is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Phase {
    /// Announced and not yet found to work, or suspected by all who learn of it while it is there.
    Joining,
    /// It takes requests.
    Ready,
    /// It finishes what it has; new requests only from clients that are bound to it.
    Draining,
    /// It left.
    Gone,
}

impl Phase {
    /// The word people read.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Joining => "joining",
            Phase::Ready => "ready",
            Phase::Draining => "draining",
            Phase::Gone => "gone",
        }
    }

    fn of(number: u8) -> Self {
        match number {
            0 => Phase::Joining,
            1 => Phase::Ready,
            2 => Phase::Draining,
            _ => Phase::Gone,
        }
    }
}

/// The moving parts of a member. They outlive its definition: a member that announces itself anew keeps them.
#[derive(Debug)]
pub struct Live {
    born: Instant,
    phase: AtomicU8,
    /// When the phase began, in milliseconds since `born`.
    since: AtomicU64,
    healthy: AtomicBool,
    /// Nobody who learns of it hears of it any more.
    suspected: AtomicBool,
    in_flight: AtomicU32,
    served: AtomicU64,
    failed: AtomicU64,
    /// A peak-sensitive average of the time to the head of an answer, in nanoseconds.
    latency: AtomicU64,
    /// When `latency` was last brought up to date, in nanoseconds since `born`.
    measured: AtomicU64,
    /// The load average that it told, and until when that counts.
    load_average: Mutex<Option<(f64, Instant)>>,
    /// Whether its failures keep it away.
    pub availability: Availability,
}

/// How fast an old latency is forgotten: after this time it counts for 37 %.
const LATENCY_DECAY: Duration = Duration::from_secs(10);

impl Live {
    pub(super) fn new(phase: Phase) -> Self {
        Self {
            born: Instant::now(),
            phase: AtomicU8::new(phase as u8),
            since: AtomicU64::new(0),
            healthy: AtomicBool::new(true),
            suspected: AtomicBool::new(false),
            in_flight: AtomicU32::new(0),
            served: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            latency: AtomicU64::new(0),
            measured: AtomicU64::new(0),
            load_average: Mutex::default(),
            availability: Availability::default(),
        }
    }

    /// How far it is. One that is ready and suspected is joining again.
    pub fn phase(&self) -> Phase {
        match Phase::of(self.phase.load(Ordering::Relaxed)) {
            Phase::Ready if self.suspected.load(Ordering::Relaxed) => Phase::Joining,
            phase => phase,
        }
    }

    /// Whether it was let in once: it is ready or drains, even if nobody hears of it at the moment.
    pub fn was_admitted(&self) -> bool {
        matches!(Phase::of(self.phase.load(Ordering::Relaxed)), Phase::Ready | Phase::Draining)
    }

    /// Holds it back, or not any longer; whether that is a change. What it is besides is not forgotten.
    pub(super) fn set_suspected(&self, suspected: bool, now: Instant) -> bool {
        let changed = self.suspected.swap(suspected, Ordering::Relaxed) != suspected;
        if changed && Phase::of(self.phase.load(Ordering::Relaxed)) == Phase::Ready {
            self.begin(now);
        }
        changed
    }

    /// It told the load average of its machine, or that it tells none; that counts until then.
    pub fn tell_load_average(&self, load: Option<f64>, until: Instant) {
        *self.load_average.lock().unwrap_or_else(PoisonError::into_inner) = load.map(|load| (load, until));
    }

    /// The load average that it told last, as long as that counts (elastic-load-balancer.md §4.9).
    pub fn load_average(&self, now: Instant) -> Option<f64> {
        let told = *self.load_average.lock().unwrap_or_else(PoisonError::into_inner);
        told.filter(|(_, until)| now < *until).map(|(load, _)| load)
    }

    /// Moves on to a phase, if it is not there already.
    pub fn enter(&self, phase: Phase, now: Instant) {
        if self.phase.swap(phase as u8, Ordering::Relaxed) != phase as u8 {
            self.begin(now);
        }
    }

    /// Moves on to a phase, if it is in the phase `from`, suspected or not; whether it was.
    pub fn advance(&self, from: Phase, to: Phase, now: Instant) -> bool {
        let (from, to) = (from as u8, to as u8);
        let moved = self.phase.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if moved {
            self.begin(now);
        }
        moved
    }

    fn begin(&self, now: Instant) {
        let passed = now.saturating_duration_since(self.born).as_millis();
        self.since.store(u64::try_from(passed).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long it has been in its phase.
    pub fn in_phase(&self, now: Instant) -> Duration {
        let since = Duration::from_millis(self.since.load(Ordering::Relaxed));
        now.saturating_duration_since(self.born).saturating_sub(since)
    }

    /// What active health checks say; true while there are none.
    pub fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    /// Records what active health checks say.
    pub fn set_healthy(&self, healthy: bool) {
        self.healthy.store(healthy, Ordering::Relaxed);
    }

    /// Requests that it has not answered completely.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Requests that it answered, with whatever status.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Attempts that it did not answer.
    pub fn failures(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// The average time to the head of an answer, which rises at once and falls slowly; `None` before the first.
    pub fn latency(&self) -> Option<Duration> {
        let nanoseconds = self.latency.load(Ordering::Relaxed);
        (nanoseconds > 0).then(|| Duration::from_nanos(nanoseconds))
    }

    /// The average latency as it counts now: forgotten with time, so that a member that was slow once is tried again.
    pub fn expected_latency(&self, now: Instant) -> Option<Duration> {
        let latency = self.latency()?;
        let now = nanoseconds(now.saturating_duration_since(self.born));
        let elapsed = now.saturating_sub(self.measured.load(Ordering::Relaxed));
        Some(latency.mul_f64(remaining_weight(elapsed)))
    }

    /// Takes note of the time that one answer took.
    pub fn measure(&self, took: Duration, now: Instant) {
        let took = nanoseconds(took).max(1);
        let now = nanoseconds(now.saturating_duration_since(self.born));
        let before = self.measured.swap(now, Ordering::Relaxed);
        let average = self.latency.load(Ordering::Relaxed);
        let next = if took >= average {
            took
        } else {
            let weight = remaining_weight(now.saturating_sub(before));
            // Between two positive numbers, so the cast loses only the fraction.
            (average as f64 * weight + took as f64 * (1.0 - weight)) as u64
        };
        // Two answers at the same time may overwrite each other; an average survives that.
        self.latency.store(next.max(1), Ordering::Relaxed);
    }
}

/// How much a latency still counts after some nanoseconds, between 0 and 1.
fn remaining_weight(elapsed: u64) -> f64 {
    (-(elapsed as f64) / LATENCY_DECAY.as_nanos() as f64).exp()
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// One request that a member has, until it is dropped.
#[derive(Debug)]
pub struct InFlight {
    live: Arc<Live>,
}

impl InFlight {
    /// Counts a request.
    pub fn begin(live: &Arc<Live>) -> Self {
        live.in_flight.fetch_add(1, Ordering::Relaxed);
        Self { live: live.clone() }
    }

    /// The head of the answer is there.
    pub fn answered(&self, took: Duration, now: Instant) {
        self.live.served.fetch_add(1, Ordering::Relaxed);
        self.live.measure(took, now);
    }

    /// There will be no answer.
    pub fn failed(&self) {
        self.live.failed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.live.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
