//! The same work for each of many things, on all processors.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::thread::{Builder, available_parallelism, scope};

/// Starting a thread takes as long as reading some files.
const FOR_A_THREAD: usize = 64;

/// What comes of each item, in their order. Few items, and those for which there is no thread, are worked on here.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let wanted = items.len() / FOR_A_THREAD;
    // How many processors there are stands in files of the system.
    let processors = || available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = if wanted > 1 { processors().min(wanted) } else { 1 };
    let part = |items: &[T]| items.iter().map(&work).collect::<Vec<R>>();
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let Some(own) = parts.next() else { return Vec::new() };
    scope(|scope| {
        let start = |items| {
            let thread = Builder::new().name("reading".to_owned()).spawn_scoped(scope, move || part(items));
            (items, thread)
        };
        let others: Vec<_> = parts.map(start).collect();
        let mut all = part(own);
        all.reserve_exact(items.len() - own.len());
        for (items, thread) in others {
            all.extend(match thread.map(|thread| thread.join()) {
                Ok(Ok(done)) => done,
                Ok(Err(panic)) => resume_unwind(panic),
                Err(_) => part(items),
            });
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::in_parallel;

    #[test]
    fn what_comes_of_each_stands_in_its_place() {
        for count in [0, 1, 63, 64, 129, 1_000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(in_parallel(&items, |item| item * 2), doubled, "{count}");
        }
    }
}
