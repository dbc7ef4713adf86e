//! Requests on one connection: order, persistence, bodies that nobody read.

use ::http::{Response, StatusCode};
use http_body_util::BodyExt;
use sinew_core::message::Body;

use super::{Gate, deaf, echo, get, naming, post};
use crate::transport::http::CloseAfter;
use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, PARK_AFTER, Server, converse, empty, status, until};

#[tokio::test]
async fn case_69_pipelined_requests_are_answered_in_order() {
    let server = naming().await;
    let mut client = Client::connect(server.address).await;
    client.write(get("/1") + &get("/2") + &get("/3")).await;
    for path in ["/1", "/2", "/3"] {
        assert!(client.read_answer().await.ends_with(&format!("\r\n\r\nGET {path}")), "{path}");
    }
    assert_eq!((server.counters.accepted(), server.counters.requests()), (1, 3));
}

#[tokio::test]
async fn a_connection_that_was_parked_goes_on() {
    let server = naming().await;
    let mut client = Client::connect(server.address).await;
    for round in 0..3 {
        tokio::time::sleep(PARK_AFTER * 3).await;
        // Empty lines wake it, and are no request.
        client.write("\r\n").await;
        tokio::time::sleep(PARK_AFTER * 3).await;
        let (first, second) = (format!("/{round}/a"), format!("/{round}/b"));
        client.write(get(&first) + &get(&second)[..10]).await;
        assert!(client.read_answer().await.ends_with(&format!("\r\n\r\nGET {first}")));
        // A head that has begun is not parked.
        tokio::time::sleep(PARK_AFTER * 3).await;
        client.write(&get(&second)[10..]).await;
        assert!(client.read_answer().await.ends_with(&format!("\r\n\r\nGET {second}")));
    }
    assert_eq!((server.counters.accepted(), server.counters.requests()), (1, 6));
    tokio::time::sleep(PARK_AFTER * 3).await;
    drop(client);
    until(|| server.counters.open() == 0).await;
}

#[tokio::test]
async fn case_70_a_half_closed_client_gets_its_answer() {
    let gate = Gate::default();
    let handlers_gate = gate.clone();
    let server = Server::start(ServerSettings::default(), move |_| {
        let gate = handlers_gate.clone();
        Box::pin(async move {
            gate.wait().await;
            empty(StatusCode::OK)
        })
    })
    .await;
    let conversation = converse(server.address, get("/"));
    let opening = async {
        tokio::task::yield_now().await;
        gate.open();
    };
    let (answer, ()) = tokio::join!(conversation, opening);
    assert_eq!(status(&answer), 200, "{answer}");
}

