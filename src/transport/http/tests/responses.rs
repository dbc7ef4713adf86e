//! Every row of hardening.md §1.3: what a member may answer, what then reaches a client, and whether the connection
//! to the member is used again.

use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, ClosingMember, Member, Server, header, status};

const GET: &str = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

/// What a client must get.
enum Verdict {
    /// 502, and the connection to the member is not used again.
    Refused,
    /// Status and body, and whether the connection to the member is used again.
    Passed(u16, &'static str, Reused),
}
use Reused::{No, Yes};
use Verdict::{Passed, Refused};

#[derive(Debug, PartialEq, Eq)]
enum Reused {
    Yes,
    No,
}

/// Asks twice on one client connection.
async fn check(rows: Vec<(&str, Vec<u8>, Verdict)>) {
    for (row, bytes, verdict) in rows {
        let member = Member::start(move |_| Some(bytes.clone()).filter(|bytes| !bytes.is_empty())).await;
        let server = Server::relay(ServerSettings::default(), member.address).await;
        let mut client = Client::connect(server.address).await;
        client.write(GET).await;
        let first = client.read_answer().await;
        client.write(GET).await;
        let second = client.read_answer().await;
        let context = format!("row {row:?}: {first:?}, then {second:?}");
        let (code, body, reused) = match verdict {
            Refused => (502, "", No),
            Passed(code, body, reused) => (code, body, reused),
        };
        for answer in [&first, &second] {
            assert_eq!(status(answer), code, "{context}");
            assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{context}");
        }
        let connections = if reused == Yes { 1 } else { 2 };
        assert_eq!(member.connections(), connections, "{context}");
        assert_eq!(member.requests().len(), 2, "{context}");
    }
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").into_bytes()
}

const HELLO: &str = "5\r\nhello\r\n0\r\n\r\n";

#[tokio::test]
async fn row_framing_of_answers() {
    check(vec![
        ("length", answer("Content-Length: 5", "hello"), Passed(200, "hello", Yes)),
        ("chunks", answer("Transfer-Encoding: chunked", HELLO), Passed(200, HELLO, Yes)),
        (
            "length and chunks",
            answer("Content-Length: 3\r\nTransfer-Encoding: chunked", HELLO),
            Passed(200, HELLO, No),
        ),
        (
            "chunks and length",
            answer("Transfer-Encoding: chunked\r\nContent-Length: 3", HELLO),
            Passed(200, HELLO, No),
        ),
        ("5, 5", answer("Content-Length: 5, 5", "hello"), Passed(200, "hello", Yes)),
        ("5 twice", answer("Content-Length: 5\r\nContent-Length: 5", "hello"), Passed(200, "hello", Yes)),
        ("005", answer("Content-Length: 005", "hello"), Passed(200, "hello", Yes)),
        ("different lengths", answer("Content-Length: 5\r\nContent-Length: 6", "hello"), Refused),
        ("5, 6", answer("Content-Length: 5, 6", "hello"), Refused),
        ("+5", answer("Content-Length: +5", "hello"), Refused),
        ("-1", answer("Content-Length: -1", "hello"), Refused),
        ("identity", answer("Transfer-Encoding: identity", HELLO), Refused),
        ("chunked, identity", answer("Transfer-Encoding: chunked, identity", HELLO), Refused),
        ("gzip, chunked", answer("Transfer-Encoding: gzip, chunked", HELLO), Refused),
        ("chunked twice", answer("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", HELLO), Refused),
        (
            "chunks in HTTP/1.0",
            format!("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{HELLO}").into_bytes(),
            Refused,
        ),
    ])
    .await;
}

#[tokio::test]
async fn row_grammar_of_answers() {
    let headers = |count: usize| (0..count).map(|index| format!("X{index}: y\r\n")).collect::<String>();
    let many = headers(500);
    let long = format!("X: {}\r\nContent-Length: 0", "x".repeat(500_000));
    check(vec![
        ("folded line", answer("X: a\r\n b\r\nContent-Length: 0", ""), Refused),
        ("space before the colon", answer("Content-Length : 0", ""), Refused),
        ("bare CR", answer("X: a\rb\r\nContent-Length: 0", ""), Refused),
        ("NUL", answer("X: a\0b\r\nContent-Length: 0", ""), Refused),
        ("status 99", b"HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n".to_vec(), Refused),
        ("status 1000", b"HTTP/1.1 1000 X\r\nContent-Length: 0\r\n\r\n".to_vec(), Refused),
        ("status 999", b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n".to_vec(), Refused),
        ("status 600", b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n".to_vec(), Refused),
        ("status 599", b"HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n".to_vec(), Passed(599, "", Yes)),
        ("HTTP/2.0", b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec(), Refused),
        ("ICY", b"ICY 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec(), Refused),
        // http-transport.md case 80
        ("no status line", b"garbage\r\n\r\n".to_vec(), Refused),
        (
            "101 unasked",
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n".to_vec(),
            Refused,
        ),
        ("500 headers", answer(&format!("{many}Content-Length: 0"), ""), Refused),
        ("500 KB header", answer(&long, ""), Refused),
        ("closed before the answer", Vec::new(), Refused),
    ])
    .await;
}

#[tokio::test]
async fn row_answers_that_poison_the_next() {
    let extra = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    check(vec![
        ("bytes after the body", answer("Content-Length: 5", "hello, world"), Passed(200, "hello", No)),
        ("a second answer", answer("Content-Length: 5", &format!("hello{extra}")), Passed(200, "hello", No)),
        (
            "a second answer behind chunks",
            answer("Transfer-Encoding: chunked", &format!("{HELLO}{extra}")),
            Passed(200, HELLO, No),
        ),
        (
            "body on 204",
            b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\npoison".to_vec(),
            Passed(204, "", No),
        ),
        ("body on 304", b"HTTP/1.1 304 Not Modified\r\n\r\npoison".to_vec(), Passed(304, "", No)),
    ])
    .await;
}

#[tokio::test]
async fn row_interim_answers_are_swallowed() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    let both = [interim.as_bytes().to_vec(), answer("Content-Length: 5", "hello")].concat();
    // http-transport.md case 52
    check(vec![("100 and 103", both, Passed(200, "hello", Yes))]).await;
}

#[tokio::test]
async fn row_bodies_that_are_cut_off() {
    let rows = [
        ("shorter than its length", answer("Content-Length: 100", "hello")),
        ("cut chunk", answer("Transfer-Encoding: chunked", "5\r\nhel")),
        ("no last chunk", answer("Transfer-Encoding: chunked", "5\r\nhello\r\n")),
        ("bad chunk", answer("Transfer-Encoding: chunked", "5\r\nhello\r\nx\r\n")),
    ];
    for (row, bytes) in rows {
        let member = ClosingMember::start(bytes).await;
        let server = Server::relay(ServerSettings::default(), member).await;
        for version in ["HTTP/1.1", "HTTP/1.0"] {
            let mut client = Client::connect(server.address).await;
            client.write(format!("GET / {version}\r\nHost: a\r\n\r\n")).await;
            let answer = client.read_to_end().await;
            let context = format!("row {row:?}, {version}: {answer:?}");
            let head = answer.to_ascii_lowercase();
            match (header(&head, "content-length"), header(&head, "transfer-encoding")) {
                (Some(length), None) => {
                    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
                    assert!(body.len() < length.parse().unwrap(), "{context}");
                }
                (None, Some("chunked")) => assert!(!answer.contains("\r\n0\r\n"), "{context}"),
                // Without either, nothing but a reset tells a cut from an end.
                _ => assert!(answer.ends_with("[reset]"), "{context}"),
            }
        }
    }
}
