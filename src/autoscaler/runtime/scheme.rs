//! The membership scheme `autoscaler`: instances become members of their clusters where their providers know where they take
//! requests, unless they announce themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::instances::State;
use super::shared::Shared;
use crate::clusters::{ClusterKey, MemberDefinition, Source};
use crate::membership::{Departure, Event, Feed, Scheme};

/// Instances as members.
pub struct InstanceMembers {
    pub(super) shared: Arc<Shared>,
}

/// The name of the scheme.
const NAME: &str = "autoscaler";

type Told = BTreeMap<(ClusterKey, Arc<str>), MemberDefinition>;

impl Scheme for InstanceMembers {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn run(self, feed: Arc<Feed>) {
        let mut changes = self.shared.members.subscribe();
        let mut directory = self.shared.directory.changes();
        let mut told = Told::new();
        loop {
            changes.borrow_and_update();
            directory.borrow_and_update();
            let wanted = wanted(&self.shared);
            tell(&feed, &mut told, wanted);
            let changed = tokio::select! {
                changed = changes.changed() => changed,
                changed = directory.changed() => changed,
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

/// The members that instances are.
fn wanted(shared: &Shared) -> Told {
    let books = shared.books();
    let mut wanted = Told::new();
    for (key, book) in &books.clusters {
        for record in book.state.instances.records() {
            let place = record.instance.as_ref().and_then(|instance| book.places.get(instance));
            let Some(place) = place.filter(|_| record.state != State::Abandoned) else { continue };
            wanted.insert((key.clone(), place.key()), place.clone());
        }
    }
    drop(books);
    wanted.retain(|(cluster, member), place| !announces_itself(shared, cluster, member, place));
    wanted
}

/// Whether a member of the cluster at another address says that it is this instance.
fn announces_itself(
    shared: &Shared,
    cluster: &ClusterKey,
    member: &Arc<str>,
    place: &MemberDefinition,
) -> bool {
    let Some(id) = place.properties.get("instanceId") else { return false };
    let Some(found) = shared.directory.find(cluster) else { return false };
    let is_it = |definition: &MemberDefinition| definition.properties.get("instanceId") == Some(id);
    let by_itself = |sources: &[Source]| sources.iter().any(|source| *source.name != *NAME);
    let members = found.members();
    members.iter().any(|other| {
        other.key() != member
            && is_it(other.definition())
            && by_itself(&shared.directory.sources(cluster, other.key()))
    })
}

fn tell(feed: &Feed, told: &mut Told, wanted: Told) {
    for ((cluster, member), definition) in &wanted {
        if told.get(&(cluster.clone(), member.clone())) == Some(definition) {
            continue;
        }
        let event = Event::Update { cluster: cluster.clone(), definition: definition.clone() };
        if let Err(error) = feed.report(event) {
            feed.refused("member");
            tracing::error!(target: "autoscaler", %cluster, %member, %error, "the instance cannot be a member");
        }
    }
    for (cluster, member) in told.keys().filter(|id| !wanted.contains_key(*id)) {
        let (cluster, member) = (cluster.clone(), member.clone());
        // One that was left out is not known.
        let _ = feed.report(Event::Leave { cluster, member, departure: Departure::Announced });
    }
    *told = wanted;
}
