//! Who was heard of, on an explicit clock.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::super::{Balancer, Learned, Refusal, Rules, Says, Table};
use super::{key, member, packet};
use crate::membership::{Departure, Event};

const RULES: Rules =
    Rules { drop_time: Duration::from_secs(5), clock_difference: Duration::from_secs(30), most_nodes: 4 };

/// A table, and the time since it is there.
struct World {
    table: Table,
    began: Instant,
    time: Duration,
}

impl World {
    fn new() -> Self {
        let table = Table::new(key("s"), RULES, [0; 16]);
        Self { table, began: Instant::now(), time: Duration::ZERO }
    }

    /// So many milliseconds after the start; what was noticed meanwhile.
    fn at(&mut self, milliseconds: u64) -> Vec<String> {
        self.time = Duration::from_millis(milliseconds);
        shown(self.table.expire(self.began + self.time))
    }

    /// A node says something, with a clock that is right.
    fn hear(&mut self, node: u8, started: u64, sequence: u64, says: Says) -> Result<Vec<String>, Refusal> {
        self.hear_with(node, started, sequence, says, 0)
    }

    /// The same with a clock that is so many milliseconds ahead.
    fn hear_with(
        &mut self,
        node: u8,
        started: u64,
        sequence: u64,
        says: Says,
        ahead: i64,
    ) -> Result<Vec<String>, Refusal> {
        // Packets are made at second 1000.
        let wall = 1_000_000 + u64::try_from(self.time.as_millis()).expect("short");
        let mut packet = packet(node, started, sequence, says);
        packet.sent = wall.saturating_add_signed(ahead);
        let datagram = key("s").sign(&packet).expect("it fits");
        self.table.receive(&datagram, self.began + self.time, wall).map(shown)
    }

    fn balancers(&self) -> Vec<String> {
        let urls = self.table.balancers().filter_map(|balancer| balancer.registration.clone());
        let mut urls: Vec<String> = urls.collect();
        urls.sort();
        urls
    }
}

fn shown(learned: Vec<Learned>) -> Vec<String> {
    let shown = learned.into_iter().map(|learned| match learned {
        Learned::Balancers => "balancers".to_owned(),
        Learned::Member(Event::Join { definition, .. }) => format!("join {}", definition.key()),
        Learned::Member(Event::Update { definition, .. }) => format!("update {}", definition.key()),
        Learned::Member(Event::Suspect { member, .. }) => format!("suspect {member}"),
        Learned::Member(Event::Leave { member, departure: Departure::Announced, .. }) => {
            format!("leave {member}")
        }
        Learned::Member(Event::Leave { member, departure: Departure::Lost, .. }) => format!("lose {member}"),
    });
    shown.collect()
}

fn one() -> Says {
    member("h1:80", "{}")
}

fn balancer(url: &str) -> Says {
    Says::Balancer(Balancer { group: None, registration: Some(url.to_owned()) })
}

fn said(events: &[&str]) -> Result<Vec<String>, Refusal> {
    Ok(events.iter().map(|event| (*event).to_owned()).collect())
}

const NOTHING: [&str; 0] = [];

#[test]
fn members_join_change_and_leave() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 1, one()), said(&["join h1:80"]));
    assert_eq!(world.hear(1, 10, 2, one()), said(&[]), "nothing new");
    assert_eq!(world.hear(1, 10, 3, member("h1:80", r#"{"weight":2}"#)), said(&["update h1:80"]));
    assert_eq!(world.hear(2, 10, 1, member("h2:80", "{}")), said(&["join h2:80"]));
    assert_eq!(
        world.hear(1, 10, 4, member("h3:80", "{}")),
        said(&["leave h1:80", "update h3:80"]),
        "it moved"
    );
    assert_eq!(world.hear(1, 10, 5, Says::Farewell), said(&["leave h3:80"]));
    assert_eq!(world.hear(1, 10, 6, Says::Farewell), said(&[]), "it is said several times");
    assert_eq!(world.hear(1, 10, 7, one()), said(&["update h1:80"]), "a service that is well again");
    assert_eq!(world.hear(9, 10, 1, Says::Farewell), said(&[]), "nobody knew it");
}

/// Half-open limits: after 3 s no new clients, after 5 s lost.
#[test]
fn silence_is_suspected_and_then_believed() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 1, one()), said(&["join h1:80"]));
    assert_eq!(world.at(3000), NOTHING);
    assert_eq!(world.at(3001), ["suspect h1:80"]);
    assert_eq!(world.at(4000), NOTHING, "once");
    assert_eq!(world.hear(1, 10, 2, one()), said(&["update h1:80"]), "it is well");
    assert_eq!(world.at(7001), ["suspect h1:80"]);
    assert_eq!(world.at(9000), NOTHING);
    assert_eq!(world.at(9001), ["lose h1:80"]);
    assert_eq!(world.hear(1, 10, 3, one()), said(&["update h1:80"]), "the same process is back");
    assert_eq!(world.at(20_000), ["lose h1:80"], "also when nobody looked in between");
}

