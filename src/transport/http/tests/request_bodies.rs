//! Hardening.md §1.1, the rows about `Content-Length`, `Transfer-Encoding` and chunks.

use std::time::Duration;

use super::rows::Verdict::{Body, Broken, Passed, Refused};
use super::rows::{check, post, request};
use crate::transport::http::framing::{RefusalReason, RequestLimits};
use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, Member, Server, converse, status, until};

const SMUGGLED: &str = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn row_length_and_encoding() {
    let ambiguous = "Transfer-Encoding: chunked\r\nContent-Length: 5";
    check(vec![
        ("length first", post("Content-Length: 5\r\nTransfer-Encoding: chunked", SMUGGLED), Refused(400)),
        ("encoding first", post(ambiguous, SMUGGLED), Refused(400)),
        ("any case", post("transfer-ENCODING: Chunked\r\nX: y\r\nCONTENT-length:5", SMUGGLED), Refused(400)),
        ("invalid length", post("Transfer-Encoding: chunked\r\nContent-Length: x", SMUGGLED), Refused(400)),
        ("two lengths", post(&format!("Content-Length: 5\r\n{ambiguous}"), SMUGGLED), Refused(400)),
        // The first request is answered, the second refused: exactly one is seen.
        (
            "behind a chunked request",
            [post("Transfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n"), post(ambiguous, SMUGGLED)].concat(),
            Passed(1, &["transfer-encoding: chunked"], &["content-length"]),
        ),
        (
            "behind a request with a length",
            [post("Content-Length: 2", "ok"), post(ambiguous, SMUGGLED)].concat(),
            Passed(1, &["content-length: 2"], &["transfer-encoding"]),
        ),
        (
            "a proper chunked request behind a request with a length",
            [post("Content-Length: 2", "ok"), post("Transfer-Encoding: chunked", "2\r\nok\r\n0\r\n\r\n")]
                .concat(),
            Passed(2, &[], &[]),
        ),
        (
            "both names in the body only",
            post("Content-Length: 43", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
            Passed(1, &["content-length: 43"], &["transfer-encoding"]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_refused_request_is_counted_by_its_reason() {
    let member = Member::ok().await;
    let server = Server::relay(ServerSettings::default(), member.address).await;
    for (bytes, reason) in [
        (post("Content-Length: 5\r\nTransfer-Encoding: chunked", SMUGGLED), RefusalReason::Framing),
        (b"nonsense\r\n\r\n".to_vec(), RefusalReason::Malformed),
        (post("Content-Length: 5\r\nHost: b", ""), RefusalReason::Host),
    ] {
        converse(server.address, bytes).await;
        until(|| server.counters.open() == 0).await;
        assert_eq!(server.counters.refused(reason), 1, "{reason:?}");
    }
    assert_eq!(RefusalReason::ALL.map(|reason| server.counters.refused(reason)).iter().sum::<u64>(), 3);
}

#[tokio::test]
async fn length_and_encoding_in_a_head_that_comes_byte_by_byte() {
    let member = Member::ok().await;
    let server = Server::relay(ServerSettings::default(), member.address).await;
    let mut client = Client::connect(server.address).await;
    client.0.set_nodelay(true).unwrap();
    for byte in post("Content-Length: 5\r\nTransfer-Encoding: chunked", SMUGGLED) {
        client.write([byte]).await;
        tokio::task::yield_now().await;
    }
    let answer = client.read_to_end().await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert_eq!(member.requests(), []);
}

#[tokio::test]
async fn row_content_length_values() {
    let values = [
        "5, 6",
        "5, 5",
        "+5",
        "-5",
        "-0",
        "0x5",
        "0o5",
        "1_0",
        "1 0",
        "",
        "5abc",
        "99999999999999999999",
        "5\x0b",
    ];
    let lines: Vec<_> = values.iter().map(|value| format!("Content-Length: {value}")).collect();
    let mut rows: Vec<_> =
        lines.iter().map(|line| (line.as_str(), post(line, "hello"), Refused(400))).collect();
    rows.push(("two different", post("Content-Length: 5\r\nContent-Length: 6", "hello"), Refused(400)));
    rows.push(("two equal", post("Content-Length: 5\r\nContent-Length: 5", "hello"), Body("hello")));
    rows.push(("octal", post("Content-Length: 005", "hello"), Passed(1, &["content-length: 5"], &["005"])));
    // Lengths that no body can have are over any limit on bodies.
    rows.push(("2^63", post("Content-Length: 9223372036854775808", "hello"), Refused(413)));
    rows.push(("2^64-1", post("Content-Length: 18446744073709551615", "hello"), Refused(413)));
    check(rows).await;
}

#[tokio::test]
async fn row_transfer_encoding_values() {
    let chunks = "5\r\nhello\r\n0\r\n\r\n";
    let values = [
        ("xchunked", 400),
        ("identity", 400),
        ("", 400),
        ("chunked,", 400),
        ("chunked;x=1", 400),
        ("\"chunked\"", 400),
        ("chunked\0", 400),
        ("\x0bchunked", 400),
        ("\r\n chunked", 400),
        ("chunked, gzip", 400),
        ("chunked\r\nTransfer-Encoding: identity", 400),
        ("chunked, chunked", 400),
        ("gzip, chunked", 501),
        (", chunked", 400),
        ("chunked\r\nTransfer-Encoding: chunked", 400),
        ("identity\r\nTransfer-Encoding: chunked", 400),
        ("gzip\r\nTransfer-Encoding: chunked", 501),
    ];
    let lines: Vec<_> =
        values.iter().map(|(value, code)| (format!("Transfer-Encoding: {value}"), *code)).collect();
    let mut rows: Vec<_> =
        lines.iter().map(|(line, code)| (line.as_str(), post(line, chunks), Refused(*code))).collect();
    rows.push(("chunked", post("Transfer-Encoding: chunked", chunks), Body("hello")));
    rows.push((
        "HTTP/1.0",
        format!("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}").into_bytes(),
        Refused(400),
    ));
    check(rows).await;
}

#[tokio::test]
async fn row_underscore_names() {
    check(vec![
        (
            "Transfer_Encoding",
            post("Content-Length: 2\r\nTransfer_Encoding: chunked", "ok"),
            Passed(1, &["content-length: 2"], &["transfer_encoding", "chunked"]),
        ),
        (
            "Content_Length",
            post("Content-Length: 2\r\nContent_Length: 9", "ok"),
            Passed(1, &["content-length: 2"], &["content_length"]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn row_chunks_that_are_refused() {
    let chunked = |body: &str| post("Transfer-Encoding: chunked", body);
    let long_extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(17 * 1024));
    check(vec![
        ("0x5", chunked("0x5\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("+5", chunked("+5\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("-5", chunked("-5\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("space first", chunked(" 5\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("1_0", chunked("1_0\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("empty", chunked("\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("overflow", chunked("10000000000000000\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("LF only", chunked("5\nhello\n0\n\n"), Broken(400)),
        ("data without CRLF", chunked("5\r\nhello0\r\n\r\n"), Broken(400)),
        ("data too long", chunked("5\r\nhello!\r\n0\r\n\r\n"), Broken(400)),
        ("extension with LF", chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("extension with CR", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"), Broken(400)),
        ("extension over 16 KiB", chunked(&long_extension), Broken(400)),
        ("no end", chunked("5\r\nhello\r\n"), Broken(400)),
        ("no end of the trailers", chunked("5\r\nhello\r\n0\r\nX: y\n\n"), Broken(400)),
    ])
    .await;
}

#[tokio::test]
async fn row_chunks_that_are_accepted() {
    let chunked = |body: &str| post("Transfer-Encoding: chunked", body);
    check(vec![
        ("space after", chunked("5 \r\nhello\r\n0\r\n\r\n"), Body("hello")),
        ("leading zeros", chunked("005\r\nhello\r\n0\r\n\r\n"), Body("hello")),
        ("empty extension", chunked("5;\r\nhello\r\n0\r\n\r\n"), Body("hello")),
        ("extension with NUL", chunked("5;a=\0\r\nhello\r\n0\r\n\r\n"), Body("hello")),
        // The strict member would not accept a trailer.
        ("trailers are dropped", chunked("5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n"), Body("hello")),
    ])
    .await;
}

#[tokio::test]
async fn row_bodies_that_never_end() {
    let settings = ServerSettings { body_idle: Duration::from_millis(100), ..ServerSettings::default() };
    for body in ["FFFFFFFFFFFFFFFE\r\nhello", "5\r\nhello\r\n", "0\r\nX: y\n\n"] {
        let member = Member::ok().await;
        let server = Server::relay(settings.clone(), member.address).await;
        let mut client = Client::connect(server.address).await;
        client.write(post("Transfer-Encoding: chunked", body)).await;
        let answer = client.read_to_end().await;
        assert_eq!(status(&answer), 408, "{body:?}: {answer}");
        assert!(!member.wait_for(1).await[0].is_complete, "{body:?}");
    }
}

#[tokio::test]
async fn row_bodies_over_the_limit() {
    let limits = RequestLimits { body: Some(10), ..RequestLimits::default() };
    let settings = ServerSettings { limits, ..ServerSettings::default() };
    // http-transport.md case 71: the member is untouched when the length is announced.
    let member = Member::ok().await;
    let server = Server::relay(settings.clone(), member.address).await;
    let answer = converse(server.address, post("Content-Length: 11", "hello world")).await;
    assert_eq!(status(&answer), 413, "{answer}");
    assert_eq!(member.requests(), []);
    let answer = converse(server.address, post("Content-Length: 10", "hello worl")).await;
    assert_eq!(status(&answer), 200, "{answer}");
    // Chunks are counted as they come.
    let member = Member::ok().await;
    let server = Server::relay(settings, member.address).await;
    let chunks = "8\r\nhello wo\r\n3\r\nrld\r\n0\r\n\r\n";
    let answer = converse(server.address, post("Transfer-Encoding: chunked", chunks)).await;
    assert_eq!(status(&answer), 413, "{answer}");
    assert!(member.requests().iter().all(|seen| !seen.is_complete));
}

#[tokio::test]
async fn case_33_a_body_on_get_is_no_second_request() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let first = format!("Host: a\r\nContent-Length: {}\r\n", smuggled.len());
    let both = [
        request("GET /first HTTP/1.1", &first),
        smuggled.into(),
        request("GET /second HTTP/1.1", "Host: a\r\n"),
    ];
    let member = Member::ok().await;
    let server = Server::relay(ServerSettings::default(), member.address).await;
    let answer = converse(server.address, both.concat()).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
    let seen = member.requests();
    assert!(seen[0].head.starts_with("GET /first "), "{seen:?}");
    assert_eq!(String::from_utf8_lossy(&seen[0].body), smuggled);
    assert!(seen[1].head.starts_with("GET /second "), "{seen:?}");
    assert_eq!(seen.len(), 2);
}
