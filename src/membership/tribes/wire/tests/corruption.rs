//! Cut and damaged data: an error or other values, never a panic.

use super::super::java;
use super::super::{Body, Coordination, Datagram, Frame, FrameDecoder, MemberRecord, Properties};
use super::small::{message, record_bytes};
use super::vectors::vectors;

/// Reads data in every way there is. What can be read can be written, and is then the same.
pub(super) fn look_at(data: &[u8]) {
    if let Ok((record, layout)) = MemberRecord::decode(data) {
        assert_eq!(MemberRecord::decode(&record.encode_as(layout)), Ok((record, layout)));
    }
    let _ = Datagram::decode(data);
    let _ = Properties::read(data);
    if let Ok(token) = Coordination::decode(data) {
        assert_eq!(token.encode(), data);
    }
    if let Ok((tree, _)) = java::read(data) {
        let written = java::write(&tree);
        let (again, length) = java::read(&written).expect("what was written");
        assert_eq!((again, length), (tree, written.len()));
    }
    if let Ok(body) = Body::decode(data) {
        assert!(Body::decode(&body.encode()).is_ok());
    }
    let mut decoder = FrameDecoder::default();
    decoder.push(data);
    while let Ok(Some(frame)) = decoder.next_frame() {
        if let Frame::Message(message) = &frame {
            let _ = Body::decode(&message.message);
        }
        let mut again = FrameDecoder::default();
        again.push(&frame.encode());
        assert_eq!(again.next_frame(), Ok(Some(frame)));
    }
}

/// Vectors are cut at many places, and every byte is replaced by another that is near or far.
#[test]
fn cut_and_damaged_data() {
    let own = [record_bytes(), Frame::Message(Box::new(message(b"hi".to_vec()))).encode()];
    let vectors = vectors().into_iter().map(|vector| vector.bytes);
    for bytes in own.into_iter().chain(vectors) {
        for length in (0..bytes.len()).step_by(5) {
            look_at(&bytes[..length]);
        }
        let mut damaged = bytes.clone();
        for (at, &byte) in bytes.iter().enumerate() {
            for other in [if at % 2 == 0 { 0xff } else { 0 }, byte ^ 1] {
                damaged[at] = other;
                look_at(&damaged);
            }
            damaged[at] = byte;
        }
    }
}

/// A whole datagram or frame that is cut is not whole.
#[test]
fn what_is_cut_is_not_whole() {
    for vector in vectors() {
        for length in 0..vector.bytes.len() {
            let cut = &vector.bytes[..length];
            match vector.kind.as_str() {
                "udp-member" => assert!(Datagram::decode(cut).is_err(), "{} {length}", vector.name),
                "tcp-frame" => {
                    let mut decoder = FrameDecoder::default();
                    decoder.push(cut);
                    assert_eq!(decoder.next_frame(), Ok(None), "{} {length}", vector.name);
                }
                _ => {}
            }
        }
    }
}
