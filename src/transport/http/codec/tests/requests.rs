//! Heads of requests: the rows of hardening.md §1.1 that are decided by the grammar, and the limits.

use ::http::Version;
use bytes::BytesMut;
use proptest::prelude::*;

use crate::transport::http::codec::{HeadFault, RequestHead, Unfinished, parse_request};
use crate::transport::http::framing::RequestLimits;

const LIMITS: RequestLimits =
    RequestLimits { head: 8192, headers: 10, target: 100, method: 32, body: None, allow_trace: false };

/// What became of a stream: every head as text, then the fault, or how much is left.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    heads: Vec<String>,
    end: Result<usize, HeadFault>,
}

/// Reads heads as the pieces arrive.
fn read(pieces: &[&[u8]]) -> Read {
    let mut heads = Vec::new();
    let (mut buffer, mut unfinished) = (BytesMut::new(), Unfinished::default());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            match parse_request(&mut buffer, &mut unfinished, &LIMITS) {
                Ok(Some(head)) => heads.push(text(&head)),
                Ok(None) => break,
                Err(fault) => return Read { heads, end: Err(fault) },
            }
        }
    }
    Read { heads, end: Ok(buffer.len()) }
}

fn text(head: &RequestHead) -> String {
    let RequestHead { parts, keeps_alive, has_fragment } = head;
    let mut text = format!("{} {} {:?}", parts.method, parts.uri, parts.version);
    for (name, value) in &parts.headers {
        text += &format!("|{name}:{}", value.as_bytes().escape_ascii());
    }
    if *has_fragment {
        text += "|fragment";
    }
    if *keeps_alive != (parts.version == Version::HTTP_11) {
        text += if *keeps_alive { "|kept" } else { "|closed" };
    }
    text
}

const ACCEPTED: [(&str, &str, &str); 16] = [
    ("plain", "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a HTTP/1.1|host:a"),
    ("no headers", "GET /a HTTP/1.0\r\n\r\n", "GET /a HTTP/1.0"),
    ("leading empty lines", "\r\n\r\nGET /a HTTP/1.1\r\nA: b\r\n\r\n", "GET /a HTTP/1.1|a:b"),
    ("bare LF everywhere", "GET /a HTTP/1.1\nA: b\nC: d\n\n", "GET /a HTTP/1.1|a:b|c:d"),
    ("bare LF once", "GET /a HTTP/1.1\r\nA: b\nC: d\r\n\r\n", "GET /a HTTP/1.1|a:b|c:d"),
    ("blanks around a value", "GET /a HTTP/1.1\r\nA:\t b c \t\r\n\r\n", "GET /a HTTP/1.1|a:b c"),
    ("no value", "GET /a HTTP/1.1\r\nA:\r\n\r\n", "GET /a HTTP/1.1|a:"),
    ("tab in a value", "GET /a HTTP/1.1\r\nA: b\tc\r\n\r\n", "GET /a HTTP/1.1|a:b\\tc"),
    ("beyond ASCII in a value", "GET /a HTTP/1.1\r\nA: \u{e9}\r\n\r\n", "GET /a HTTP/1.1|a:\\xc3\\xa9"),
    ("a name twice", "GET /a HTTP/1.1\r\nA: b\r\na: c\r\n\r\n", "GET /a HTTP/1.1|a:b|a:c"),
    ("unknown method", "get /a HTTP/1.1\r\n\r\n", "get /a HTTP/1.1"),
    ("fragment", "GET /a#b HTTP/1.1\r\n\r\n", "GET /a HTTP/1.1|fragment"),
    (
        "close",
        "GET /a HTTP/1.1\r\nConnection: x, Close\r\n\r\n",
        "GET /a HTTP/1.1|connection:x, Close|closed",
    ),
    (
        "close in one of two",
        "GET /a HTTP/1.1\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n",
        "GET /a HTTP/1.1|connection:close|connection:keep-alive|closed",
    ),
    (
        "keep-alive in HTTP/1.0",
        "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        "GET /a HTTP/1.0|connection:Keep-Alive|kept",
    ),
    (
        "keep-alive in HTTP/1.1",
        "GET * HTTP/1.1\r\nConnection: keep-alive\r\n\r\n",
        "GET * HTTP/1.1|connection:keep-alive",
    ),
];

#[test]
fn heads_that_are_accepted() {
    for (row, bytes, expected) in ACCEPTED {
        let whole = read(&[bytes.as_bytes()]);
        assert_eq!(whole, Read { heads: vec![expected.to_owned()], end: Ok(0) }, "{row}");
    }
}

