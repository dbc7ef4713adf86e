//! What real nodes sent, byte for byte: the vectors of membership-wire.md, which are no part of the project.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::super::java::{self, Object, Tree, Value};
use super::super::{
    Body, ChannelData, Coordination, Datagram, Frame, FrameDecoder, Layout, MemberClass, MemberRecord,
    Message, PROBE, Round, SHUTDOWN, SerializedMember,
};

/// A vector: its bytes and what it says.
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) kind: String,
    decoded: Json,
}

/// The vectors in the folder named by `SINEW_SHARED`, else beside the project; none, and a note, on a machine that does
/// not have them.
pub(super) fn vectors() -> Vec<Vector> {
    let named = std::env::var_os("SINEW_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folders = named.into_iter().chain([beside]);
    let mut folders = folders.map(|shared| shared.join("spec/membership-vectors"));
    let Some(folder) = folders.find(|folder| folder.is_dir()) else {
        eprintln!("skipped: the membership vectors are not on this machine");
        return Vec::new();
    };
    let list = std::fs::read(folder.join("vectors.json")).expect("the list of vectors");
    let list: Vec<Json> = serde_json::from_slice(&list).expect("a list in JSON");
    assert_eq!(list.len(), 37);
    list.into_iter().map(|entry| vector(&folder, &entry)).collect()
}

fn vector(folder: &Path, entry: &Json) -> Vector {
    let file = text(entry, "file");
    let hexadecimal = std::fs::read_to_string(folder.join(file)).expect("a vector");
    let digits: Vec<u8> =
        hexadecimal.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    assert_eq!(bytes.len() as u64, entry["len"].as_u64().expect("a length"), "{file}");
    Vector {
        name: file.trim_end_matches(".hex").to_owned(),
        bytes,
        kind: text(entry, "kind").to_owned(),
        decoded: entry["decoded"].clone(),
    }
}

/// Every vector decodes to the values of the list, and encodes to the same bytes.
#[test]
fn every_vector_decodes_and_encodes_byte_for_byte() {
    for Vector { name, bytes, kind, decoded } in vectors() {
        let id = name.split('-').next().expect("an id");
        let again = match kind.as_str() {
            "udp-member" => datagram(id, &bytes, &decoded),
            "udp-frame" => {
                assert_eq!(Datagram::decode(&bytes), Ok(Datagram::Broadcast), "{name}");
                frame(id, &bytes, &decoded)
            }
            "tcp-frame" => frame(id, &bytes, &decoded),
            "tcp-stream" => stream(&bytes),
            "java-stream" => {
                let (tree, length) = java::read(&bytes).expect(&name);
                assert_eq!(length, bytes.len(), "{name}");
                same_value(&name, &tree, &tree.root, &decoded);
                java::write(&tree)
            }
            other => panic!("{name} is of an unknown kind, {other}"),
        };
        assert!(again == bytes, "{name} differs:\n{}\n{}", again.escape_ascii(), bytes.escape_ascii());
    }
}

fn datagram(id: &str, bytes: &[u8], decoded: &Json) -> Vec<u8> {
    let datagram = Datagram::decode(bytes).expect(id);
    let (record, layout) = match (id, datagram) {
        ("m02", Datagram::Shutdown(record)) => (record, Layout::V1),
        ("m05", Datagram::OldLayout(record)) => (record, Layout::V0),
        ("m01" | "m03" | "m04" | "m07", Datagram::Announcement(record)) => (record, Layout::V1),
        (_, other) => panic!("{id} is {other:?}"),
    };
    same_record(id, &record, decoded);
    record.encode_as(layout)
}

fn stream(bytes: &[u8]) -> Vec<u8> {
    let whole = frames([bytes]);
    assert_eq!(whole.len(), 2);
    for split in 0..bytes.len() {
        let (one, other) = bytes.split_at(split);
        assert_eq!(frames([one, other]), whole, "split at {split}");
    }
    whole.iter().flat_map(Frame::encode).collect()
}

fn frames<const N: usize>(pieces: [&[u8]; N]) -> Vec<Frame> {
    let mut decoder = FrameDecoder::default();
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(piece);
        while let Some(frame) = decoder.next_frame().expect("frames") {
            frames.push(frame);
        }
    }
    assert!(!decoder.is_within());
    frames
}

fn frame(id: &str, bytes: &[u8], decoded: &Json) -> Vec<u8> {
    let frames = frames([bytes]);
    let [frame] = frames.as_slice() else { panic!("{id} is {frames:?}") };
    match decoded["ack"].as_str() {
        Some("ACK") => assert_eq!(frame, &Frame::Ack),
        Some("FAIL_ACK") => assert_eq!(frame, &Frame::FailAck),
        Some(other) => panic!("{id}: {other}"),
        None => {
            let Frame::Message(message) = frame else { panic!("{id} is {frame:?}") };
            same_message(id, message, decoded);
            let mut message = message.clone();
            message.message = body(id, &message.message, decoded);
            return Frame::Message(message).encode();
        }
    }
    frame.encode()
}

