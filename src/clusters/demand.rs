//! How many requests want a cluster, counted without locks (elastic-load-balancer.md §4.1, §4.3, W23).
//!
//! A request counts from its arrival until it is over, and never for longer than `message_expiry_time`; one that was refused
//! because there was no member counts until then. Time is cut into slots, so that memory does not grow with traffic: a request
//! is forgotten up to one slot before it expires, which is a two-hundred-and-fifty-sixth of that time.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sinew_core::mediation::{CountedRequest, RequestCounter};
use tokio::time::Instant;

/// Slots in the time that a request counts.
const SLOTS: u64 = 256;

/// Threads beyond this number share what they count in.
const MOST_SHARDS: usize = 16;

/// The demand for one cluster. Each thread counts in a part of its own.
pub struct DemandCounter {
    born: Instant,
    expiry: Duration,
    /// The length of a slot in microseconds.
    width: u64,
    shards: Box<[Shard]>,
    refused: AtomicU64,
}

/// What one thread counts.
struct Shard {
    /// One more than a request can be old, so that the slot it came in is not used again while it counts. The upper half
    /// of each is the time of the slot, the lower half how many requests came in it and count.
    slots: Box<[AtomicU64]>,
    arrived: AtomicU64,
}

impl DemandCounter {
    /// Nothing counts yet.
    pub fn new(expiry: Duration, now: Instant) -> Self {
        static THREADS: LazyLock<usize> =
            LazyLock::new(|| std::thread::available_parallelism().map_or(1, |threads| threads.get()));
        let expiry = expiry.max(Duration::from_micros(SLOTS));
        let width = u64::try_from(expiry.as_micros() / u128::from(SLOTS)).unwrap_or(u64::MAX);
        let slots = || (0..=SLOTS).map(|_| AtomicU64::new(0)).collect();
        let shard = |_| Shard { slots: slots(), arrived: AtomicU64::new(0) };
        let shards = (0..THREADS.clamp(1, MOST_SHARDS)).map(shard).collect();
        Self { born: now, expiry, width, shards, refused: AtomicU64::new(0) }
    }

    /// For how long a request counts at most.
    pub fn expiry(&self) -> Duration {
        self.expiry
    }

    /// A request came.
    pub fn arrive(self: &Arc<Self>, now: Instant) -> CountedRequest {
        let time = self.time(now);
        let index = own_shard() % self.shards.len().max(1);
        if let Some(shard) = self.shards.get(index) {
            shard.arrived.fetch_add(1, Ordering::Relaxed);
            shard.change(time, |count| count.checked_add(1));
        }
        // The time leaves room for the shard: it counts slots, of which there are some hundred in a minute.
        let ticket = (u64::try_from(index).unwrap_or(0) << 32) | u64::from(time);
        CountedRequest::new(self.clone(), ticket)
    }

    /// A request found no member: it stays counted.
    pub fn refuse(&self, request: CountedRequest) {
        request.stay();
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests count now.
    pub fn total(&self, now: Instant) -> u64 {
        let now = self.time(now);
        let counts = |slot: &AtomicU64| {
            let (time, count) = parts(slot.load(Ordering::Relaxed));
            let age = now.saturating_sub(time);
            if u64::from(age) < SLOTS { u64::from(count) } else { 0 }
        };
        self.shards.iter().flat_map(|shard| &shard.slots).map(counts).sum()
    }

    /// How many requests came so far.
    pub fn arrived(&self) -> u64 {
        self.shards.iter().map(|shard| shard.arrived.load(Ordering::Relaxed)).sum()
    }

    /// How many of them found no member.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The slot of a moment, counted from 1: the slots that nobody counted in have time 0.
    fn time(&self, now: Instant) -> u32 {
        let passed = now.saturating_duration_since(self.born).as_micros();
        let slot = passed / u128::from(self.width.max(1));
        u32::try_from(slot).unwrap_or(u32::MAX - 1).saturating_add(1)
    }
}

impl Shard {
    /// Changes how many of a time count. A slot that a later time took over is left alone: its requests have expired.
    fn change(&self, time: u32, change: impl Fn(u32) -> Option<u32>) {
        let index = usize::try_from(u64::from(time) % (SLOTS + 1)).unwrap_or(0);
        let Some(slot) = self.slots.get(index) else { return };
        let changed = |value: u64| {
            let (at, count) = parts(value);
            let count = match at {
                at if at == time => count,
                at if at < time => 0,
                _ => return None,
            };
            change(count).map(|count| (u64::from(time) << 32) | u64::from(count))
        };
        // An error means that there is nothing to change.
        let _ = slot.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed);
    }
}

