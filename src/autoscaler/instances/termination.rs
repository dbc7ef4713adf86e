//! Answers of providers: to launches, and to terminations.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::actions::{Action, Termination};
use super::machine::Instances;
use super::record::{InstanceName, LaunchId, Record, State};

/// The tag of instances that are never ended: any value but `false` (elastic-load-balancer.md §4.10, case 207).
const PERMANENT: &str = "avoidTermination";

impl Instances {
    /// An instance was launched. When nobody waits for it any more, it is ended.
    pub(super) fn launched(
        &mut self,
        launch: LaunchId,
        instance: InstanceName,
        addresses: Vec<Arc<str>>,
        tags: BTreeMap<Arc<str>, Arc<str>>,
        now: Duration,
    ) -> Option<Action> {
        let unnamed = self.records.get(&launch).is_some_and(|record| record.instance.is_none());
        if let Some(other) = self.named(&instance) {
            // It is known by another launch: a listing was faster.
            if unnamed && other != launch {
                self.records.remove(&launch);
            }
            return None;
        }
        if !unnamed && self.removed.contains(&instance) {
            return None;
        }
        self.removed.retain(|removed| *removed != instance);
        let launch = match self.records.contains_key(&launch) && !unnamed {
            true => self.number(),
            false => launch,
        };
        let waited_for = self.records.contains_key(&launch);
        let record = self.records.entry(launch).or_insert_with(|| Record::new(launch, now));
        record.permanent |= is_permanent(&tags);
        record.instance = Some(instance);
        record.addresses = addresses;
        record.tags = tags;
        record.named_at = now;
        if !waited_for {
            record.enter(State::Abandoned, now);
        }
        match record.state {
            State::Abandoned => self.ask_to_end(launch, Termination::Unasked, now),
            _ => {
                self.match_again(launch, now);
                None
            }
        }
    }

    /// No instance was launched. A member that was taken for it belongs to another.
    pub(super) fn refused(&mut self, launch: LaunchId, now: Duration) {
        let unnamed = self.records.get(&launch).is_some_and(|record| record.instance.is_none());
        if !unnamed {
            return;
        }
        let member = self.records.remove(&launch).and_then(|record| record.member);
        if let Some(member) = member.and_then(|key| self.members.get(&key).cloned())
            && !self.match_by_signs(&member, now)
        {
            self.match_by_age(&member, now);
        }
    }

    /// Its provider ends an instance.
    pub(super) fn ended(&mut self, launch: LaunchId) {
        let Some(record) = self.records.get_mut(&launch) else { return };
        if record.ending.tries == 0 {
            return;
        }
        record.ending.accepted = true;
        record.ending.asked_at = None;
        let is_member = record.member.as_ref().is_some_and(|member| self.members.contains_key(member));
        if !is_member {
            self.remove(launch);
        }
    }

    /// Its provider does not end an instance; it is asked again at the next look.
    pub(super) fn not_ended(&mut self, launch: LaunchId) {
        if let Some(record) = self.records.get_mut(&launch) {
            record.ending.asked_at = None;
        }
    }

    /// Asks for the end of an instance, which has a name and is not permanent.
    pub(super) fn ask_to_end(&mut self, launch: LaunchId, why: Termination, now: Duration) -> Option<Action> {
        let record = self.records.get_mut(&launch)?;
        if record.permanent {
            record.enter(State::Orphan, now);
            return None;
        }
        let instance = record.instance.clone()?;
        record.ending.tries = record.ending.tries.saturating_add(1);
        record.ending.asked_at = Some(now);
        let member = record.member.clone().filter(|member| self.members.contains_key(member));
        Some(Action::Terminate { launch, instance, member, why })
    }
}

/// Whether tags say that an instance is never ended.
pub(super) fn is_permanent(tags: &BTreeMap<Arc<str>, Arc<str>>) -> bool {
    tags.get(PERMANENT).is_some_and(|value| !value.eq_ignore_ascii_case("false"))
}
