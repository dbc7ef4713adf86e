//! Packets as bytes, and their signatures.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::super::wire::{LARGEST, Member, SIGNATURE, WireError};
use super::super::{Balancer, Packet, Refusal, Says, announced};
use super::{key, member, packet};

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).expect("digits"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("a byte")).collect()
}

/// Made by hand after the table of the format; the key and signature with another implementation of HKDF (RFC 5869) and
/// HMAC (RFC 2104).
const KNOWN: (&str, &str) = (
    "534e4d4301010573696e6577000102030405060708090a0b0c0d0e0f00000000000003e800000000000000020000000000000bb8040a000005\
     1f0a001568747470733a2f2f31302e302e302e353a39313932",
    "e6d53f499b4271d714827bbb6a49cdd850b70ff562a1046542b9c0f11ae7255a",
);

fn known() -> Packet {
    Packet {
        domain: "sinew".to_owned(),
        node: std::array::from_fn(|place| u8::try_from(place).expect("small")),
        started: 1000,
        sequence: 2,
        sent: 3000,
        says: Says::Balancer(Balancer {
            group: Some("10.0.0.5:7946".parse().expect("an address")),
            registration: Some("https://10.0.0.5:9192".to_owned()),
        }),
    }
}

#[test]
fn a_known_packet_has_known_bytes() {
    let (packet, signature) = KNOWN;
    assert_eq!(known().encode(), Ok(bytes(packet)));
    assert_eq!(Packet::decode(&bytes(packet)), Ok(known()));
    let datagram = key("correct horse").sign(&known()).expect("it fits");
    assert_eq!(datagram, [bytes(packet), bytes(signature)].concat());
    assert_eq!(key("correct horse").open(&datagram), Ok(known()));
    assert_eq!(key("correct house").open(&datagram), Err(Refusal::Signature));
}

/// Each byte that is changed, and each end that is cut off, is noticed.
#[test]
fn nothing_can_be_changed() {
    let datagram = key("s").sign(&known()).expect("it fits");
    for place in 0..datagram.len() {
        for bit in 0..8 {
            let mut changed = datagram.clone();
            changed[place] ^= 1 << bit;
            assert!(key("s").open(&changed).is_err(), "bit {bit} of byte {place}");
        }
        assert!(key("s").open(&datagram[..place]).is_err(), "{place} bytes");
        let is_whole = place == datagram.len() - SIGNATURE;
        assert_eq!(Packet::decode(&datagram[..place]).is_ok(), is_whole, "{place} bytes without signature");
    }
    assert!(key("s").open(&[datagram, vec![0]].concat()).is_err(), "one more");
}

/// What is wrong with others' datagrams, by the byte that says so.
#[test]
fn strangers_are_told_apart() {
    let signed = |packet: &Packet| key("s").sign(packet).expect("it fits");
    let with = |place: usize, byte: u8| {
        let mut datagram = signed(&known());
        datagram[place] = byte;
        datagram
    };
    let mut elsewhere = known();
    elsewhere.domain = "other".to_owned();
    let rows: [(Vec<u8>, Refusal); 11] = [
        (with(0, b'X'), Refusal::Foreign),
        (with(4, 2), Refusal::Version),
        (with(5, 0), Refusal::Malformed),
        (with(5, 4), Refusal::Malformed),
        (with(6, 0), Refusal::Malformed),
        (with(6, 255), Refusal::Truncated),
        (with(7, b' '), Refusal::Malformed),
        (with(52, 5), Refusal::Malformed),
        (signed(&elsewhere), Refusal::Domain),
        (vec![0; LARGEST + 1], Refusal::Oversized),
        (vec![0; SIGNATURE - 1], Refusal::Truncated),
    ];
    for (datagram, refusal) in rows {
        assert_eq!(key("s").open(&datagram), Err(refusal), "{datagram:x?}");
    }
}

