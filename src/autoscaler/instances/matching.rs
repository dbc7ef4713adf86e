//! Which member is which instance: by what the member announces, or else the oldest launch that waits for one
//! (elastic-load-balancer.md §4.6).

use std::cmp::Reverse;
use std::time::Duration;

use super::event::MemberFacts;
use super::machine::Instances;
use super::record::{LaunchId, Record, State};

/// How surely a member is the instance of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// It is, or was, taken for the instance.
    Before,
    /// It is on the host of the instance.
    Host,
    /// It is at the address of the instance.
    Address,
    /// It announces the name of the instance.
    Name,
}

impl Instances {
    /// Finds the instance that a member surely is, and makes it that.
    pub(super) fn match_by_signs(&mut self, member: &MemberFacts, now: Duration) -> bool {
        let candidates = self.records.values().filter_map(|record| {
            let found = sign(record, member)?;
            let same = record.member.as_ref() == Some(&member.key);
            let other = record.member.as_ref().filter(|_| !same).and_then(|key| self.members.get(key));
            // Where instances share a host, it says nothing of one whose member is there.
            let taken = other.is_some_and(|other| sign(record, other) >= Some(found));
            (!taken).then_some((found, same, record.state == State::Pending, Reverse(record.launch)))
        });
        let Some((_, _, _, Reverse(launch))) = candidates.max() else { return false };
        self.assign(launch, member, now);
        true
    }

    /// Takes a member for the instance of the oldest launch that waits for one and does not contradict.
    pub(super) fn match_by_age(&mut self, member: &MemberFacts, now: Duration) {
        if member.permanent {
            return;
        }
        let waits = |record: &&Record| record.state == State::Pending && !contradicts(record, member);
        let oldest =
            self.records.values().filter(waits).min_by_key(|record| (record.launched_at, record.launch));
        if let Some(launch) = oldest.map(|record| record.launch) {
            self.assign(launch, member, now);
        }
    }

    /// Makes a member the instance of a launch. The instance that it was taken for before gets what was here, or waits again.
    fn assign(&mut self, launch: LaunchId, member: &MemberFacts, now: Duration) {
        let before = self.launch_of(&member.key).filter(|before| *before != launch);
        let Some(record) = self.records.get_mut(&launch) else { return };
        let displaced = record.member.replace(member.key.clone()).filter(|key| *key != member.key);
        record.permanent |= member.permanent;
        let returns = record.state == State::Orphan && !record.withdrawn;
        if record.state == State::Pending || returns {
            record.enter(State::Running, now);
            record.alarmed = false;
        }
        let displaced = displaced.and_then(|key| self.members.get(&key).cloned());
        if let Some(before) = before {
            self.unassign(before);
        }
        if let Some(displaced) = displaced
            && !self.match_by_signs(&displaced, now)
        {
            self.match_by_age(&displaced, now);
        }
    }

    /// The instance of a launch is not the member that it was taken for: it waits for its own, since it was launched.
    pub(super) fn unassign(&mut self, launch: LaunchId) {
        let Some(record) = self.records.get_mut(&launch) else { return };
        record.member = None;
        if record.state == State::Running {
            let launched_at = record.launched_at;
            record.enter(State::Pending, launched_at);
        }
    }

    /// A record has a name now: members that turn out to be its instance, or not, are matched anew.
    pub(super) fn match_again(&mut self, launch: LaunchId, now: Duration) {
        let Some(record) = self.records.get(&launch) else { return };
        let of_record = record.member.as_ref().and_then(|key| self.members.get(key)).cloned();
        let wrong = of_record.filter(|member| contradicts(record, member));
        let members: Vec<MemberFacts> =
            self.members.values().filter(|member| sign(record, member).is_some()).cloned().collect();
        if let Some(member) = wrong {
            self.unassign(launch);
            if !self.match_by_signs(&member, now) {
                self.match_by_age(&member, now);
            }
        }
        for member in members {
            self.match_by_signs(&member, now);
        }
    }
}

/// What speaks for a member being the instance of a record; nothing, when its name says otherwise.
fn sign(record: &Record, member: &MemberFacts) -> Option<Sign> {
    if contradicts(record, member) {
        return None;
    }
    let has = |address: &str| record.addresses.iter().any(|one| **one == *address);
    if record.instance.is_some() && member.instance_id.is_some() {
        Some(Sign::Name)
    } else if has(&member.key) {
        Some(Sign::Address)
    } else if member.hosts.iter().any(|host| has(host)) {
        Some(Sign::Host)
    } else if record.member.as_ref() == Some(&member.key) {
        Some(Sign::Before)
    } else {
        None
    }
}

/// Whether the member announces another instance.
fn contradicts(record: &Record, member: &MemberFacts) -> bool {
    match (&record.instance, &member.instance_id) {
        (Some(instance), Some(announced)) => instance.id != *announced,
        _ => false,
    }
}
