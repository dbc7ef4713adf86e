//! Which member is which instance, listings, and answers that come late or in another order.

use super::super::counts::Counts;
use super::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const DELAY: Duration = Duration::from_secs(60);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn launch(instances: &mut Instances, now: u64) -> LaunchId {
    match instances.launch(seconds(now)) {
        Action::Launch { launch } => launch,
        other => panic!("{other:?}"),
    }
}

fn launched(launch: LaunchId, id: &str, addresses: &[&str]) -> Event {
    let instance = InstanceName { provider: "cloud".into(), id: id.into() };
    let addresses = addresses.iter().map(|address| Arc::from(*address)).collect();
    Event::Launched { launch, instance, addresses, tags: BTreeMap::new() }
}

fn gone(id: &str) -> Event {
    Event::Gone { instance: InstanceName { provider: "cloud".into(), id: id.into() } }
}

/// A member at `host:port`.
fn at(key: &str) -> MemberFacts {
    let host = key.split(':').next().unwrap_or_default();
    MemberFacts { key: key.into(), hosts: vec![host.into()], ..MemberFacts::default() }
}

/// A member that announces the name of its instance.
fn named(key: &str, id: &str) -> MemberFacts {
    MemberFacts { instance_id: Some(id.into()), ..at(key) }
}

fn left(key: &str) -> Event {
    Event::Left { member: key.into() }
}

/// The member of each launch, in their order.
fn members(instances: &Instances) -> Vec<(u64, State, Option<&str>)> {
    instances.records().map(|record| (record.launch.0, record.state, record.member.as_deref())).collect()
}

fn counts(instances: &Instances) -> Counts {
    instances.counts()
}

fn pending(pending: u32) -> Counts {
    Counts { pending, ..Counts::default() }
}

#[test]
fn the_name_counts_more_than_the_address_and_that_more_than_age() {
    let mut instances = Instances::new(1);
    let all = [1, 2, 3].map(|now| launch(&mut instances, now));
    for (launch, id, address) in
        [(all[0], "i-1", "10.0.0.1"), (all[1], "i-2", "10.0.0.2"), (all[2], "i-3", "10.0.0.3")]
    {
        assert_eq!(instances.apply(launched(launch, id, &[address]), seconds(4)), []);
    }
    instances.apply(Event::Joined(named("10.0.0.1:80", "i-3")), seconds(5));
    instances.apply(Event::Joined(at("10.0.0.2:80")), seconds(5));
    instances.apply(Event::Joined(at("192.0.2.7:80")), seconds(5));
    let expected = [
        (1, State::Running, Some("192.0.2.7:80")),
        (2, State::Running, Some("10.0.0.2:80")),
        (3, State::Running, Some("10.0.0.1:80")),
    ];
    assert_eq!(members(&instances), expected);
}

#[test]
fn instances_that_share_a_host_are_told_apart_by_port() {
    let mut instances = Instances::new(1);
    let (one, two) = (launch(&mut instances, 1), launch(&mut instances, 1));
    instances.apply(launched(one, "p1", &["127.0.0.1:9001"]), seconds(2));
    instances.apply(launched(two, "p2", &["127.0.0.1:9002"]), seconds(2));
    instances.apply(Event::Joined(at("127.0.0.1:9002")), seconds(3));
    assert_eq!(counts(&instances).pending, 1);
    assert_eq!(members(&instances)[1], (2, State::Running, Some("127.0.0.1:9002")));
}

#[test]
fn a_member_that_is_faster_than_the_answer_is_put_right() {
    let mut instances = Instances::new(1);
    let (one, two) = (launch(&mut instances, 1), launch(&mut instances, 2));
    instances.apply(Event::Joined(named("10.0.0.2:80", "i-2")), seconds(3));
    assert_eq!(members(&instances)[0], (1, State::Running, Some("10.0.0.2:80")), "the oldest, for now");
    instances.apply(launched(one, "i-1", &[]), seconds(4));
    instances.apply(launched(two, "i-2", &[]), seconds(5));
    let expected = [(1, State::Pending, None), (2, State::Running, Some("10.0.0.2:80"))];
    assert_eq!(members(&instances), expected);
    assert_eq!(
        instances.record(one).map(|record| record.since),
        Some(seconds(1)),
        "it waits since its launch"
    );
}