fn same_message(id: &str, message: &ChannelData, decoded: &Json) {
    assert_eq!(u64::from(message.options.0), decoded["options"].as_u64().expect("options"), "{id}");
    assert_eq!(message.timestamp, decoded["timestampMs"].as_i64().expect("a time"), "{id}");
    assert_eq!(hexadecimal(&message.id), text(decoded, "messageId"), "{id}");
    assert_eq!(message.message.len() as u64, decoded["messageLen"].as_u64().expect("a length"), "{id}");
    same_record(id, &message.address, &decoded["address"]);
}

/// Compares the body of a message with what it should say, and writes it again.
fn body(id: &str, message: &[u8], decoded: &Json) -> Vec<u8> {
    if let Some(expected) = decoded["message"].as_str() {
        let is_probe = expected.starts_with("TcpFailureDetector");
        assert_eq!(message, if is_probe { &PROBE[..] } else { expected.as_bytes() }, "{id}");
        return message.to_vec();
    }
    if decoded.get("coordination").is_some() {
        assert!(Coordination::recognises(message));
        let token = Coordination::decode(message).expect(id);
        same_token(id, &token, &decoded["coordination"]);
        return token.encode();
    }
    let (tree, length) = java::read(message).expect(id);
    let trailing = &message[length..];
    assert_eq!(hexadecimal(trailing), decoded["trailing"].as_str().unwrap_or_default(), "{id}");
    same_value(id, &tree, &tree.root, &decoded["java"]);
    let written = [&java::write(&tree), trailing].concat();
    assert!(written == message, "{id}");
    same_body(id, &decoded["java"], message)
}

/// What the body says, and the body written from that alone where all of it is kept: not the logs in w01 and w02, and
/// nothing of foreign objects.
fn same_body(id: &str, decoded: &Json, message: &[u8]) -> Vec<u8> {
    let body = Body::decode(message).expect(id);
    match &body {
        Body::Text(said) => assert_eq!(Some(said.as_str()), decoded.as_str(), "{id}"),
        Body::Foreign(class) => {
            assert_eq!(class, text(decoded, "cls"), "{id}");
            return message.to_vec();
        }
        Body::NoChannel { uuid, channel } => {
            assert_eq!(hexadecimal(uuid), text(decoded, "uuid"), "{id}");
            assert_eq!(channel, text(decoded, "rpcId").as_bytes(), "{id}");
        }
        Body::Rpc(rpc) => {
            assert_eq!(Some(rpc.reply), decoded["reply"].as_bool(), "{id}");
            assert_eq!(hexadecimal(&rpc.uuid), text(decoded, "uuid"), "{id}");
            assert_eq!(rpc.channel, text(decoded, "rpcId").as_bytes(), "{id}");
            let said = &decoded["message"];
            let class = said["cls"].as_str().unwrap_or_default().rsplit('.').next().expect("a name");
            match (&rpc.message, class) {
                (Message::Null, "") => assert!(said.is_null(), "{id}"),
                (Message::Text(text), "") => assert_eq!(Some(text.as_str()), said.as_str(), "{id}"),
                (Message::Join, "JoinGroupCommand") => {
                    if !said["fields"]["log"].is_null() {
                        return message.to_vec();
                    }
                }
                (Message::MemberList(members), "MemberListCommand") => {
                    let expected = said["fields"]["members"]["elements"].as_array().expect("elements");
                    assert_eq!(members.len(), expected.len(), "{id}");
                    members.iter().zip(expected).for_each(|(one, other)| same_member(id, one, other));
                }
                (Message::MemberJoined(member), "MemberJoinedCommand") => {
                    same_member(id, member, &said["fields"]["member"]);
                }
                (message, class) => panic!("{id}: {message:?} for {class:?}"),
            }
        }
    }
    body.encode()
}

fn same_member(id: &str, member: &SerializedMember, decoded: &Json) {
    same_record(id, &member.record, &decoded["member"]);
    let (class, version) = match member.class {
        MemberClass::MemberImpl => ("MemberImpl", text(decoded, "suid")),
        MemberClass::StaticMember => ("StaticMember", decoded["supers"][0][1].as_str().expect("a version")),
    };
    assert_eq!(text(decoded, "cls").rsplit('.').next(), Some(class), "{id}");
    assert_eq!(member.version.to_string(), version, "{id}");
}

fn same_token(id: &str, token: &Coordination, decoded: &Json) {
    same_record(id, &token.leader, &decoded["leader"]);
    same_record(id, &token.source, &decoded["source"]);
    let view = decoded["view"].as_array().expect("a view");
    assert_eq!(token.view.len(), view.len(), "{id}");
    token.view.iter().zip(view).for_each(|(one, other)| same_record(id, one, other));
    assert_eq!(hexadecimal(&token.view_id), text(decoded, "viewId"), "{id}");
    let round = if token.round == Round::Request { "REQUEST" } else { "CONF" };
    assert_eq!(round, text(decoded, "type"), "{id}");
}

