//! Whatever is written is read as the same, and whatever is read breaks nothing.

use std::net::{IpAddr, SocketAddr};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::super::java;
use super::super::{
    Body, ChannelData, Coordination, Datagram, Frame, FrameDecoder, Layout, MemberClass, MemberRecord,
    Message, Options, Properties, Round, Rpc, SerializedMember,
};
use super::corruption::look_at;

fn record() -> impl Strategy<Value = MemberRecord> {
    let host = prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from)];
    let bytes = || vec(any::<u8>(), 0..40);
    let ports = (1..=u16::MAX, any::<Option<u16>>(), any::<Option<u16>>());
    (any::<i64>(), ports, host, bytes(), bytes(), any::<[u8; 16]>(), vec(any::<u8>(), 0..1500)).prop_map(
        |(alive, (port, secure_port, udp_port), host, command, domain, unique_id, payload)| {
            let address = SocketAddr::new(host, port);
            let record = MemberRecord::new(address, "");
            MemberRecord { alive, secure_port, udp_port, command, domain, unique_id, payload, ..record }
        },
    )
}

fn member(version: i64) -> impl Strategy<Value = SerializedMember> {
    let class = prop_oneof![Just(MemberClass::MemberImpl), Just(MemberClass::StaticMember)];
    (class, record()).prop_map(move |(class, record)| SerializedMember { class, version, record })
}

/// All members of one message have one version: one stream says it once.
fn message() -> impl Strategy<Value = Message> {
    any::<i64>().prop_flat_map(|version| {
        prop_oneof![
            Just(Message::Null),
            Just(Message::Join),
            ".{0,40}".prop_map(Message::Text),
            vec(member(version), 0..4).prop_map(Message::MemberList),
            member(version).prop_map(Message::MemberJoined),
        ]
    })
}

fn body() -> impl Strategy<Value = Body> {
    let call = (any::<bool>(), any::<[u8; 16]>(), vec(any::<u8>(), 0..300), message());
    prop_oneof![
        4 => call.prop_map(|(reply, uuid, channel, message)| Body::Rpc(Rpc { reply, uuid, channel, message })),
        1 => (any::<[u8; 16]>(), vec(any::<u8>(), 0..300))
            .prop_map(|(uuid, channel)| Body::NoChannel { uuid, channel }),
        1 => "\\PC{0,40}".prop_map(Body::Text),
    ]
}

fn frame() -> impl Strategy<Value = Frame> {
    let message = (any::<u32>(), any::<i64>(), any::<[u8; 16]>(), record(), vec(any::<u8>(), 0..300));
    prop_oneof![
        1 => Just(Frame::Ack),
        1 => Just(Frame::FailAck),
        8 => message.prop_map(|(options, timestamp, id, address, message)| {
            let options = Options(options);
            Frame::Message(Box::new(ChannelData { options, timestamp, id, address, message }))
        }),
    ]
}

proptest! {
    #[test]
    fn records(record in record()) {
        prop_assert_eq!(MemberRecord::decode(&record.encode()), Ok((record.clone(), Layout::V1)));
        let old = MemberRecord { udp_port: None, ..record };
        prop_assert_eq!(Datagram::decode(&old.encode_as(Layout::V0)), Ok(Datagram::OldLayout(old)));
    }

    #[test]
    fn frames(frames in vec(frame(), 0..6), piece in 1_usize..400) {
        let bytes: Vec<u8> = frames.iter().flat_map(Frame::encode).collect();
        let mut decoder = FrameDecoder::default();
        let mut found = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.push(piece);
            while let Some(frame) = decoder.next_frame().expect("frames") {
                found.push(frame);
            }
        }
        prop_assert_eq!(found, frames);
    }

    #[test]
    fn bodies(body in body()) {
        let bytes = body.encode();
        prop_assert_eq!(Body::decode(&bytes), Ok(body));
        let (tree, length) = java::read(&bytes).expect("a stream");
        prop_assert_eq!(length, bytes.len());
        prop_assert_eq!(java::write(&tree), bytes);
    }

    #[test]
    fn tokens(leader in record(), view in vec(record(), 0..4), view_id: [u8; 16], confirmed: bool) {
        let round = if confirmed { Round::Confirmation } else { Round::Request };
        let token = Coordination { source: leader.clone(), leader, view, view_id, round };
        prop_assert_eq!(Coordination::decode(&token.encode()), Ok(token));
    }

    #[test]
    fn properties(map in btree_map(".{0,20}", ".{0,20}", 0..8)) {
        let properties = Properties(map);
        prop_assert_eq!(Properties::read(&properties.write()), Ok(properties));
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..600)) {
        look_at(&bytes);
    }

    #[test]
    fn bytes_that_begin_well(bytes in vec(any::<u8>(), 0..200), start in 0_usize..4) {
        let starts: [&[u8]; 4] =
            [b"FLT2002\x00\x00\x00\x20", b"TRIBES-B\x01\x00\x00\x00", b"\xac\xed\x00\x05\x73\x72\x00\x01", b"TRIBES-B"];
        look_at(&[starts[start], &bytes].concat());
    }

    #[test]
    fn streams_with_changed_bytes(body in body(), changes in vec((any::<usize>(), any::<u8>()), 1..4)) {
        let mut bytes = body.encode();
        for (at, to) in changes {
            let at = at % bytes.len();
            bytes[at] = to;
        }
        look_at(&bytes);
    }
}
