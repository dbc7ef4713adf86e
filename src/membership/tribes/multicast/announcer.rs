//! When our own node says what (membership-wire.md §3.3).

use std::time::Duration;

use tokio::time::Instant;

use super::super::wire::{MemberRecord, SHUTDOWN};
use super::Announce;

/// Our own node: its record, and when it is announced next.
#[derive(Debug)]
pub(super) struct Announcer {
    record: MemberRecord,
    started: Instant,
    frequency: Duration,
    next: Instant,
    /// The first announcement is made twice.
    is_first: bool,
}

impl Announcer {
    /// A new start of a node: it listens for two periods before it says anything.
    pub(super) fn new(announce: &Announce, unique_id: [u8; 16], frequency: Duration, now: Instant) -> Self {
        let mut record = MemberRecord::new(announce.address, &announce.domain);
        record.unique_id = unique_id;
        record.payload.clone_from(&announce.payload);
        Self { record, started: now, frequency, next: now + frequency * 2, is_first: true }
    }

    /// The record without what changes.
    pub(super) fn record(&self) -> &MemberRecord {
        &self.record
    }

    /// When the next announcement is due.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// The announcement, if it is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Vec<u8>> {
        if now < self.next {
            return None;
        }
        if !std::mem::take(&mut self.is_first) {
            self.next += self.frequency;
            // After a pause of the process it goes on from now, without catching up.
            if self.next <= now {
                self.next = now + self.frequency;
            }
        }
        Some(self.announcement(now))
    }

    /// What else it says of itself from now on; announced at once, if anything was announced yet.
    pub(super) fn say(&mut self, payload: Vec<u8>, now: Instant) -> Option<Vec<u8>> {
        self.record.payload = payload;
        (!self.is_first).then(|| self.announcement(now))
    }

    /// The last datagram.
    pub(super) fn farewell(&mut self, now: Instant) -> Vec<u8> {
        self.record.command = SHUTDOWN.to_vec();
        self.announcement(now)
    }

    fn announcement(&mut self, now: Instant) -> Vec<u8> {
        let alive = now.saturating_duration_since(self.started).as_millis();
        self.record.alive = i64::try_from(alive).unwrap_or(i64::MAX);
        self.record.encode()
    }
}
