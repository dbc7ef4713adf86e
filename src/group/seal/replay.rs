//! Which datagrams were there before.

use std::collections::HashMap;

/// The counts of the last datagrams of each sender, within bounds: 256 senders, 1,024 counts each.
///
/// A process that starts knows nothing of earlier datagrams, and takes one that somebody recorded. That cannot take back what
/// it hears afterwards: what balancers say of themselves is numbered, and only grows.
#[derive(Debug, Default)]
pub struct Windows {
    senders: HashMap<u64, Window>,
    uses: u64,
}

#[derive(Debug)]
struct Window {
    highest: u64,
    /// One bit for each of the counts up to the highest, at its place modulo the width.
    seen: [u64; WORDS],
    used: u64,
}

const MOST_SENDERS: usize = 256;
const WORDS: usize = 16;
const WIDTH: u64 = WORDS as u64 * 64;

impl Windows {
    /// Takes note of a datagram; false when it was there before, or is older than can be told.
    pub fn is_new(&mut self, sender: u64, sequence: u64) -> bool {
        self.uses = self.uses.wrapping_add(1);
        if !self.senders.contains_key(&sender) && self.senders.len() >= MOST_SENDERS {
            let oldest = self.senders.iter().min_by_key(|(_, window)| window.used);
            if let Some(oldest) = oldest.map(|(sender, _)| *sender) {
                self.senders.remove(&oldest);
            }
        }
        let fresh = || Window { highest: 0, seen: [0; WORDS], used: 0 };
        let window = self.senders.entry(sender).or_insert_with(fresh);
        window.used = self.uses;
        window.is_new(sequence)
    }
}

impl Window {
    fn is_new(&mut self, sequence: u64) -> bool {
        if sequence > self.highest {
            // What lies between is new when it comes; so are all places when the step is wider than the window.
            if sequence - self.highest >= WIDTH {
                self.seen = [0; WORDS];
            } else {
                (self.highest + 1..sequence).for_each(|between| self.mark(between, false));
            }
            self.highest = sequence;
            self.mark(sequence, true);
            return true;
        }
        if self.highest - sequence >= WIDTH || self.is_marked(sequence) {
            return false;
        }
        self.mark(sequence, true);
        true
    }

    fn place(sequence: u64) -> (usize, u64) {
        let place = sequence % WIDTH;
        // Below 16, so that the cast loses nothing.
        ((place / 64) as usize, 1 << (place % 64))
    }

    fn mark(&mut self, sequence: u64, seen: bool) {
        let (word, bit) = Self::place(sequence);
        if let Some(word) = self.seen.get_mut(word) {
            if seen { *word |= bit } else { *word &= !bit }
        }
    }

    fn is_marked(&self, sequence: u64) -> bool {
        let (word, bit) = Self::place(sequence);
        self.seen.get(word).is_some_and(|word| word & bit != 0)
    }
}
