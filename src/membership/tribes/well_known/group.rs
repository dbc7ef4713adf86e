//! The members of the managed domains: what they said, and whether they answer (membership-wire.md §11.2).

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::wire::{
    Body, ChannelData, Coordination, MEMBERSHIP_CHANNEL, MemberRecord, Message, Options, Rpc,
    SerializedMember,
};
use super::super::{Announced, Departure, Event, Refusal, Refusals};
use super::{Answer, Outcome, WellKnownSettings};

/// The members that joined. It reads no clock and makes no connections: who asks says what time it is, and is told what
/// to send.
#[derive(Debug)]
pub struct Group {
    settings: WellKnownSettings,
    members: HashMap<SocketAddr, Known>,
    /// When nodes that wanted to join were answered.
    answered: HashMap<SocketAddr, Instant>,
    /// Nodes that did not understand an answer of our domain, and get answers of their own.
    mirrored: HashSet<SocketAddr>,
    refusals: Arc<Refusals>,
}

/// What is known of a member.
#[derive(Debug)]
struct Known {
    announced: Announced,
    presence: Presence,
    /// Failures in a row.
    failures: u32,
    /// When it is probed next; `None` while it is.
    next_probe: Option<Instant>,
}

/// Whether a member is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// Another node spoke of it; it was not reached yet.
    Rumoured,
    /// It is there.
    Present,
    /// It could not be reached any longer, since then.
    Gone(Instant),
}

/// A node that asks to join again within this time did not understand the answer (membership-wire.md §11.4).
const UNHEARD: Duration = Duration::from_secs(30);

/// What Java nodes answer to a list of members.
const PROCESSED: &str = "Processed MEMBER_LIST message";

/// The channels on which state and messages are asked for. They are answered with nothing.
const IGNORED_CHANNELS: [&str; 2] = ["rpc.init.channel", "rpc.msg.channel"];

impl Group {
    /// Nobody yet.
    pub fn new(settings: WellKnownSettings) -> Self {
        let (members, answered, mirrored) = Default::default();
        let refusals = settings.refusals.clone();
        Self { settings, members, answered, mirrored, refusals }
    }

