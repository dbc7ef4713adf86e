//! Byte strings written by hand after membership-wire.md §2 to §8.

use super::super::{
    Body, ChannelData, Coordination, Datagram, Frame, FrameDecoder, Layout, MemberRecord, Message, Options,
    PING, PROBE, Rpc, SerializedMember, WireError,
};

/// A record of 73 bytes and host, command, domain and payload.
pub(super) fn record_bytes() -> Vec<u8> {
    let mut bytes = b"TRIBES-B\x01\x00".to_vec();
    bytes.extend(59_u32.to_be_bytes());
    bytes.extend([0, 0, 0, 0, 0, 0, 3, 0xe8]);
    bytes.extend([0, 0, 0x0f, 0xa0]);
    bytes.extend([0xff; 8]);
    bytes.extend([4, 10, 0, 0, 7]);
    bytes.extend([0, 0, 0, 0]);
    bytes.extend(b"\x00\x00\x00\x03a.b");
    bytes.extend([0x11; 16]);
    bytes.extend(b"\x00\x00\x00\x03x=y");
    bytes.extend(b"TRIBES-E\x01\x00");
    bytes
}

pub(super) fn record() -> MemberRecord {
    let mut record = MemberRecord::new("10.0.0.7:4000".parse().expect("an address"), "a.b");
    record.alive = 1000;
    record.unique_id = [0x11; 16];
    record.payload = b"x=y".to_vec();
    record
}

pub(super) fn message(message: Vec<u8>) -> ChannelData {
    let options = Options::USE_ACK;
    ChannelData { options, timestamp: 1, id: [2; 16], address: record(), message }
}

#[test]
fn a_record() {
    assert_eq!(record_bytes().len(), 73 + 4 + 3 + 3);
    assert_eq!(MemberRecord::decode(&record_bytes()), Ok((record(), Layout::V1)));
    assert_eq!(record().encode(), record_bytes());
}

#[test]
fn a_record_of_an_ipv6_host() {
    let mut there = record();
    there.host = "fd00::7".parse().expect("an address");
    let bytes = there.encode();
    assert_eq!(bytes.len(), record_bytes().len() + 12);
    assert_eq!(MemberRecord::decode(&bytes), Ok((there, Layout::V1)));
}

#[test]
fn the_old_layout_has_shorter_magic_numbers_and_one_port_less() {
    let bytes = record().encode_as(Layout::V0);
    assert_eq!(bytes.len(), record_bytes().len() - 2 - 4 - 2);
    assert_eq!(Datagram::decode(&bytes), Ok(Datagram::OldLayout(record())));
    assert!(MemberRecord::decode_whole(&bytes, 0).is_err());
}

#[test]
fn datagrams() {
    let mut ending = record();
    ending.command = b"BABY-ALEX".to_vec();
    assert_eq!(Datagram::decode(&ending.encode()), Ok(Datagram::Shutdown(ending)));
    let excess = [record_bytes(), vec![1, 2, 3]].concat();
    assert_eq!(Datagram::decode(&excess), Ok(Datagram::Announcement(record())));
    assert_eq!(Datagram::decode(&Frame::Ack.encode()), Ok(Datagram::Broadcast));
    let wrong = WireError::Unexpected { offset: 0, part: "member record" };
    assert_eq!(Datagram::decode(b"what is this"), Err(wrong));
}

#[test]
fn errors_say_where() {
    let changed = |at: usize, to: u8| {
        let mut bytes = record_bytes();
        bytes[at] = to;
        MemberRecord::decode(&bytes).expect_err("an error")
    };
    let cases: [(usize, u8, WireError); 7] = [
        (3, b'X', WireError::Unexpected { offset: 0, part: "member record" }),
        (13, 58, WireError::Truncated { offset: 70, part: "the payload" }),
        (10, 0x80, WireError::Length { offset: 10, part: "a member record", length: -2_147_483_589 }),
        (23, 1, WireError::Value { offset: 22, part: "the port", value: 69_536 }),
        (34, 5, WireError::Length { offset: 34, part: "the host", length: 5 }),
        (74, 0x7f, WireError::Unexpected { offset: 73, part: "end of a member record" }),
        (45, 0xff, WireError::Truncated { offset: 47, part: "the domain" }),
    ];
    for (at, to, expected) in cases {
        assert_eq!(changed(at, to), expected, "{at}");
        assert_eq!(changed(at, to).offset(), expected.offset());
    }
    assert_eq!(WireError::TooDeep { offset: 7 }.to_string(), "byte 7: objects are nested too deep");
}

