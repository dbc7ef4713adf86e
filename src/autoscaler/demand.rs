//! The requests that make the demand of a cluster: those in flight, and those that nobody was there for.

use std::collections::VecDeque;
use std::time::Duration;

/// The requests of one cluster by the time they came (elastic-load-balancer.md §4.1, §4.3).
///
/// A request counts from its arrival until it ends, and never for longer than `message_expiry_time`. One that was refused
/// because its cluster had no member counts until then: it is what lets a cluster grow from nothing (W23).
///
/// What came in the same millisecond shares an entry, so that memory is bounded by the expiry time and not by traffic.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    entries: VecDeque<Entry>,
    in_flight: u64,
    refused: u64,
    arrived: u64,
}

/// A request that counts; whoever has it says how it ended.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a request that nobody ends counts until it expires"]
pub struct Token {
    arrived_at: u128,
}

#[derive(Clone, Debug)]
struct Entry {
    arrived_at: u128,
    in_flight: u64,
    refused: u64,
}

impl Demand {
    /// A request came. Time is counted from any origin, and counts in whole milliseconds. When it goes back, the last
    /// known time counts.
    pub fn arrive(&mut self, now: Duration) -> Token {
        let last = self.entries.back().map(|entry| entry.arrived_at);
        let arrived_at = now.as_millis().max(last.unwrap_or(0));
        match self.entries.back_mut().filter(|entry| entry.arrived_at == arrived_at) {
            Some(entry) => entry.in_flight += 1,
            None => self.entries.push_back(Entry { arrived_at, in_flight: 1, refused: 0 }),
        }
        self.in_flight += 1;
        self.arrived += 1;
        Token { arrived_at }
    }

    /// The exchange is over, by an answer, a fault or because the client left (case 164).
    pub fn end(&mut self, token: Token) {
        if let Some(entry) = self.entry(&token) {
            entry.in_flight -= 1;
            self.in_flight -= 1;
            self.tidy();
        }
    }

    /// The exchange is over because its cluster had no member for it: the demand stays (case 163).
    pub fn refuse(&mut self, token: Token) {
        if let Some(entry) = self.entry(&token) {
            entry.in_flight -= 1;
            entry.refused += 1;
            self.in_flight -= 1;
            self.refused += 1;
        }
    }

    /// Forgets what came `expiry` ago or earlier (cases 161 and 162).
    pub fn expire(&mut self, now: Duration, expiry: Duration) {
        let (now, expiry) = (now.as_millis(), expiry.as_millis());
        while let Some(entry) = self.entries.front()
            && now.saturating_sub(entry.arrived_at) >= expiry
        {
            self.in_flight -= entry.in_flight;
            self.refused -= entry.refused;
            self.entries.pop_front();
        }
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Requests refused for lack of a member.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The demand: all of them.
    pub fn total(&self) -> u64 {
        self.in_flight.saturating_add(self.refused)
    }

    /// How many requests came since this was asked last.
    pub fn take_arrivals(&mut self) -> u64 {
        std::mem::take(&mut self.arrived)
    }

    /// The entry of a request that has not expired.
    fn entry(&mut self, token: &Token) -> Option<&mut Entry> {
        let position = self.entries.binary_search_by_key(&token.arrived_at, |entry| entry.arrived_at).ok()?;
        self.entries.get_mut(position).filter(|entry| entry.in_flight > 0)
    }

    /// Forgets entries at the front that count nothing.
    fn tidy(&mut self) {
        while self.entries.front().is_some_and(|entry| entry.in_flight == 0 && entry.refused == 0) {
            self.entries.pop_front();
        }
    }
}

/// What another balancer said of its own demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// How many requests.
    pub demand: u64,
    /// How long ago it said so.
    pub age: Duration,
}

/// The demand that all balancers see. One that has been silent for two intervals does not count
/// (elastic-load-balancer.md §4.8, cases 194 and 195).
pub fn of_all(own: u64, others: impl IntoIterator<Item = Published>, interval: Duration) -> u64 {
    let counts = |other: &Published| other.age < interval.saturating_mul(2);
    others.into_iter().filter(counts).fold(own, |sum, other| sum.saturating_add(other.demand))
}
