//! The records of a cluster, and the members it has.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::super::counts::Counts;
use super::actions::{Action, Termination};
use super::event::{Event, MemberFacts};
use super::record::{InstanceName, LaunchId, Record, State};

/// How many instances are remembered after they were forgotten.
const REMEMBERED: usize = 256;

/// The instances of one cluster, or of the group of balancers.
#[derive(Clone, Debug)]
pub struct Instances {
    pub(super) records: BTreeMap<LaunchId, Record>,
    pub(super) members: BTreeMap<Arc<str>, MemberFacts>,
    pub(super) removed: VecDeque<InstanceName>,
    pub(super) next: u64,
}

impl Instances {
    /// None yet. Launches are numbered from `first`, which must be above all numbers of earlier processes for this cluster:
    /// microseconds since 1970 will do.
    pub fn new(first: u64) -> Instances {
        Instances {
            records: BTreeMap::new(),
            members: BTreeMap::new(),
            removed: VecDeque::new(),
            next: first,
        }
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        let count = |state| self.records.values().filter(|record| record.state == state).count();
        let withdrawn = self.records.values().filter(|record| self.is_out_of_use(record)).count();
        let permanent = self.members.values().filter(|member| self.is_permanent(member)).count();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Counts {
            running: number(self.members.len().saturating_sub(withdrawn)),
            pending: number(count(State::Pending)),
            terminating: number(count(State::Terminating)),
            permanent: number(permanent),
        }
    }

    /// The records, by launch.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// The record of a launch.
    pub fn record(&self, launch: LaunchId) -> Option<&Record> {
        self.records.get(&launch)
    }

    /// The members, by key.
    pub fn members(&self) -> impl Iterator<Item = &MemberFacts> {
        self.members.values()
    }

    /// Writes down a launch that a provider is about to be asked for.
    pub fn launch(&mut self, now: Duration) -> Action {
        let launch = self.number();
        self.records.insert(launch, Record::new(launch, now));
        Action::Launch { launch }
    }

    /// The running instance of a launch shall leave. `None` when it does not run, has no name, or is permanent.
    pub fn terminate(&mut self, launch: LaunchId, now: Duration) -> Option<Action> {
        let record = self.records.get_mut(&launch)?;
        if record.state != State::Running || record.permanent || record.instance.is_none() {
            return None;
        }
        record.enter(State::Terminating, now);
        record.withdrawn = true;
        self.ask_to_end(launch, Termination::ScaleDown, now)
    }

    /// Takes in what happened, and says what is to be done about it.
    pub fn apply(&mut self, event: Event, now: Duration) -> Vec<Action> {
        match event {
            Event::Launched { launch, instance, addresses, tags } => {
                return self.launched(launch, instance, addresses, tags, now).into_iter().collect();
            }
            Event::Refused { launch } => self.refused(launch, now),
            Event::Joined(member) => self.joined(member, now),
            Event::Left { member } => self.left(&member, now),
            Event::Gone { instance } => {
                if let Some(launch) = self.named(&instance) {
                    self.remove(launch);
                }
            }
            Event::Ended { launch } => self.ended(launch),
            Event::NotEnded { launch } => self.not_ended(launch),
        }
        Vec::new()
    }

    /// A number that no launch had.
    pub(super) fn number(&mut self) -> LaunchId {
        let launch = LaunchId(self.next);
        self.next = self.next.saturating_add(1);
        launch
    }

    /// Forgets a record. What it was called is remembered for a while, so that a listing from before does not bring it back.
    pub(super) fn remove(&mut self, launch: LaunchId) -> Option<Record> {
        let record = self.records.remove(&launch)?;
        if let Some(instance) = record.instance.clone() {
            if self.removed.len() >= REMEMBERED {
                self.removed.pop_front();
            }
            self.removed.push_back(instance);
        }
        Some(record)
    }

    /// The launch whose instance has a name.
    pub(super) fn named(&self, instance: &InstanceName) -> Option<LaunchId> {
        let record = self.records.values().find(|record| record.instance.as_ref() == Some(instance));
        record.map(|record| record.launch)
    }

    /// The launch whose instance is a member.
    pub(super) fn launch_of(&self, member: &str) -> Option<LaunchId> {
        let is_it = |record: &&Record| record.member.as_deref() == Some(member);
        self.records.values().find(is_it).map(|record| record.launch)
    }

    /// Whether it is a member that serves nobody: it was asked to leave long ago, or is being ended.
    fn is_out_of_use(&self, record: &Record) -> bool {
        let out = matches!(record.state, State::Abandoned | State::Orphan);
        out && record.member.as_ref().is_some_and(|member| self.members.contains_key(member))
    }

    fn is_permanent(&self, member: &MemberFacts) -> bool {
        let record = self.launch_of(&member.key).and_then(|launch| self.record(launch));
        member.permanent || record.is_some_and(|record| record.permanent)
    }
}
