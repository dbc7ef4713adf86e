//! A node of our own making, which joins over the loopback interface.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::super::super::tests::announcement::{reading, record};
use super::super::super::wire::{
    Body, ChannelData, Frame, FrameDecoder, MemberRecord, Message, Options, PROBE,
};
use super::super::super::{AllowList, Departure, Event, Refusal, Tribes};
use super::super::{WellKnown, WellKnownSettings, start};
use super::{MEMBERSHIP, call, calling, node};
use crate::clusters::Directory;
use crate::membership::{MemberRules, Membership, NetworkPorts};
use crate::telemetry::metrics::MembershipCounts;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn settings() -> WellKnownSettings {
    let mut settings = WellKnownSettings::new(reading(), "127.0.0.1:0".parse().expect("an address"));
    settings.answer_ports = 1..=u16::MAX;
    settings.probe_interval = Duration::from_millis(50);
    settings.retry_interval = Duration::from_millis(20);
    settings
}

async fn begin(settings: WellKnownSettings) -> (WellKnown, mpsc::Receiver<Event>) {
    let (sender, receiver) = mpsc::channel(16);
    (start(settings, sender).await.expect("a channel"), receiver)
}

async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    timeout(PATIENCE, events.recv()).await.expect("an event in time").expect("an event")
}

/// The next message that somebody sends to a node by a connection of its own.
async fn message_to(node: &TcpListener) -> ChannelData {
    let read = async {
        let (mut stream, _) = node.accept().await.expect("a connection");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("a frame");
        bytes
    };
    let bytes = timeout(PATIENCE, read).await.expect("a message in time");
    let mut decoder = FrameDecoder::default();
    decoder.push(&bytes);
    let Ok(Some(Frame::Message(message))) = decoder.next_frame() else { panic!("no message") };
    *message
}

async fn connected(channel: &WellKnown) -> TcpStream {
    TcpStream::connect(channel.address()).await.expect("a connection")
}

async fn send(stream: &mut TcpStream, message: ChannelData) {
    stream.write_all(&Frame::Message(Box::new(message)).encode()).await.expect("sent");
}

