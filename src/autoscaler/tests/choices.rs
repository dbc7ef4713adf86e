//! Which provider and which instance (elastic-load-balancer.md §9.9, W49, W54).

use sinew_core::config::balancer::Victim;

use super::super::Obstacle;
use super::super::choice::{ProviderRules, Turns, VictimRules, providers_for_launch, victims};
use super::super::instances::Instances;
use super::*;

fn provider(name: &str, up: i32, down: i32, most: Option<u32>) -> ProviderRules {
    ProviderRules { name: name.into(), scale_up_order: up, scale_down_order: down, max_instances: most }
}

/// The providers of so many launches, one after the other; those that `failing` names never launch.
fn launched(providers: &[ProviderRules], count: usize, failing: &str) -> Vec<Arc<str>> {
    let mut turns = Turns::default();
    let mut found: Vec<Arc<str>> = Vec::new();
    for _ in 0..count {
        let has = |name: &str| found.iter().filter(|one| ***one == *name).count() as u32;
        let asked = providers_for_launch(providers, has, &mut turns);
        found.extend(asked.iter().find(|one| *one.name != *failing).map(|one| one.name.clone()));
    }
    found
}

#[test]
fn cases_202_203_205_and_206_providers_for_launches() {
    let both = [provider("openstack", 2, 1, Some(10)), provider("ec2", 1, 2, Some(2))];
    let as_text = |found: Vec<Arc<str>>| found.join(" ");
    assert_eq!(as_text(launched(&both, 4, "")), "ec2 ec2 openstack openstack", "202");
    assert_eq!(as_text(launched(&both, 2, "ec2")), "openstack openstack", "203");
    assert_eq!(launched(&[provider("ec2", 1, 1, None)], 100, "").len(), 100, "205");
    let equal = [provider("a", 1, 1, None), provider("b", 1, 1, None), provider("c", 2, 1, None)];
    assert_eq!(as_text(launched(&equal, 4, "")), "a b a b", "206");
    assert_eq!(as_text(launched(&equal, 2, "a")), "b b", "206, one fails");
    assert_eq!(launched(&[provider("ec2", 1, 1, Some(0))], 1, ""), Vec::<Arc<str>>::new());
    assert_eq!(launched(&[], 1, ""), Vec::<Arc<str>>::new());
}

/// Instances by provider, in the order of their launches, one second apart; a name with `!` is tagged `avoidTermination`.
fn running(names: &[&str]) -> Instances {
    let mut instances = Instances::new(1);
    for (number, name) in names.iter().enumerate() {
        let now = seconds(number as u64);
        let Action::Launch { launch } = instances.launch(now) else { panic!("no launch") };
        let instance = InstanceName { provider: name.trim_end_matches('!').into(), id: host(launch) };
        let permanent = if name.ends_with('!') { "true" } else { "false" };
        let tags = BTreeMap::from([("avoidTermination".into(), permanent.into())]);
        instances.apply(Event::Launched { launch, instance, addresses: vec![host(launch)], tags }, now);
        instances.apply(Event::Joined(MemberFacts { in_flight: 9 - number as u64, ..member(launch) }), now);
    }
    instances
}

fn chosen(instances: &Instances, victim: Victim, preserve_oldest: bool, count: u32) -> Vec<u64> {
    let providers = [provider("ec2", 1, 2, None), provider("openstack", 2, 1, None)];
    let rules = VictimRules { victim, preserve_oldest, providers: &providers };
    victims(instances, &rules, count).into_iter().map(|launch| launch.0).collect()
}

#[test]
fn case_204_instances_of_providers_in_their_order() {
    let instances = running(&["openstack", "ec2", "openstack", "ec2"]);
    assert_eq!(chosen(&instances, Victim::Newest, false, 3), [3, 1, 4]);
    assert_eq!(chosen(&instances, Victim::Oldest, false, 3), [1, 3, 2]);
    assert_eq!(chosen(&instances, Victim::LeastLoaded, false, 9), [3, 1, 4, 2]);
}

#[test]
fn case_207_permanent_instances_stay() {
    let instances = running(&["ec2", "ec2", "ec2!"]);
    assert_eq!(chosen(&instances, Victim::Newest, false, 1), [2]);
    assert_eq!(chosen(&instances, Victim::Newest, false, 9), [2, 1]);
    assert_eq!(instances.counts().permanent, 1);
}

#[test]
fn the_oldest_instance_may_be_kept() {
    let instances = running(&["ec2", "ec2", "openstack"]);
    assert_eq!(chosen(&instances, Victim::Oldest, true, 9), [3, 2]);
}

#[test]
fn case_208_what_was_not_launched_here_stays() {
    let mut scene = Scene::new("shop.a.domain", "").with_members(3);
    scene.state.history = samples(&[0]);
    let outcome = scene.tick(0);
    assert_eq!((outcome.actions, outcome.counts), (vec![], counts(3, 0, 0)));
    assert_eq!(outcome.scaling.reason.obstacle, Some(Obstacle::NobodyToEnd));
}
