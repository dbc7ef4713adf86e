//! Which members were heard of, and until when they are believed to be there (membership-wire.md §3.4).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::wire::{Datagram, Identity, MemberRecord};
use super::super::{Announced, Departure, Event, Reading, Refusal, Refusals};

/// The members that were heard of. It reads no clock: who asks says what time it is.
#[derive(Debug)]
pub struct Table {
    reading: Reading,
    drop_time: Duration,
    most_members: usize,
    /// Our own node, which is heard as all others are.
    own: Option<Identity>,
    members: HashMap<SocketAddr, Heard>,
    /// Starts of nodes that are over, and until when what they say is not believed: datagrams can come late or twice.
    past: HashMap<Identity, Instant>,
    refusals: Arc<Refusals>,
}

/// A member that was heard of.
#[derive(Debug)]
struct Heard {
    announced: Announced,
    record: MemberRecord,
    last: Instant,
}

impl Table {
    /// An empty table. A member that is not heard of for longer than the drop time is gone.
    pub fn new(reading: Reading, drop_time: Duration, most_members: usize, own: Option<Identity>) -> Self {
        let (members, past, refusals) = Default::default();
        Self { reading, drop_time, most_members, own, members, past, refusals }
    }

    /// The same, counting elsewhere.
    pub fn counting(self, refusals: Arc<Refusals>) -> Self {
        Self { refusals, ..self }
    }

    /// What changed nothing, by reason.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }

    /// The members that are there.
    pub fn members(&self) -> impl Iterator<Item = &Announced> {
        self.members.values().map(|heard| &heard.announced)
    }

    /// A datagram arrived. What should not be believed is counted and changes nothing.
    pub fn receive(&mut self, from: IpAddr, datagram: &[u8], now: Instant) -> Vec<Event> {
        let mut events = self.expire(now);
        match self.believe(from, datagram, now) {
            Ok(more) => events.extend(more),
            Err(refusal) => self.refusals.count(refusal),
        }
        events
    }

    /// Forgets those that were not heard of for longer than the drop time.
    pub fn expire(&mut self, now: Instant) -> Vec<Event> {
        let drop_time = self.drop_time;
        let is_silent = |_: &SocketAddr, heard: &mut Heard| now.duration_since(heard.last) > drop_time;
        let silent = self.members.extract_if(is_silent);
        let events = silent.map(|(_, heard)| Event::Left(heard.announced, Departure::Expired)).collect();
        self.past.retain(|_, until| *until > now);
        events
    }

    /// We were away for a while and heard nobody: that silence is not theirs.
    pub fn was_away(&mut self, away: Duration) {
        self.members.values_mut().for_each(|heard| heard.last += away);
    }

    /// When the next member is gone if nothing is heard of it.
    pub fn next_expiry(&self) -> Option<Instant> {
        // A member is gone after more than the drop time.
        let after = self.drop_time.saturating_add(Duration::from_millis(1));
        self.members.values().map(|heard| heard.last + after).min()
    }

    fn believe(&mut self, from: IpAddr, datagram: &[u8], now: Instant) -> Result<Vec<Event>, Refusal> {
        if !self.reading.allow_list.allows_host(from) {
            return Err(Refusal::Sender);
        }
        match Datagram::decode(datagram).map_err(|_| Refusal::Malformed)? {
            Datagram::Broadcast => Ok(Vec::new()),
            Datagram::OldLayout(_) => Err(Refusal::OldLayout),
            Datagram::Announcement(record) | Datagram::Shutdown(record)
                if Some(record.identity()) == self.own =>
            {
                Ok(Vec::new())
            }
            Datagram::Shutdown(record) => {
                self.reading.believe(&record, from)?;
                self.shut_down(&record, now)
            }
            Datagram::Announcement(record) => {
                self.reading.believe(&record, from)?;
                self.announced(record, now)
            }
        }
    }

    fn shut_down(&mut self, record: &MemberRecord, now: Instant) -> Result<Vec<Event>, Refusal> {
        let identity = record.identity();
        if self.past.contains_key(&identity) {
            return Err(Refusal::Past);
        }
        let known = self.members.get(&identity.address);
        if known.is_none_or(|heard| heard.announced.identity != identity) {
            return Ok(Vec::new());
        }
        self.bury(identity, now);
        let gone = self.members.remove(&identity.address);
        Ok(gone.map(|heard| Event::Left(heard.announced, Departure::Shutdown)).into_iter().collect())
    }

    fn announced(&mut self, record: MemberRecord, now: Instant) -> Result<Vec<Event>, Refusal> {
        let identity = record.identity();
        if self.past.contains_key(&identity) {
            return Err(Refusal::Past);
        }
        let known = self.members.get_mut(&identity.address);
        match known {
            Some(heard) if heard.announced.identity == identity => {
                heard.last = now;
                if heard.record.payload == record.payload && heard.record.domain == record.domain {
                    heard.record = record;
                    return Ok(Vec::new());
                }
                self.changed(record)
            }
            Some(_) => {
                let announced = self.reading.read(&record)?;
                let mut events = Vec::new();
                // A new start at the same address: the old one would expire in a while, but its address is taken.
                if let Some(old) = self.members.remove(&identity.address) {
                    self.bury(old.announced.identity, now);
                    events.push(Event::Left(old.announced, Departure::Replaced));
                }
                events.push(self.add(announced, record, now));
                Ok(events)
            }
            None => {
                let announced = self.reading.read(&record)?;
                if self.members.len() >= self.most_members {
                    return Err(Refusal::Full);
                }
                Ok(vec![self.add(announced, record, now)])
            }
        }
    }

    fn add(&mut self, announced: Announced, record: MemberRecord, now: Instant) -> Event {
        let heard = Heard { announced: announced.clone(), record, last: now };
        self.members.insert(announced.identity.address, heard);
        Event::Joined(announced)
    }

    /// A member says something new of itself. Tribes does not report that, and an Axis2 balancer never sees it.
    fn changed(&mut self, record: MemberRecord) -> Result<Vec<Event>, Refusal> {
        let address = record.address();
        let announced = match self.reading.read(&record) {
            Ok(announced) => announced,
            // What it was is not true any longer, and what it is cannot be used.
            Err(refusal) => {
                self.refusals.count(refusal);
                let gone = self.members.remove(&address);
                return Ok(gone
                    .map(|heard| Event::Left(heard.announced, Departure::Unusable))
                    .into_iter()
                    .collect());
            }
        };
        let Some(heard) = self.members.get_mut(&address) else { return Ok(Vec::new()) };
        heard.record = record;
        let before = std::mem::replace(&mut heard.announced, announced.clone());
        if before == announced {
            return Ok(Vec::new());
        }
        let same =
            before.cluster == announced.cluster && before.definition.key() == announced.definition.key();
        match same {
            true => Ok(vec![Event::Updated(announced)]),
            false => Ok(vec![Event::Left(before, Departure::Replaced), Event::Joined(announced)]),
        }
    }

    /// Takes note that a start of a node is over.
    fn bury(&mut self, identity: Identity, now: Instant) {
        if self.past.len() < self.most_members {
            self.past.insert(identity, now + self.drop_time);
        }
    }
}
