//! The members that other balancers speak of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::{Drains, State};
use crate::clusters::{ClusterKey, Directory, MemberDefinition};
use crate::group::Shared;
use crate::group::words::NodeId;
use crate::membership::{Departure, Event, Feed, Scheme};

/// The scheme `group`.
pub struct GroupMembers {
    pub(in crate::group) shared: Arc<Shared>,
    pub(in crate::group) directory: Arc<Directory>,
}

/// Its name. Schemes whose names come later weigh more: `multicast`, `registration`, `tribes`.
pub(super) const NAME: &str = "group";

/// How often it is looked whether clusters were added here that others know members of.
const LOOK: Duration = Duration::from_secs(2);

type Id = (ClusterKey, Arc<str>);

/// A member as the others see it.
#[derive(Debug)]
struct Known {
    definition: MemberDefinition,
    state: State,
    /// Those that speak of it.
    owners: BTreeSet<NodeId>,
}

impl Scheme for GroupMembers {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(self, feed: Arc<Feed>) {
        let mut changes = self.shared.members.subscribe();
        let mut known: BTreeMap<Id, Known> = BTreeMap::new();
        let mut drains = Drains::new(&self.directory);
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                order = drains.next_order() => drains.tell(&self.shared, order),
                _ = looks.tick() => {}
            }
            changes.borrow_and_update();
            let (now, there) = self.shared.told();
            // What no cluster here has is not looked for; it may be added later.
            let now: BTreeMap<Id, Known> =
                now.into_iter().filter(|((cluster, _), _)| self.directory.find(cluster).is_some()).collect();
            follow(&feed, &known, &now, &there);
            known = now;
            drains.obey(&self.shared, &self.directory);
        }
    }
}

impl Shared {
    /// The members that the others speak of, and which of these are there.
    fn told(&self) -> (BTreeMap<Id, Known>, BTreeSet<NodeId>) {
        let heard = Self::lock(&self.heard);
        let mut members: BTreeMap<Id, Known> = BTreeMap::new();
        // The oldest balancer first: its word on what the member is like counts, the best word on how far it is.
        for (node, one) in heard.iter().filter(|(_, one)| one.owns) {
            for (id, (definition, state)) in one.members.iter().filter(|(_, one)| one.1 != State::Draining) {
                let fresh =
                    || Known { definition: definition.clone(), state: *state, owners: BTreeSet::new() };
                let known = members.entry(id.clone()).or_insert_with(fresh);
                known.owners.insert(node.clone());
                if *state == State::Ready {
                    known.state = State::Ready;
                }
            }
        }
        (members, heard.iter().filter(|(_, one)| one.owns).map(|(node, _)| node.clone()).collect())
    }
}

/// Tells the feed what changed. A member leaves when a balancer that is `there` took it back; otherwise it was lost with those
/// that spoke of it.
fn follow(feed: &Feed, before: &BTreeMap<Id, Known>, now: &BTreeMap<Id, Known>, there: &BTreeSet<NodeId>) {
    for (id, known) in now {
        let (cluster, definition) = (id.0.clone(), known.definition.clone());
        let event = match before.get(id) {
            // It is not heard of there; here it may be known from others.
            Some(Known { state: State::Ready, .. }) if known.state == State::Joining => {
                Event::Suspect { cluster, member: id.1.clone() }
            }
            Some(was) if was.definition == known.definition && was.state == known.state => continue,
            _ => Event::Update { cluster, definition },
        };
        report(feed, event);
    }
    for (id, was) in before.iter().filter(|(id, _)| !now.contains_key(id)) {
        let announced = was.state == State::Ready && !was.owners.is_disjoint(there);
        let departure = if announced { Departure::Announced } else { Departure::Lost };
        report(feed, Event::Leave { cluster: id.0.clone(), member: id.1.clone(), departure });
    }
}

fn report(feed: &Feed, event: Event) {
    if let Err(error) = feed.report(event) {
        feed.refused("member");
        tracing::debug!(target: "group", %error, "a member of another balancer is not taken");
    }
}