#[test]
fn every_split_of_heads_gives_the_same() {
    let both = ACCEPTED.map(|(_, bytes, _)| bytes).concat();
    let whole = read(&[both.as_bytes()]);
    assert_eq!((whole.heads.len(), &whole.end), (ACCEPTED.len(), &Ok(0)));
    for at in 0..both.len() {
        let (first, second) = both.as_bytes().split_at(at);
        assert_eq!(read(&[first, second]), whole, "split at {at}");
    }
    let bytes: Vec<&[u8]> = both.as_bytes().chunks(1).collect();
    assert_eq!(read(&bytes), whole, "byte by byte");
}

#[test]
fn heads_that_are_none() {
    for (row, bytes) in [
        ("space before the colon", "GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n"),
        ("folded line", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
        ("space before the first header", "GET / HTTP/1.1\r\n A: b\r\n\r\n"),
        ("empty name", "GET / HTTP/1.1\r\n: b\r\n\r\n"),
        ("no colon", "GET / HTTP/1.1\r\nnonsense\r\n\r\n"),
        ("bad name byte", "GET / HTTP/1.1\r\na(b: c\r\n\r\n"),
        ("bare CR in a value", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"),
        ("NUL in a value", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"),
        ("control in a value", "GET / HTTP/1.1\r\nA: b\x01c\r\n\r\n"),
        ("DEL in a value", "GET / HTTP/1.1\r\nA: b\x7fc\r\n\r\n"),
        ("CR only", "GET / HTTP/1.1\rA: b\r\r"),
        ("space in the target", "GET /a b HTTP/1.1\r\n\r\n"),
        ("double space", "GET  /a HTTP/1.1\r\n\r\n"),
        ("tabs", "GET\t/a\tHTTP/1.1\r\n\r\n"),
        ("NUL in the target", "GET /a\0b HTTP/1.1\r\n\r\n"),
        ("no target", "GET HTTP/1.1\r\n\r\n"),
        ("bad method byte", "G(T / HTTP/1.1\r\n\r\n"),
        ("HTTP/0.9", "GET / HTTP/0.9\r\n\r\n"),
        ("HTTP/1", "GET / HTTP/1\r\n\r\n"),
        ("HTTP/1.2", "GET / HTTP/1.2\r\n\r\n"),
        ("HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("http/1.1", "GET / http/1.1\r\n\r\n"),
        ("HTTP/01.1", "GET / HTTP/01.1\r\n\r\n"),
        ("nonsense", "nonsense\r\n\r\n"),
    ] {
        let expected = Read { heads: Vec::new(), end: Err(HeadFault::Malformed) };
        assert_eq!(read(&[bytes.as_bytes()]), expected, "{row}");
        for at in 0..bytes.len() {
            let (first, second) = bytes.as_bytes().split_at(at);
            let split = read(&[first, second]);
            // Until the empty line has come nobody looks a second time; the connection ends by a time-out or by its client.
            let waits = split == Read { heads: Vec::new(), end: Ok(bytes.len()) };
            assert!(split == expected || (waits && !bytes.ends_with("\r\n\r\n")), "{row} at {at}: {split:?}");
        }
    }
}

#[test]
fn heads_over_a_limit() {
    let lines = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
    let long = |count: usize| format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "b".repeat(count));
    let rest = "GET / HTTP/1.1\r\nA: \r\n\r\n".len();
    for (bytes, expected) in [
        (lines(10), Ok(0)),
        (lines(11), Err(HeadFault::TooLarge)),
        (lines(10_000), Err(HeadFault::TooLarge)),
        (long(8192 - rest), Ok(0)),
        (long(8193 - rest), Err(HeadFault::TooLarge)),
        // Without an end in sight as well.
        ("GET / HTTP/1.1\r\nA: ".to_owned() + &"b".repeat(8192), Err(HeadFault::TooLarge)),
        ("X".repeat(8192), Err(HeadFault::TooLarge)),
        ("X".repeat(8191), Ok(8191)),
    ] {
        let shown = bytes.get(..40).unwrap_or(&bytes);
        assert_eq!(read(&[bytes.as_bytes()]).end, expected, "{shown:?}");
        let pieces: Vec<&[u8]> = bytes.as_bytes().chunks(1000).collect();
        assert_eq!(read(&pieces).end, expected, "{shown:?} in pieces");
    }
    let mut buffer = BytesMut::from(&*format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(66_000)).into_bytes());
    let limits = RequestLimits { head: 100_000, ..LIMITS };
    let fault = parse_request(&mut buffer, &mut Unfinished::default(), &limits).expect_err("it is too long");
    assert_eq!(fault, HeadFault::TargetTooLong);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0_usize..2000) {
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        read(&[first, second]);
    }
}
