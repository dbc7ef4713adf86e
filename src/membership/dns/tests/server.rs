//! A real resolver: a server of the test's own, whose answers are made by hand (RFC 1035 §4).

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::super::{Answer, Dns, Kind, NetworkResolver, Record, Resolver, Service};
use super::{members, name, secs};
use crate::clusters::Directory;
use crate::membership::{MemberRules, Membership, NetworkPorts};
use crate::settings::DnsRecord;

const A: u16 = 1;
const CNAME: u16 = 5;
const SOA: u16 = 6;
const AAAA: u16 = 28;
const SRV: u16 = 33;

const NO_ERROR: u8 = 0;
const SERVER_FAILURE: u8 = 2;
const NAME_ERROR: u8 = 3;

/// One record: its name, type, time to live and data.
type Written = (&'static str, u16, u32, Vec<u8>);

/// What a name has: the code of the answer, its answers and its authorities.
type Zone = Vec<((&'static str, u16), (u8, Vec<Written>, Vec<Written>))>;

/// A name as labels (RFC 1035 §3.1).
fn labels(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).expect("a short label"));
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// The name and type of a question, and the question.
fn question(query: &[u8]) -> (String, u16, &[u8]) {
    let (mut at, mut name) = (12, String::new());
    while query[at] != 0 {
        let length = usize::from(query[at]);
        name += str::from_utf8(&query[at + 1..=at + length]).expect("letters");
        name.push('.');
        at += length + 1;
    }
    (name.to_ascii_lowercase(), u16::from_be_bytes([query[at + 1], query[at + 2]]), &query[12..at + 5])
}

fn answer(query: &[u8], zone: &Zone) -> Vec<u8> {
    let (asked, kind, question) = question(query);
    let found = zone.iter().find(|((name, one), _)| *name == asked && *one == kind);
    let nothing = (NO_ERROR, Vec::new(), Vec::new());
    let (code, answers, authorities) = found.map_or(&nothing, |(_, found)| found);
    let count = |records: &Vec<Written>| u16::try_from(records.len()).expect("few").to_be_bytes();
    // An answer, recursion desired and available.
    let mut bytes = vec![query[0], query[1], 0x81, 0x80 | code, 0, 1];
    bytes.extend(count(answers));
    bytes.extend(count(authorities));
    bytes.extend([0, 0]);
    bytes.extend(question);
    for (name, kind, ttl, data) in answers.iter().chain(authorities) {
        bytes.extend(labels(name));
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 1]);
        bytes.extend(ttl.to_be_bytes());
        bytes.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        bytes.extend(data);
    }
    bytes
}

/// Answers as long as the test runs.
async fn serve(zone: Arc<Mutex<Zone>>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let answer = answer(&buffer[..length], &zone.lock().expect("a test"));
            socket.send_to(&answer, from).await.expect("sent");
        }
    });
    address
}

fn service(priority: u16, weight: u16, port: u16, target: &str) -> Vec<u8> {
    let mut data: Vec<u8> = [priority, weight, port].iter().flat_map(|number| number.to_be_bytes()).collect();
    data.extend(labels(target));
    data
}

/// The last number of an SOA says how long an answer without records holds (RFC 2308 §4).
fn authority(minimum: u32) -> Written {
    let mut data = [labels("ns.test."), labels("root.test.")].concat();
    data.extend([1, 2, 3, 4, minimum].iter().flat_map(|number: &u32| number.to_be_bytes()));
    ("test.", SOA, minimum, data)
}

