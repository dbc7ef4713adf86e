//! Heads of answers.

use bytes::BytesMut;
use hyper::ext::ReasonPhrase;

use crate::transport::http::codec::{HeadFault, ResponseHead, Unfinished, parse_response};
use crate::transport::http::framing::ResponseLimits;

fn parse(text: &str) -> Result<Option<(ResponseHead, String)>, HeadFault> {
    let mut buffer = BytesMut::from(text);
    let head = parse_response(&mut buffer, &mut Unfinished::default(), &ResponseLimits::default())?;
    Ok(head.map(|head| (head, String::from_utf8_lossy(&buffer).into_owned())))
}

#[test]
fn a_head_is_taken_and_nothing_behind_it() {
    let (head, rest) =
        parse("HTTP/1.1 200 OK\r\nX: a\r\nx: b \r\n\r\nbody").expect("a head").expect("all of it");
    assert_eq!(head.parts.status, 200);
    let values: Vec<_> = head.parts.headers.get_all("x").iter().collect();
    assert_eq!(values, ["a", "b"]);
    assert!(head.parts.extensions.get::<ReasonPhrase>().is_none(), "it is the usual one");
    assert_eq!(rest, "body");
}

#[test]
fn a_reason_of_its_own_is_kept() {
    for (line, expected) in
        [("200 Fine", Some("Fine")), ("200 ", Some("")), ("200", Some("")), ("299 OK", Some("OK"))]
    {
        let (head, _) = parse(&format!("HTTP/1.1 {line}\r\n\r\n")).expect("a head").expect("all of it");
        let reason = head.parts.extensions.get::<ReasonPhrase>();
        assert_eq!(reason.map(ReasonPhrase::as_bytes), expected.map(str::as_bytes), "{line:?}");
    }
}

/// RFC 9112 §9.3.
#[test]
fn whether_the_connection_stays() {
    for (version, line, expected) in [
        ("1.1", "X: y", true),
        ("1.1", "Connection: close", false),
        ("1.1", "connection: X, CLOSE", false),
        ("1.1", "Connection: keep-alive", true),
        ("1.1", "Connection: keep-alive\r\nConnection: close", false),
        ("1.0", "X: y", false),
        ("1.0", "Connection: Keep-Alive", true),
        ("1.0", "Connection: keep-alive, close", false),
    ] {
        let (head, _) =
            parse(&format!("HTTP/{version} 200 OK\r\n{line}\r\n\r\n")).expect("a head").expect("all of it");
        assert_eq!(head.keeps_alive, expected, "{version}, {line:?}");
    }
}

#[test]
fn a_head_may_come_in_any_pieces() {
    let text = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-Long: some value\r\n\r\nok";
    let end = text.len() - "ok".len();
    for cut in 1..end {
        let mut unfinished = Unfinished::default();
        let mut buffer = BytesMut::from(&text[..cut]);
        let limits = ResponseLimits::default();
        assert!(parse_response(&mut buffer, &mut unfinished, &limits).expect("no fault").is_none(), "{cut}");
        for byte in &text.as_bytes()[cut..end] {
            assert!(buffer.len() < end, "nothing is taken before the end");
            buffer.extend_from_slice(&[*byte]);
            let head = parse_response(&mut buffer, &mut unfinished, &limits).expect("no fault");
            assert_eq!(head.is_some(), buffer.is_empty(), "{cut}");
        }
        assert!(buffer.is_empty());
    }
}

#[test]
fn what_is_no_head_is_told_at_once() {
    let many = "X: y\r\n".repeat(101);
    let long = "x".repeat(64 * 1024);
    for (text, expected) in [
        ("garbage", HeadFault::Malformed),
        ("HTTP/2.0 200 OK\r\n\r\n", HeadFault::Malformed),
        ("HTTP/1.1 20x OK\r\n\r\n", HeadFault::Malformed),
        ("HTTP/1.1 099 OK\r\n\r\n", HeadFault::Malformed),
        ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", HeadFault::Malformed),
        ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", HeadFault::Malformed),
        (&format!("HTTP/1.1 200 OK\r\n{many}\r\n"), HeadFault::TooLarge),
        (&format!("HTTP/1.1 200 OK\r\nX: {long}"), HeadFault::TooLarge),
        (&format!("HTTP/1.1 200 OK\r\nX: {long}\r\n\r\n"), HeadFault::TooLarge),
    ] {
        let result = parse(text).map(|head| head.is_some());
        assert_eq!(result, Err(expected), "{:?}", &text[..text.len().min(60)]);
    }
}
