//! Real sockets on the loopback interface, where it carries multicast.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::super::super::tests::announcement::{reading, record};
use super::super::super::wire::MemberRecord;
use super::super::super::{Departure, Event, Refusal};
use super::super::{Announce, Multicast, MulticastSettings, start};
use crate::clusters::{ClusterKey, Directory};
use crate::membership::tribes::Tribes;
use crate::membership::{MemberRules, Membership, NetworkPorts};

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A group on the loopback interface at a port that nobody else has: the group is known to all tests of this machine.
pub(super) async fn settings() -> Option<MulticastSettings> {
    let free = UdpSocket::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").port();
    let mut settings = MulticastSettings::new(reading());
    settings.port = free;
    settings.interface = Some(Ipv4Addr::LOCALHOST);
    settings.frequency = Duration::from_millis(50);
    settings.drop_time = Duration::from_millis(500);
    settings.reading.other_hosts = true;
    carries(&settings).await.then_some(settings)
}

fn socket(settings: &MulticastSettings) -> std::io::Result<UdpSocket> {
    settings.multicast_group().open().and_then(UdpSocket::from_std)
}

/// Whether a datagram to the group arrives.
async fn carries(settings: &MulticastSettings) -> bool {
    let Ok(socket) = socket(settings) else {
        eprintln!("skipped: the loopback interface has no multicast");
        return false;
    };
    let mut buffer = [0; 8];
    let sent = socket.send_to(b"hello", (settings.group, settings.port)).await;
    let heard = timeout(Duration::from_secs(2), socket.recv_from(&mut buffer)).await;
    let carries = sent.is_ok() && matches!(heard, Ok(Ok((5, _))));
    if !carries {
        eprintln!("skipped: the loopback interface does not carry multicast");
    }
    carries
}

fn announcing(settings: &MulticastSettings, host: u8) -> MulticastSettings {
    let address = format!("127.0.0.{host}:4000").parse().expect("an address");
    let payload = b"httpPort=9763".to_vec();
    let announce = Some(Announce { address, domain: "demo.domain".to_owned(), payload });
    MulticastSettings { announce, ..settings.clone() }
}

fn begin(settings: MulticastSettings) -> (Multicast, mpsc::Receiver<Event>) {
    let (sender, receiver) = mpsc::channel(16);
    (start(settings, sender).expect("a group"), receiver)
}

async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    timeout(PATIENCE, events.recv()).await.expect("an event in time").expect("an event")
}

#[tokio::test]
async fn nodes_see_each_other_come_change_and_go() {
    let Some(settings) = settings().await else { return };
    let (one, mut seen_by_one) = begin(announcing(&settings, 1));
    let (two, mut seen_by_two) = begin(announcing(&settings, 2));
    let Event::Joined(joined) = next(&mut seen_by_one).await else { panic!("no join") };
    assert_eq!(Some(joined.identity), two.own());
    assert_eq!(&*joined.definition.key(), "127.0.0.2:9763");
    let Event::Joined(joined) = next(&mut seen_by_two).await else { panic!("no join") };
    assert_eq!(Some(joined.identity), one.own());

    two.say(b"httpPort=9763\nhttpsPort=9443".to_vec()).await;
    let Event::Updated(updated) = next(&mut seen_by_one).await else { panic!("no update") };
    assert_eq!(updated.definition.https_port, Some(9443));

    two.leave().await;
    let Event::Left(left, Departure::Shutdown) = next(&mut seen_by_one).await else { panic!("no shutdown") };
    assert_eq!(left.definition, updated.definition);

    // Without a word.
    let (three, _seen_by_three) = begin(announcing(&settings, 3));
    let own = three.own();
    let Event::Joined(_) = next(&mut seen_by_one).await else { panic!("no join") };
    drop(three);
    let Event::Left(left, Departure::Expired) = next(&mut seen_by_one).await else { panic!("no expiry") };
    assert_eq!(Some(left.identity), own);
}

#[tokio::test]
async fn large_and_strange_datagrams_are_counted() {
    let Some(settings) = settings().await else { return };
    let (listener, mut seen) = begin(settings.clone());
    let stranger = socket(&settings).expect("a socket");
    let send = async |record: &MemberRecord| {
        stranger.send_to(&record.encode(), (settings.group, settings.port)).await.expect("sent");
    };
    let mut large = record("127.0.0.4:4000", "demo.domain", "httpPort=1");
    large.payload.resize(settings.largest_datagram, b'#');
    send(&large).await;
    send(&record("127.0.0.4:4000", "other.domain", "httpPort=1")).await;
    send(&record("127.0.0.4:4000", "demo.domain", "httpPort=1")).await;
    // Datagrams of one sender stay in order here, so the others were looked at.
    let Event::Joined(joined) = next(&mut seen).await else { panic!("no join") };
    assert_eq!(&*joined.definition.key(), "127.0.0.4:1");
    assert_eq!(listener.refusals().of(Refusal::Oversized), 1);
    assert_eq!(listener.refusals().of(Refusal::Domain), 1);
}

#[tokio::test]
async fn a_group_must_be_one() {
    let mut settings = MulticastSettings::new(reading());
    settings.group = Ipv4Addr::LOCALHOST;
    assert!(start(settings, mpsc::channel(1).0).is_err());
}

/// From the wire to the directory: a node joins, and leaves when it says so.
#[tokio::test]
async fn the_scheme_tells_the_directory() {
    let Some(settings) = settings().await else { return };
    let directory = Arc::<Directory>::default();
    let rules = MemberRules { leave_grace: Duration::ZERO, most_members: 16, ..MemberRules::default() };
    let ports = Arc::new(NetworkPorts::new(Duration::from_secs(1)));
    let membership = Membership::new(Handle::current(), directory.clone(), ports, Arc::default(), rules);
    let cluster = directory.cluster(&ClusterKey::domain("demo.domain"));
    let mut changes = directory.changes();
    let _scheme = membership.start(Tribes { multicast: Some(settings.clone()), well_known: None });
    let (node, _events) = begin(announcing(&settings, 2));
    let keys = || cluster.members().iter().map(|member| member.key().to_string()).collect::<Vec<_>>();
    while keys() != ["127.0.0.2:9763"] {
        timeout(PATIENCE, changes.changed()).await.expect("a change in time").expect("a directory");
    }
    node.leave().await;
    while !keys().is_empty() {
        timeout(PATIENCE, changes.changed()).await.expect("a change in time").expect("a directory");
    }
}
