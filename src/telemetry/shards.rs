//! One cell for each thread, so that counting on one core does not slow down another.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Several cells of which each thread uses one. With more threads than cells some share.
#[derive(Debug)]
pub(super) struct Sharded<T> {
    /// At least one.
    cells: Box<[T]>,
}

impl<T> Sharded<T> {
    /// Makes `count` cells, at least one.
    pub(super) fn new(count: usize, make: impl FnMut() -> T) -> Sharded<T> {
        Sharded { cells: std::iter::repeat_with(make).take(count.max(1)).collect() }
    }

    /// The cell of this thread.
    pub(super) fn local(&self) -> &T {
        // There is at least one cell, so the remainder is the index of one.
        &self.cells[thread_number() % self.cells.len()]
    }

    /// Every cell.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.cells.iter()
    }
}

/// A number for this thread; threads that ask one after the other get consecutive ones.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}
