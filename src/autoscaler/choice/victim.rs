//! Which instance goes when there are too many (elastic-load-balancer.md §4.11, W49, cases 204, 207 and 208).

use std::cmp::Reverse;

use sinew_core::config::balancer::Victim;

use super::super::instances::{Instances, LaunchId, Record, State};
use super::ProviderRules;

/// What is said of the choice.
#[derive(Clone, Copy, Debug)]
pub struct VictimRules<'a> {
    /// Which of those of a provider goes first.
    pub victim: Victim,
    /// Whether the oldest instance never goes (elastic-load-balancer.md §1.11.2).
    pub preserve_oldest: bool,
    /// The providers; instances of one that is not among them go last.
    pub providers: &'a [ProviderRules],
}

/// The launches of up to `count` instances that go first. Only running instances that were launched here and are not
/// permanent can go, so there may be fewer, or none.
pub fn victims(instances: &Instances, rules: &VictimRules<'_>, count: u32) -> Vec<LaunchId> {
    let running: Vec<&Record> = instances
        .records()
        .filter(|record| record.state == State::Running && record.instance.is_some())
        .collect();
    let oldest = running.iter().map(|record| (record.launched_at, record.launch)).min();
    let may_go = |record: &&&Record| {
        let preserved = rules.preserve_oldest && oldest == Some((record.launched_at, record.launch));
        !record.permanent && !preserved
    };
    let mut candidates: Vec<&Record> = running.iter().filter(may_go).copied().collect();
    let age = |record: &Record| (record.launched_at, record.launch);
    let order = |record: &Record| scale_down_order(record, rules.providers);
    match rules.victim {
        Victim::Newest => candidates.sort_by_key(|record| (order(record), Reverse(age(record)))),
        Victim::Oldest => candidates.sort_by_key(|record| (order(record), age(record))),
        Victim::LeastLoaded => {
            candidates
                .sort_by_key(|record| (order(record), in_flight(instances, record), Reverse(age(record))));
        }
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    candidates.into_iter().take(count).map(|record| record.launch).collect()
}

fn scale_down_order(record: &Record, providers: &[ProviderRules]) -> i32 {
    let name = record.instance.as_ref().map(|instance| &instance.provider);
    let provider = providers.iter().find(|provider| Some(&provider.name) == name);
    provider.map_or(i32::MAX, |provider| provider.scale_down_order)
}

fn in_flight(instances: &Instances, record: &Record) -> u64 {
    let member = instances.members().find(|member| record.member.as_ref() == Some(&member.key));
    member.map_or(0, |member| member.in_flight)
}