#[test]
fn what_arrived_before_has_no_effect() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 5, one()), said(&["join h1:80"]));
    for sequence in [5, 4, 0] {
        assert_eq!(world.hear(1, 10, sequence, Says::Farewell), Err(Refusal::Replayed), "{sequence}");
    }
    assert_eq!(world.hear(1, 9, 99, Says::Farewell), Err(Refusal::Replayed), "of an earlier start");
    assert_eq!(world.hear(1, 10, 6, Says::Farewell), said(&["leave h1:80"]));
    assert_eq!(world.hear(1, 10, 6, one()), Err(Refusal::Replayed), "the dead do not come back");
}

/// The memory of a node outlives every datagram that could be sent again: 30 s before and 30 s after.
#[test]
fn recordings_never_have_an_effect() {
    let mut world = World::new();
    // The clock of the node is as far ahead as it may be.
    assert_eq!(world.hear_with(1, 10, 1, one(), 30_000), said(&["join h1:80"]));
    assert_eq!(world.hear_with(1, 10, 2, Says::Farewell, 30_000), said(&["leave h1:80"]));
    for milliseconds in [1, 30_000, 59_999, 60_000] {
        world.at(milliseconds);
        let age = i64::try_from(milliseconds).expect("small");
        assert_eq!(world.hear_with(1, 10, 1, one(), 30_000 - age), Err(Refusal::Replayed), "{milliseconds}");
    }
    world.at(60_001);
    assert_eq!(world.hear_with(1, 10, 1, one(), 30_000 - 60_001), Err(Refusal::Time));
    let mut world = World::new();
    assert_eq!(world.hear_with(1, 10, 1, one(), 30_001), Err(Refusal::Time));
    assert_eq!(world.hear_with(1, 10, 1, one(), -30_001), Err(Refusal::Time));
    assert_eq!(world.hear_with(1, 10, 1, one(), i64::MIN), Err(Refusal::Time));
}

/// A process that was killed and started again at the same address is another one, and the later start is believed.
#[test]
fn a_new_start_takes_over() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 100, one()), said(&["join h1:80"]));
    assert_eq!(world.hear(2, 20, 1, one()), said(&["join h1:80"]));
    assert_eq!(world.hear(1, 10, 101, one()), Err(Refusal::Taken));
    assert_eq!(world.hear(1, 10, 102, Says::Farewell), said(&[]), "it is not his any more");
    assert_eq!(world.at(3000), NOTHING, "the silence of the first does not matter");
    assert_eq!(world.hear(2, 20, 2, one()), said(&[]));
    assert_eq!(world.at(5001), NOTHING);
    assert_eq!(world.hear(2, 20, 3, Says::Farewell), said(&["leave h1:80"]));
    assert_eq!(world.hear(1, 10, 103, one()), said(&["update h1:80"]), "the place is free");
}

