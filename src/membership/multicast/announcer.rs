//! When our own node says what.

use std::time::Duration;

use tokio::time::Instant;

use super::key::SharedKey;
use super::wire::{NodeId, Packet, Says, WireError};

/// Our own node: what it says, and when next. Reads no clock: who asks says what time it is.
#[derive(Debug)]
pub struct Announcer {
    key: SharedKey,
    node: NodeId,
    started: u64,
    sequence: u64,
    interval: Duration,
    says: Option<Says>,
    next: Instant,
    /// Whether others may believe that something is there.
    is_known: bool,
}

impl Announcer {
    /// A start of a node, which says nothing yet. `started` is in milliseconds since 1970.
    pub fn new(key: SharedKey, node: NodeId, started: u64, interval: Duration, now: Instant) -> Self {
        Self { key, node, started, sequence: 0, interval, says: None, next: now, is_known: false }
    }

    /// What is said from now on, first at once.
    ///
    /// # Errors
    /// It does not fit in a datagram; nothing changes then.
    pub fn say(&mut self, says: Says, now: Instant) -> Result<(), WireError> {
        self.key.sign(&self.packet(says.clone(), 0))?;
        self.says = Some(says);
        self.next = now;
        Ok(())
    }

    /// When there is something to say; none while there is nothing.
    pub fn next(&self) -> Option<Instant> {
        self.says.is_some().then_some(self.next)
    }

    /// The datagram, if it is due. `wall` is the time in milliseconds since 1970.
    pub fn due(&mut self, now: Instant, wall: u64) -> Option<Vec<u8>> {
        if now < self.next {
            return None;
        }
        let says = self.says.clone()?;
        self.next += self.interval;
        // After a pause of the process it goes on from now, without catching up.
        if self.next <= now {
            self.next = now + self.interval;
        }
        self.is_known = true;
        self.datagram(says, wall)
    }

    /// Takes back what was said: the datagram that says so, if anything was said.
    pub fn farewell(&mut self, wall: u64) -> Option<Vec<u8>> {
        self.says = None;
        match self.is_known {
            true => self.datagram(Says::Farewell, wall),
            false => None,
        }
    }

    fn datagram(&mut self, says: Says, wall: u64) -> Option<Vec<u8>> {
        self.sequence = self.sequence.saturating_add(1);
        // It was looked at before it was taken, and a farewell is always short enough.
        self.key.sign(&self.packet(says, wall)).ok()
    }

    fn packet(&self, says: Says, sent: u64) -> Packet {
        let domain = self.key.domain().to_owned();
        Packet { domain, node: self.node, started: self.started, sequence: self.sequence, sent, says }
    }
}