fn same_record(id: &str, record: &MemberRecord, decoded: &Json) {
    let port = |name: &str| decoded.get(name).map_or(-1, |port| port.as_i64().expect("a port"));
    assert_eq!(record.alive, decoded["aliveMs"].as_i64().expect("a time"), "{id}");
    assert_eq!(i64::from(record.port), port("port"), "{id}");
    assert_eq!(record.secure_port.map_or(-1, i64::from), port("securePort"), "{id}");
    assert_eq!(record.udp_port.map_or(-1, i64::from), port("udpPort"), "{id}");
    assert_eq!(record.host.to_string(), text(decoded, "host"), "{id}");
    assert_eq!(record.command, text(decoded, "command").as_bytes(), "{id}");
    assert!(record.command.is_empty() || record.command == SHUTDOWN, "{id}");
    assert_eq!(record.domain, text(decoded, "domain").as_bytes(), "{id}");
    assert_eq!(hexadecimal(&record.unique_id), text(decoded, "uniqueId"), "{id}");
    assert_eq!(record.payload, text(decoded, "payload").as_bytes(), "{id}");
}

/// Classes, versions and fields of an object tree.
fn same_value(id: &str, tree: &Tree, value: &Value, decoded: &Json) {
    match value {
        Value::Null => assert!(decoded.is_null(), "{id}"),
        Value::Text(text) => assert_eq!(Some(text.as_str()), decoded.as_str(), "{id}"),
        Value::Object(object) => same_object(id, tree, object, decoded),
        Value::Array { class, elements } => {
            let class = tree.class(*class).expect("a class");
            assert_eq!(class.name, text(decoded, "array"), "{id}");
            assert_eq!(class.version.to_string(), text(decoded, "suid"), "{id}");
            let expected = decoded["elements"].as_array().expect("elements");
            assert_eq!(elements.len(), expected.len(), "{id}");
            elements.iter().zip(expected).for_each(|(one, other)| same_value(id, tree, one, other));
        }
        Value::Reference(_) => assert!(decoded.is_string(), "{id}: only strings come twice"),
        Value::Primitive(primitive) => match decoded {
            Json::Bool(expected) => assert_eq!(primitive.bytes(), [u8::from(*expected)], "{id}"),
            Json::Number(number) if number.is_i64() => {
                let expected = number.as_i64().expect("a number").to_be_bytes();
                assert_eq!(primitive.bytes(), &expected[8 - primitive.bytes().len()..], "{id}");
            }
            Json::Number(number) => {
                let expected = number.as_f64().expect("a number") as f32;
                assert_eq!(primitive.bytes(), expected.to_be_bytes(), "{id}");
            }
            other => panic!("{id}: {other}"),
        },
        Value::Block(block) => assert_eq!(hexadecimal(block), text(decoded, "block"), "{id}"),
        Value::Class(_) | Value::Constant { .. } => panic!("{id} has no such value"),
    }
}

fn same_object(id: &str, tree: &Tree, object: &Object, decoded: &Json) {
    let mut classes = std::iter::successors(tree.class(object.class), |class| tree.class(class.parent?));
    let own = classes.next().expect("a class");
    assert_eq!(own.name, text(decoded, "cls"), "{id}");
    assert_eq!(own.version.to_string(), text(decoded, "suid"), "{id}");
    let parents: Vec<_> = classes.map(|class| (class.name.clone(), class.version.to_string())).collect();
    let expected = decoded["supers"].as_array().cloned().unwrap_or_default();
    let expected = expected.iter().map(|pair| {
        let side = |index: usize| pair[index].as_str().expect("a text").to_owned();
        (side(0), side(1))
    });
    assert_eq!(parents, expected.collect::<Vec<_>>(), "{id}");
    for (name, expected) in decoded["fields"].as_object().into_iter().flatten() {
        same_value(id, tree, tree.field(object, name).expect(name), expected);
    }
    for (class, expected) in decoded["annotations"].as_object().into_iter().flatten() {
        let class = class.trim_start_matches("$anno:");
        let mut parts = object.parts.iter();
        let part = parts.find(|part| tree.class(part.class).is_some_and(|found| found.name == class));
        let contents = &part.expect(class).contents;
        let expected = expected.as_array().expect("annotations");
        assert_eq!(contents.len(), expected.len(), "{id}");
        contents.iter().zip(expected).for_each(|(one, other)| same_value(id, tree, one, other));
    }
    if let Some(record) = decoded.get("member") {
        let member = SerializedMember::of(tree, &Value::Object(object.clone())).expect(id);
        same_record(id, &member.record, record);
    }
}

fn text<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_else(|| panic!("{name} in {json}"))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
