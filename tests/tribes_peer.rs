//! Real Tribes nodes are seen as the specification says: three of two domains on loopback multicast, of which one is
//! killed, one shuts down and one starts anew; and one that joins by our address, is answered, and is killed.
//!
//! Needs a JDK and Debian's `libtomcat10-java`; without them the test says so and passes.
#![cfg(feature = "tribes")]

#[path = "peers/tribes/mod.rs"]
mod tribes;

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use sinew::membership::tribes::multicast::{MulticastSettings, start};
use sinew::membership::tribes::well_known::{self, WellKnownSettings};
use sinew::membership::tribes::{AllowList, Departure, Event, Reading};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tribes::{Node, Programs};

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a machine with much to do adds to the times of the specification.
const SLACK: Duration = Duration::from_secs(2);

/// A node of the test: its host, port, domain and the port of its HTTP service.
#[derive(Clone, Copy)]
struct Place {
    host: &'static str,
    port: u16,
    domain: &'static str,
    http: u16,
}

impl Place {
    fn new(host: &'static str, domain: &'static str, http: u16) -> Self {
        let free = TcpListener::bind((host, 0)).expect("a port").local_addr().expect("an address");
        Self { host, port: free.port(), domain, http }
    }

    fn start(&self, programs: &Programs, group: u16) -> Node {
        let (port, group) = (self.port.to_string(), group.to_string());
        let payload = format!("httpPort={}\nsubDomain=worker\n", self.http);
        programs.start("Node", &[self.host, &port, self.domain, &group, &payload])
    }

    fn key(&self) -> String {
        format!("{}:{}", self.host, self.http)
    }
}

/// What is seen, and when.
struct Watch {
    events: mpsc::Receiver<Event>,
}

impl Watch {
    async fn next(&mut self) -> Event {
        timeout(PATIENCE, self.events.recv()).await.expect("an event in time").expect("an event")
    }