#[test]
fn an_address_puts_right_what_age_guessed() {
    let mut instances = Instances::new(1);
    let (one, two) = (launch(&mut instances, 1), launch(&mut instances, 2));
    instances.apply(Event::Joined(at("10.0.0.2:80")), seconds(3));
    instances.apply(launched(one, "i-1", &["10.0.0.1"]), seconds(4));
    instances.apply(launched(two, "i-2", &["10.0.0.2"]), seconds(5));
    assert_eq!(members(&instances), [(1, State::Pending, None), (2, State::Running, Some("10.0.0.2:80"))]);
}

#[test]
fn the_member_of_a_refused_launch_belongs_to_another() {
    let mut instances = Instances::new(1);
    let (one, two) = (launch(&mut instances, 1), launch(&mut instances, 2));
    instances.apply(Event::Joined(at("10.0.0.9:80")), seconds(3));
    instances.apply(launched(two, "i-2", &[]), seconds(4));
    instances.apply(Event::Refused { launch: one }, seconds(5));
    assert_eq!(members(&instances), [(2, State::Running, Some("10.0.0.9:80"))]);
}

#[test]
fn permanent_members_and_those_from_before_are_not_taken_for_launches() {
    let mut instances = Instances::new(1);
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(0));
    let one = launch(&mut instances, 1);
    instances.apply(launched(one, "i-1", &[]), seconds(2));
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(3));
    instances.apply(Event::Joined(MemberFacts { permanent: true, ..at("10.0.0.2:80") }), seconds(3));
    assert_eq!(counts(&instances), Counts { running: 2, pending: 1, terminating: 0, permanent: 1 });
}

#[test]
fn twice_late_and_unknown_events_change_nothing() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 1);
    for _ in 0..2 {
        assert_eq!(instances.apply(launched(one, "i-1", &[]), seconds(2)), []);
        instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(3));
        instances.apply(Event::Refused { launch: one }, seconds(3));
        instances.apply(Event::Ended { launch: one }, seconds(3));
        instances.apply(Event::NotEnded { launch: one }, seconds(3));
    }
    for event in [
        left("nobody"),
        gone("i-9"),
        Event::Refused { launch: LaunchId(9) },
        Event::Ended { launch: LaunchId(9) },
    ] {
        assert_eq!(instances.apply(event, seconds(4)), []);
    }
    assert_eq!(counts(&instances), Counts { running: 1, ..Counts::default() });
    instances.apply(gone("i-1"), seconds(5));
    instances.apply(left("10.0.0.1:80"), seconds(6));
    assert_eq!(instances.apply(launched(one, "i-1", &[]), seconds(7)), [], "old news");
    assert_eq!((counts(&instances), instances.records().count()), (Counts::default(), 0));
}

#[test]
fn an_answer_that_nobody_waits_for_any_more_ends_the_instance() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    assert_eq!(instances.overdue(DELAY, seconds(60)), []);
    assert_eq!(counts(&instances), pending(0));
    let actions = instances.apply(launched(one, "i-1", &[]), seconds(70));
    assert!(matches!(&*actions, [Action::Terminate { why: Termination::Unasked, .. }]), "{actions:?}");
    instances.apply(Event::Ended { launch: one }, seconds(71));
    assert_eq!(instances.records().count(), 0);
    let actions = instances.apply(launched(LaunchId(99), "i-9", &[]), seconds(80));
    assert!(matches!(&*actions, [Action::Terminate { launch: LaunchId(99), .. }]), "{actions:?}");
}

#[test]
fn an_answer_that_never_comes_is_told() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.overdue(DELAY, seconds(60));
    assert_eq!(instances.deadline(DELAY), Some(seconds(120)));
    let alarm = Action::Alarm { launch: one, instance: None, alarm: Alarm::Unanswered };
    assert_eq!(instances.overdue(DELAY, seconds(120)), [alarm]);
    assert_eq!((instances.records().count(), instances.deadline(DELAY)), (0, None));
}