#[test]
fn port_zero_is_no_port() {
    let mut bytes = record_bytes();
    bytes[22..26].copy_from_slice(&[0; 4]);
    let wrong = WireError::Value { offset: 22, part: "the port", value: 0 };
    assert_eq!(MemberRecord::decode(&bytes), Err(wrong));
}

#[test]
fn acknowledgements() {
    let ack = b"FLT2002\x00\x00\x00\x03\x06\x02\x03TLF2003";
    let fail = b"FLT2002\x00\x00\x00\x03\x0b\x00\x05TLF2003";
    assert_eq!(Frame::Ack.encode(), ack);
    assert_eq!(Frame::FailAck.encode(), fail);
    let mut decoder = FrameDecoder::default();
    decoder.push(&[&ack[..], &fail[..]].concat());
    assert_eq!(decoder.next_frame(), Ok(Some(Frame::Ack)));
    assert_eq!(decoder.next_frame(), Ok(Some(Frame::FailAck)));
    assert_eq!(decoder.next_frame(), Ok(None));
}

#[test]
fn a_frame() {
    let mut data = vec![0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16];
    data.extend([2; 16]);
    data.extend([0, 0, 0, 83]);
    data.extend(record_bytes());
    data.extend(b"\x00\x00\x00\x02hi");
    let mut bytes = b"FLT2002".to_vec();
    bytes.extend((data.len() as u32).to_be_bytes());
    bytes.extend(data);
    bytes.extend(b"TLF2003");
    let expected = Frame::Message(Box::new(message(b"hi".to_vec())));
    assert_eq!(expected.encode(), bytes);
    let mut decoder = FrameDecoder::default();
    for (index, byte) in bytes.iter().enumerate() {
        assert_eq!(decoder.next_frame(), Ok(None), "after {index} bytes");
        decoder.push(&[*byte]);
    }
    assert_eq!(decoder.next_frame(), Ok(Some(expected)));
    assert!(!decoder.is_within());
}

#[test]
fn a_stream_that_is_none_is_known_by_its_first_wrong_byte() {
    let wrong = |bytes: &[u8]| {
        let mut decoder = FrameDecoder::new(100);
        decoder.push(bytes);
        decoder.next_frame()
    };
    let unexpected = |offset, part| Err(WireError::Unexpected { offset, part });
    assert_eq!(wrong(b"G"), unexpected(0, "start of a frame"));
    assert_eq!(wrong(b"FLT2003"), unexpected(0, "start of a frame"));
    assert_eq!(wrong(b"FLT2002\x00\x00\x00\x03\x06\x02\x03TLF2002"), unexpected(14, "end of a frame"));
    let too_long = WireError::Length { offset: 7, part: "a frame", length: 101 };
    assert_eq!(wrong(b"FLT2002\x00\x00\x00\x65"), Err(too_long));
    assert_eq!(wrong(b"FLT2002\x00\x00\x00\x64"), Ok(None));
}

