//! Who was heard of, and until when they are believed to be there.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::key::SharedKey;
use super::wire::{Balancer, NodeId, Says};
use super::{Refusal, announced};
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::membership::{Departure, Event};
use crate::settings::HttpOrigin;

/// The nodes that were heard of. It reads no clock: who asks says what time it is.
///
/// A node is remembered after it left for as long as somebody could send again what was recorded of it: an announcement is
/// believed only when it was sent within the difference of clocks, and after all others of its node. Because no node is
/// forgotten earlier to make room for another, nothing that was recorded has an effect later.
#[derive(Debug)]
pub struct Table {
    key: SharedKey,
    rules: Rules,
    /// Our own node, which is heard as all others are.
    own: NodeId,
    nodes: HashMap<NodeId, Heard>,
    /// Who announces which member.
    announcers: HashMap<MemberId, NodeId>,
}

/// What holds for all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// A node that is not heard of for longer is gone. A member gets no new clients after three fifths of it.
    pub drop_time: Duration,
    /// How far the clocks of two machines may be apart.
    pub clock_difference: Duration,
    /// The most nodes that are remembered; more are refused.
    pub most_nodes: usize,
}

/// What follows from what was heard, or not heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Learned {
    /// Something about a member.
    Member(Event),
    /// The balancers are others now.
    Balancers,
}

type MemberId = (ClusterKey, Arc<str>);

/// A node that was heard of.
#[derive(Debug)]
struct Heard {
    /// Its start, and the number of its last packet.
    order: (u64, u64),
    last: Instant,
    /// What is there; nothing when it left or was lost.
    present: Option<Present>,
}

#[derive(Debug)]
enum Present {
    Balancer(Balancer),
    Member { id: MemberId, definition: MemberDefinition, is_suspect: bool },
}

impl Table {
    /// An empty table.
    pub fn new(key: SharedKey, rules: Rules, own: NodeId) -> Self {
        Self { key, rules, own, nodes: HashMap::new(), announcers: HashMap::new() }
    }

    /// The balancers that are there, without our own.
    pub fn balancers(&self) -> impl Iterator<Item = &Balancer> {
        self.nodes.values().filter_map(|heard| match &heard.present {
            Some(Present::Balancer(balancer)) => Some(balancer),
            _ => None,
        })
    }

    /// A datagram arrived; `wall` is the time in milliseconds since 1970.
    ///
    /// # Errors
    /// It is not believed, and changed nothing.
    pub fn receive(&mut self, datagram: &[u8], now: Instant, wall: u64) -> Result<Vec<Learned>, Refusal> {
        let packet = self.key.open(datagram)?;
        let node = packet.node;
        if node == self.own {
            return Ok(Vec::new());
        }
        if Duration::from_millis(packet.sent.abs_diff(wall)) > self.rules.clock_difference {
            return Err(Refusal::Time);
        }
        let order = (packet.started, packet.sequence);
        match self.nodes.get(&node) {
            Some(heard) if order <= heard.order => return Err(Refusal::Replayed),
            None if self.nodes.len() >= self.rules.most_nodes => return Err(Refusal::Full),
            _ => {}
        }
        let mut learned = Vec::new();
        let present = match packet.says {
            Says::Farewell => None,
            Says::Balancer(balancer) => {
                check(&balancer)?;
                Some(Present::Balancer(balancer))
            }
            Says::Member(member) => {
                let (cluster, definition) = announced(&member)?;
                let id = (cluster.clone(), definition.key());
                if self.announcers.get(&id).is_some_and(|other| self.is_later(other, &node, packet.started)) {
                    return Err(Refusal::Taken);
                }
                let event = self.event(&node, &id, cluster, &definition);
                learned.extend(event.map(Learned::Member));
                Some(Present::Member { id, definition, is_suspect: false })
            }
        };
        let before = self.nodes.remove(&node).and_then(|heard| heard.present);
        learned.splice(0..0, self.ended(&node, before, present.as_ref()));
        if let Some(Present::Member { id, .. }) = &present {
            let other = self.announcers.insert(id.clone(), node).filter(|other| *other != node);
            if let Some(heard) = other.and_then(|other| self.nodes.get_mut(&other)) {
                heard.present = None;
            }
        }
        self.nodes.insert(node, Heard { order, last: now, present });
        Ok(learned)
    }

