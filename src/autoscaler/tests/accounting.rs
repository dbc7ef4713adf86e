//! Time lines of instances (elastic-load-balancer.md §9.7, cases 159, 160 and 170 to 183).

use super::super::instances::{Alarm, State, Termination};
use super::super::{Finding, Obstacle};
use super::*;

#[test]
fn case_159_the_minimum_is_launched_once() {
    let mut scene = Scene::new("esb.domain", "");
    scene.configuration.balancer.process.server_startup_delay = seconds(600);
    assert_eq!(scene.tick(0).sanity.verdict, Verdict::Launch(2));
    let next = scene.wait(60).tick(0);
    assert_eq!((next.sanity.verdict, next.counts), (Verdict::Hold, counts(0, 2, 0)));
}

#[test]
fn case_160_load_counts_what_healing_launches() {
    for (keys, expected) in [("", 1), ("scale_up_counts_pending off;", 2)] {
        let mut scene = Scene::new("esb.domain", keys).with_members(1);
        scene.state.history = samples(&[500]);
        let outcome = scene.tick(500);
        assert_eq!(outcome.sanity.verdict, Verdict::Launch(1), "{keys}");
        assert_eq!(outcome.scaling.verdict, Verdict::Launch(expected), "{keys}");
        assert_eq!(launches(&outcome.actions).len(), 1 + expected as usize, "{keys}");
    }
}

#[test]
fn case_170_one_launch_joins() {
    let mut scene = Scene::new("shop.a.domain", "");
    let launch = scene.launch();
    scene.answer(launch);
    assert_eq!(scene.counts(), counts(0, 1, 0));
    scene.wait(12).join(launch);
    assert_eq!(scene.counts(), counts(1, 0, 0));
    assert_eq!(scene.wait(600).overdue(), []);
}

#[test]
fn case_171_two_launches_join_one_after_the_other() {
    let mut scene = Scene::new("shop.a.domain", "");
    let (first, second) = (scene.launch(), scene.launch());
    scene.answer(first);
    scene.answer(second);
    assert_eq!(scene.counts(), counts(0, 2, 0));
    scene.wait(12).join(second);
    assert_eq!(scene.counts(), counts(1, 1, 0));
    scene.wait(19).join(first);
    assert_eq!(scene.counts(), counts(2, 0, 0));
}

#[test]
fn case_172_those_that_never_join_are_ended_by_name() {
    let mut scene = Scene::new("shop.a.domain", "");
    let (first, second) = (scene.launch(), scene.launch());
    scene.answer(first);
    scene.answer(second);
    assert_eq!(scene.wait(59).overdue(), []);
    assert_eq!(scene.state.instances.deadline(seconds(60)), Some(seconds(180)));
    let actions = scene.wait(1).overdue();
    assert_eq!(ended(&actions), [first, second]);
    assert!(matches!(&actions[0], Action::Terminate { instance, why: Termination::NeverJoined, .. }
        if *instance == name(first)));
    assert_eq!(scene.counts(), counts(0, 0, 0));
    for launch in [first, second] {
        assert_eq!(scene.state.apply(Event::Ended { launch }, scene.now), []);
    }
    assert_eq!(scene.state.instances.records().count(), 0);
    assert_eq!(scene.wait(600).overdue(), []);
}

#[test]
fn case_173_only_the_missing_one_is_ended() {
    for joins in [0, 1] {
        let mut scene = Scene::new("shop.a.domain", "");
        let both = [scene.launch(), scene.launch()];
        both.into_iter().for_each(|launch| assert_eq!(scene.answer(launch), []));
        scene.wait(10).join(both[joins]);
        assert_eq!(ended(&scene.wait(50).overdue()), [both[1 - joins]]);
        assert_eq!(scene.counts(), counts(1, 0, 0));
    }
}

