//! Bodies: the rows of hardening.md §1.1 about chunks, and that no byte is lost or moved however they arrive.

use bytes::BytesMut;
use proptest::prelude::*;

use crate::transport::http::codec::{BodyFault, Decoder, Length};

/// What became of a stream: the body, whether it has ended, and what is left behind it.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    body: Vec<u8>,
    is_ended: bool,
    left: usize,
}

fn read(length: Length, pieces: &[&[u8]]) -> Result<Read, BodyFault> {
    let (mut decoder, mut buffer) = (Decoder::new(length), BytesMut::new());
    let mut body = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(data) = decoder.decode(&mut buffer)? {
            assert!(!data.is_empty(), "no frame is empty");
            body.extend_from_slice(&data);
        }
    }
    Ok(Read { body, is_ended: decoder.is_ended(), left: buffer.len() })
}

/// Reads in one piece, in every two, and byte by byte: all must be the same.
fn read_any(row: &str, length: Length, bytes: &[u8]) -> Result<Read, BodyFault> {
    let whole = read(length, &[bytes]);
    for at in 0..=bytes.len() {
        let (first, second) = bytes.split_at(at);
        assert_eq!(read(length, &[first, second]).ok(), whole.as_ref().ok().map(copy), "{row} split at {at}");
    }
    let each: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(read(length, &each).ok(), whole.as_ref().ok().map(copy), "{row} byte by byte");
    whole
}

fn copy(read: &Read) -> Read {
    Read { body: read.body.clone(), ..*read }
}

#[test]
fn chunks_that_are_accepted() {
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(1000));
    for (row, bytes) in [
        ("plain", "5\r\nhello\r\n0\r\n\r\n"),
        ("two", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        ("space after the size", "5 \r\nhello\r\n0\r\n\r\n"),
        ("tab after the size", "5\t\r\nhello\r\n0\r\n\r\n"),
        ("leading zeros", "005\r\nhello\r\n000\r\n\r\n"),
        ("empty extension", "5;\r\nhello\r\n0;\r\n\r\n"),
        ("extension with NUL", "5;a=\0\r\nhello\r\n0\r\n\r\n"),
        ("long extension", &long),
        ("trailers", "5\r\nhello\r\n0\r\nX: y\r\nZ:\r\n\r\n"),
    ] {
        for behind in ["", "GET / HTTP/1.1\r\n\r\n", "0\r\n\r\n"] {
            let bytes = format!("{bytes}{behind}");
            let expected = Read { body: b"hello".to_vec(), is_ended: true, left: behind.len() };
            assert_eq!(read_any(row, Length::Chunked, bytes.as_bytes()), Ok(expected), "{row}");
        }
    }
    for (digits, size) in [("a", 10), ("F", 15), ("1F", 31)] {
        let bytes = format!("{digits}\r\n{}\r\n0\r\n\r\n", "x".repeat(size));
        assert_eq!(read(Length::Chunked, &[bytes.as_bytes()]).map(|read| read.body.len()), Ok(size));
    }
}