impl RequestCounter for DemandCounter {
    fn end(&self, ticket: u64) {
        let (index, time) = parts(ticket);
        let shard = usize::try_from(index).ok().and_then(|index| self.shards.get(index));
        if let Some(shard) = shard {
            shard.change(time, |count| count.checked_sub(1));
        }
    }
}

/// The upper and the lower half.
fn parts(value: u64) -> (u32, u32) {
    ((value >> 32) as u32, value as u32)
}

/// The number of the thread that asks.
fn own_shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: Cell<Option<usize>> = const { Cell::new(None) };
    }
    OWN.with(|own| {
        let number = own.get().unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed));
        own.set(Some(number));
        number
    })
}

impl fmt::Debug for DemandCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DemandCounter").field("expiry", &self.expiry).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn counter() -> Arc<DemandCounter> {
        Arc::new(DemandCounter::new(Duration::from_secs(60), Instant::now()))
    }

    fn total(counter: &DemandCounter) -> u64 {
        counter.total(Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn case_163_and_164_who_is_answered_ends_and_who_was_refused_stays_until_expiry() {
        let counter = counter();
        let answered = counter.arrive(Instant::now());
        let aborted = counter.arrive(Instant::now());
        let refused = counter.arrive(Instant::now());
        assert_eq!(total(&counter), 3);
        drop(answered);
        drop(aborted);
        counter.refuse(refused);
        assert_eq!((total(&counter), counter.refused(), counter.arrived()), (1, 1, 3));
        advance(Duration::from_millis(59_700)).await;
        assert_eq!(total(&counter), 1);
        advance(Duration::from_millis(300)).await;
        assert_eq!(total(&counter), 0, "60 s after it came");
    }

    /// Cases 161 and 162, to the length of a slot.
    #[tokio::test(start_paused = true)]
    async fn who_hangs_counts_until_expiry_and_not_again_when_it_ends() {
        let counter = counter();
        advance(Duration::from_secs(120)).await;
        let hangs = counter.arrive(Instant::now());
        advance(Duration::from_secs(59)).await;
        assert_eq!(total(&counter), 1);
        advance(Duration::from_secs(1)).await;
        assert_eq!(total(&counter), 0);
        // Those who came in its slot since are not its business.
        advance(Duration::from_micros(234_375)).await;
        let later: Vec<_> = (0..5).map(|_| counter.arrive(Instant::now())).collect();
        drop(hangs);
        assert_eq!(total(&counter), 5);
        drop(later);
        assert_eq!(total(&counter), 0);
    }

    #[test]
    fn threads_count_together_and_nothing_is_lost() {
        let counter = counter();
        let work = |counter: Arc<DemandCounter>| {
            move || {
                let requests: Vec<_> = (0..1000).map(|_| counter.arrive(Instant::now())).collect();
                drop(requests);
                // Those that are kept end on another thread.
                Vec::from_iter((0..10).map(|_| counter.arrive(Instant::now())))
            }
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(work(counter.clone()))).collect();
        let kept: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().expect("a thread")).collect();
        assert_eq!(counter.arrived(), 4 * 1010);
        assert_eq!(total(&counter), 40);
        drop(kept);
        assert_eq!(total(&counter), 0);
    }
}
