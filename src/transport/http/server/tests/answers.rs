//! Heads and framing of answers, whatever the handler wrote into them.

use ::http::{Response, StatusCode};
use sinew_core::message::Body;

use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, Server, converse, empty, status};

struct Row {
    name: &'static str,
    method: &'static str,
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    /// Lines that must be in the head.
    present: &'static [&'static str],
    /// Beginnings of lines that must not.
    absent: &'static [&'static str],
    sent: &'static str,
}

const PLAIN: Row = Row {
    name: "plain",
    method: "GET",
    status: 200,
    headers: &[],
    body: "",
    present: &[],
    absent: &["transfer-"],
    sent: "",
};

const ROWS: [Row; 13] = [
    Row { name: "full", body: "hello", present: &["content-length: 5"], sent: "hello", ..PLAIN },
    Row {
        name: "copied framing headers do not count",
        headers: &[
            ("content-length", "9"),
            ("transfer-encoding", "chunked"),
            ("connection", "x"),
            ("keep-alive", "5"),
            ("upgrade", "h2c"),
        ],
        body: "hello",
        present: &["content-length: 5"],
        absent: &["transfer-", "connection", "keep-alive", "upgrade"],
        sent: "hello",
        ..PLAIN
    },
    Row { name: "empty", headers: &[("content-length", "7")], present: &["content-length: 0"], ..PLAIN },
    Row {
        name: "case 43: 204",
        status: 204,
        headers: &[("content-length", "5")],
        body: "hello",
        absent: &["transfer-", "content-length"],
        ..PLAIN
    },
    Row {
        name: "case 45: 304",
        status: 304,
        headers: &[("etag", "\"x\""), ("content-length", "5")],
        body: "hello",
        present: &["etag: \"x\""],
        ..PLAIN
    },
    Row { name: "205", status: 205, body: "hello", present: &["content-length: 0"], ..PLAIN },
    Row {
        name: "case 44: HEAD with the length of GET",
        method: "HEAD",
        headers: &[("content-length", "10")],
        present: &["content-length: 10"],
        ..PLAIN
    },
    Row {
        name: "HEAD with a body",
        method: "HEAD",
        headers: &[("content-length", "9")],
        body: "hello",
        present: &["content-length: 5"],
        ..PLAIN
    },
    Row {
        name: "HEAD with nonsense",
        method: "HEAD",
        headers: &[("content-length", "x")],
        absent: &["transfer-", "content-length"],
        ..PLAIN
    },
    Row {
        name: "case 46: two cookies",
        headers: &[("set-cookie", "a"), ("set-cookie", "b")],
        present: &["set-cookie: a", "set-cookie: b"],
        ..PLAIN
    },
    Row {
        name: "the handler's date is the only one",
        headers: &[("date", "Mon, 01 Jan 2001 00:00:00 GMT")],
        present: &["date: mon, 01 jan 2001 00:00:00 gmt"],
        ..PLAIN
    },
    Row { name: "400 closes", status: 400, present: &["connection: close"], ..PLAIN },
    Row {
        name: "an informational answer is our mistake",
        status: 101,
        headers: &[("upgrade", "x")],
        present: &["content-length: 0", "connection: close"],
        absent: &["upgrade"],
        ..PLAIN
    },
];

#[tokio::test]
async fn answers_are_framed_by_their_bodies() {
    let server = Server::start(ServerSettings::default(), |request| {
        let index: usize = request.uri().path().trim_start_matches('/').parse().unwrap();
        let row = &ROWS[index];
        let mut answer = Response::builder().status(row.status);
        for (name, value) in row.headers {
            answer = answer.header(*name, *value);
        }
        Box::pin(async move { answer.body(Body::full(row.body)).unwrap() })
    })
    .await;
    for (index, row) in ROWS.iter().enumerate() {
        let answer =
            converse(server.address, format!("{} /{index} HTTP/1.1\r\nHost: a\r\n\r\n", row.method)).await;
        let (head, sent) = answer.split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase() + "\r\n";
        for line in row.present {
            assert!(head.contains(&format!("\r\n{line}\r\n")), "{}: {line:?} missing in {head}", row.name);
        }
        for text in row.absent {
            assert!(!head.contains(&format!("\r\n{text}")), "{}: {text:?} in {head}", row.name);
        }
        assert_eq!(head.matches("\r\ndate: ").count(), 1, "{}: {head}", row.name);
        assert_eq!(sent, row.sent, "{}", row.name);
    }
}

#[tokio::test]
async fn case_56_unknown_statuses_have_an_empty_reason() {
    let server = super::deaf(ServerSettings::default(), StatusCode::from_u16(299).unwrap()).await;
    assert!(converse(server.address, super::get("/")).await.starts_with("HTTP/1.1 299 \r\n"));
}

#[tokio::test]
async fn a_panic_is_answered_and_closes() {
    let server = Server::start(ServerSettings::default(), |request| {
        assert!(request.uri().path() != "/early", "the handler panics before its future");
        Box::pin(async move {
            assert!(request.uri().path() != "/late", "the handler panics in its future");
            empty(StatusCode::OK)
        })
    })
    .await;
    for path in ["/early", "/late"] {
        let mut client = Client::connect(server.address).await;
        client.write(super::get(path)).await;
        let answer = client.read_to_end().await.to_ascii_lowercase();
        assert_eq!(status(&answer), 500, "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    assert_eq!(status(&converse(server.address, super::get("/")).await), 200, "the server lives on");
}

#[tokio::test]
async fn the_version_of_the_member_is_not_ours() {
    let server = Server::start(ServerSettings::default(), |_| {
        let mut answer = empty(StatusCode::OK);
        *answer.version_mut() = ::http::Version::HTTP_10;
        Box::pin(async move { answer })
    })
    .await;
    assert!(converse(server.address, super::get("/")).await.starts_with("HTTP/1.1 200 OK\r\n"));
}
