//! What was told of the members that names name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clusters::{ClusterKey, MemberDefinition};
use crate::membership::{Departure, Event, Feed};

/// Members by cluster and key, with what each name says of them. The first name that names a member decides what it is like,
/// and it leaves with the last.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<Id, BTreeMap<usize, MemberDefinition>>);

type Id = (ClusterKey, Arc<str>);

impl Told {
    /// The members that a name names now, all of them.
    pub(super) fn tell(
        &mut self,
        feed: &Feed,
        name: usize,
        members: Vec<(ClusterKey, MemberDefinition)>,
        departure: Departure,
    ) {
        for event in self.change(name, members, departure) {
            let (cluster, member) = match &event {
                Event::Join { cluster, definition } | Event::Update { cluster, definition } => {
                    (cluster.clone(), definition.key())
                }
                Event::Suspect { cluster, member } | Event::Leave { cluster, member, .. } => {
                    (cluster.clone(), member.clone())
                }
            };
            if let Err(error) = feed.report(event) {
                feed.refused("member");
                tracing::warn!(target: "membership", %cluster, %member, %error, "a member of DNS is left out");
                // So that the next answer tries again.
                self.0.remove(&(cluster, member));
            }
        }
    }

    /// The events that follow.
    pub(super) fn change(
        &mut self,
        name: usize,
        members: Vec<(ClusterKey, MemberDefinition)>,
        departure: Departure,
    ) -> Vec<Event> {
        let mut now: BTreeMap<Id, MemberDefinition> = BTreeMap::new();
        for (cluster, definition) in members {
            now.entry((cluster, definition.key())).or_insert(definition);
        }
        let mut events = Vec::new();
        self.0.retain(|id, said| {
            let before = said.first_key_value().map(|(_, definition)| definition.clone());
            match now.remove(id) {
                Some(definition) => said.insert(name, definition),
                None => said.remove(&name),
            };
            let (cluster, member) = id.clone();
            match said.first_key_value().map(|(_, definition)| definition) {
                None => events.push(Event::Leave { cluster, member, departure }),
                Some(definition) if before.as_ref() != Some(definition) => {
                    events.push(Event::Update { cluster, definition: definition.clone() });
                }
                Some(_) => {}
            }
            !said.is_empty()
        });
        for (id, definition) in now {
            events.push(Event::Update { cluster: id.0.clone(), definition: definition.clone() });
            self.0.insert(id, BTreeMap::from([(name, definition)]));
        }
        events
    }
}
