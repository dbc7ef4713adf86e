//! Who may be chosen, and what happens when failures keep members away.

use super::*;

fn with_threshold(percent: u8) -> Settings {
    Settings { panic_threshold: percent, ..Settings::default() }
}

#[test]
fn members_that_are_not_open_are_never_chosen() {
    let fixture = Fixture::new(&["C1", "C2", "C3", "C4", "C5", "C6"]);
    fixture.directory.drain(&fixture.key, "C1:9763").expect("it is there");
    fixture.define(MemberDefinition { active: false, ..MemberDefinition::new("C2", Some(9763), None) });
    fixture.define(MemberDefinition { weight: 0, ..MemberDefinition::new("C3", Some(9763), None) });
    fixture.member("C4").live().set_healthy(false);
    fixture.member("C5").live().availability.switch_off();
    let balancer = fixture.round_robin();
    assert_eq!(fixture.hosts(&balancer, 0, 3), "C6 C6 C6");
    fixture.fails("C6", 0);
    let last = fixture.choose(&balancer, 0, &[]).expect("the last one");
    assert_eq!((host(&last.member), last.is_panic), ("C6", true));
    let none = fixture.choose(&balancer, 0, &[last.member]);
    assert!(none.is_none(), "not even in panic");
}

#[test]
fn members_that_do_not_serve_the_scheme_are_passed_over() {
    let fixture = Fixture::new(&["plain"]);
    fixture.define(MemberDefinition::new("both", Some(9763), Some(9443)));
    let balancer = fixture.round_robin();
    let https = Attempt { scheme: Scheme::Https, ..fixture.attempt(0, &[]) };
    for _ in 0..3 {
        assert_eq!(host(&balancer.choose(&https).expect("a member").member), "both");
    }
}

/// The last open member is never ejected by passive signals, not even with a threshold of 0.
#[test]
fn the_last_open_member_is_not_kept_away() {
    let fixture = Fixture::new(&["C1", "C2"]);
    let balancer = fixture.balancer("round-robin", with_threshold(0));
    fixture.fails("C1", 0);
    fixture.fails("C2", 0);
    assert_eq!(fixture.hosts(&balancer, 1, 1), "none");
    fixture.directory.drain(&fixture.key, "C2:9763").expect("it is there");
    let last = fixture.choose(&balancer, 1, &[]).expect("the last one");
    assert_eq!((host(&last.member), last.is_panic), ("C1", true));
    assert!(fixture.choose(&balancer, 1, &[last.member]).is_none(), "once");
}

#[test]
fn below_the_threshold_failures_keep_nobody_away() {
    let fixture = Fixture::new(&["C1", "C2", "C3", "C4", "C5"]);
    for host in ["C1", "C2"] {
        fixture.fails(host, 0);
    }
    let balancer = fixture.balancer("round-robin", with_threshold(50));
    assert_eq!(fixture.hosts(&balancer, 0, 5), "C3 C4 C5 C3 C4", "60 % are available");
    fixture.fails("C3", 0);
    let choices: Vec<_> = (0..5).map(|_| fixture.choose(&balancer, 0, &[]).expect("a member")).collect();
    let order: Vec<_> = choices.iter().map(|choice| host(&choice.member)).collect();
    assert_eq!(order, ["C5", "C1", "C2", "C3", "C4"], "40 % are available");
    let panics: Vec<_> = choices.iter().map(|choice| choice.is_panic).collect();
    assert_eq!(panics, [false, true, true, true, false]);
    let by_default = fixture.round_robin();
    assert_eq!(fixture.hosts(&by_default, 0, 3), "C5 C4 C5", "one is enough");
}

#[test]
fn suspended_members_are_tried_after_the_others() {
    let fixture = Fixture::new(&["C1", "C2"]);
    fixture.fails("C2", 0);
    let balancer = fixture.round_robin();
    let first = fixture.choose(&balancer, 0, &[]).expect("a member");
    assert_eq!((host(&first.member), first.is_panic), ("C1", false));
    let second = fixture.choose(&balancer, 0, &[first.member]).expect("a last resort");
    assert_eq!((host(&second.member), second.is_panic), ("C2", true));
}

#[test]
fn a_member_that_was_redefined_was_tried_all_the_same() {
    let fixture = Fixture::new(&["C1"]);
    let balancer = fixture.round_robin();
    let first = fixture.choose(&balancer, 0, &[]).expect("a member").member;
    fixture.define(MemberDefinition { weight: 3, ..MemberDefinition::new("C1", Some(9763), None) });
    assert!(fixture.choose(&balancer, 0, &[first]).is_none());
}

/// 2 of 300 are less than one percent, 3 are not.
#[test]
fn by_default_one_percent_is_enough() {
    let names: Vec<String> = (0..300).map(|number| format!("m{number}")).collect();
    let fixture = Fixture::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    names.iter().skip(3).for_each(|name| fixture.fails(name, 0));
    let balancer = fixture.round_robin();
    assert_eq!(fixture.hosts(&balancer, 0, 4), "m0 m1 m2 m0");
    fixture.fails("m2", 0);
    assert_eq!(fixture.hosts(&balancer, 0, 3), "m1 m2 m3");
}
