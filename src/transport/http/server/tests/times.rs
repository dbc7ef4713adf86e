//! Time-outs of every phase, with short settings.

use std::time::Duration;

use ::http::StatusCode;
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::{Gate, deaf, get, post, with};
use crate::transport::http::framing::{Refusal, RefusalReason};
use crate::transport::http::testing::{Client, Server, empty, status, until};

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn case_73_an_idle_connection_is_closed_without_a_word() {
    let server = deaf(with(|settings| settings.idle_time = SHORT), StatusCode::OK).await;
    let mut unused = Client::connect(server.address).await;
    let mut used = Client::connect(server.address).await;
    used.write(get("/")).await;
    used.read_answer().await;
    let start = Instant::now();
    assert_eq!(used.read_to_end().await, "");
    assert!(start.elapsed() >= SHORT / 2, "{:?}", start.elapsed());
    assert_eq!(unused.read_to_end().await, "");
}

#[tokio::test]
async fn a_slow_head_gets_408() {
    let settings = with(|settings| {
        settings.head_time = SHORT;
        settings.idle_time = LONG;
    });
    let server = deaf(settings, StatusCode::OK).await;
    for first_bytes in ["G", "GET / HTTP/1.1\r\nHost: a\r\nX: "] {
        let mut client = Client::connect(server.address).await;
        client.write(first_bytes).await;
        let start = Instant::now();
        let answer = client.read_to_end().await;
        assert_eq!(status(&answer), 408, "{answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close\r\n"), "{answer}");
        assert!(start.elapsed() >= SHORT / 2, "{:?}", start.elapsed());
    }
    until(|| server.counters.open() == 0).await;
    assert_eq!(server.counters.refused(RefusalReason::Timeout), 2);
}

#[tokio::test]
async fn bytes_that_drip_do_not_prolong_a_head() {
    let settings = with(|settings| settings.head_time = SHORT);
    let server = deaf(settings, StatusCode::OK).await;
    let client = Client::connect(server.address).await;
    let (mut reading, mut writing) = client.0.into_split();
    let dripping = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        while writing.write_all(b"X: y\r\n").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    let start = Instant::now();
    let mut answer = Vec::new();
    // A reset instead of an end is fine: the client has kept sending.
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut answer).await;
    assert!(start.elapsed() < SHORT * 20, "{:?}", start.elapsed());
    dripping.abort();
}

#[tokio::test]
async fn a_working_handler_is_not_idle() {
    let gate = Gate::default();
    let handlers_gate = gate.clone();
    let settings = with(|settings| {
        settings.idle_time = SHORT;
        settings.head_time = SHORT;
        settings.body_idle = SHORT;
    });
    let server = Server::start(settings, move |_| {
        let gate = handlers_gate.clone();
        Box::pin(async move {
            gate.wait().await;
            empty(StatusCode::OK)
        })
    })
    .await;
    let mut client = Client::connect(server.address).await;
    // The second request waits half-sent while the first is being answered.
    client.write(get("/") + "GET / HT").await;
    tokio::time::sleep(SHORT * 2).await;
    gate.open();
    assert_eq!(status(&client.read_answer().await), 200);
    client.write("TP/1.1\r\nHost: a\r\n\r\n").await;
    gate.open();
    assert_eq!(status(&client.read_answer().await), 200);
}

#[tokio::test]
async fn case_74_a_stalled_body_fails() {
    let server = Server::start(with(|settings| settings.body_idle = SHORT), |request| {
        Box::pin(async move {
            match request.into_body().collect().await {
                Ok(_) => empty(StatusCode::OK),
                Err(error) => empty(Refusal::of_body(&error).status),
            }
        })
    })
    .await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 10", "hello")).await;
    let answer = client.read_to_end().await;
    assert_eq!(status(&answer), 408, "{answer}");
}

#[tokio::test]
async fn an_unread_body_that_stalls_does_not_hold_the_connection() {
    let server = deaf(with(|settings| settings.linger_time = SHORT), StatusCode::OK).await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 10", "hello")).await;
    assert_eq!(status(&client.read_answer().await), 200);
    assert_eq!(client.read_to_end().await, "");
    until(|| server.counters.open() == 0).await;
}
