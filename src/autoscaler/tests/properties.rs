//! What always holds, whatever providers and members do: they refuse, fall silent, answer twice, late and in any order.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::instances::{State, Termination};
use super::*;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}

/// A cluster in an unreliable world.
struct Story {
    scene: Scene,
    dice: Dice,
    /// What will be heard, by time.
    coming: BTreeMap<(Duration, u64), Event>,
    /// Members that will come and go, by time: those that go are `None`.
    changes: BTreeMap<(Duration, u64), (Arc<str>, Option<MemberFacts>)>,
    told: u64,
    outcomes: Vec<(Duration, Outcome)>,
}

impl Story {
    fn new(keys: &str, seed: u64) -> Story {
        let scene = Scene::new("shop.a.domain", keys).with_members(1);
        Story {
            scene,
            dice: Dice(seed),
            coming: BTreeMap::new(),
            changes: BTreeMap::new(),
            told: 0,
            outcomes: Vec::new(),
        }
    }

    /// Ticks every minute for a while, with load that jumps.
    fn unfold(&mut self, ticks: u64) {
        for _ in 0..ticks {
            for _ in 0..6 {
                self.scene.wait(10);
                self.happen();
            }
            let load = match self.dice.below(4) {
                0 => 0,
                1 => self.dice.below(30),
                2 => self.dice.below(600),
                _ => self.dice.below(3000),
            };
            let outcome = self.scene.tick(load);
            self.obey(outcome.actions.clone());
            self.outcomes.push((self.scene.now, outcome));
        }
    }

    /// Everything is heard, and then nothing more; providers refuse what they are asked.
    fn settle(&mut self) {
        for _ in 0..40 {
            self.scene.wait(60);
            self.happen();
            for action in self.scene.overdue() {
                if let Action::Terminate { launch, .. } = action {
                    self.scene.state.apply(Event::NotEnded { launch }, self.scene.now);
                }
            }
        }
    }

    fn happen(&mut self) {
        let now = self.scene.now;
        while let Some(entry) = self.changes.first_entry().filter(|entry| entry.key().0 <= now) {
            let (key, member) = entry.remove();
            self.scene.members.retain(|one| one.key != key);
            self.scene.members.extend(member);
        }
        while let Some(entry) = self.coming.first_entry().filter(|entry| entry.key().0 <= now) {
            let event = entry.remove();
            let actions = self.scene.state.apply(event, now);
            self.obey(actions);
        }
    }

    /// It is heard after up to so many seconds, maybe twice, maybe never.
    fn tell(&mut self, event: Event, within: u64) {
        let times = if self.dice.percent(30) { 2 } else { 1 };
        for _ in 0..times {
            if self.dice.percent(5) {
                continue;
            }
            self.told += 1;
            let at = self.scene.now + seconds(self.dice.below(within));
            self.coming.insert((at, self.told), event.clone());
        }
    }

    fn change(&mut self, within: u64, key: Arc<str>, member: Option<MemberFacts>) {
        self.told += 1;
        let at = self.scene.now + seconds(self.dice.below(within));
        self.changes.insert((at, self.told), (key, member));
    }

    fn obey(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Launch { launch } => self.launch(launch),
                Action::Terminate { launch, member, .. } => self.terminate(launch, member),
                Action::Alarm { .. } => {}
            }
        }
    }

    fn launch(&mut self, launch: LaunchId) {
        if self.dice.percent(20) {
            return self.tell(Event::Refused { launch }, 60);
        }
        let addresses = if self.dice.percent(50) { vec![host(launch)] } else { Vec::new() };
        let tags = BTreeMap::new();
        self.tell(Event::Launched { launch, instance: name(launch), addresses, tags }, 60);
        if self.dice.percent(80) {
            let announces = self.dice.percent(50).then(|| name(launch).id);
            let member = MemberFacts { instance_id: announces, ..member(launch) };
            self.change(90, member.key.clone(), Some(member.clone()));
            self.tell(Event::Joined(member.clone()), 120);
            if self.dice.percent(20) {
                self.change(900, member.key.clone(), None);
                self.tell(Event::Left { member: member.key }, 900);
            }
        }
    }

    fn terminate(&mut self, launch: LaunchId, member: Option<Arc<str>>) {
        match self.dice.below(10) {
            0 => {}
            1 | 2 => self.tell(Event::NotEnded { launch }, 30),
            _ => {
                self.tell(Event::Ended { launch }, 30);
                if let Some(member) = member {
                    self.change(90, member.clone(), None);
                    self.tell(Event::Left { member }, 120);
                }
                if self.dice.percent(50) {
                    self.tell(Event::Gone { instance: name(launch) }, 300);
                }
            }
        }
    }
}

