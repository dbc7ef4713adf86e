//! Messages that are larger than a datagram.

use std::collections::HashMap;

use super::{Content, Refusal};

/// How much of a message one datagram takes, in bytes.
pub const PART: usize = 32 * 1024;

/// Puts messages together again. Of each sender it keeps one that is not complete; a part of another replaces it.
#[derive(Debug, Default)]
pub struct Assembly {
    pending: HashMap<u64, Pending>,
}

#[derive(Debug)]
struct Pending {
    /// The count of the datagram with the first part.
    first: u64,
    parts: Vec<Option<Vec<u8>>>,
}

/// The most parts of a message, and the most senders. A message of gossip fits into two parts.
const MOST_PARTS: u8 = 4;
const MOST_SENDERS: usize = 64;

impl Assembly {
    /// Takes a part; gives the message that it completes.
    ///
    /// # Errors
    /// It makes no sense.
    pub fn take(&mut self, content: &Content<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        if content.parts == 1 {
            return Ok(Some(content.bytes.to_vec()));
        }
        let first = content.sequence.checked_sub(u64::from(content.part)).ok_or(Refusal::Malformed)?;
        if content.parts > MOST_PARTS {
            return Err(Refusal::Malformed);
        }
        let count = usize::from(content.parts);
        if !self.pending.contains_key(&content.sender) && self.pending.len() >= MOST_SENDERS {
            self.pending.clear();
        }
        let fresh = || Pending { first, parts: vec![None; count] };
        let pending = self.pending.entry(content.sender).or_insert_with(fresh);
        if pending.first != first || pending.parts.len() != count {
            *pending = fresh();
        }
        *pending.parts.get_mut(usize::from(content.part)).ok_or(Refusal::Malformed)? =
            Some(content.bytes.to_vec());
        if pending.parts.iter().any(Option::is_none) {
            return Ok(None);
        }
        let done = self.pending.remove(&content.sender);
        Ok(done.map(|done| done.parts.into_iter().flatten().flatten().collect()))
    }
}