    /// What changed nothing, by reason.
    pub fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }

    /// The members that are there.
    pub fn members(&self) -> impl Iterator<Item = &Announced> {
        self.members
            .values()
            .filter(|known| known.presence == Presence::Present)
            .map(|known| &known.announced)
    }

    /// A message arrived. What should not be believed is counted and changes nothing.
    pub fn receive(&mut self, from: IpAddr, message: &ChannelData, now: Instant) -> Outcome {
        self.consider(from, message, now).unwrap_or_else(|refusal| {
            self.refusals.count(refusal);
            Outcome::default()
        })
    }

    fn consider(&mut self, from: IpAddr, message: &ChannelData, now: Instant) -> Result<Outcome, Refusal> {
        let is_other = message.options.contains(Options::BYTE_MESSAGE);
        if is_other || Coordination::recognises(&message.message) {
            return Ok(Outcome::default());
        }
        let Body::Rpc(call) = Body::decode(&message.message).map_err(|_| Refusal::Malformed)? else {
            return Ok(Outcome::default());
        };
        // Answers to questions of others, or to none: we ask nothing.
        if call.reply {
            return Ok(Outcome::default());
        }
        let sender = &message.address;
        self.settings.reading.believe_host(sender, from)?;
        if !self.settings.answer_ports.contains(&sender.port) {
            return Err(Refusal::Port);
        }
        Ok(self.answer(&call, sender, now))
    }

    fn answer(&mut self, call: &Rpc, sender: &MemberRecord, now: Instant) -> Outcome {
        let (domain, name) = call.channel_parts().unwrap_or_default();
        let managed = self.settings.reading.allow_list.domain(domain).map(str::to_owned);
        let is_ours = managed.is_some() || domain == self.settings.domain.as_bytes();
        let mut events = Vec::new();
        let body = if !is_ours {
            self.refusals.count(Refusal::Domain);
            call.no_channel()
        } else if name == MEMBERSHIP_CHANNEL.as_bytes() {
            let managed = managed.as_deref().map_or(&b""[..], str::as_bytes);
            match &call.message {
                Message::Join => {
                    self.notice_deafness(sender, now);
                    events = self.hear(managed, sender, sender, now);
                    call.answer(Message::MemberList(Vec::new()))
                }
                Message::MemberList(members) => {
                    events = self.hear_all(managed, members, sender, now);
                    call.answer(Message::Text(PROCESSED.to_owned()))
                }
                Message::MemberJoined(member) => {
                    events = self.hear(managed, &member.record, sender, now);
                    call.answer(Message::Null)
                }
                _ => call.answer(Message::Null),
            }
        } else if IGNORED_CHANNELS.iter().any(|ignored| name == ignored.as_bytes()) {
            call.answer(Message::Null)
        } else {
            call.no_channel()
        };
        let answer = Answer::to_call(sender.address(), &body, &self.domain_for(sender));
        Outcome { events, answer: Some(answer) }
    }

    fn hear_all(
        &mut self,
        domain: &[u8],
        members: &[SerializedMember],
        sender: &MemberRecord,
        now: Instant,
    ) -> Vec<Event> {
        members.iter().flat_map(|member| self.hear(domain, &member.record, sender, now)).collect()
    }

    /// A node speaks of a member of a managed domain, perhaps of itself. Members of other domains are left out: nodes
    /// join on channels of domains that are not theirs as well (§11.2).
    fn hear(
        &mut self,
        domain: &[u8],
        record: &MemberRecord,
        sender: &MemberRecord,
        now: Instant,
    ) -> Vec<Event> {
        if domain.is_empty() || record.domain != domain {
            return Vec::new();
        }
        let address = record.address();
        let is_itself = address == sender.address();
        let heard = match self.settings.answer_ports.contains(&record.port) {
            true => self.settings.reading.read(record),
            false => Err(Refusal::Port),
        };
        match (heard, self.members.get_mut(&address)) {
            (Ok(announced), Some(known)) => known.hears(announced, is_itself, now),
            (Ok(announced), None) => {
                if self.members.len() >= self.settings.most_members {
                    self.refusals.count(Refusal::Full);
                    return Vec::new();
                }
                let presence = if is_itself { Presence::Present } else { Presence::Rumoured };
                let next = if is_itself { now + self.settings.probe_interval } else { now };
                let known =
                    Known { announced: announced.clone(), presence, failures: 0, next_probe: Some(next) };
                self.members.insert(address, known);
                is_itself.then_some(Event::Joined(announced)).into_iter().collect()
            }
            (Err(refusal), known) => {
                self.refusals.count(refusal);
                let is_present = known.is_some_and(|known| known.presence == Presence::Present);
                if !is_itself || !is_present {
                    return Vec::new();
                }
                // What it was is not true any longer, and what it is cannot be used.
                let gone = self.members.remove(&address);
                gone.map(|known| Event::Left(known.announced, Departure::Unusable)).into_iter().collect()
            }
        }
    }

    /// When the next member is to be probed.
    pub fn next_probe(&self) -> Option<Instant> {
        self.members.values().filter_map(|known| known.next_probe).min()
    }

    /// The probes that are due. Of each, [`Group::probed`] wants to know what came of it.
    pub fn due_probes(&mut self, now: Instant) -> Vec<Answer> {
        let due = self.members.iter_mut().filter(|(_, known)| known.next_probe.is_some_and(|at| at <= now));
        let due: Vec<(SocketAddr, Vec<u8>)> = due
            .map(|(address, known)| {
                known.next_probe = None;
                (*address, known.announced.cluster.domain.as_bytes().to_vec())
            })
            .collect();
        due.into_iter().map(|(to, domain)| Answer::probe(to, &self.domain_towards(to, &domain))).collect()
    }

    /// A probe was answered or not.
    pub fn probed(&mut self, address: SocketAddr, reached: bool, now: Instant) -> Vec<Event> {
        let Some(known) = self.members.get_mut(&address) else { return Vec::new() };
        known.failures = if reached { 0 } else { known.failures.saturating_add(1) };
        let limit = self.settings.failures;
        let soon = !reached && known.failures < limit;
        let interval = if soon { self.settings.retry_interval } else { self.settings.probe_interval };
        known.next_probe = Some(now + interval);
        match (known.presence, reached) {
            (Presence::Rumoured | Presence::Gone(_), true) => {
                known.presence = Presence::Present;
                vec![Event::Joined(known.announced.clone())]
            }
            (Presence::Present, false) if known.failures >= limit => {
                known.presence = Presence::Gone(now);
                vec![Event::Left(known.announced.clone(), Departure::Unreachable)]
            }
            (Presence::Rumoured, false) if known.failures >= limit => {
                self.members.remove(&address);
                Vec::new()
            }
            (Presence::Gone(since), false) if now.duration_since(since) > self.settings.forget_after => {
                self.members.remove(&address);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// A node that asks again soon after it was answered refused the answer, as Tribes does with foreign domains.
    fn notice_deafness(&mut self, sender: &MemberRecord, now: Instant) {
        self.answered.retain(|_, at| now.duration_since(*at) <= UNHEARD);
        let address = sender.address();
        let most = self.settings.most_members;
        if self.answered.contains_key(&address) {
            if self.mirrored.len() < most {
                self.mirrored.insert(address);
            }
            return;
        }
        if self.answered.len() < most {
            self.answered.insert(address, now);
        }
    }

    fn domain_for(&self, node: &MemberRecord) -> String {
        self.domain_towards(node.address(), &node.domain)
    }

    /// The domain under which a node is spoken to: ours, or its own.
    fn domain_towards(&self, address: SocketAddr, domain: &[u8]) -> String {
        let managed = self.settings.reading.allow_list.domain(domain);
        let mirrors = |domain: &&str| {
            self.mirrored.contains(&address) || self.settings.mirrored_domains.contains(*domain)
        };
        managed.filter(mirrors).unwrap_or(&self.settings.domain).to_owned()
    }
}

impl Known {
    /// What a member says of itself counts at once. What others say of it counts only while it is not there.
    fn hears(&mut self, announced: Announced, is_itself: bool, now: Instant) -> Vec<Event> {
        if !is_itself {
            if self.presence != Presence::Present {
                self.announced = announced;
                // While it is being probed it will be known soon anyhow.
                self.next_probe = self.next_probe.map(|_| now);
            }
            return Vec::new();
        }
        self.failures = 0;
        let before = std::mem::replace(&mut self.announced, announced);
        let was_present = std::mem::replace(&mut self.presence, Presence::Present) == Presence::Present;
        let announced = self.announced.clone();
        if !was_present {
            return vec![Event::Joined(announced)];
        }
        if before == announced {
            return Vec::new();
        }
        let same = before.identity == announced.identity
            && before.cluster == announced.cluster
            && before.definition.key() == announced.definition.key();
        match same {
            true => vec![Event::Updated(announced)],
            false => vec![Event::Left(before, Departure::Replaced), Event::Joined(announced)],
        }
    }
}
