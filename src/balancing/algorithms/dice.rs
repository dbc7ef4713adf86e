//! Random numbers without a lock, and the same ones again for a seed.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Pool;

/// A source of random numbers. They are good enough to spread load, and no secret.
#[derive(Debug, Default)]
pub struct Dice(Option<AtomicU64>);

thread_local! {
    static STATE: Cell<u64> = Cell::new(RandomState::new().hash_one("dice"));
}

/// The step of SplitMix64 (Steele, Lea, Flood 2014): 2⁶⁴ divided by the golden ratio, and odd.
pub(in crate::balancing) const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// How many places are drawn before those that are open are counted.
const DRAWS: usize = 8;

impl Dice {
    /// Dice that fall the same way each time.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(AtomicU64::new(seed)))
    }

    fn roll(&self) -> u64 {
        let state = match &self.0 {
            Some(seeded) => seeded.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP),
            None => STATE.with(|state| {
                state.set(state.get().wrapping_add(STEP));
                state.get()
            }),
        };
        mix(state)
    }

    /// A number from 0 up to a bound and without it; 0 when the bound is 0.
    pub(super) fn below(&self, bound: u64) -> u64 {
        let product = u128::from(self.roll()) * u128::from(bound);
        // The upper half is less than the bound.
        (product >> 64) as u64
    }

    /// An open place other than `not`, each as likely as another.
    pub(super) fn draw(&self, pool: &impl Pool, not: Option<usize>) -> Option<usize> {
        let may = |index: &usize| Some(*index) != not && pool.is_open(*index);
        let length = pool.len();
        let drawn = (0..DRAWS).map(|_| self.below(length as u64) as usize).find(may);
        drawn.or_else(|| {
            let open = (0..length).filter(may).count();
            (0..length).filter(may).nth(self.below(open as u64) as usize)
        })
    }
}

/// Spreads a number over all 64 bits (the finalizer of SplitMix64).
pub(in crate::balancing) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A number above 0 and below 1 made of a random one.
pub(in crate::balancing) fn fraction(number: u64) -> f64 {
    // 53 bits: what a float holds.
    ((number >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}
