//! Real sockets on the loopback interface, where it carries multicast.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::super::{Balancer, Multicast, Node, NodeOptions, Rules, Says};
use super::{key, member};
use crate::clusters::{ClusterKey, Directory, MemberDefinition, Phase};
use crate::membership::{
    Lifecycle, Lifecycles, MemberRules, Membership, MulticastGroup, NetworkPorts, Started,
};
use crate::telemetry::metrics::MembershipCounts;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A group on the loopback interface at a port that nobody else has: the group is known to all tests of this machine.
async fn options() -> Option<NodeOptions> {
    let free = UdpSocket::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let interface = Some(Ipv4Addr::LOCALHOST);
    let group = MulticastGroup { address: Ipv4Addr::new(239, 255, 76, 67), port: free, interface, ttl: 1 };
    let rules = Rules {
        drop_time: Duration::from_millis(1000),
        clock_difference: Duration::from_secs(30),
        most_nodes: 16,
    };
    let options = NodeOptions { group, key: key("s"), interval: Duration::from_millis(50), rules };
    carries(&options).await.then_some(options)
}

fn socket(options: &NodeOptions) -> std::io::Result<UdpSocket> {
    options.group.open().and_then(UdpSocket::from_std)
}

/// Whether a datagram to the group arrives.
async fn carries(options: &NodeOptions) -> bool {
    let Ok(socket) = socket(options) else {
        eprintln!("skipped: the loopback interface has no multicast");
        return false;
    };
    let mut buffer = [0; 8];
    let sent = socket.send_to(b"hello", (options.group.address, options.group.port)).await;
    let heard = timeout(Duration::from_secs(2), socket.recv_from(&mut buffer)).await;
    let carries = sent.is_ok() && matches!(heard, Ok(Ok((5, _))));
    if !carries {
        eprintln!("skipped: the loopback interface does not carry multicast");
    }
    carries
}

struct Site {
    directory: Arc<Directory>,
    counts: Arc<MembershipCounts>,
    membership: Membership,
}

impl Site {
    /// A process with the cluster `shop`, whose members get requests when their ports are open.
    fn new() -> Self {
        let (directory, counts) = (Arc::<Directory>::default(), Arc::<MembershipCounts>::default());
        directory.cluster(&ClusterKey::domain("shop"));
        let rules = MemberRules {
            leave_grace: Duration::from_millis(200),
            most_members: 16,
            ..MemberRules::default()
        };
        let ports = Arc::new(NetworkPorts::new(Duration::from_secs(1)));
        let membership = Membership::new(Handle::current(), directory.clone(), ports, counts.clone(), rules);
        let at_once = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
        membership.follow(Lifecycles::from([(ClusterKey::domain("shop"), at_once)]));
        Self { directory, counts, membership }
    }

    fn balance(
        &self,
        options: &NodeOptions,
        own: Balancer,
    ) -> (Started, tokio::sync::watch::Receiver<Vec<SocketAddr>>) {
        let scheme = Multicast::join(options.clone(), own).expect("a group");
        let seeds = scheme.seeds();
        (self.membership.start(scheme), seeds)
    }

    /// Waits until the cluster has these members in these phases.
    async fn wait_for(&self, expected: &[(&str, Phase)]) {
        let mut changes = self.directory.changes();
        let found = || {
            let members = self.directory.cluster(&ClusterKey::domain("shop")).members();
            members.iter().map(|one| (one.key().to_string(), one.live().phase())).collect::<Vec<_>>()
        };
        let expected: Vec<_> = expected.iter().map(|(key, phase)| ((*key).to_owned(), *phase)).collect();
        let there = async {
            while found() != expected {
                changes.changed().await.expect("a directory");
            }
        };
        timeout(PATIENCE, there).await.unwrap_or_else(|_| panic!("{:?}", found()));
    }
}

/// Keeps a node going; it can be told to leave, or to fall silent.
fn announce(options: &NodeOptions, says: Says) -> tokio::task::JoinHandle<()> {
    let mut node = Node::join(options).expect("a group");
    node.say(says).expect("it fits");
    tokio::spawn(async move {
        loop {
            let _ = node.next().await;
        }
    })
}