#[tokio::test]
async fn an_echo_keeps_the_connection() {
    let server = echo(ServerSettings::default()).await;
    let mut client = Client::connect(server.address).await;
    for _ in 0..2 {
        client.write(post("Content-Length: 5", "hello")).await;
        let answer = client.read_answer().await.to_ascii_lowercase();
        assert!(answer.contains("content-length: 5\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nhello") && !answer.contains("connection:"), "{answer}");
        client.write(post("Transfer-Encoding: chunked", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n")).await;
        let answer = client.read_answer().await.to_ascii_lowercase();
        assert!(answer.contains("transfer-encoding: chunked\r\n"), "{answer}");
        // Both chunks were there, so they leave as one.
        assert!(answer.ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_close_is_announced_and_done() {
    let server = Server::start(ServerSettings::default(), |request| {
        let mut answer = empty(StatusCode::OK);
        if request.uri().path() == "/close" {
            answer.extensions_mut().insert(CloseAfter);
        }
        Box::pin(async move { answer })
    })
    .await;
    for request in ["GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &get("/close")] {
        let mut client = Client::connect(server.address).await;
        client.write(request).await;
        let answer = client.read_to_end().await.to_ascii_lowercase();
        assert!(answer.contains("connection: close\r\n"), "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn case_42_some_statuses_close() {
    let server = Server::start(ServerSettings::default(), |request| {
        let code = request.uri().path().trim_start_matches('/').parse().unwrap();
        Box::pin(async move { empty(StatusCode::from_u16(code).unwrap()) })
    })
    .await;
    for code in [400, 408, 411, 413, 414, 501, 503] {
        let mut client = Client::connect(server.address).await;
        client.write(get(&format!("/{code}"))).await;
        let answer = client.read_to_end().await.to_ascii_lowercase();
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    for code in [200, 202, 404, 500, 502, 504] {
        let mut client = Client::connect(server.address).await;
        for _ in 0..2 {
            client.write(get(&format!("/{code}"))).await;
            assert_eq!(status(&client.read_answer().await), code);
        }
    }
}

// --- hardening.md §2 row 2: an unread body must not become a request --------------------------------------------------

#[tokio::test]
async fn a_short_unread_body_is_read_and_the_connection_kept() {
    let server = Server::start(ServerSettings::default(), |request| {
        let text = format!("{} {}", request.method(), request.uri().path());
        Box::pin(async move { Response::new(Body::full(text)) })
    })
    .await;
    let smuggled = get("/smuggled");
    let length = format!("Content-Length: {}", smuggled.len());
    let chunks = format!("{:x}\r\n{smuggled}\r\n0\r\n\r\n", smuggled.len());
    for first in [post(&length, &smuggled), post("Transfer-Encoding: chunked", &chunks)] {
        let mut client = Client::connect(server.address).await;
        client.write(first + &get("/next")).await;
        assert!(client.read_answer().await.ends_with("\r\n\r\nPOST /"));
        assert!(client.read_answer().await.ends_with("\r\n\r\nGET /next"));
    }
}

#[tokio::test]
async fn a_long_unread_body_closes_the_connection() {
    let server = deaf(ServerSettings::default(), StatusCode::OK).await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 1000000", "the first bytes of many")).await;
    // The answer arrives while the client is still sending, and nothing after it.
    let answer = client.read_to_end().await.to_ascii_lowercase();
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("connection: close\r\n") && !answer.contains("[reset]"), "{answer}");
}

#[tokio::test]
async fn an_early_answer_reaches_a_client_that_sends_on() {
    let server = deaf(ServerSettings::default(), StatusCode::PAYLOAD_TOO_LARGE).await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 4000000", "")).await;
    for _ in 0..40 {
        client.write(vec![b'x'; 100_000]).await;
    }
    let answer = client.read_to_end().await;
    assert_eq!(status(&answer), 413, "{answer}");
    assert!(!answer.contains("[reset]"), "{answer}");
}

#[tokio::test]
async fn an_unread_chunked_body_is_drained_up_to_its_limit_only() {
    let server = deaf(ServerSettings::default(), StatusCode::OK).await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Transfer-Encoding: chunked", "")).await;
    let chunk = format!("2000\r\n{}\r\n", "x".repeat(0x2000));
    for _ in 0..20 {
        client.write(&chunk).await;
    }
    client.write("0\r\n\r\n".to_owned() + &get("/")).await;
    let answer = client.read_to_end().await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
}

// --- Expect: 100-continue ---------------------------------------------------------------------------------------------

#[tokio::test]
async fn case_26_continue_is_sent_when_the_body_is_read() {
    let server = Server::start(ServerSettings::default(), |request| {
        Box::pin(async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Response::new(Body::full(body))
        })
    })
    .await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 5\r\nExpect: 100-continue", "")).await;
    let interim = client.read_until(b"\r\n\r\n").await;
    assert_eq!(interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write("hello").await;
    assert!(client.read_answer().await.ends_with("\r\n\r\nhello"));
}

#[tokio::test]
async fn continue_is_not_sent_for_a_body_that_nobody_wants() {
    let server = deaf(ServerSettings::default(), StatusCode::NOT_FOUND).await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 5\r\nExpect: 100-continue", "")).await;
    let answer = client.read_to_end().await.to_ascii_lowercase();
    assert_eq!(status(&answer), 404, "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}
