//! Who is there, by times that the tests make up (membership-wire.md §2, §3.4).

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::super::super::tests::announcement::{reading, record};
use super::super::super::wire::{Frame, Identity, Layout, MemberRecord, SHUTDOWN};
use super::super::super::{Event, Refusal};
use super::super::Table;

/// A table and the time that passes.
struct World {
    table: Table,
    now: Instant,
}

const DROP: Duration = Duration::from_millis(3000);

impl World {
    fn new() -> Self {
        Self { table: Table::new(reading(), DROP, 3, None), now: Instant::now() }
    }

    fn passes(&mut self, milliseconds: u64) -> Vec<String> {
        self.now += Duration::from_millis(milliseconds);
        words(self.table.expire(self.now))
    }

    /// A record arrives from its own host.
    fn hears(&mut self, record: &MemberRecord) -> Vec<String> {
        self.gets(record.host, &record.encode())
    }

    fn gets(&mut self, from: IpAddr, datagram: &[u8]) -> Vec<String> {
        words(self.table.receive(from, datagram, self.now))
    }

    fn refused(&self, refusal: Refusal) -> u64 {
        self.table.refusals().of(refusal)
    }
}

fn words(events: Vec<Event>) -> Vec<String> {
    let name = |announced: super::super::super::Announced| {
        format!("{}#{}@{}", announced.definition.key(), announced.identity.unique_id[0], announced.cluster)
    };
    let words = events.into_iter().map(|event| match event {
        Event::Joined(announced) => format!("joined {}", name(announced)),
        Event::Updated(announced) => format!("updated {}", name(announced)),
        Event::Left(announced, how) => format!("left {} {how:?}", name(announced)),
    });
    words.collect()
}

fn node(host: u8, start: u8) -> MemberRecord {
    let mut record = record(&format!("127.0.0.{host}:4000"), "demo.domain", "httpPort=9763");
    record.unique_id = [start; 16];
    record
}

fn ending(mut record: MemberRecord) -> MemberRecord {
    record.command = SHUTDOWN.to_vec();
    record
}

#[test]
fn a_member_is_there_until_it_is_silent_for_longer_than_the_drop_time() {
    let mut world = World::new();
    assert_eq!(world.hears(&node(1, 1)), ["joined 127.0.0.1:9763#1@demo.domain"]);
    assert_eq!(world.passes(2999), [""; 0]);
    assert_eq!(world.hears(&node(1, 1)), [""; 0]);
    // Exactly the drop time is not longer.
    assert_eq!(world.passes(3000), [""; 0]);
    assert_eq!(world.table.next_expiry(), Some(world.now + Duration::from_millis(1)));
    assert_eq!(world.passes(1), ["left 127.0.0.1:9763#1@demo.domain Expired"]);
    assert_eq!(world.table.next_expiry(), None);
    // Nothing keeps it from coming back.
    assert_eq!(world.hears(&node(1, 1)), ["joined 127.0.0.1:9763#1@demo.domain"]);
}

#[test]
fn hearing_others_makes_silence_noticed() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    world.now += Duration::from_millis(3001);
    let left = "left 127.0.0.1:9763#1@demo.domain Expired";
    assert_eq!(world.hears(&node(2, 1)), [left, "joined 127.0.0.2:9763#1@demo.domain"]);
}

#[test]
fn a_shutdown_is_seen_at_once_and_late_datagrams_do_not_undo_it() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    assert_eq!(world.hears(&ending(node(1, 1))), ["left 127.0.0.1:9763#1@demo.domain Shutdown"]);
    assert_eq!(world.hears(&ending(node(1, 1))), [""; 0]);
    assert_eq!(world.hears(&node(1, 1)), [""; 0]);
    assert_eq!(world.refused(Refusal::Past), 2, "both came late, or were sent again by somebody else");
    // Another start is another member.
    assert_eq!(world.hears(&node(1, 2)), ["joined 127.0.0.1:9763#2@demo.domain"]);
    // A channel that is stopped and started in the same process keeps its number.
    world.hears(&ending(node(1, 2)));
    world.passes(3000);
    assert_eq!(world.hears(&node(1, 2)), ["joined 127.0.0.1:9763#2@demo.domain"]);
}

#[test]
fn a_shutdown_of_somebody_else_changes_nothing() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    assert_eq!(world.hears(&ending(node(2, 1))), [""; 0]);
    assert_eq!(world.hears(&ending(node(1, 2))), [""; 0]);
    // Forged: it comes from another address.
    let forged = ending(node(1, 1)).encode();
    assert_eq!(world.gets(IpAddr::from([127, 0, 0, 9]), &forged), [""; 0]);
    assert_eq!(world.refused(Refusal::AnnouncedHost), 1);
    assert_eq!(world.table.members().count(), 1);
}

