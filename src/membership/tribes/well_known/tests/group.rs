//! The state machine of membership-wire.md §11.2, by times that the tests make up.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::time::Instant;

use super::super::super::tests::announcement::{reading, record};
use super::super::super::wire::{Body, MemberRecord, Message, Options, PROBE, SerializedMember};
use super::super::super::{Event, Refusal};
use super::super::{Group, Outcome, SettingsError, WellKnownSettings};
use super::{MEMBERSHIP, call, calling, node};

/// A group and the time that passes.
struct World {
    group: Group,
    now: Instant,
}

impl World {
    fn new() -> Self {
        let listen = "127.0.0.10:4000".parse().expect("an address");
        let mut settings = WellKnownSettings::new(reading(), listen);
        settings.most_members = 3;
        Self { group: Group::new(settings), now: Instant::now() }
    }

    fn says(
        &mut self,
        sender: &MemberRecord,
        channel: &str,
        message: Message,
    ) -> (Vec<String>, Option<Body>) {
        let outcome = self.group.receive(sender.host, &calling(sender, channel, message), self.now);
        let answer = outcome.answer.as_ref().map(|answer| Body::decode(&answer.message).expect("a body"));
        assert!(outcome.answer.is_none_or(|answer| answer.to == sender.address()));
        (words(outcome.events), answer)
    }

    fn joins(&mut self, sender: &MemberRecord) -> Vec<String> {
        let (events, answer) = self.says(sender, MEMBERSHIP, Message::Join);
        assert_eq!(answer, Some(call(MEMBERSHIP, Message::Join).answer(Message::MemberList(vec![]))));
        events
    }

    /// All probes that are due end alike.
    fn probes(&mut self, reached: bool) -> Vec<String> {
        let due = self.group.due_probes(self.now);
        due.iter().for_each(|probe| assert_eq!(probe.message, PROBE));
        due.iter().flat_map(|probe| words(self.group.probed(probe.to, reached, self.now))).collect()
    }

