//! Taking turns without a lock.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The first open turn from the cursor on, once round; the cursor then stands behind it. Without an open turn the cursor
/// stays (elastic-load-balancer.md §3.2: it would have gone once round). No turn is taken twice, however many take turns at
/// the same time.
pub(super) fn take_turn(
    cursor: &AtomicUsize,
    length: usize,
    mut is_open: impl FnMut(usize) -> bool,
) -> Option<usize> {
    let mut start = cursor.load(Ordering::Relaxed);
    loop {
        let first = if start < length { start } else { 0 };
        let turn = (first..length).chain(0..first).find(|turn| is_open(*turn))?;
        let next = if turn + 1 < length { turn + 1 } else { 0 };
        match cursor.compare_exchange_weak(start, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return Some(turn),
            Err(moved) => start = moved,
        }
    }
}
