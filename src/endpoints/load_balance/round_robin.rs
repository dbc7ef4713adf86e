//! One after the other.

use crate::endpoints::states::Turn;

/// The first one from the turn on that is free; the turn goes to the one after it.
pub(super) fn choose(turn: &Turn, count: usize, is_free: impl Fn(usize) -> bool) -> Option<usize> {
    let mut position = turn.position();
    loop {
        let start = position.checked_rem(count)?;
        let chosen = (start..count).chain(0..start).find(|index| is_free(*index))?;
        match turn.replace(position, (chosen + 1) % count) {
            Ok(()) => return Some(chosen),
            Err(found) => position = found,
        }
    }
}