#[test]
fn balancers_come_and_go() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 1, balancer("http://a:1")), said(&["balancers"]));
    assert_eq!(world.hear(1, 10, 2, balancer("http://a:1")), said(&[]));
    assert_eq!(world.hear(2, 10, 1, balancer("http://b:1")), said(&["balancers"]));
    assert_eq!(world.balancers(), ["http://a:1", "http://b:1"]);
    assert_eq!(world.hear(2, 10, 2, balancer("http://c:1")), said(&["balancers"]));
    assert_eq!(world.hear(1, 10, 3, Says::Farewell), said(&["balancers"]));
    assert_eq!(world.balancers(), ["http://c:1"]);
    assert_eq!(world.at(5001), ["balancers"]);
    assert_eq!(world.balancers(), NOTHING);
    assert_eq!(world.hear(2, 10, 3, balancer("ftp://c")), Err(Refusal::Content));
    for group in ["0.0.0.0:1", "224.0.0.1:1", "10.0.0.1:0"] {
        let group = Some(group.parse().expect("an address"));
        let says = Says::Balancer(Balancer { group, registration: None });
        assert_eq!(world.hear(2, 10, 3, says), Err(Refusal::Content), "{group:?}");
    }
    assert_eq!(
        world.hear(2, 10, 3, one()),
        said(&["update h1:80"]),
        "what was refused did not count as heard"
    );
}

#[test]
fn there_are_only_so_many_nodes() {
    let mut world = World::new();
    for node in 1..=4 {
        assert_eq!(world.hear(node, 10, 1, member(&format!("h{node}:80"), "{}")).map(|all| all.len()), Ok(1));
    }
    assert_eq!(world.hear(5, 10, 1, member("h5:80", "{}")), Err(Refusal::Full));
    assert_eq!(world.hear(4, 10, 2, Says::Farewell), said(&["leave h4:80"]));
    assert_eq!(world.hear(5, 10, 2, member("h5:80", "{}")), Err(Refusal::Full), "who left is remembered");
    world.at(60_001);
    assert_eq!(world.hear(5, 10, 3, member("h5:80", "{}")), said(&["join h5:80"]));
}

#[test]
fn our_own_words_are_no_news() {
    let mut world = World::new();
    assert_eq!(world.hear(0, 10, 1, balancer("http://a:1")), said(&[]));
    assert_eq!(world.balancers(), NOTHING);
}

/// The machine slept for an hour: that nobody was heard in that time says nothing of them.
#[test]
fn our_own_absence_is_no_silence() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 1, one()), said(&["join h1:80"]));
    world.table.was_away(Duration::from_secs(3600));
    assert_eq!(world.at(3_603_000), NOTHING);
    assert_eq!(world.at(3_603_001), ["suspect h1:80"]);
}

#[test]
fn what_could_not_be_used_is_learnt_anew() {
    let mut world = World::new();
    assert_eq!(world.hear(1, 10, 1, one()), said(&["join h1:80"]));
    world.table.forget(&crate::clusters::ClusterKey::domain("shop"), &"h1:80".into());
    assert_eq!(world.hear(1, 10, 2, one()), said(&["update h1:80"]));
    assert_eq!(world.hear(1, 10, 3, Says::Farewell), said(&["leave h1:80"]));
}

proptest! {
    /// In whatever order datagrams arrive, how often each, and whichever are lost: of each node the last one counts, and a
    /// member is told to leave only when it was there.
    #[test]
    fn the_last_word_of_each_node_counts(
        arrivals in prop::collection::vec((1_u8..=4, 0_u64..2, 0_u64..6, any::<bool>()), 0..60),
    ) {
        let mut world = World::new();
        let (mut last, mut there) = (BTreeMap::new(), BTreeMap::new());
        for (node, started, sequence, is_farewell) in arrivals {
            // A packet says always the same.
            let is_farewell = last.get(&(node, started, sequence)).copied().unwrap_or(is_farewell);
            last.insert((node, started, sequence), is_farewell);
            let says = if is_farewell { Says::Farewell } else { member(&format!("h{node}:80"), "{}") };
            for event in world.hear(node, started, sequence, says).unwrap_or_default() {
                let is_there = there.entry(node).or_insert(false);
                prop_assert_eq!(event.starts_with("leave"), *is_there, "{}", event);
                *is_there = !*is_there;
            }
        }
        for node in 1..=4 {
            let word = last.range((node, 0, 0)..=(node, u64::MAX, 0)).next_back();
            let expected = word.is_some_and(|(_, is_farewell)| !is_farewell);
            prop_assert_eq!(there.get(&node).copied().unwrap_or(false), expected, "node {}", node);
        }
    }
}