#[test]
fn a_member_that_comes_back_is_the_same_instance() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.apply(launched(one, "i-1", &[]), seconds(1));
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(2));
    instances.apply(left("10.0.0.1:80"), seconds(10));
    assert_eq!((counts(&instances), members(&instances)[0].1), (pending(0), State::Orphan));
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(20));
    assert_eq!(members(&instances), [(1, State::Running, Some("10.0.0.1:80"))]);
    instances.apply(left("10.0.0.1:80"), seconds(30));
    assert_eq!(instances.overdue(DELAY, seconds(89)), []);
    let actions = instances.overdue(DELAY, seconds(90));
    assert!(matches!(&*actions, [Action::Alarm { alarm: Alarm::LeftBehind, .. }]), "{actions:?}");
    assert_eq!(instances.overdue(DELAY, seconds(900)), [], "once");
}

#[test]
fn what_joins_after_all_is_kept_when_it_cannot_be_ended() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.apply(launched(one, "i-1", &["10.0.0.1"]), seconds(1));
    for now in [60, 120, 180] {
        assert_eq!(instances.overdue(DELAY, seconds(now)).len(), 1);
        instances.apply(Event::NotEnded { launch: one }, seconds(now));
    }
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(200));
    assert_eq!(counts(&instances).running, 0, "it is about to be ended");
    assert_eq!(instances.overdue(DELAY, seconds(240)), []);
    assert_eq!(counts(&instances).running, 1);
}

#[test]
fn a_victim_that_leaves_before_its_provider_answers_is_still_ended() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.apply(launched(one, "i-1", &[]), seconds(1));
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(2));
    assert!(instances.terminate(one, seconds(10)).is_some());
    assert_eq!(instances.terminate(one, seconds(10)), None, "once");
    instances.apply(left("10.0.0.1:80"), seconds(11));
    assert_eq!(counts(&instances), Counts::default());
    instances.apply(Event::NotEnded { launch: one }, seconds(12));
    let again = instances.overdue(DELAY, seconds(20));
    assert!(
        matches!(&*again, [Action::Terminate { member: None, why: Termination::Again, .. }]),
        "{again:?}"
    );
    instances.apply(Event::Ended { launch: one }, seconds(21));
    assert_eq!(instances.records().count(), 0);
}

fn listed(id: &str, launch: Option<u64>, address: &str) -> Listed {
    Listed {
        id: id.into(),
        launch: launch.map(LaunchId),
        stopping: false,
        addresses: vec![address.into()],
        launched_at: seconds(0),
        tags: BTreeMap::new(),
    }
}

/// Three were recorded, two are alive: nothing is launched twice, and nothing is lost.
#[test]
fn case_209_a_restart_finds_what_runs() {
    let cloud: Arc<str> = "cloud".into();
    let mut instances = Instances::new(100);
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(1000));
    let alive = [listed("i-1", Some(7), "10.0.0.1"), listed("i-2", None, "10.0.0.2")];
    assert_eq!(instances.listed(&cloud, &alive, seconds(1000), seconds(1001)), []);
    assert_eq!(counts(&instances), Counts { running: 1, pending: 1, ..Counts::default() });
    instances.apply(Event::Joined(at("10.0.0.2:80")), seconds(1010));
    assert_eq!(
        members(&instances),
        [(7, State::Running, Some("10.0.0.1:80")), (100, State::Running, Some("10.0.0.2:80"))]
    );
    instances.listed(&cloud, &alive[..1], seconds(1020), seconds(1021));
    assert_eq!(instances.records().count(), 1);
    instances.listed(&"other".into(), &[], seconds(1030), seconds(1031));
    assert_eq!(instances.records().count(), 1, "another provider does not know it");
}