#[test]
fn a_datagram_has_a_largest_size() {
    let of = |length: usize| packet(1, 0, 1, member("h:80", &" ".repeat(length)));
    // 4 + 2 + (1 + 5) + 16 + 3 × 8 + (2 + 4) + (2 + 4) + 2 + 32.
    let room = LARGEST - 98;
    assert_eq!(key("s").sign(&of(room)).map(|datagram| datagram.len()), Ok(LARGEST));
    assert_eq!(key("s").sign(&of(room + 1)), Err(WireError::Oversized));
    assert_eq!(key("s").sign(&of(70_000)), Err(WireError::Oversized));
    for domain in ["", "a b", "é", &"d".repeat(254), &"d".repeat(256)] {
        let packet = Packet { domain: domain.to_owned(), ..known() };
        assert_eq!(packet.encode(), Err(WireError::Malformed("domain")), "{domain}");
    }
}

#[test]
fn members_follow_the_rules_of_registration() {
    let read = |cluster: &str, address: &str, definition: &str| {
        let texts = [cluster, address, definition].map(str::to_owned);
        let [cluster, address, definition] = texts;
        announced(&Member { cluster, address, definition })
    };
    let (cluster, definition) =
        read("shop/worker", "[::1]:9443", r#"{"https_port":9443,"zone":"a"}"#).expect("a member");
    assert_eq!((cluster.to_string().as_str(), &*definition.key()), ("shop/worker", "[::1]:9443"));
    assert_eq!((definition.http_port, definition.zone.as_deref()), (None, Some("a")));
    for (cluster, address, definition) in [
        ("", "h:80", "{}"),
        ("a/b/c", "h:80", "{}"),
        ("shop", "h", "{}"),
        ("shop", "0.0.0.0:80", "{}"),
        ("shop", "h:80", ""),
        ("shop", "h:80", "[]"),
        ("shop", "h:80", "{} {}"),
        ("shop", "h:80", r#"{"wieght":1}"#),
        ("shop", "h:80", r#"{"weight":0}"#),
        ("shop", "h:80", r#"{"http_port":81}"#),
        ("shop", "h:80", &"[".repeat(1000)),
    ] {
        assert_eq!(
            read(cluster, address, definition),
            Err(Refusal::Content),
            "{cluster} {address} {definition}"
        );
    }
}

fn says() -> impl Strategy<Value = Says> {
    let balancer = (any::<Option<SocketAddr>>(), "[ -~]{0,100}").prop_map(|(group, url)| {
        // Flow and scope are not written.
        let group = group.map(|address| SocketAddr::new(address.ip(), address.port()));
        Says::Balancer(Balancer { group, registration: Some(url).filter(|url| !url.is_empty()) })
    });
    let member = ("\\PC{0,40}", "\\PC{0,40}", "\\PC{0,200}")
        .prop_map(|(cluster, address, definition)| Says::Member(Member { cluster, address, definition }));
    prop_oneof![balancer, member, Just(Says::Farewell)]
}

proptest! {
    /// Reading is total, and what can be read is written as it was.
    #[test]
    fn any_bytes_are_a_packet_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..1500)) {
        if let Ok(packet) = Packet::decode(&bytes) {
            prop_assert_eq!(packet.encode(), Ok(bytes.clone()));
        }
        prop_assert!(key("s").open(&bytes).is_err(), "nobody guesses a signature");
    }

    /// The same for bytes that begin well.
    #[test]
    fn any_bytes_after_a_head_are_a_packet_or_an_error(
        kind in 0_u8..5,
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let head = [b"SNMC\x01".as_slice(), &[kind, 1, b'd'], &[0; 40]].concat();
        let bytes = [head, rest].concat();
        if let Ok(packet) = Packet::decode(&bytes) {
            prop_assert_eq!(packet.encode(), Ok(bytes));
        }
    }

    #[test]
    fn what_is_written_is_read(
        domain in "[!-~]{1,100}",
        node in any::<[u8; 16]>(),
        (started, sequence, sent) in any::<(u64, u64, u64)>(),
        says in says(),
    ) {
        let packet = Packet { domain, node, started, sequence, sent, says };
        if let Ok(bytes) = packet.encode() {
            prop_assert_eq!(Packet::decode(&bytes), Ok(packet));
        }
    }
}