    fn passes(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    fn refused(&self, refusal: Refusal) -> u64 {
        self.group.refusals().of(refusal)
    }
}

fn words(events: Vec<Event>) -> Vec<String> {
    let words = events.into_iter().map(|event| match event {
        Event::Joined(announced) => format!("joined {}", announced.definition.key()),
        Event::Updated(announced) => format!("updated {}", announced.definition.key()),
        Event::Left(announced, how) => format!("left {} {how:?}", announced.definition.key()),
    });
    words.collect()
}

#[test]
fn a_node_joins_and_is_answered_with_an_empty_list() {
    let mut world = World::new();
    let node = node("127.0.0.11:4000");
    assert_eq!(world.joins(&node), ["joined 127.0.0.11:9763"]);
    // It asks again every five seconds until it understood an answer.
    assert_eq!(world.joins(&node), [""; 0]);
    assert_eq!(world.group.members().count(), 1);
}

#[test]
fn a_node_that_joins_anew_is_known_by_what_it_says_now() {
    let mut world = World::new();
    let mut node = node("127.0.0.11:4000");
    world.joins(&node);
    node.payload = b"httpPort=9763\nhttpsPort=9443".to_vec();
    assert_eq!(world.joins(&node), ["updated 127.0.0.11:9763"]);
    node.payload = b"httpPort=9764".to_vec();
    assert_eq!(world.joins(&node), ["left 127.0.0.11:9763 Replaced", "joined 127.0.0.11:9764"]);
    node.unique_id = [1; 16];
    assert_eq!(world.joins(&node), ["left 127.0.0.11:9764 Replaced", "joined 127.0.0.11:9764"]);
    node.payload = b"ping".to_vec();
    assert_eq!(world.joins(&node), ["left 127.0.0.11:9764 Unusable"]);
}

#[test]
fn a_node_of_another_domain_is_answered_and_not_added() {
    let mut world = World::new();
    let balancer = record("127.0.0.20:4000", "wso2.carbon.lb.domain", "httpPort=8280");
    let answer = call(MEMBERSHIP, Message::Join).answer(Message::MemberList(vec![]));
    assert_eq!(world.says(&balancer, MEMBERSHIP, Message::Join), (vec![], Some(answer)));
    // Balancers join their own domain.
    let own = "wso2.carbon.lb.domain:rpc.membership.channel";
    let answer = call(own, Message::Join).answer(Message::MemberList(vec![]));
    assert_eq!(world.says(&balancer, own, Message::Join), (vec![], Some(answer)));
}

#[test]
fn there_are_no_channels_of_domains_that_are_not_managed() {
    let mut world = World::new();
    let sender = record("127.0.0.11:4000", "other.domain", "httpPort=1");
    let channel = "other.domain:rpc.membership.channel";
    let message = calling(&sender, channel, Message::Join);
    let Outcome { events, answer } = world.group.receive(sender.host, &message, world.now);
    let answer = answer.expect("an answer");
    assert_eq!(events, []);
    assert_eq!(answer.options, Options(0x0008));
    assert_eq!(Body::decode(&answer.message), Ok(call(channel, Message::Join).no_channel()));
    assert_eq!(world.refused(Refusal::Domain), 1);
}

#[test]
fn members_that_others_speak_of_are_reached_first() {
    let mut world = World::new();
    let (sender, other) = (node("127.0.0.12:4000"), node("127.0.0.11:4000"));
    let mut foreign = node("127.0.0.13:4000");
    foreign.domain = b"demo.domain".to_vec();
    let list = [&other, &sender, &foreign].map(|record| SerializedMember::new(record.clone())).to_vec();
    let (events, answer) = world.says(&sender, MEMBERSHIP, Message::MemberList(list));
    assert_eq!(events, ["joined 127.0.0.12:9763"]);
    let processed = Message::Text("Processed MEMBER_LIST message".to_owned());
    assert_eq!(answer, Some(call(MEMBERSHIP, Message::Join).answer(processed)));
    assert_eq!(world.probes(true), ["joined 127.0.0.11:9763"]);

    let third = node("127.0.0.14:4000");
    let joined = Message::MemberJoined(SerializedMember::new(third));
    let (events, answer) = world.says(&sender, MEMBERSHIP, joined);
    assert_eq!((events, answer), (vec![], Some(call(MEMBERSHIP, Message::Join).answer(Message::Null))));
    // Never reached, it was never there.
    for _ in 0..3 {
        assert_eq!(world.probes(false), [""; 0]);
        world.passes(1);
    }
    assert_eq!(world.group.members().count(), 2);
}

#[test]
fn others_do_not_change_what_a_member_says_of_itself() {
    let mut world = World::new();
    let (sender, mut other) = (node("127.0.0.12:4000"), node("127.0.0.11:4000"));
    world.joins(&other);
    other.payload = b"httpPort=666".to_vec();
    let joined = Message::MemberJoined(SerializedMember::new(other));
    assert_eq!(world.says(&sender, MEMBERSHIP, joined).0, [""; 0]);
    let keys: Vec<_> = world.group.members().map(|member| member.definition.key()).collect();
    assert_eq!(keys, ["127.0.0.11:9763".into()]);
}

#[test]
fn members_are_probed_and_leave_after_failures_in_a_row() {
    let mut world = World::new();
    world.joins(&node("127.0.0.11:4000"));
    assert_eq!(world.probes(true), [""; 0]);
    assert_eq!(world.group.next_probe(), Some(world.now + Duration::from_secs(5)));
    world.passes(5);
    assert_eq!(world.probes(false), [""; 0]);
    // It is asked again sooner than usual.
    world.passes(1);
    assert_eq!(world.probes(false), [""; 0]);
    world.passes(1);
    assert_eq!(world.probes(false), ["left 127.0.0.11:9763 Unreachable"]);
    assert_eq!(world.group.members().count(), 0);
    // It comes back without joining again.
    world.passes(5);
    assert_eq!(world.probes(true), ["joined 127.0.0.11:9763"]);
}

#[test]
fn one_failure_is_forgiven() {
    let mut world = World::new();
    world.joins(&node("127.0.0.11:4000"));
    for _ in 0..5 {
        world.passes(5);
        assert_eq!(world.probes(false), [""; 0]);
        world.passes(1);
        assert_eq!(world.probes(true), [""; 0]);
    }
}

#[test]
fn a_member_that_is_gone_joins_again_or_is_forgotten() {
    let mut world = World::new();
    let node = node("127.0.0.11:4000");
    let leaves = |world: &mut World| {
        world.joins(&node);
        (0..3).for_each(|_| {
            world.passes(5);
            world.probes(false);
        });
        assert_eq!(world.group.members().count(), 0);
    };
    leaves(&mut world);
    assert_eq!(world.joins(&node), ["joined 127.0.0.11:9763"]);
    leaves(&mut world);
    world.passes(3601);
    assert_eq!(world.probes(false), [""; 0]);
    assert_eq!(world.group.next_probe(), None);
}

#[test]
fn channels_of_state_and_messages_are_answered_with_nothing() {
    let mut world = World::new();
    let sender = node("127.0.0.11:4000");
    for name in ["rpc.init.channel", "rpc.msg.channel"] {
        let channel = format!("wso2.as1.domain:{name}");
        let expected = call(&channel, Message::Null).answer(Message::Null);
        assert_eq!(world.says(&sender, &channel, Message::Null), (vec![], Some(expected)));
    }
    let channel = "wso2.as1.domain:rpc.other.channel";
    let expected = call(channel, Message::Null).no_channel();
    assert_eq!(world.says(&sender, channel, Message::Null), (vec![], Some(expected)));
}

#[test]
fn what_is_no_call_is_not_answered() {
    let mut world = World::new();
    let sender = node("127.0.0.11:4000");
    let mut answer = calling(&sender, MEMBERSHIP, Message::Join);
    answer.message = call(MEMBERSHIP, Message::Join).answer(Message::Join).encode();
    let mut bytes = calling(&sender, MEMBERSHIP, Message::Join);
    bytes.options = Options::BYTE_MESSAGE;
    let mut text = calling(&sender, MEMBERSHIP, Message::Join);
    text.message = Body::Text("hello".to_owned()).encode();
    for message in [answer, bytes, text] {
        assert_eq!(world.group.receive(sender.host, &message, world.now), Outcome::default());
    }
    let mut nonsense = calling(&sender, MEMBERSHIP, Message::Join);
    nonsense.message = b"nonsense".to_vec();
    assert_eq!(world.group.receive(sender.host, &nonsense, world.now), Outcome::default());
    assert_eq!(world.refused(Refusal::Malformed), 1);
}

/// §13: a call makes us connect to where the sender says it is.
#[test]
fn strangers_are_not_answered() {
    let mut world = World::new();
    let forged = calling(&node("127.0.0.11:4000"), MEMBERSHIP, Message::Join);
    let from = IpAddr::from([127, 0, 0, 66]);
    assert_eq!(world.group.receive(from, &forged, world.now), Outcome::default());
    assert_eq!(world.refused(Refusal::AnnouncedHost), 1);
    let outside = node("10.0.0.1:4000");
    assert_eq!(world.says(&outside, MEMBERSHIP, Message::Join), (vec![], None));
    assert_eq!(world.refused(Refusal::AnnouncedHost), 2);
    assert_eq!(world.says(&node("127.0.0.11:22"), MEMBERSHIP, Message::Join), (vec![], None));
    assert_eq!(world.refused(Refusal::Port), 1);
    // Nor are others probed of whom somebody speaks.
    let list = ["10.0.0.1:4000", "127.0.0.12:22"].map(|address| SerializedMember::new(node(address)));
    let sender = node("127.0.0.11:4000");
    assert_eq!(world.says(&sender, MEMBERSHIP, Message::MemberList(list.to_vec())).0, [""; 0]);
    assert_eq!(world.refused(Refusal::AnnouncedHost) + world.refused(Refusal::Port), 3 + 2);
    assert_eq!(world.group.next_probe(), None);
}

#[test]
fn there_are_no_more_members_than_allowed() {
    let mut world = World::new();
    for host in 1..=3 {
        assert_eq!(world.joins(&node(&format!("127.0.0.{host}:4000"))).len(), 1);
    }
    assert_eq!(world.joins(&node("127.0.0.4:4000")), [""; 0]);
    assert_eq!(world.refused(Refusal::Full), 1);
}

/// §11.4: nodes with a later Tribes refuse what comes from another domain.
#[test]
fn a_node_that_asks_again_is_answered_in_its_own_domain() {
    let mut world = World::new();
    let sender = node("127.0.0.11:4000");
    let domain = |world: &mut World| {
        let message = calling(&sender, MEMBERSHIP, Message::Join);
        let outcome = world.group.receive(sender.host, &message, world.now);
        outcome.answer.expect("an answer").domain
    };
    assert_eq!(domain(&mut world), "wso2.carbon.lb.domain");
    // A restart after a while is no sign.
    world.passes(31);
    assert_eq!(domain(&mut world), "wso2.carbon.lb.domain");
    world.passes(30);
    assert_eq!(domain(&mut world), "wso2.as1.domain");
    let probes = world.group.due_probes(world.now);
    assert_eq!(probes[0].domain, "wso2.as1.domain");
}

#[test]
fn domains_can_be_said_to_need_that() {
    let mut settings = WellKnownSettings::new(reading(), "127.0.0.10:4000".parse().expect("an address"));
    settings.mirrored_domains.insert("wso2.as1.domain".to_owned());
    let mut group = Group::new(settings);
    let sender = node("127.0.0.11:4000");
    let message = calling(&sender, MEMBERSHIP, Message::Join);
    let outcome = group.receive(sender.host, &message, Instant::now());
    assert_eq!(outcome.answer.expect("an answer").domain, "wso2.as1.domain");
}

#[test]
fn the_channel_does_not_open_to_everybody() {
    let check = |listen: &str, public| {
        let address: SocketAddr = listen.parse().expect("an address");
        WellKnownSettings { public, ..WellKnownSettings::new(reading(), address) }.check()
    };
    for private in ["10.1.2.3:4000", "192.168.0.1:4000", "127.0.0.1:4000", "[fd00::1]:4000", "[::1]:4000"] {
        assert_eq!(check(private, false), Ok(()), "{private}");
    }
    let all = |listen: &str| Err(SettingsError::AllAddresses(listen.parse().expect("an address")));
    assert_eq!(check("0.0.0.0:4000", true), all("0.0.0.0:4000"));
    assert_eq!(check("[::]:4000", true), all("[::]:4000"));
    let public = "203.0.113.9:4000";
    assert_eq!(check(public, false), Err(SettingsError::Public(public.parse().expect("an address"))));
    assert_eq!(check(public, true), Ok(()));
}