const POLICIES: [&str; 4] = [
    "policy in_flight;",
    "policy in_flight; scale_up_counts_pending off; scale_from_zero_eager on;",
    "policy target; target_in_flight 50; scale_down_step 3;",
    "policy queue; queue_length_per_node 100; instances_per_scale_up 2;",
];

fn keys(policy: usize, minimum: u32, more: u32, up: u64, down: u64) -> String {
    format!(
        "{} min_app_instances {minimum}; max_app_instances {}; scale_up_cooldown {}; scale_down_cooldown {};",
        POLICIES[policy],
        (minimum + more).max(1),
        up * 1000,
        down * 1000
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_leaks(policy in 0..4_usize, minimum in 0..3_u32, more in 0..6_u32, seed: u64) {
        let mut story = Story::new(&keys(policy, minimum, more, 0, 0), seed);
        story.unfold(30);
        story.settle();
        let counts = story.scene.counts();
        prop_assert_eq!((counts.pending, counts.terminating), (0, 0));
        for record in story.scene.state.instances.records() {
            prop_assert!(matches!(record.state, State::Running | State::Orphan), "{:?}", record);
        }
        prop_assert!(counts.running as usize <= story.scene.members.len() + 1);
    }

    #[test]
    fn minimum_and_maximum_hold(policy in 0..4_usize, minimum in 0..3_u32, more in 0..6_u32, seed: u64) {
        let mut story = Story::new(&keys(policy, minimum, more, 0, 0), seed);
        story.unfold(40);
        let maximum = story.scene.cluster.limits.max_app_instances;
        let legacy = policy == 3;
        let mut leaving = BTreeSet::new();
        for (at, outcome) in &story.outcomes {
            let counts = outcome.counts;
            if let Verdict::Launch(_) = outcome.scaling.verdict {
                prop_assert!(counts.total() <= maximum, "{:?} {:?}", at, outcome);
            }
            if let Verdict::Terminate(_) = outcome.scaling.verdict {
                prop_assert!(counts.staying() >= minimum, "{:?} {:?}", at, outcome);
            }
            prop_assert!(legacy || counts.staying() + counts.pending >= minimum, "{:?} {:?}", at, outcome);
            for action in &outcome.actions {
                if let Action::Terminate { launch, why: Termination::ScaleDown, .. } = action {
                    prop_assert!(leaving.insert(*launch), "{} is ended twice", launch);
                }
            }
        }
    }

    #[test]
    fn cool_downs_hold(policy in 0..4_usize, up in 0..400_u64, down in 0..400_u64, seed: u64) {
        let mut story = Story::new(&keys(policy, 1, 7, up, down), seed);
        story.unfold(40);
        let (mut last_launch, mut last_end) = (None, None);
        let longer = |since: Option<Duration>, at: Duration, than: u64| {
            since.is_none_or(|since| at - since >= seconds(than))
        };
        for (at, outcome) in &story.outcomes {
            if outcome.sanity.verdict != Verdict::Hold {
                last_launch = Some(*at);
            }
            match outcome.scaling.verdict {
                Verdict::Launch(_) => {
                    prop_assert!(longer(last_launch, *at, up), "launched {:?} after {:?}", at, last_launch);
                    last_launch = Some(*at);
                }
                Verdict::Terminate(_) => {
                    prop_assert!(longer(last_launch, *at, down), "ended {:?} after {:?}", at, last_launch);
                    prop_assert!(longer(last_end, *at, down), "ended {:?} after {:?}", at, last_end);
                    last_end = Some(*at);
                }
                Verdict::Hold => {}
            }
        }
    }

    #[test]
    fn the_same_events_give_the_same_decisions(policy in 0..4_usize, seed: u64) {
        let outcomes = || {
            let mut story = Story::new(&keys(policy, 1, 5, 60, 120), seed);
            story.unfold(30);
            story.outcomes
        };
        prop_assert_eq!(outcomes(), outcomes());
    }
}
