//! What takes too long (elastic-load-balancer.md §4.6, cases 172 to 174 and 178).

use std::time::Duration;

use super::actions::{Action, Alarm, Termination};
use super::machine::Instances;
use super::record::{LaunchId, Record, State};

/// How often a provider is asked to end an instance.
pub(super) const TRIES: u32 = 3;

/// What is due for a record.
enum Due {
    Nothing,
    /// Its launch waits for an answer, and for nothing else.
    GiveUp,
    /// Its termination is asked for.
    Ask(Termination),
    /// Somebody has to look.
    Alarm(Alarm),
    /// It was ended, and is asked to end again.
    StillMember,
    /// It is not to be ended after all.
    Return,
    /// It is forgotten.
    Forget(Alarm),
}

impl Instances {
    /// What is due now, where `delay` is how long joining and leaving may take: `server_startup_delay`. To be asked at each
    /// tick, and when [`Instances::deadline`] says so.
    pub fn overdue(&mut self, delay: Duration, now: Duration) -> Vec<Action> {
        let due: Vec<(LaunchId, Due)> =
            self.records.values().map(|record| (record.launch, self.due(record, delay, now))).collect();
        due.into_iter().flat_map(|(launch, due)| self.settle(launch, due, now)).collect()
    }

    /// When something is due next, without an event before.
    pub fn deadline(&self, delay: Duration) -> Option<Duration> {
        let waits = |record: &&Record| match record.state {
            State::Pending | State::Terminating => true,
            State::Abandoned => record.instance.is_none(),
            State::Orphan => !record.alarmed,
            State::Running => false,
        };
        self.records.values().filter(waits).map(|record| record.since.saturating_add(delay)).min()
    }

    fn due(&self, record: &Record, delay: Duration, now: Duration) -> Due {
        let late = record.age(now) >= delay;
        let named = record.instance.is_some();
        let waiting = record.ending.asked_at.is_some_and(|asked_at| now.saturating_sub(asked_at) < delay);
        let again = !waiting && !record.ending.accepted && record.ending.tries < TRIES;
        match record.state {
            State::Pending if late && !named => Due::GiveUp,
            State::Pending if late && (record.adopted || record.permanent) => Due::Alarm(Alarm::NotJoined),
            State::Pending if late => Due::Ask(Termination::NeverJoined),
            State::Terminating if late => Due::StillMember,
            State::Terminating if again => Due::Ask(Termination::Again),
            State::Abandoned if !named && late => Due::Forget(Alarm::Unanswered),
            State::Abandoned if record.ending.accepted && late => Due::Alarm(Alarm::StillMember),
            State::Abandoned if record.ending.accepted => Due::Nothing,
            State::Abandoned if named && again => Due::Ask(Termination::Again),
            State::Abandoned if named && !waiting => {
                let joined = record.member.as_ref().is_some_and(|member| self.members.contains_key(member));
                if joined && !record.withdrawn { Due::Return } else { Due::Alarm(Alarm::CannotEnd) }
            }
            State::Orphan if late && !named => Due::Forget(Alarm::Unanswered),
            State::Orphan if late && !record.alarmed => Due::Alarm(Alarm::LeftBehind),
            _ => Due::Nothing,
        }
    }

    fn settle(&mut self, launch: LaunchId, due: Due, now: Duration) -> Vec<Action> {
        let Some(record) = self.records.get_mut(&launch) else { return Vec::new() };
        match due {
            Due::Nothing => Vec::new(),
            Due::GiveUp => {
                record.enter(State::Abandoned, now);
                Vec::new()
            }
            Due::Ask(why) => {
                if record.state == State::Pending {
                    record.enter(State::Abandoned, now);
                }
                self.ask_to_end(launch, why, now).into_iter().collect()
            }
            Due::StillMember => {
                let alarm = orphan(record, Alarm::StillMember, now);
                let asked = self.ask_to_end(launch, Termination::NeverLeft, now);
                asked.into_iter().chain([alarm]).collect()
            }
            Due::Alarm(alarm) => vec![orphan(record, alarm, now)],
            Due::Return => {
                record.enter(State::Running, now);
                record.ending = Default::default();
                Vec::new()
            }
            Due::Forget(alarm) => {
                let action = Action::Alarm { launch, instance: None, alarm };
                self.records.remove(&launch);
                vec![action]
            }
        }
    }
}

/// Leaves a record to somebody who looks.
fn orphan(record: &mut Record, alarm: Alarm, now: Duration) -> Action {
    if record.state != State::Orphan {
        record.enter(State::Orphan, now);
    }
    record.alarmed = true;
    Action::Alarm { launch: record.launch, instance: record.instance.clone(), alarm }
}