#[test]
fn chunks_that_are_none() {
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(17 * 1024));
    let often = format!("1;{}\r\nx\r\n", "x".repeat(1000)).repeat(17);
    let trailers = format!("0\r\n{}\r\n", format!("X: {}\r\n", "y".repeat(1000)).repeat(17));
    for (row, bytes) in [
        ("0x5", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("+5", "+5\r\nhello\r\n0\r\n\r\n"),
        ("-5", "-5\r\nhello\r\n0\r\n\r\n"),
        ("space first", " 5\r\nhello\r\n0\r\n\r\n"),
        ("1_0", "1_0\r\nhello\r\n0\r\n\r\n"),
        ("empty", "\r\nhello\r\n0\r\n\r\n"),
        ("something behind a space", "5 x\r\nhello\r\n0\r\n\r\n"),
        ("form feed", "5\x0c\r\nhello\r\n0\r\n\r\n"),
        ("overflow", "10000000000000000\r\nhello\r\n0\r\n\r\n"),
        ("LF only", "5\nhello\n0\n\n"),
        ("LF behind the size", "5\nhello\r\n0\r\n\r\n"),
        ("CR behind the size", "5\rhello\r\n0\r\n\r\n"),
        ("no end of the data", "5\r\nhello0\r\n\r\n"),
        ("LF behind the data", "5\r\nhello\n0\r\n\r\n"),
        ("data too long", "5\r\nhello!\r\n0\r\n\r\n"),
        ("extension with LF", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        ("extension with CR", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        ("LF behind the last size", "0\n\r\n"),
        ("trailer with LF", "0\r\nX: y\nZ: w\r\n\r\n"),
        ("trailer that ends with LF", "0\r\nX: y\n\r\n\r\n"),
        ("trailer with CR", "0\r\nX: y\rz\r\n\r\n"),
        ("trailer that is folded", "0\r\nX: y\r\n z\r\n\r\n"),
        ("trailer without a name", "0\r\nnonsense\r\n\r\n"),
    ] {
        let first = read_any(row, Length::Chunked, bytes.as_bytes());
        assert!(first.is_err(), "{row}: {first:?}");
    }
    // Too long to be split at every place.
    for bytes in [long, often, trailers] {
        assert!(read(Length::Chunked, &[bytes.as_bytes()]).is_err(), "{:?}", bytes.get(..20));
        let pieces: Vec<&[u8]> = bytes.as_bytes().chunks(777).collect();
        assert!(read(Length::Chunked, &pieces).is_err(), "{:?} in pieces", bytes.get(..20));
    }
}

#[test]
fn what_came_before_a_fault_is_given_on() {
    let (mut decoder, mut buffer) = (Decoder::new(Length::Chunked), BytesMut::from("5\r\nhello\r\nx\r\n"));
    assert_eq!(decoder.decode(&mut buffer).expect("data").as_deref(), Some(&b"hello"[..]));
    for _ in 0..2 {
        decoder.decode(&mut buffer).expect_err("the fault, as often as one asks");
    }
}

#[test]
fn bodies_that_go_on() {
    for (length, bytes, left) in [
        (Length::Known(6), "hello", 0),
        (Length::Chunked, "", 0),
        (Length::Chunked, "5", 1),
        (Length::Chunked, "5\r\nhello\r\n", 0),
        (Length::Chunked, "5\r\nhello\r\n0\r\n", 0),
        (Length::Chunked, "FFFFFFFFFFFFFFFF\r\nhello", 0),
        // hardening.md §1.1: a trailer section that LF ends waits for the body's time-out.
        (Length::Chunked, "0\r\nX: y\n\n", 6),
        (Length::UntilClose, "hello", 0),
    ] {
        let read = read_any(bytes, length, bytes.as_bytes()).expect("no fault");
        assert!(!read.is_ended && read.left == left, "{bytes:?}: {read:?}");
        let mut decoder = Decoder::new(length);
        let mut buffer = BytesMut::from(bytes);
        while decoder.decode(&mut buffer).expect("no fault").is_some() {}
        let is_end = decoder.end_of_connection().is_ok();
        assert_eq!(is_end, length == Length::UntilClose, "{bytes:?}");
        assert_eq!(decoder.is_ended(), is_end, "{bytes:?}");
    }
}

#[test]
fn nothing_behind_a_body_is_taken() {
    for (length, bytes) in
        [(Length::Known(0), "GET / HTTP/1.1\r\n\r\n"), (Length::Known(5), "helloGET / HTTP/1.1\r\n\r\n")]
    {
        let read = read_any(bytes, length, bytes.as_bytes()).expect("no fault");
        assert!(read.is_ended && read.left == "GET / HTTP/1.1\r\n\r\n".len(), "{read:?}");
    }
}

#[test]
fn sizes_are_known_as_far_as_they_can_be() {
    let mut buffer = BytesMut::from("hello");
    let mut decoder = Decoder::new(Length::Known(7));
    assert_eq!(decoder.size_hint().exact(), Some(7));
    decoder.decode(&mut buffer).expect("data");
    assert_eq!(decoder.size_hint().exact(), Some(2));
    assert_eq!(Decoder::new(Length::Chunked).size_hint().exact(), None);
}

/// hot-path.md §5.5.
#[test]
fn chunks_that_arrive_together_become_one_frame() {
    let mut buffer = BytesMut::from(&*format!("1000\r\n{}\r\n", "x".repeat(0x1000)).repeat(3).into_bytes());
    buffer.extend_from_slice(b"0\r\n\r\n");
    let mut decoder = Decoder::new(Length::Chunked);
    let frame = decoder.decode(&mut buffer).expect("chunks").expect("data");
    assert_eq!((frame.len(), decoder.is_ended()), (3 * 0x1000, true));
}

proptest! {
    #[test]
    fn chunked_bodies_arrive_as_they_were_sent(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..6000), 0..8),
        pieces in proptest::collection::vec(1_usize..9000, 1..10),
    ) {
        let mut bytes = Vec::new();
        for chunk in &chunks {
            bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\nrest");
        let mut parts = Vec::new();
        let mut left = &bytes[..];
        for size in pieces.iter().cycle() {
            let (part, after) = left.split_at((*size).min(left.len()));
            parts.push(part);
            left = after;
            if left.is_empty() {
                break;
            }
        }
        let expected = Read { body: chunks.concat(), is_ended: true, left: 4 };
        prop_assert_eq!(read(Length::Chunked, &parts), Ok(expected));
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..500), at in 0_usize..500) {
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        let (one, two) = (read(Length::Chunked, &[&bytes]), read(Length::Chunked, &[first, second]));
        prop_assert_eq!(one.ok(), two.ok());
    }
}