#[test]
fn case_174_three_tries_an_alarm_and_an_orphan() {
    let mut scene = Scene::new("shop.a.domain", "");
    let both = [scene.launch(), scene.launch()];
    both.into_iter().for_each(|launch| assert_eq!(scene.answer(launch), []));
    scene.wait(60);
    for attempt in 1..=3 {
        assert_eq!(ended(&scene.overdue()), both, "try {attempt}");
        assert_eq!(scene.counts().pending, 0);
        for launch in both {
            assert_eq!(scene.state.apply(Event::NotEnded { launch }, scene.now), []);
        }
        scene.wait(60);
    }
    let alarm = |launch| Action::Alarm { launch, instance: Some(name(launch)), alarm: Alarm::CannotEnd };
    assert_eq!(scene.overdue(), both.map(alarm));
    assert!(scene.state.instances.records().all(|record| record.state == State::Orphan));
    assert_eq!((scene.counts(), scene.wait(6000).overdue()), (counts(0, 0, 0), vec![]));
}

#[test]
fn case_175_a_member_that_leaves_costs_no_launch() {
    let mut scene = Scene::new("shop.a.domain", "").with_members(2);
    scene.tick(0);
    let launch = scene.launch();
    scene.answer(launch);
    scene.wait(5).leave("10.9.9.0:80");
    scene.wait(7).join(launch);
    assert_eq!((scene.counts(), scene.wait(600).overdue()), (counts(2, 0, 0), vec![]));
}

/// A victim of three, ended at the scene's time.
fn with_victim() -> (Scene, LaunchId) {
    let mut scene = Scene::new("shop.a.domain", "").with_instances(3);
    scene.state.history = samples(&[0]);
    let outcome = scene.tick(0);
    assert_eq!((outcome.scaling.verdict, outcome.counts), (Verdict::Terminate(1), counts(3, 0, 1)));
    let [Action::Terminate { launch, member, why: Termination::ScaleDown, .. }] = &*outcome.actions else {
        panic!("{:?}", outcome.actions)
    };
    assert_eq!(*member, Some(super::member(*launch).key));
    (scene, *launch)
}

#[test]
fn case_176_the_victim_leaves() {
    let (mut scene, victim) = with_victim();
    assert_eq!(scene.state.apply(Event::Ended { launch: victim }, scene.now), []);
    assert_eq!(scene.counts(), counts(3, 0, 1));
    scene.wait(22).leave(&member(victim).key);
    assert_eq!(scene.counts(), counts(2, 0, 0));
    assert_eq!(scene.state.instances.records().count(), 2);
}

#[test]
fn case_177_another_member_is_not_the_victim() {
    let (mut scene, victim) = with_victim();
    scene.state.apply(Event::Ended { launch: victim }, scene.now);
    let other = stranger("10.9.9.1:80");
    scene.members.push(other.clone());
    scene.wait(3);
    scene.state.apply(Event::Joined(other), scene.now);
    assert_eq!(scene.counts(), counts(4, 0, 1));
    scene.wait(37).leave(&member(victim).key);
    assert_eq!(scene.counts(), counts(3, 0, 0));
}

#[test]
fn case_178_a_victim_that_stays_is_ended_again_and_blocks_nothing() {
    let (mut scene, victim) = with_victim();
    scene.state.apply(Event::Ended { launch: victim }, scene.now);
    let outcome = scene.wait(60).tick(0);
    assert!(outcome.actions.iter().any(|action| matches!(action,
        Action::Terminate { launch, why: Termination::NeverLeft, .. } if *launch == victim)));
    assert!(outcome.actions.iter().any(|action| matches!(action,
        Action::Alarm { launch, alarm: Alarm::StillMember, .. } if *launch == victim)));
    // It serves nobody: of the two others one may go, to the minimum of one.
    assert_eq!((outcome.scaling.verdict, outcome.counts), (Verdict::Terminate(1), counts(2, 0, 1)));
}

