//! From the endpoints of services to members, and from one state of them to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::slices::{Endpoint, Slice, Standing};
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::membership::{Departure, Event};

/// What a member is known by.
pub(super) type Id = (ClusterKey, Arc<str>);

/// Members by what they are known by.
pub(super) type Members = BTreeMap<Id, Seen>;

/// A member as the endpoints of services show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) definition: MemberDefinition,
    pub(super) standing: Standing,
    /// Tells it from an earlier one at the same address.
    pub(super) incarnation: Option<Arc<str>>,
}

/// The members that the slices of one service make.
///
/// An endpoint may be in several slices for a while, when it moves; its best standing counts. A pod with addresses of both
/// kinds is one member, with that of IPv4.
pub(super) fn members<'a>(cluster: &ClusterKey, slices: impl IntoIterator<Item = &'a Slice>) -> Members {
    let endpoints: Vec<&Endpoint> = slices.into_iter().flat_map(|slice| &slice.0).collect();
    let with_ipv4 = endpoints.iter().filter(|endpoint| endpoint.address.is_ipv4());
    let with_ipv4: BTreeSet<_> = with_ipv4.filter_map(|endpoint| endpoint.target.as_ref()).collect();
    let mut members = Members::new();
    for endpoint in endpoints {
        let has_ipv4 = endpoint.target.as_ref().is_some_and(|target| with_ipv4.contains(target));
        if endpoint.address.is_ipv6() && has_ipv4 {
            continue;
        }
        let seen = endpoint.seen();
        add(&mut members, (cluster.clone(), seen.definition.key()), seen);
    }
    members
}

/// The members of all services together.
pub(super) fn union<'a>(services: impl IntoIterator<Item = &'a Members>) -> Members {
    let mut all = Members::new();
    for (id, seen) in services.into_iter().flatten() {
        add(&mut all, id.clone(), seen.clone());
    }
    all
}

/// Of two that speak of the same member, the one with the better standing counts, else the first.
fn add(members: &mut Members, id: Id, seen: Seen) {
    match members.get(&id) {
        Some(known) if known.standing >= seen.standing => {}
        _ => {
            members.insert(id, seen);
        }
    }
}

impl Endpoint {
    fn seen(&self) -> Seen {
        let mut definition =
            MemberDefinition::new(&self.address.to_string(), self.http_port, self.https_port);
        definition.active = self.standing == Standing::Ready;
        definition.zone.clone_from(&self.zone);
        let target = self.target.as_ref();
        let properties = [("target", target.map(|target| &target.name)), ("node", self.node.as_ref())];
        for (name, value) in properties {
            definition.properties.extend(value.map(|value| (name.into(), value.clone())));
        }
        let incarnation = target.and_then(|target| target.uid.clone());
        Seen { definition, standing: self.standing, incarnation }
    }
}

/// What was told of members. Pure: it is told what is to be seen, and says what is to be told.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<Id, Seen>);

impl Told {
    /// What is to be told now; those that leave come first, so that there is place for others.
    pub(super) fn next(&mut self, now: &Members) -> Vec<Event> {
        let stays = |id: &Id| now.get(id).is_some_and(|seen| seen.standing != Standing::Terminating);
        let gone: Vec<Id> = self.0.keys().filter(|id| !stays(id)).cloned().collect();
        let mut events = Vec::new();
        for id in gone {
            self.0.remove(&id);
            let (cluster, member) = id;
            events.push(Event::Leave { cluster, member, departure: Departure::Announced });
        }
        for (id, seen) in now.iter().filter(|(_, seen)| seen.standing != Standing::Terminating) {
            let (cluster, definition) = (id.0.clone(), seen.definition.clone());
            let event = match self.0.get(id) {
                None => Event::Join { cluster, definition },
                Some(known) if known.is_other(seen) => Event::Join { cluster, definition },
                Some(known) if known.definition != seen.definition => Event::Update { cluster, definition },
                Some(_) => continue,
            };
            self.0.insert(id.clone(), seen.clone());
            events.push(event);
        }
        events
    }

    /// A member was not taken; it is told of again with the next change.
    pub(super) fn refused(&mut self, id: &Id) {
        self.0.remove(id);
    }
}

impl Seen {
    /// Whether another pod has the address now.
    fn is_other(&self, now: &Self) -> bool {
        self.incarnation.is_some() && now.incarnation.is_some() && self.incarnation != now.incarnation
    }
}
