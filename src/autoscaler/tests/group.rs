//! The group of balancers (elastic-load-balancer.md §9.8).

use super::super::instances::Instances;
use super::super::{Finding, balancers};
use super::*;

fn tick_group(
    instances: &mut Instances,
    wanted: u32,
    peers: &[MemberFacts],
    standing: Standing,
    now: u64,
) -> (usize, Finding) {
    let mut process = configuration(F1).balancer.process;
    process.instances = wanted;
    process.server_startup_delay = seconds(600);
    let (actions, decision) = balancers(instances, &process, peers, standing, seconds(now));
    (launches(&actions).len(), decision.reason.finding)
}

#[test]
fn cases_191_and_192_a_missing_balancer_is_launched_each_time() {
    let mut group = Instances::new(1);
    assert_eq!(tick_group(&mut group, 2, &[], Standing::Leads, 120).0, 1);
    assert_eq!(group.counts().pending, 1);
    assert_eq!(tick_group(&mut group, 2, &[], Standing::Leads, 180).0, 0, "it is on its way");
    let peer = [stranger("10.0.0.7:4100")];
    assert_eq!(tick_group(&mut group, 2, &peer, Standing::Leads, 240).0, 0);
    assert_eq!(group.counts(), counts(1, 0, 0));
    assert_eq!(tick_group(&mut group, 2, &[], Standing::Leads, 300).0, 1, "192");
}

#[test]
fn case_193_balancers_are_not_scaled_down() {
    let mut group = Instances::new(1);
    assert_eq!(tick_group(&mut group, 1, &[stranger("10.0.0.7:4100")], Standing::Leads, 120).0, 0);
}

#[test]
fn case_197_who_follows_does_nothing() {
    let mut group = Instances::new(1);
    assert_eq!(tick_group(&mut group, 2, &[], Standing::Follows, 120), (0, Finding::Following));
    let mut scene = Scene::new("esb.domain", "");
    scene.state.history = samples(&[900]);
    let outcome = scene.tick_as(900, Standing::Follows);
    assert_eq!((outcome.actions, outcome.scaling.reason.finding), (vec![], Finding::Following));
}

#[test]
fn case_212_the_difference_is_launched() {
    let mut group = Instances::new(1);
    assert_eq!(tick_group(&mut group, 3, &[], Standing::Leads, 120).0, 2);
}
