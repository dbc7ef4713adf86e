//! What a provider says there is: instances of an earlier process are adopted, and those that are gone are forgotten
//! (elastic-load-balancer.md §4.11 "State", W52, case 209).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::actions::Action;
use super::machine::Instances;
use super::record::{InstanceName, LaunchId, Record, State};
use super::termination::is_permanent;

/// An instance as its provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name at the provider.
    pub id: Arc<str>,
    /// The launch that it is tagged with.
    pub launch: Option<LaunchId>,
    /// It is being ended, whoever asked for that.
    pub stopping: bool,
    /// Where it is: hosts, or `host:port` where instances share a host.
    pub addresses: Vec<Arc<str>>,
    /// When it was launched.
    pub launched_at: Duration,
    /// Its tags.
    pub tags: BTreeMap<Arc<str>, Arc<str>>,
}

impl Instances {
    /// Takes in all instances that a provider has for this cluster and this balancer. `asked_at` is when the provider was
    /// asked: what was launched since then may be missing.
    pub fn listed(
        &mut self,
        provider: &Arc<str>,
        listed: &[Listed],
        asked_at: Duration,
        now: Duration,
    ) -> Vec<Action> {
        self.forget_the_gone(provider, listed, asked_at);
        let mut actions = Vec::new();
        for one in listed {
            let instance = InstanceName { provider: provider.clone(), id: one.id.clone() };
            match self.named(&instance) {
                Some(launch) => self.seen(launch, one, now),
                None if one.stopping || self.removed.contains(&instance) => {}
                None => actions.extend(self.adopt(one, instance, now)),
            }
        }
        actions
    }

    fn forget_the_gone(&mut self, provider: &Arc<str>, listed: &[Listed], asked_at: Duration) {
        let is_listed = |instance: &InstanceName| {
            instance.provider != *provider || listed.iter().any(|one| one.id == instance.id)
        };
        let gone = |record: &&Record| {
            let known_then = record.named_at < asked_at;
            known_then && record.instance.as_ref().is_some_and(|instance| !is_listed(instance))
        };
        let gone: Vec<LaunchId> = self.records.values().filter(gone).map(|record| record.launch).collect();
        for launch in gone {
            self.records.remove(&launch);
        }
        self.removed.retain(is_listed);
    }

    /// A known instance is still there. One that could not be ended is tried once more, as its provider answers again.
    fn seen(&mut self, launch: LaunchId, listed: &Listed, now: Duration) {
        let Some(record) = self.records.get_mut(&launch) else { return };
        let given_up = record.state == State::Orphan && record.ending.tries > 0 && !record.ending.accepted;
        if listed.stopping && record.state == State::Pending {
            self.remove(launch);
        } else if given_up && record.ending.asked_at.is_none() {
            record.ending.tries = record.ending.tries.min(super::overdue::TRIES - 1);
            record.enter(State::Abandoned, now);
        }
    }

    /// An instance that an earlier process launched, or this one without hearing of it.
    fn adopt(&mut self, listed: &Listed, instance: InstanceName, now: Duration) -> Option<Action> {
        let launch = match listed.launch {
            Some(launch) => match self.records.get(&launch) {
                Some(record) if record.instance.is_none() => {
                    let (addresses, tags) = (listed.addresses.clone(), listed.tags.clone());
                    return self.launched(launch, instance, addresses, tags, now);
                }
                Some(_) => self.number(),
                None => launch,
            },
            None => self.number(),
        };
        self.next = self.next.max(launch.0.saturating_add(1));
        let record = Record {
            permanent: is_permanent(&listed.tags),
            instance: Some(instance),
            addresses: listed.addresses.clone(),
            tags: listed.tags.clone(),
            launched_at: listed.launched_at,
            adopted: true,
            ..Record::new(launch, now)
        };
        self.records.insert(launch, record);
        self.match_again(launch, now);
        None
    }
}