    /// Suspects and forgets those that were silent for too long.
    pub fn expire(&mut self, now: Instant) -> Vec<Learned> {
        let Rules { drop_time, clock_difference, .. } = self.rules;
        let suspicious = drop_time / 5 * 3;
        let mut learned = Vec::new();
        for heard in self.nodes.values_mut() {
            let silence = now.saturating_duration_since(heard.last);
            match &mut heard.present {
                present @ Some(_) if silence > drop_time => learned.push(match present.take() {
                    Some(Present::Member { id, .. }) => {
                        self.announcers.remove(&id);
                        let (cluster, member) = id;
                        Learned::Member(Event::Leave { cluster, member, departure: Departure::Lost })
                    }
                    Some(Present::Balancer(_)) | None => Learned::Balancers,
                }),
                Some(Present::Member { id: (cluster, member), is_suspect, .. })
                    if silence > suspicious && !*is_suspect =>
                {
                    *is_suspect = true;
                    let (cluster, member) = (cluster.clone(), member.clone());
                    learned.push(Learned::Member(Event::Suspect { cluster, member }));
                }
                _ => {}
            }
        }
        // Its last packet may have been sent by a clock that was ahead.
        let remembered = drop_time.max(clock_difference * 2);
        self.nodes.retain(|_, heard| {
            heard.present.is_some() || now.saturating_duration_since(heard.last) <= remembered
        });
        learned
    }

    /// We were away for a while and heard nobody: that silence is not theirs.
    pub fn was_away(&mut self, away: Duration) {
        self.nodes.values_mut().for_each(|heard| heard.last += away);
    }

    /// Nobody could use what was learnt of a member; it is learnt anew when it is announced again.
    pub fn forget(&mut self, cluster: &ClusterKey, member: &Arc<str>) {
        let node = self.announcers.remove(&(cluster.clone(), member.clone()));
        if let Some(heard) = node.and_then(|node| self.nodes.get_mut(&node)) {
            heard.present = None;
        }
    }

    /// Whether a member is announced by another node, which is not older than one that started then.
    fn is_later(&self, other: &NodeId, node: &NodeId, started: u64) -> bool {
        other != node && self.nodes.get(other).is_some_and(|heard| heard.order.0 >= started)
    }

    /// What is new about a member.
    fn event(
        &self,
        node: &NodeId,
        id: &MemberId,
        cluster: ClusterKey,
        definition: &MemberDefinition,
    ) -> Option<Event> {
        let definition = definition.clone();
        match self.nodes.get(node).map(|heard| &heard.present) {
            // Another process than the one that was there before, if one was.
            None => Some(Event::Join { cluster, definition }),
            Some(Some(Present::Member { id: before, definition: old, is_suspect }))
                if before == id && *old == definition && !is_suspect =>
            {
                None
            }
            Some(_) if self.announcers.get(id).is_some_and(|other| other != node) => {
                Some(Event::Join { cluster, definition })
            }
            Some(_) => Some(Event::Update { cluster, definition }),
        }
    }

    /// What follows when a node says something else than before.
    fn ended(&mut self, node: &NodeId, before: Option<Present>, after: Option<&Present>) -> Option<Learned> {
        match (before, after) {
            (Some(Present::Balancer(before)), Some(Present::Balancer(after))) if before == *after => None,
            (Some(Present::Balancer(_)), _) | (None, Some(Present::Balancer(_))) => Some(Learned::Balancers),
            (Some(Present::Member { id, .. }), Some(Present::Member { id: after, .. })) if id == *after => {
                None
            }
            (Some(Present::Member { id, .. }), _) => {
                if self.announcers.get(&id) == Some(node) {
                    self.announcers.remove(&id);
                }
                let (cluster, member) = id;
                Some(Learned::Member(Event::Leave { cluster, member, departure: Departure::Announced }))
            }
            (None, _) => None,
        }
    }
}

/// Whether a balancer can be where it says.
fn check(balancer: &Balancer) -> Result<(), Refusal> {
    let is_place = |address: SocketAddr| {
        address.port() > 0 && !address.ip().is_unspecified() && !address.ip().is_multicast()
    };
    let has_place = balancer.group.is_none_or(is_place);
    let has_origin = balancer.registration.as_ref().is_none_or(|url| url.parse::<HttpOrigin>().is_ok());
    if has_place && has_origin { Ok(()) } else { Err(Refusal::Content) }
}