#[tokio::test]
async fn a_node_joins_is_answered_and_probed_and_leaves() {
    let (channel, mut seen) = begin(settings()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let node = node(&address.to_string());
    let mut stream = connected(&channel).await;
    send(&mut stream, calling(&node, MEMBERSHIP, Message::Join)).await;
    let Event::Joined(joined) = next(&mut seen).await else { panic!("no join") };
    assert_eq!(joined.identity, node.identity());

    let answer = message_to(&listener).await;
    assert_eq!(answer.options, Options(0));
    let ours = (answer.address.address(), answer.address.unique_id, answer.address.domain.as_slice());
    assert_eq!(ours, (channel.address(), [0; 16], &b"wso2.carbon.lb.domain"[..]));
    let expected = call(MEMBERSHIP, Message::Join).answer(Message::MemberList(Vec::new()));
    assert_eq!(Body::decode(&answer.message), Ok(expected));

    let probe = message_to(&listener).await;
    assert_eq!((probe.options, probe.message.as_slice()), (Options(0x0001), &PROBE[..]));
    drop(listener);
    let Event::Left(left, Departure::Unreachable) = next(&mut seen).await else { panic!("no departure") };
    assert_eq!(left, joined);

    // It is back without a word.
    let _listener = TcpListener::bind(address).await.expect("the same port");
    let Event::Joined(again) = next(&mut seen).await else { panic!("no join") };
    assert_eq!(again, joined);
}

/// §4.3: probes, tokens and messages are acknowledged where that is wanted, whatever becomes of them.
#[tokio::test]
async fn acknowledgements() {
    let (channel, _seen) = begin(settings()).await;
    let mut stream = connected(&channel).await;
    let mut probe = calling(&node("127.0.0.1:4000"), MEMBERSHIP, Message::Null);
    probe.message = PROBE.to_vec();
    for (options, wanted) in [(0x0001, 0), (0x0003, 1), (0x0007, 1), (0x0005, 0), (0x0002, 1)] {
        probe.options = Options(options);
        send(&mut stream, probe.clone()).await;
        let mut ack = vec![0; wanted * 21];
        timeout(PATIENCE, stream.read_exact(&mut ack)).await.expect("in time").expect("an answer");
        assert_eq!(ack, Frame::Ack.encode().repeat(wanted), "{options:#06x}");
    }
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    // A reset is an end as well.
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.is_ok() && rest.is_empty()
}

#[tokio::test]
async fn what_is_no_frame_ends_the_connection() {
    let (channel, _seen) = begin(settings()).await;
    for (bytes, refusal) in
        [(&b"GET / HTTP/1.1"[..], Refusal::Malformed), (b"FLT2002\x7f\xff\xff\xff", Refusal::Oversized)]
    {
        let mut stream = connected(&channel).await;
        stream.write_all(bytes).await.expect("sent");
        assert!(is_closed(&mut stream).await);
        assert_eq!(channel.refusals().of(refusal), 1);
    }
}

#[tokio::test]
async fn connections_have_limits() {
    let mut settings = settings();
    settings.frame_timeout = Duration::from_millis(100);
    settings.most_connections_each = 1;
    let (channel, _seen) = begin(settings).await;
    let mut silent = connected(&channel).await;
    let mut second = connected(&channel).await;
    assert!(is_closed(&mut second).await);
    assert_eq!(channel.refusals().of(Refusal::Full), 1);
    // One that never sends a frame has to go.
    assert!(is_closed(&mut silent).await);
    drop(second);
    let mut third = connected(&channel).await;
    third.write_all(b"FLT").await.expect("sent");
    assert!(is_closed(&mut third).await);
}

#[tokio::test]
async fn connections_of_other_networks_are_refused() {
    let mut settings = settings();
    let networks = "10.0.0.0/8".parse().expect("networks");
    let domains = ["wso2.as1.domain".to_owned()];
    let allow_list = super::super::super::AllowList::new(networks, domains).expect("an allow-list");
    settings.reading.allow_list = allow_list;
    let (channel, _seen) = begin(settings).await;
    assert!(is_closed(&mut connected(&channel).await).await);
    assert_eq!(channel.refusals().of(Refusal::Sender), 1);
}

#[tokio::test]
async fn a_channel_that_would_be_open_to_everybody_does_not_open() {
    let mut settings = settings();
    settings.listen = SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(start(settings, mpsc::channel(1).0).await.is_err());
}

/// From the wire to the metrics: what strangers send on the channel changes nothing and is counted.
#[tokio::test]
async fn strangers_change_nothing_and_are_counted() {
    let directory = Arc::<Directory>::default();
    let counts = Arc::<MembershipCounts>::default();
    let ports = Arc::new(NetworkPorts::new(Duration::from_secs(1)));
    let rules = MemberRules::default();
    let membership = Membership::new(Handle::current(), directory.clone(), ports, counts.clone(), rules);
    let mut settings = settings();
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    settings.listen = free.local_addr().expect("an address");
    drop(free);
    let domains = ["wso2.as1.domain".to_owned()];
    let networks = "127.0.0.0/29".parse().expect("networks");
    settings.reading.allow_list = AllowList::new(networks, domains).expect("an allow-list");
    settings.answer_ports = 4000..=4100;
    let listen = settings.listen;
    let _scheme = membership.start(Tribes { multicast: None, well_known: Some(settings) });
    // From an address to the channel, as soon as it listens.
    let connect = async |host: u8| loop {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, host], 0))).expect("an address");
        match socket.connect(listen).await {
            Ok(stream) => return stream,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let joins = |node: &MemberRecord, channel: &str| {
        let mut message = calling(node, channel, Message::Join);
        // Acknowledged when it was processed.
        message.options = message.options.and(Options::USE_ACK).and(Options::SYNCHRONIZED_ACK);
        Frame::Message(Box::new(message)).encode()
    };
    let whole = joins(&node("127.0.0.2:4000"), MEMBERSHIP);
    let other = "other.domain:rpc.membership.channel";
    let without_ports = record("127.0.0.2:4000", "wso2.as1.domain", "");
    let garbage = {
        let mut message = calling(&node("127.0.0.2:4000"), MEMBERSHIP, Message::Join);
        message.message = b"\xac\xed\0\x05garbage".to_vec();
        message.options = message.options.and(Options::USE_ACK).and(Options::SYNCHRONIZED_ACK);
        Frame::Message(Box::new(message)).encode()
    };
    let mut spoilt = whole.clone();
    *spoilt.last_mut().expect("a byte") ^= 1;
    // Who sends, what, the reason, and whether the connection goes on.
    let rows = [
        (9, whole.clone(), "sender", false),
        (3, whole.clone(), "announced_host", true),
        (2, joins(&node("127.0.0.2:4101"), MEMBERSHIP), "port", true),
        (2, joins(&node("127.0.0.2:4000"), other), "domain", true),
        (2, joins(&without_ports, MEMBERSHIP), "unusable", true),
        (2, b"FLT2002\x7f\xff\xff\xff".to_vec(), "oversized", false),
        (2, b"GET / HTTP/1.1\r\n\r\n".to_vec(), "malformed", false),
        (2, spoilt, "malformed", false),
        (2, garbage, "malformed", true),
    ];
    let mut expected = BTreeMap::<&str, u64>::new();
    for (host, bytes, reason, goes_on) in rows {
        let mut stream = connect(host).await;
        // One that is refused may be closed already.
        let _ = stream.write_all(&bytes).await;
        if goes_on {
            let mut ack = vec![0; Frame::Ack.encode().len()];
            timeout(PATIENCE, stream.read_exact(&mut ack)).await.expect("in time").expect("an answer");
        } else {
            assert!(is_closed(&mut stream).await, "{reason}");
        }
        *expected.entry(reason).or_default() += 1;
        assert_eq!(counts.refusals("tribes", reason), expected[reason], "{reason}");
    }
    // One that is cut off in the middle says nothing.
    let mut stream = connect(2).await;
    stream.write_all(&whole[..whole.len() / 2]).await.expect("sent");
    stream.shutdown().await.expect("an end");
    assert!(is_closed(&mut stream).await);
    assert!(directory.clusters().iter().all(|cluster| cluster.members().is_empty()));
}
