//! Round robin is exact: for any number of members, on many threads, and while members join and leave.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn named(count: usize) -> Fixture {
    let names: Vec<String> = (0..count).map(|number| format!("m{number}")).collect();
    Fixture::new(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn counts(fixture: &Fixture, balancer: &Balancer, times: usize) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for _ in 0..times {
        let choice = fixture.choose(balancer, 0, &[]).expect("a member");
        *counts.entry(host(&choice.member).to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn each_of_1_to_64_members_gets_exactly_its_part() {
    for members in 1..=64 {
        let fixture = named(members);
        let counts = counts(&fixture, &fixture.round_robin(), 7 * members);
        assert_eq!(counts.len(), members);
        assert!(counts.values().all(|count| *count == 7), "{counts:?}");
    }
}

#[test]
fn threads_share_the_turns_exactly() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 500;
    for members in [1, 2, 3, 7, 64] {
        let fixture = named(members);
        let balancer = fixture.round_robin();
        let mut total: BTreeMap<String, usize> = BTreeMap::new();
        std::thread::scope(|scope| {
            let count = || counts(&fixture, &balancer, members * ROUNDS);
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(count)).collect();
            for thread in threads {
                for (host, count) in thread.join().expect("a thread") {
                    *total.entry(host).or_default() += count;
                }
            }
        });
        assert_eq!(total.len(), members);
        assert!(total.values().all(|count| *count == THREADS * ROUNDS), "{total:?}");
    }
}

/// A member that leaves does not take the turn of another with it; the original's cursor would then skip C3.
#[test]
fn whose_turn_it_is_keeps_it_when_another_leaves() {
    let fixture = Fixture::new(&["C1", "C2", "C3", "C4"]);
    let balancer = fixture.round_robin();
    fixture.hosts(&balancer, 0, 2);
    fixture.leave("C1");
    assert_eq!(fixture.hosts(&balancer, 0, 4), "C3 C4 C2 C3");
    fixture.leave("C4");
    assert_eq!(fixture.hosts(&balancer, 0, 3), "C2 C3 C2", "C4 had its turn");
}

#[derive(Clone, Debug)]
enum Happens {
    Joins,
    Leaves(prop::sample::Index),
    Requests(usize),
}

fn happenings() -> impl Strategy<Value = Vec<Happens>> {
    let one = prop_oneof![
        Just(Happens::Joins),
        any::<prop::sample::Index>().prop_map(Happens::Leaves),
        (1..150usize).prop_map(Happens::Requests),
    ];
    prop::collection::vec(one, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whoever joins and leaves: of the members that are there all the time none is ever more than one turn ahead of another.
    #[test]
    fn nobody_gains_or_loses_by_the_coming_and_going_of_others(
        members in 1..64usize,
        happenings in happenings(),
        algorithm in prop::sample::select(vec!["round-robin", "weighted-round-robin"]),
    ) {
        let fixture = named(members);
        let balancer = fixture.balancer(algorithm, Settings::default());
        let mut joined = members;
        // Those that were there at the start and did not leave.
        let mut stayed: BTreeMap<String, usize> = (0..members).map(|number| (format!("m{number}"), 0)).collect();
        for happens in happenings {
            match happens {
                Happens::Joins => {
                    fixture.join(&format!("m{joined}"));
                    joined += 1;
                }
                Happens::Leaves(which) => {
                    let members = fixture.cluster().snapshot();
                    if members.len() > 1 {
                        let leaving = host(which.get::<Arc<Member>>(&members)).to_owned();
                        fixture.leave(&leaving);
                        stayed.remove(&leaving);
                    }
                }
                Happens::Requests(times) => {
                    for _ in 0..times {
                        let choice = fixture.choose(&balancer, 0, &[]).expect("a member");
                        if let Some(count) = stayed.get_mut(host(&choice.member)) {
                            *count += 1;
                        }
                        let (least, most) = (stayed.values().min(), stayed.values().max());
                        prop_assert!(most.zip(least).is_none_or(|(most, least)| most - least <= 1), "{stayed:?}");
                    }
                }
            }
        }
    }
}