fn zone() -> Zone {
    vec![
        (
            ("shop.test.", A),
            (
                NO_ERROR,
                vec![("shop.test.", A, 30, vec![127, 0, 0, 1]), ("shop.test.", A, 60, vec![127, 0, 0, 2])],
                vec![],
            ),
        ),
        (
            ("shop.test.", AAAA),
            (
                NO_ERROR,
                vec![("shop.test.", AAAA, 30, {
                    let mut loopback = vec![0; 15];
                    loopback.push(1);
                    loopback
                })],
                vec![],
            ),
        ),
        (
            ("alias.test.", A),
            (
                NO_ERROR,
                vec![
                    ("alias.test.", CNAME, 7, labels("shop.test.")),
                    ("shop.test.", A, 30, vec![127, 0, 0, 1]),
                ],
                vec![],
            ),
        ),
        (
            ("_http._tcp.shop.test.", SRV),
            (
                NO_ERROR,
                vec![("_http._tcp.shop.test.", SRV, 30, service(10, 3, 8080, "one.shop.test."))],
                vec![],
            ),
        ),
        (("one.shop.test.", A), (NO_ERROR, vec![("one.shop.test.", A, 30, vec![127, 0, 0, 9])], vec![])),
        (("gone.test.", A), (NAME_ERROR, vec![], vec![authority(17)])),
        (("empty.test.", A), (NO_ERROR, vec![], vec![authority(18)])),
        (("broken.test.", A), (SERVER_FAILURE, vec![], vec![])),
    ]
}

#[tokio::test]
async fn a_resolver_is_asked_over_the_network() {
    let address = serve(Arc::new(Mutex::new(zone()))).await;
    let resolver = NetworkResolver::new(&[address]).expect("a resolver");
    let found = |ttl: u64, records: Vec<Record>| Answer { records, ttl: Some(secs(ttl)) };
    let at = |text: &str| Record::Address(text.parse().expect("an address"));
    let ask = async |name: &str, kind| resolver.ask(name, kind).await;
    assert_eq!(ask("shop.test", Kind::A).await, Ok(found(30, vec![at("127.0.0.1"), at("127.0.0.2")])));
    assert_eq!(ask("shop.test.", Kind::Aaaa).await, Ok(found(30, vec![at("::1")])));
    assert_eq!(ask("alias.test.", Kind::A).await, Ok(found(7, vec![at("127.0.0.1")])), "the alias holds 7 s");
    let one = Service { priority: 10, weight: 3, port: 8080, target: "one.shop.test.".to_owned() };
    assert_eq!(ask("_http._tcp.shop.test.", Kind::Srv).await, Ok(found(30, vec![Record::Service(one)])));
    assert_eq!(ask("gone.test.", Kind::A).await, Ok(found(17, vec![])));
    assert_eq!(ask("empty.test.", Kind::A).await, Ok(found(18, vec![])));
    assert!(ask("broken.test.", Kind::A).await.is_err());
}

/// From the network to the directory: members of a service come and go with their records.
#[tokio::test]
async fn records_become_members() {
    let zone = Arc::new(Mutex::new(zone()));
    let address = serve(zone.clone()).await;
    let directory = Arc::<Directory>::default();
    let ports = Arc::new(NetworkPorts::new(secs(1)));
    let rules = MemberRules { leave_grace: Duration::ZERO, most_members: 16, ..MemberRules::default() };
    let membership = Membership::new(Handle::current(), directory.clone(), ports, Arc::default(), rules);
    let mut source = name(DnsRecord::Srv);
    source.name = "_http._tcp.shop.test.".parse().expect("a name");
    source.servers = vec![address];
    source.min_refresh = Duration::from_millis(100);
    source.max_refresh = Duration::from_millis(100);
    let resolver: Arc<dyn Resolver> = Arc::new(NetworkResolver::new(&[address]).expect("a resolver"));
    let mut changes = directory.changes();
    let _scheme = membership.start(Dns::new(vec![(source, resolver)]));
    let mut wait_for = async |expected: &[&str]| {
        while members(&directory) != expected {
            timeout(secs(20), changes.changed()).await.expect("a change in time").expect("a directory");
        }
    };
    wait_for(&["one.shop.test:8080*3@127.0.0.9"]).await;
    let replace = |records: Vec<Written>| {
        let mut zone = zone.lock().expect("a test");
        let entry = zone.iter_mut().find(|((_, kind), _)| *kind == SRV).expect("the service");
        entry.1.1 = records;
    };
    replace(vec![("_http._tcp.shop.test.", SRV, 0, service(10, 1, 8081, "one.shop.test."))]);
    wait_for(&["one.shop.test:8081*1@127.0.0.9"]).await;
    replace(Vec::new());
    wait_for(&[]).await;
}