#[tokio::test]
async fn members_come_and_leave() {
    let Some(options) = options().await else { return };
    let service = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = service.local_addr().expect("an address").to_string();
    let site = Site::new();
    let (_scheme, _) = site.balance(&options, Balancer::default());
    let node = announce(&options, member(&address, r#"{"weight": 3}"#));
    site.wait_for(&[(&address, Phase::Ready)]).await;
    let members = site.directory.cluster(&ClusterKey::domain("shop")).members();
    let expected =
        MemberDefinition::new("127.0.0.1", Some(service.local_addr().expect("an address").port()), None);
    assert_eq!(*members[0].definition(), MemberDefinition { weight: 3, ..expected });
    // Whoever is dropped says farewell.
    node.abort();
    site.wait_for(&[]).await;
    assert_eq!(members[0].live().phase(), Phase::Gone);
}

#[tokio::test]
async fn balancers_find_each_other() {
    let Some(options) = options().await else { return };
    let site = Site::new();
    let own =
        |port: u16| Balancer { group: Some(SocketAddr::from(([127, 0, 0, 1], port))), registration: None };
    let (one, mut seen_by_one) = site.balance(&options, own(7001));
    let other_site = Site::new();
    let (_two, mut seen_by_two) = other_site.balance(&options, own(7002));
    let three = announce(&options, Says::Balancer(own(7003)));
    let ports = |seeds: &Vec<SocketAddr>| seeds.iter().map(SocketAddr::port).collect::<BTreeSet<_>>();
    let wait = async |seen: &mut tokio::sync::watch::Receiver<Vec<SocketAddr>>, expected: &[u16]| {
        let expected: BTreeSet<u16> = expected.iter().copied().collect();
        let found = timeout(PATIENCE, seen.wait_for(|seeds| ports(seeds) == expected)).await;
        found.expect("in time").expect("a scheme");
    };
    wait(&mut seen_by_one, &[7002, 7003]).await;
    wait(&mut seen_by_two, &[7001, 7003]).await;
    three.abort();
    wait(&mut seen_by_one, &[7002]).await;
    drop(one);
    wait(&mut seen_by_two, &[]).await;
}

/// Wrong domain, wrong key, replayed, oversized, truncated, forged: nothing changes, and each is counted.
#[tokio::test]
async fn strangers_change_nothing_and_are_counted() {
    let Some(options) = options().await else { return };
    let site = Site::new();
    let (_scheme, _) = site.balance(&options, Balancer::default());
    let friend = announce(&options, member("127.0.0.1:1", "{}"));
    site.wait_for(&[("127.0.0.1:1", Phase::Joining)]).await;
    let before = site.directory.cluster(&ClusterKey::domain("shop")).members();

    // Records what the friend says, and sends it again.
    let stranger = socket(&options).expect("a socket");
    let group = (options.group.address, options.group.port);
    let mut buffer = vec![0; 2000];
    let recorded = loop {
        let (length, _) = stranger.recv_from(&mut buffer).await.expect("a datagram");
        let datagram = &buffer[..length];
        if matches!(key("s").open(datagram), Ok(packet) if packet.says == member("127.0.0.1:1", "{}")) {
            break datagram.to_vec();
        }
    };
    let send = async |datagram: &[u8]| {
        stranger.send_to(datagram, group).await.expect("sent");
    };
    let mut forged = recorded.clone();
    forged[20] ^= 1;
    let mut packet = super::packet(9, 0, 1, member("127.0.0.1:2", "{}"));
    packet.sent =
        u64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a time").as_millis()).expect("this century");
    let mut foreign = packet.clone();
    foreign.domain = "other".to_owned();
    let mut of_old = packet.clone();
    of_old.sent -= 31_000;
    let mut empty = packet.clone();
    empty.says = member("0.0.0.0:2", "{}");
    let mut elsewhere = packet.clone();
    elsewhere.says = Says::Member(super::super::wire::Member {
        cluster: "nowhere".to_owned(),
        address: "127.0.0.1:2".to_owned(),
        definition: "{}".to_owned(),
    });
    let signed = |packet| key("s").sign(packet).expect("it fits");
    let rows: [(&str, Vec<u8>); 11] = [
        ("replayed", recorded.clone()),
        ("signature", forged),
        ("signature", key("other").sign(&packet).expect("it fits")),
        ("domain", signed(&foreign)),
        ("time", signed(&of_old)),
        ("content", signed(&empty)),
        ("oversized", vec![b'S'; 1401]),
        ("truncated", recorded[..60].to_vec()),
        ("truncated", Vec::new()),
        ("foreign", vec![b'X'; 100]),
        ("cluster", signed(&elsewhere)),
    ];
    for (reason, datagram) in &rows {
        let count = site.counts.refusals("multicast", reason);
        send(datagram).await;
        let counted = async {
            while site.counts.refusals("multicast", reason) == count {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, counted).await.unwrap_or_else(|_| panic!("not counted as {reason}"));
    }
    let after = site.directory.cluster(&ClusterKey::domain("shop")).members();
    assert_eq!(after.len(), 1);
    assert!(Arc::ptr_eq(&before[0], &after[0]), "it is the same as before");
    assert!(site.directory.find(&ClusterKey::domain("nowhere")).is_none());
    friend.abort();
    site.wait_for(&[]).await;
    // What was recorded of it does not bring it back.
    let count = site.counts.refusals("multicast", "replayed");
    send(&recorded).await;
    while site.counts.refusals("multicast", "replayed") == count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    site.wait_for(&[]).await;
}

/// A node that is killed says no farewell: it is suspected, lost, and gone after the grace.
#[tokio::test]
async fn silence_is_noticed() {
    let Some(options) = options().await else { return };
    let service = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = service.local_addr().expect("an address").to_string();
    let site = Site::new();
    let (_scheme, _) = site.balance(&options, Balancer::default());
    let mut packet = super::packet(9, 0, 1, member(&address, "{}"));
    packet.sent =
        u64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a time").as_millis()).expect("this century");
    let socket = socket(&options).expect("a socket");
    let datagram = key("s").sign(&packet).expect("it fits");
    socket.send_to(&datagram, (options.group.address, options.group.port)).await.expect("sent");
    site.wait_for(&[(&address, Phase::Ready)]).await;
    site.wait_for(&[(&address, Phase::Joining)]).await;
    site.wait_for(&[]).await;
}