#[test]
fn case_179_refused_launches_are_not_pending() {
    let mut scene = Scene::new("shop.a.domain", "");
    let all = [scene.launch(), scene.launch(), scene.launch()];
    scene.answer(all[1]);
    for launch in [all[0], all[2], all[0]] {
        assert_eq!(scene.state.apply(Event::Refused { launch }, scene.now), []);
    }
    assert_eq!(scene.counts(), counts(0, 1, 0));
}

#[test]
fn case_180_dead_members_are_replaced() {
    let mut scene = Scene::new("esb.domain", "");
    let both = launches(&scene.tick(0).actions);
    assert_eq!(both.len(), 2);
    both.iter().for_each(|&launch| assert_eq!(scene.answer(launch), []));
    scene.wait(5);
    both.iter().for_each(|&launch| scene.join(launch));
    assert_eq!(scene.wait(55).tick(0).counts, counts(2, 0, 0));
    scene.members.clear();
    assert_eq!(scene.wait(60).tick(0).sanity.verdict, Verdict::Launch(2));
}

/// A cluster has nothing to do with another: each has its own state, and no decision can fail.
#[test]
fn case_182_clusters_do_not_touch_each_other() {
    let mut odd = Scene::new("shop.a.domain", "max_requests_per_second 4294967295; min_app_instances 9;");
    let mut usual = Scene::new("esb.domain", "").with_members(2);
    odd.state.history = samples(&[u64::MAX]);
    usual.state.history = samples(&[500]);
    assert_eq!(odd.tick(u64::MAX).sanity.verdict, Verdict::Launch(9));
    assert_eq!(usual.tick(500).scaling.verdict, Verdict::Launch(1));
}

#[test]
fn case_183_limits_count_as_they_are_now() {
    let mut scene = Scene::new("esb.domain", "").with_members(2);
    assert_eq!(scene.tick(0).sanity.verdict, Verdict::Hold);
    scene.cluster.limits.min_app_instances = 3;
    assert_eq!(scene.wait(60).tick(0).sanity.verdict, Verdict::Launch(1));
}

#[test]
fn a_cluster_under_maintenance_is_left_alone() {
    let mut scene = Scene::new("esb.domain", "maintenance true;");
    scene.state.history = samples(&[900]);
    let outcome = scene.tick(900);
    assert_eq!((outcome.actions, outcome.scaling.reason.finding), (vec![], Finding::Maintenance));
}

/// A new leader heals at once, but not before it knows what runs (W52).
#[test]
fn nothing_is_decided_before_the_instances_are_known() {
    let mut scene = Scene::new("esb.domain", "");
    let outcome = scene.tick_as(900, Standing::Unlisted);
    assert_eq!((outcome.actions, outcome.sanity.reason.finding), (vec![], Finding::Unlisted));
    assert_eq!(scene.state.history.len(), 1, "it measures all the same");
    let (configuration, cluster) = (&scene.configuration, &scene.cluster);
    let rules = Rules::of(cluster, &configuration.balancer.process, &[]);
    let seen =
        Observation { now: scene.now, round: Round::default(), members: &[], standing: Standing::Leads };
    let (actions, _) = super::super::heal(&mut scene.state, &rules, &seen);
    assert_eq!((launches(&actions).len(), scene.state.history.len()), (2, 1));
}

#[test]
fn cool_downs_hold_load_and_not_healing() {
    let mut scene =
        Scene::new("esb.domain", "scale_up_cooldown 120000; scale_down_cooldown 180000;").with_members(2);
    scene.state.history = samples(&[500]);
    assert_eq!(launches(&scene.tick(500).actions).len(), 1);
    scene.members.clear();
    let outcome = scene.wait(60).tick(2000);
    assert_eq!(
        outcome.sanity.verdict,
        Verdict::Launch(2),
        "its launch was not answered in time: nobody is there"
    );
    let cooling = Obstacle::CoolDown { since: seconds(0), cooldown: seconds(120) };
    assert_eq!(outcome.scaling.reason.obstacle, Some(cooling));
}
