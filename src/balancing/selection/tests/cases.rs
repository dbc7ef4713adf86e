//! elastic-load-balancer.md §9.5, cases 99–104, 116 and 119, as far as choosing goes.

use super::*;

#[test]
fn case_099_in_the_order_of_joining() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    assert_eq!(fixture.hosts(&fixture.round_robin(), 0, 4), "C1 C2 C3 C1");
}

#[test]
fn case_100_each_cluster_has_its_own_cursor() {
    let (c, a) = (Fixture::new(&["C1", "C2", "C3"]), Fixture::new(&["A1", "A2"]));
    let (c_balancer, a_balancer) = (c.round_robin(), a.round_robin());
    let mut order = Vec::new();
    for _ in 0..2 {
        order.push(c.hosts(&c_balancer, 0, 1));
        order.push(a.hosts(&a_balancer, 0, 1));
    }
    assert_eq!(order, ["C1", "A1", "C2", "A2"]);
}

#[test]
fn cases_101_and_102_a_suspended_member_is_passed_over_until_its_time_is_over() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    let balancer = fixture.round_robin();
    assert_eq!(fixture.hosts(&balancer, 0, 1), "C1");
    let second = fixture.choose(&balancer, 0, &[]).expect("a member").member;
    assert_eq!(host(&second), "C2");
    fixture.fails("C2", 0);
    let again = fixture.choose(&balancer, 0, &[second]).expect("another member");
    assert_eq!((host(&again.member), again.is_panic), ("C3", false));
    assert_eq!(fixture.hosts(&balancer, 9_999, 3), "C1 C3 C1");
    assert_eq!(fixture.hosts(&balancer, 10_001, 3), "C2 C3 C1", "case 102");
}

#[test]
fn case_103_a_new_member_has_its_turn_at_the_end() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    let balancer = fixture.round_robin();
    fixture.hosts(&balancer, 0, 2);
    fixture.join("C4");
    assert_eq!(fixture.hosts(&balancer, 0, 3), "C3 C4 C1");
}

#[test]
fn case_104_the_cursor_returns_when_members_become_few() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    let balancer = fixture.round_robin();
    fixture.hosts(&balancer, 0, 2);
    fixture.leave("C3");
    fixture.leave("C2");
    assert_eq!(fixture.hosts(&balancer, 0, 2), "C1 C1");
}

#[tokio::test(start_paused = true)]
async fn case_116_the_least_remaining_suspension_when_all_are_suspended() {
    let fixture = Fixture::new(&["C1", "C2", "C3"]);
    let balancer = fixture.round_robin();
    fixture.fails("C3", 0);
    fixture.fails("C1", 1000);
    fixture.fails("C2", 2000);
    let first = fixture.choose(&balancer, 3000, &[]).expect("a last resort");
    assert_eq!((host(&first.member), first.is_panic), ("C3", true));
    let next = fixture.choose(&balancer, 3000, std::slice::from_ref(&first.member)).expect("another");
    assert_eq!((host(&next.member), next.is_panic), ("C1", true));
    let all = [first.member, next.member, fixture.member("C2")];
    assert!(fixture.choose(&balancer, 3000, &all).is_none(), "each once");
    assert_eq!(balancer.comes_back(fixture.at(3000)), Some(ms(7000)));
    let off = fixture.balancer("round-robin", Settings { panic_threshold: 0, ..Settings::default() });
    assert!(fixture.choose(&off, 3000, &[]).is_none());
}

#[test]
fn case_119_concurrent_requests_never_reach_the_other_cluster() {
    let (c, a) = (Fixture::new(&["C1", "C2", "C3"]), Fixture::new(&["A1", "A2"]));
    let (c_balancer, a_balancer) = (c.round_robin(), a.round_robin());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..250 {
                    assert!(c.hosts(&c_balancer, 0, 1).starts_with('C'));
                    assert!(a.hosts(&a_balancer, 0, 1).starts_with('A'));
                }
            });
        }
    });
}