/// The template of §8.5.
#[test]
fn an_empty_list_of_members() {
    let body = Body::Rpc(Rpc {
        reply: true,
        uuid: [7; 16],
        channel: b"a.b:rpc.membership.channel".to_vec(),
        message: Message::MemberList(Vec::new()),
    });
    let mut bytes = vec![0xac, 0xed, 0, 5, 0x73, 0x72, 0, 0x2b];
    bytes.extend(b"org.apache.catalina.tribes.group.RpcMessage");
    bytes.extend([0x71, 0x2a, 0x75, 0x0f, 0xf2, 0x74, 0xe5, 0x09, 0x0c, 0, 0, 0x78, 0x70]);
    bytes.extend([0x77, 1 + 4 + 16 + 4 + 26, 1, 0, 0, 0, 16]);
    bytes.extend([7; 16]);
    bytes.extend(b"\x00\x00\x00\x1aa.b:rpc.membership.channel");
    bytes.extend([0x73, 0x72, 0, 0x39]);
    bytes.extend(b"org.apache.axis2.clustering.control.wka.MemberListCommand");
    bytes.extend([0x4e, 0xee, 0xd7, 0x51, 0x99, 0xdd, 0x84, 0xf3, 2, 0, 1]);
    bytes.extend(b"[\x00\x07memberst\x00\x24[Lorg/apache/catalina/tribes/Member;\x78");
    bytes.extend([0x72, 0, 0x32]);
    bytes.extend(b"org.apache.axis2.clustering.control.ControlCommand");
    bytes.extend([0xe7, 0xac, 0xfa, 0xbc, 0xf8, 0x4a, 0xd9, 0x38, 2, 0, 0, 0x78, 0x72, 0, 0x2d]);
    bytes.extend(b"org.apache.axis2.clustering.ClusteringCommand");
    bytes.extend([0x5d, 0x3d, 0x9e, 0x99, 0x54, 0xd6, 0x5f, 0x55, 2, 0, 0, 0x78, 0x70, 0x75, 0x72, 0, 0x24]);
    bytes.extend(b"[Lorg.apache.catalina.tribes.Member;");
    bytes.extend([0x5e, 0xc4, 0x60, 0x6b, 0x84, 0x2d, 0x39, 0x3c, 2, 0, 0, 0x78, 0x70, 0, 0, 0, 0, 0x78]);
    assert!(body.encode() == bytes, "{}\n{}", body.encode().escape_ascii(), bytes.escape_ascii());
    assert_eq!(Body::decode(&bytes), Ok(body.clone()));
    // Where the order of messages is kept, a counter follows.
    assert_eq!(Body::decode(&[&bytes[..], &[0, 0, 0, 1]].concat()), Ok(body));
}

#[test]
fn channels_have_a_domain_and_a_name() {
    let parts = |channel: &str| {
        let channel = channel.as_bytes().to_vec();
        let rpc = Rpc { reply: false, uuid: [0; 16], channel, message: Message::Null };
        rpc.channel_parts().map(|(domain, name)| (domain.to_vec(), name.to_vec()))
    };
    assert_eq!(parts("a.b:rpc.init.channel"), Some((b"a.b".to_vec(), b"rpc.init.channel".to_vec())));
    assert_eq!(parts("a:b:c"), Some((b"a:b".to_vec(), b"c".to_vec())));
    assert_eq!(parts("nothing"), None);
}

#[test]
fn tokens_and_probes() {
    assert!(!Coordination::recognises(&PROBE));
    let differing = PROBE.iter().zip(&PING).filter(|(one, other)| one != other).count();
    assert_eq!(differing, 5);
    assert_eq!((PING[5], PING[21], PING[53], PING[37], PING[54]), (0xdf, 0xdf, 0xdf, 0x21, 0x21));
}

/// What Tribes 7.0.8 can read of a member has at most 1,020 bytes with its length; more is cut into blocks.
#[test]
fn large_members_are_cut_into_blocks() {
    let mut large = record();
    large.payload = vec![b'x'; 3000];
    let message = Message::MemberJoined(SerializedMember::new(large));
    let body = Body::Rpc(Rpc { reply: false, uuid: [0; 16], channel: b"d:c".to_vec(), message });
    let bytes = body.encode();
    assert!(bytes.windows(5).any(|window| window == [0x7a, 0, 0, 4, 0]));
    assert_eq!(Body::decode(&bytes), Ok(body));
}
