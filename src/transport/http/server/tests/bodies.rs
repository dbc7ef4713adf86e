//! Bodies of both directions at once: who reads when, and that nobody waits for the other for ever.

use std::sync::{Arc, Mutex};

use ::http::{Response, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use sinew_core::message::{Body, BodyError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Gate, deaf, echo, get, post, with};
use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, Server, empty, status, until};

/// Answers at once with so many bytes, and drops the body of the request.
async fn talkative(bytes: usize) -> Server {
    let answer = Bytes::from(vec![b'y'; bytes]);
    Server::start(ServerSettings::default(), move |_| {
        let answer = answer.clone();
        Box::pin(async move { Response::new(Body::full(answer)) })
    })
    .await
}

/// The kernel's buffers hold some megabytes, so both sides block unless one of them reads.
const MUCH: usize = 20_000_000;

#[tokio::test]
async fn a_client_that_sends_before_it_reads_gets_a_large_answer() {
    let server = talkative(MUCH).await;
    let mut client = Client::connect(server.address).await;
    let sent = 6_000_000;
    client.write(post(&format!("Content-Length: {sent}"), "")).await;
    client.write(vec![b'x'; sent]).await;
    let answer = client.read_to_end().await;
    assert!(answer.to_ascii_lowercase().contains("connection: close\r\n"), "too long to be read");
    assert!(answer.ends_with('y'), "not cut off, not reset");
    assert_eq!(answer.split_once("\r\n\r\n").unwrap().1.len(), MUCH);
}

#[tokio::test]
async fn a_large_echo_flows_in_both_directions() {
    let server = echo(ServerSettings::default()).await;
    let client = Client::connect(server.address).await;
    let (mut reading, mut writing) = client.0.into_split();
    let sending = tokio::spawn(async move {
        writing.write_all(post(&format!("Content-Length: {MUCH}"), "").as_bytes()).await.unwrap();
        for _ in 0..MUCH / 100_000 {
            writing.write_all(&vec![b'x'; 100_000]).await.unwrap();
        }
        writing.write_all(get("/next").as_bytes()).await.unwrap();
        writing
    });
    let mut answers = vec![0; MUCH];
    reading.read_exact(&mut answers).await.unwrap();
    let mut rest = String::new();
    drop(sending.await.unwrap());
    reading.read_to_string(&mut rest).await.unwrap();
    assert!(answers.starts_with(b"HTTP/1.1 200 OK\r\n"));
    // The next request has no body, so its answer has none.
    assert!(rest.contains("HTTP/1.1 200 OK\r\n") && rest.contains("content-length: 0\r\n"), "{rest}");
}

#[tokio::test]
async fn a_body_may_be_read_by_another_task_after_the_answer() {
    let gate = Gate::default();
    let (handlers_gate, read) = (gate.clone(), Arc::new(Mutex::new(Vec::new())));
    let record = Arc::clone(&read);
    let server = Server::start(ServerSettings::default(), move |request| {
        let (gate, record) = (handlers_gate.clone(), Arc::clone(&record));
        Box::pin(async move {
            if request.method() == "POST" {
                tokio::spawn(async move {
                    gate.wait().await;
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    record.lock().unwrap().extend_from_slice(&body);
                });
            }
            Response::new(Body::full("done"))
        })
    })
    .await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 10", "hello")).await;
    assert!(client.read_answer().await.ends_with("done"));
    client.write("world".to_owned() + &get("/next")).await;
    gate.open();
    assert!(client.read_answer().await.ends_with("done"), "the connection goes on behind the body");
    assert_eq!(*read.lock().unwrap(), b"helloworld");
}

#[tokio::test]
async fn a_body_that_is_held_elsewhere_fails_when_its_client_goes_away() {
    let failed = Arc::new(Mutex::new(None));
    let record = Arc::clone(&failed);
    let server = Server::start(ServerSettings::default(), move |request| {
        let record = Arc::clone(&record);
        Box::pin(async move {
            tokio::spawn(async move {
                let result = request.into_body().collect().await.map(|_| ());
                *record.lock().unwrap() = Some(result);
            });
            empty(StatusCode::OK)
        })
    })
    .await;
    let mut client = Client::connect(server.address).await;
    client.write(post("Content-Length: 10", "hello")).await;
    let answer = client.read_answer().await.to_ascii_lowercase();
    assert!(
        answer.contains("connection: close\r\n"),
        "nothing follows an answer before its request: {answer}"
    );
    drop(client);
    until(|| matches!(*failed.lock().unwrap(), Some(Err(BodyError::Aborted(_))))).await;
    until(|| server.counters.open() == 0).await;
}

#[tokio::test]
async fn an_answer_that_fails_before_its_first_byte_becomes_502() {
    for length in [None, Some(5)] {
        let server = Server::start(ServerSettings::default(), move |_| {
            let frames = futures_util::stream::iter([Err(BodyError::Idle)]);
            let body = StreamBody::new(frames);
            Box::pin(async move {
                Response::new(match length {
                    None => Body::stream(body),
                    Some(length) => {
                        Body::stream(http_body_util::Limited::new(body, length).map_err(|_| BodyError::Idle))
                    }
                })
            })
        })
        .await;
        let mut client = Client::connect(server.address).await;
        client.write(get("/")).await;
        let answer = client.read_to_end().await.to_ascii_lowercase();
        assert_eq!(status(&answer), 502, "{answer}");
        assert!(
            answer.contains("content-length: 0\r\n") && answer.contains("connection: close\r\n"),
            "{answer}"
        );
        assert_eq!(answer.matches("http/1.1").count(), 1, "{answer}");
    }
}

#[tokio::test]
async fn head_and_body_of_a_small_answer_leave_together() {
    let server = talkative(1000).await;
    let mut client = Client::connect(server.address).await;
    for _ in 0..3 {
        client.write(get("/")).await;
        let mut first = vec![0; 10_000];
        let count = client.0.read(&mut first).await.unwrap();
        let text = String::from_utf8_lossy(&first[..count]);
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        assert!(head.contains("content-length: 1000") && body.len() == 1000, "{text}");
    }
}

// --- Expect: 100-continue, beyond case 26 -----------------------------------------------------------------------------

#[tokio::test]
async fn continue_is_not_sent_for_a_body_that_has_come_or_to_http_10() {
    let server = echo(ServerSettings::default()).await;
    let expecting = "Expect: 100-continue\r\nContent-Length: 5";
    let mut client = Client::connect(server.address).await;
    client.write(post(expecting, "hello")).await;
    assert!(client.read_answer().await.starts_with("HTTP/1.1 200 OK\r\n"));
    let mut client = Client::connect(server.address).await;
    client.write(format!("POST / HTTP/1.0\r\n{expecting}\r\n\r\n")).await;
    client.write("hello").await;
    let answer = client.read_to_end().await;
    assert!(answer.starts_with("HTTP/1.0 200 OK\r\n") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn http_10_connections_are_kept_when_asked_to() {
    let server = deaf(with(|_| {}), StatusCode::OK).await;
    let mut client = Client::connect(server.address).await;
    for _ in 0..2 {
        client.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").await;
        let answer = client.read_answer().await;
        assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
        assert!(answer.contains("\r\nconnection: keep-alive\r\n"), "{answer}");
    }
    client.write("GET / HTTP/1.0\r\n\r\n").await;
    assert!(client.read_to_end().await.contains("\r\nconnection: close\r\n"));
}