#[test]
fn a_restart_at_the_same_address_is_a_new_member() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    world.passes(1000);
    let replaced = ["left 127.0.0.1:9763#1@demo.domain Replaced", "joined 127.0.0.1:9763#2@demo.domain"];
    assert_eq!(world.hears(&node(1, 2)), replaced);
    // What was on its way from the old one.
    assert_eq!(world.hears(&node(1, 1)), [""; 0]);
    assert_eq!(world.hears(&ending(node(1, 1))), [""; 0]);
    assert_eq!(world.passes(3000), [""; 0]);
    assert_eq!(world.passes(1), ["left 127.0.0.1:9763#2@demo.domain Expired"]);
}

#[test]
fn what_a_member_says_anew_is_an_update() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    let mut changed = node(1, 1);
    changed.alive = 500;
    assert_eq!(world.hears(&changed), [""; 0]);
    changed.payload = b"httpPort=9763\nhttpsPort=9443".to_vec();
    assert_eq!(world.hears(&changed), ["updated 127.0.0.1:9763#1@demo.domain"]);
    changed.payload = b"# the same\nhttpsPort=9443\nhttpPort=9763".to_vec();
    assert_eq!(world.hears(&changed), [""; 0]);
    changed.payload = b"httpPort=9764".to_vec();
    let moved = ["left 127.0.0.1:9763#1@demo.domain Replaced", "joined 127.0.0.1:9764#1@demo.domain"];
    assert_eq!(world.hears(&changed), moved);
    changed.domain = b"wso2.as1.domain".to_vec();
    let moved = ["left 127.0.0.1:9764#1@demo.domain Replaced", "joined 127.0.0.1:9764#1@wso2.as1.domain"];
    assert_eq!(world.hears(&changed), moved);
    changed.payload = b"nothing".to_vec();
    assert_eq!(world.hears(&changed), ["left 127.0.0.1:9764#1@wso2.as1.domain Unusable"]);
    assert_eq!(world.refused(Refusal::Unusable), 1);
}

#[test]
fn strangers_change_nothing_and_are_counted() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    let mut other = node(2, 1);
    other.domain = b"other.domain".to_vec();
    let cases: [(IpAddr, Vec<u8>, Option<Refusal>); 7] = [
        (IpAddr::from([10, 0, 0, 1]), node(2, 1).encode(), Some(Refusal::Sender)),
        (IpAddr::from([127, 0, 0, 2]), other.encode(), Some(Refusal::Domain)),
        (IpAddr::from([127, 0, 0, 2]), node(3, 1).encode(), Some(Refusal::AnnouncedHost)),
        (IpAddr::from([127, 0, 0, 2]), b"hello".to_vec(), Some(Refusal::Malformed)),
        (IpAddr::from([127, 0, 0, 2]), node(2, 1).encode_as(Layout::V0), Some(Refusal::OldLayout)),
        (IpAddr::from([127, 0, 0, 2]), vec![], Some(Refusal::Malformed)),
        // A message to all is none of our business, and nothing is wrong with it.
        (IpAddr::from([127, 0, 0, 2]), Frame::Ack.encode(), None),
    ];
    for (from, datagram, refusal) in cases {
        let before: u64 = Refusal::ALL.into_iter().map(|refusal| world.refused(refusal)).sum();
        let of_this = |world: &World| refusal.map_or(0, |refusal| world.refused(refusal));
        let own = of_this(&world);
        assert_eq!(world.gets(from, &datagram), [""; 0]);
        let after: u64 = Refusal::ALL.into_iter().map(|refusal| world.refused(refusal)).sum();
        assert_eq!(after - before, u64::from(refusal.is_some()), "{refusal:?}");
        assert_eq!(of_this(&world) - own, u64::from(refusal.is_some()), "{refusal:?}");
        assert_eq!(world.table.members().count(), 1);
    }
}

#[test]
fn there_are_no_more_members_than_allowed() {
    let mut world = World::new();
    for host in 1..=3 {
        assert_eq!(world.hears(&node(host, 1)).len(), 1);
    }
    assert_eq!(world.hears(&node(4, 1)), [""; 0]);
    assert_eq!(world.refused(Refusal::Full), 1);
    // One that starts anew takes no further place.
    assert_eq!(world.hears(&node(3, 2)).len(), 2);
}

#[test]
fn our_own_node_is_no_member() {
    let own: Identity = node(1, 7).identity();
    let mut world = World { table: Table::new(reading(), DROP, 3, Some(own)), now: Instant::now() };
    assert_eq!(world.hears(&node(1, 7)), [""; 0]);
    assert_eq!(world.hears(&ending(node(1, 7))), [""; 0]);
    assert_eq!(world.table.members().count(), 0);
}

#[test]
fn our_own_silence_is_not_theirs() {
    let mut world = World::new();
    world.hears(&node(1, 1));
    world.now += Duration::from_secs(60);
    world.table.was_away(Duration::from_secs(59));
    assert_eq!(world.passes(0), [""; 0]);
    assert_eq!(world.passes(2001), ["left 127.0.0.1:9763#1@demo.domain Expired"]);
}
