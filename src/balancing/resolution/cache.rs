//! What was looked up, kept for a while: least recently used goes first, and everything expires.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long a found value counts (elastic-load-balancer.md §2.2).
const FOUND: Duration = Duration::from_secs(300);
/// How long it counts that there is none.
const ABSENT: Duration = Duration::from_secs(10);

/// The outcomes of a look-up by name.
///
/// What was found and what was not are kept apart, `capacity` of each, so that a flood of unknown names pushes out
/// no known one (hardening.md §2 row 23).
#[derive(Debug)]
pub(super) struct LookupCache<V> {
    kept: Mutex<Kept<V>>,
}

#[derive(Debug)]
struct Kept<V> {
    found: LeastRecentlyUsed<V>,
    absent: LeastRecentlyUsed<()>,
    /// Counts invalidations: a look-up that was on its way while everything changed is not kept.
    generation: u64,
}

impl<V: Clone> LookupCache<V> {
    /// Keeps up to `capacity` values, and as many names without one; 0 keeps nothing.
    pub(super) fn new(capacity: usize) -> Self {
        let kept = Kept {
            found: LeastRecentlyUsed::new(capacity),
            absent: LeastRecentlyUsed::new(capacity),
            generation: 0,
        };
        Self { kept: Mutex::new(kept) }
    }

    /// The value for a name: a kept one, else what `look_up` says, which is called without a lock held.
    ///
    /// # Errors
    ///
    /// What `look_up` fails with; a failure is not kept.
    pub(super) fn get<E>(
        &self,
        name: &str,
        now: Instant,
        look_up: impl FnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<V>, E> {
        let generation = {
            let mut kept = self.lock();
            if let Some(value) = kept.found.get(name, now) {
                return Ok(Some(value.clone()));
            }
            if kept.absent.get(name, now).is_some() {
                return Ok(None);
            }
            kept.generation
        };
        let outcome = look_up()?;
        let mut kept = self.lock();
        if kept.generation == generation {
            match &outcome {
                Some(value) => {
                    kept.absent.remove(name);
                    kept.found.insert(name, value.clone(), now + FOUND);
                }
                None => {
                    kept.found.remove(name);
                    kept.absent.insert(name, (), now + ABSENT);
                }
            }
        }
        Ok(outcome)
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        let mut kept = self.lock();
        kept.generation = kept.generation.wrapping_add(1);
        kept.found.clear();
        kept.absent.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Kept<V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A map of limited size that forgets what was not asked for longest.
#[derive(Debug)]
struct LeastRecentlyUsed<V> {
    capacity: usize,
    entries: HashMap<Arc<str>, Entry<V>>,
    /// Names by the time of their last use, counted in uses.
    order: BTreeMap<u64, Arc<str>>,
    uses: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    expires: Instant,
    used: u64,
}

impl<V> LeastRecentlyUsed<V> {
    fn new(capacity: usize) -> Self {
        Self { capacity, entries: HashMap::new(), order: BTreeMap::new(), uses: 0 }
    }

    fn get(&mut self, name: &str, now: Instant) -> Option<&V> {
        if self.entries.get(name)?.expires <= now {
            self.remove(name);
            return None;
        }
        let entry = self.entries.get_mut(name)?;
        self.uses += 1;
        if let Some(name) = self.order.remove(&entry.used) {
            entry.used = self.uses;
            self.order.insert(self.uses, name);
        }
        Some(&entry.value)
    }

    fn insert(&mut self, name: &str, value: V, expires: Instant) {
        self.remove(name);
        if self.capacity == 0 {
            return;
        }
        while self.entries.len() >= self.capacity
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.uses += 1;
        let name: Arc<str> = name.into();
        self.order.insert(self.uses, name.clone());
        self.entries.insert(name, Entry { value, expires, used: self.uses });
    }

    fn remove(&mut self, name: &str) {
        if let Some(entry) = self.entries.remove(name) {
            self.order.remove(&entry.used);
        }
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
    }
}