/// It may serve somebody, though nobody says which member it is.
#[test]
fn what_was_found_is_not_ended_for_being_late() {
    let mut instances = Instances::new(1);
    instances.listed(&"cloud".into(), &[listed("i-1", None, "10.0.0.1")], seconds(0), seconds(1));
    assert_eq!(counts(&instances), pending(1));
    let actions = instances.overdue(DELAY, seconds(61));
    assert!(matches!(&*actions, [Action::Alarm { alarm: Alarm::NotJoined, .. }]), "{actions:?}");
    assert_eq!(counts(&instances), pending(0));
}

#[test]
fn listings_and_answers_tell_of_the_same_instance() {
    let cloud: Arc<str> = "cloud".into();
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    // Asked before the launch was answered: it cannot be missed, and may be there already.
    instances.listed(&cloud, &[listed("i-1", Some(1), "10.0.0.1")], seconds(1), seconds(2));
    assert_eq!((counts(&instances), instances.records().count()), (pending(1), 1));
    assert_eq!(instances.apply(launched(one, "i-1", &[]), seconds(3)), []);
    instances.listed(&cloud, &[], seconds(1), seconds(4));
    assert_eq!(instances.records().count(), 1, "that question was older");
    // A tag may be missing: then the answer is about what was found.
    let two = launch(&mut instances, 5);
    instances.listed(&cloud, &[listed("i-1", None, ""), listed("i-2", None, "")], seconds(5), seconds(6));
    assert_eq!(counts(&instances), pending(3));
    instances.apply(launched(two, "i-2", &[]), seconds(7));
    assert_eq!(counts(&instances), pending(2));
}

#[test]
fn an_ended_instance_that_is_still_listed_does_not_come_back() {
    let cloud: Arc<str> = "cloud".into();
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.apply(launched(one, "i-1", &[]), seconds(1));
    instances.overdue(DELAY, seconds(60));
    instances.apply(Event::Ended { launch: one }, seconds(61));
    instances.listed(&cloud, &[listed("i-1", Some(1), "")], seconds(62), seconds(63));
    assert_eq!((counts(&instances), instances.records().count()), (pending(0), 0));
}

#[test]
fn what_could_not_be_ended_is_tried_again_when_the_provider_answers() {
    let cloud: Arc<str> = "cloud".into();
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.apply(launched(one, "i-1", &[]), seconds(1));
    for now in [60, 120, 180, 240] {
        instances.overdue(DELAY, seconds(now));
        instances.apply(Event::NotEnded { launch: one }, seconds(now));
    }
    assert_eq!(members(&instances)[0].1, State::Orphan);
    assert_eq!(instances.overdue(DELAY, seconds(900)), []);
    instances.listed(&cloud, &[listed("i-1", Some(1), "")], seconds(1000), seconds(1000));
    let again = instances.overdue(DELAY, seconds(1000));
    assert!(matches!(&*again, [Action::Terminate { why: Termination::Again, .. }]), "{again:?}");
}

#[test]
fn a_tag_keeps_an_instance_from_being_ended() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    let instance = InstanceName { provider: "cloud".into(), id: "i-1".into() };
    let tags = BTreeMap::from([("avoidTermination".into(), "yes".into())]);
    instances.apply(Event::Launched { launch: one, instance, addresses: vec![], tags }, seconds(1));
    let late = instances.overdue(DELAY, seconds(60));
    assert!(matches!(&*late, [Action::Alarm { alarm: Alarm::NotJoined, .. }]), "{late:?}");
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(70));
    assert_eq!(instances.terminate(one, seconds(80)), None);
}

#[test]
fn a_snapshot_of_members_puts_events_right() {
    let mut instances = Instances::new(1);
    let one = launch(&mut instances, 0);
    instances.apply(launched(one, "i-1", &["10.0.0.1"]), seconds(1));
    // The news of its leaving overtakes that of its joining.
    instances.apply(left("10.0.0.1:80"), seconds(5));
    instances.apply(Event::Joined(at("10.0.0.1:80")), seconds(6));
    assert_eq!(counts(&instances).running, 1);
    instances.see_members(&[], seconds(7));
    assert_eq!(counts(&instances), Counts::default());
    instances.see_members(&[at("10.0.0.1:80")], seconds(8));
    assert_eq!(members(&instances), [(1, State::Running, Some("10.0.0.1:80"))]);
}
