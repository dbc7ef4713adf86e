//! Members that come and go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::event::MemberFacts;
use super::machine::Instances;
use super::record::State;

impl Instances {
    /// Takes in which members there are, all of them: what was told of members before, and is not so, is put right.
    pub fn see_members(&mut self, members: &[MemberFacts], now: Duration) {
        let there: BTreeSet<&Arc<str>> = members.iter().map(|member| &member.key).collect();
        let left: Vec<Arc<str>> = self.members.keys().filter(|key| !there.contains(key)).cloned().collect();
        for member in left {
            self.left(&member, now);
        }
        for member in members {
            self.joined(member.clone(), now);
        }
    }

    /// A member is there. Of one that was there before only what it announces counts: it was there before the launches
    /// that wait.
    pub(super) fn joined(&mut self, member: MemberFacts, now: Duration) {
        let known = self.members.insert(member.key.clone(), member.clone()).is_some();
        let matched = self.launch_of(&member.key).is_some();
        if known && matched {
            return;
        }
        if !self.match_by_signs(&member, now) && !known {
            self.match_by_age(&member, now);
        }
    }

    /// A member is there no more. Its instance may still run, until its provider says that it is gone.
    pub(super) fn left(&mut self, member: &str, now: Duration) {
        if self.members.remove(member).is_none() {
            return;
        }
        let Some(launch) = self.launch_of(member) else { return };
        let Some(record) = self.records.get_mut(&launch) else { return };
        match record.state {
            _ if record.ending.accepted => {
                self.remove(launch);
            }
            State::Running => record.enter(State::Orphan, now),
            State::Terminating => record.enter(State::Abandoned, now),
            State::Orphan if record.withdrawn => record.enter(State::Abandoned, now),
            State::Pending | State::Abandoned | State::Orphan => {}
        }
        self.match_the_unmatched(now);
    }

    /// Another member of the same instance may take the place of the one that left.
    fn match_the_unmatched(&mut self, now: Duration) {
        let unmatched = |member: &&MemberFacts| self.launch_of(&member.key).is_none();
        let members: Vec<MemberFacts> = self.members.values().filter(unmatched).cloned().collect();
        for member in members {
            self.match_by_signs(&member, now);
        }
    }
}