    /// The next event is that a member joined: its key, cluster and number.
    async fn joined(&mut self) -> (String, String, [u8; 16]) {
        match self.next().await {
            Event::Joined(member) => {
                (member.definition.key().to_string(), member.cluster.to_string(), member.identity.unique_id)
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next event is that a member left.
    async fn left(&mut self) -> (String, Departure) {
        match self.next().await {
            Event::Left(member, how) => (member.definition.key().to_string(), how),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_of_two_domains_come_and_go() {
    let programs = match Programs::compile() {
        Ok(programs) => programs,
        Err(reason) => return say(&format!("skipped: {reason}")),
    };
    let group = UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    if !carries_multicast(group) {
        return say("skipped: the loopback interface does not carry multicast");
    }
    let domains = ["one.domain", "two.domain"].map(str::to_owned);
    let allow_list =
        AllowList::new("127.0.0.0/8".parse().expect("networks"), domains).expect("an allow-list");
    let mut settings = MulticastSettings::new(Reading { other_hosts: true, ..Reading::new(allow_list) });
    settings.port = group;
    settings.interface = Some(Ipv4Addr::LOCALHOST);
    let (sender, events) = mpsc::channel(64);
    let _multicast = start(settings, sender).expect("a group");
    let mut watch = Watch { events };

    let first = Place::new("127.0.0.31", "one.domain", 9001);
    let second = Place::new("127.0.0.32", "one.domain", 9002);
    let third = Place::new("127.0.0.33", "two.domain", 9003);
    let stranger = Place::new("127.0.0.34", "three.domain", 9004);
    let mut nodes = [first, second, third, stranger].map(|place| place.start(&programs, group));
    let mut seen = [watch.joined().await, watch.joined().await, watch.joined().await];
    seen.sort();
    let members = seen.clone().map(|(key, cluster, _)| (key, cluster));
    let expected = [first, second, third].map(|place| (place.key(), format!("{}/worker", place.domain)));
    assert_eq!(members, expected);
    nodes.iter_mut().for_each(|node| assert_eq!(node.says(), "started"));

    // Killed: its last datagram was up to a period ago, and after more than three seconds it is gone.
    let killed = Instant::now();
    nodes[0].kill();
    assert_eq!(watch.left().await, (first.key(), Departure::Expired));
    took("a killed node is gone", killed, Duration::from_millis(2400), Duration::from_millis(3600));

    // Shut down: seen at once.
    let stopped = Instant::now();
    nodes[1].order("stop");
    assert_eq!(watch.left().await, (second.key(), Departure::Shutdown));
    took("a node that shuts down is gone", stopped, Duration::ZERO, Duration::from_millis(500));
    assert_eq!(nodes[1].says(), "stopped");

    // Killed and started anew at the same address: another member, however fast it was.
    let restarted = Instant::now();
    nodes[2].kill();
    nodes[2] = third.start(&programs, group);
    let (key, how) = watch.left().await;
    assert_eq!(key, third.key());
    assert!(matches!(how, Departure::Replaced | Departure::Expired), "{how:?}");
    let (key, _, unique_id) = watch.joined().await;
    assert_eq!(key, third.key());
    assert_ne!(unique_id, seen[2].2);
    took("a node that started anew is seen", restarted, Duration::ZERO, Duration::from_millis(5000));

    // Nothing else happens.
    assert!(timeout(Duration::from_millis(3600), watch.events.recv()).await.is_err());
}

/// Sinew in place of a balancer whose address nodes are configured with.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_joins_by_our_address() {
    let programs = match Programs::compile() {
        Ok(programs) => programs,
        Err(reason) => return say(&format!("skipped: {reason}")),
    };
    let mut settings = WellKnownSettings::new(reading(), "127.0.0.1:0".parse().expect("an address"));
    settings.answer_ports = 1..=u16::MAX;
    settings.probe_interval = Duration::from_secs(1);
    let (sender, events) = mpsc::channel(64);
    let channel = well_known::start(settings, sender).await.expect("a channel");
    let mut watch = Watch { events };

    let place = Place::new("127.0.0.35", "one.domain", 9005);
    let payload = "#\n#Sun Nov 22 02:27:58 UTC 2026\nhttpPort=9005\nsubDomain=worker\n";
    let (own, balancer) = (place.port.to_string(), channel.address());
    let (host, port) = (balancer.ip().to_string(), balancer.port().to_string());
    let start = || programs.start("Joiner", &[place.host, &own, place.domain, payload, &host, &port]);
    let mut node = start();
    assert_eq!(node.says(), "started");
    node.order("join");
    let member = (place.key(), "one.domain/worker".to_owned());
    let (key, cluster, first) = watch.joined().await;
    assert_eq!((key, cluster), member);
    assert_eq!(node.says(), "wso2.carbon.lb.domain MemberListCommand 0");
    node.order("list");
    assert_eq!(node.says(), "wso2.carbon.lb.domain Processed MEMBER_LIST message");
    // One that asks again may refuse answers of a foreign domain, and gets one of its own.
    node.order("join");
    assert_eq!(node.says(), "one.domain MemberListCommand 0");

    // Three failures in a row, each a second after the one before.
    let killed = Instant::now();
    node.kill();
    assert_eq!(watch.left().await, (place.key(), Departure::Unreachable));
    took("a killed node is gone", killed, Duration::from_millis(1900), Duration::from_millis(3200));

    // It joins anew; that it is probed may be faster.
    let mut node = start();
    assert_eq!(node.says(), "started");
    node.order("join");
    let mut last = watch.joined().await;
    if last.2 == first {
        assert_eq!(watch.left().await, (place.key(), Departure::Replaced));
        last = watch.joined().await;
    }
    assert_eq!((last.0, last.1), member);
    assert_ne!(last.2, first);
    assert!(node.says().ends_with("MemberListCommand 0"));
}

/// Nodes of two domains on the loopback interface, where the sender's address is not the node's.
fn reading() -> Reading {
    let domains = ["one.domain", "two.domain"].map(str::to_owned);
    let allow_list =
        AllowList::new("127.0.0.0/8".parse().expect("networks"), domains).expect("an allow-list");
    Reading { other_hosts: true, ..Reading::new(allow_list) }
}

fn took(what: &str, since: Instant, least: Duration, most: Duration) {
    let took = since.elapsed();
    say(&format!("tribes_peer: {what} after {} ms", took.as_millis()));
    assert!(took >= least && took <= most + SLACK, "{what} after {took:?}");
}

/// Whether a datagram to the group arrives on the loopback interface.
fn carries_multicast(port: u16) -> bool {
    let Ok(socket) = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port)) else { return false };
    let group = Ipv4Addr::new(228, 0, 0, 4);
    let joined = socket.join_multicast_v4(&group, &Ipv4Addr::LOCALHOST);
    let interface = socket2::SockRef::from(&socket).set_multicast_if_v4(&Ipv4Addr::LOCALHOST);
    let patience = socket.set_read_timeout(Some(Duration::from_secs(2)));
    if joined.and(interface).and(patience).is_err() || socket.send_to(b"hello", (group, port)).is_err() {
        return false;
    }
    socket.recv_from(&mut [0; 8]).is_ok()
}

/// Written past the test harness, which keeps what passing tests print.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error is open");
}
