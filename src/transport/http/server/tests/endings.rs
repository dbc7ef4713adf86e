//! How connections end: aborted answers, draining.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::{Request, Response, StatusCode};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use sinew_core::message::{Body, BodyError};
use tokio::io::AsyncReadExt;

use super::{Gate, get, naming};
use crate::transport::counters::ListenerCounters;
use crate::transport::http::Stream;
use crate::transport::http::drain::DrainSignal;
use crate::transport::http::server::{
    ConnectionInfo, Handler, Scheme, ServerSettings, Serving, serve_connection,
};
use crate::transport::http::testing::{Client, PARK_AFTER, Server, empty, status, until};

/// Counts what is pulled out of it, and never ends.
struct Endless {
    produced: Arc<AtomicU64>,
    is_dropped: Arc<AtomicBool>,
    frame: Bytes,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.produced.fetch_add(self.frame.len() as u64, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(self.frame.clone()))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        self.is_dropped.store(true, Ordering::Relaxed);
    }
}

async fn endless(settings: ServerSettings) -> (Server, Arc<AtomicU64>, Arc<AtomicBool>) {
    let (produced, is_dropped) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, flag) = (Arc::clone(&produced), Arc::clone(&is_dropped));
    let server = Server::start(settings, move |_| {
        let body = Endless {
            produced: Arc::clone(&count),
            is_dropped: Arc::clone(&flag),
            frame: Bytes::from_static(&[b'x'; 10_000]),
        };
        Box::pin(async move { Response::new(Body::stream(body)) })
    })
    .await;
    (server, produced, is_dropped)
}

#[tokio::test]
async fn a_slow_reader_stops_the_producer() {
    let (server, produced, _) = endless(ServerSettings::default()).await;
    let mut client = Client::connect(server.address).await;
    client.write(get("/")).await;
    // The producer stops when our buffer and those of the two sockets are full.
    let mut before = 0;
    until(|| produced.load(Ordering::Relaxed) > 0).await;
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = produced.load(Ordering::Relaxed);
        if now == before {
            break;
        }
        before = now;
    }
    // The kernel's buffers grow to at most 4 + 6 MB here by default; ours to 64 KiB.
    assert!(before < 16_000_000, "{before} bytes were produced for a client that reads nothing");
    // When the client reads, it goes on.
    let mut read = vec![0; 8_000_000];
    client.0.read_exact(&mut read).await.unwrap();
    until(|| produced.load(Ordering::Relaxed) > before).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let settings = super::with(|settings| settings.write_stall = Duration::from_millis(100));
    let (server, _, is_dropped) = endless(settings).await;
    let mut client = Client::connect(server.address).await;
    client.write(get("/")).await;
    until(|| is_dropped.load(Ordering::Relaxed)).await;
    until(|| server.counters.open() == 0).await;
    let answer = client.read_to_end().await;
    assert!(answer.ends_with("[reset]"), "the cut must be visible");
}

#[tokio::test]
async fn the_answer_is_dropped_when_its_client_goes_away() {
    let (server, _, is_dropped) = endless(ServerSettings::default()).await;
    let mut client = Client::connect(server.address).await;
    client.write(get("/")).await;
    client.read_until(b"\r\n\r\n").await;
    drop(client);
    until(|| is_dropped.load(Ordering::Relaxed)).await;
    until(|| server.counters.open() == 0).await;
}

#[tokio::test]
async fn a_drain_closes_idle_connections_and_ends_busy_ones_after_their_answer() {
    let gate = Gate::default();
    let handlers_gate = gate.clone();
    let server = Server::start(ServerSettings::default(), move |request| {
        let gate = handlers_gate.clone();
        Box::pin(async move {
            if request.uri().path() == "/slow" {
                gate.wait().await;
            }
            empty(StatusCode::OK)
        })
    })
    .await;
    let mut fresh = Client::connect(server.address).await;
    let mut idle = Client::connect(server.address).await;
    idle.write(get("/")).await;
    assert_eq!(status(&idle.read_answer().await), 200);
    let mut busy = Client::connect(server.address).await;
    busy.write(get("/slow")).await;
    until(|| server.counters.requests() == 2 && server.counters.open() == 3).await;

    // One is idle for so long that it is parked.
    tokio::time::sleep(PARK_AFTER * 3).await;
    server.drain.give();
    assert_eq!(fresh.read_to_end().await, "");
    assert_eq!(idle.read_to_end().await, "");
    until(|| server.counters.open() == 1).await;
    gate.open();
    let answer = busy.read_to_end().await.to_ascii_lowercase();
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    until(|| server.counters.open() == 0).await;
}

#[tokio::test]
async fn bytes_are_counted() {
    let server = naming().await;
    let mut client = Client::connect(server.address).await;
    let request = get("/counted");
    client.write(&request).await;
    let answer = client.read_answer().await;
    assert_eq!(server.counters.bytes_in(), request.len() as u64);
    assert_eq!(server.counters.bytes_out(), answer.len() as u64);
}

struct Deaf;

impl Handler for Deaf {
    async fn handle(&self, _request: Request<Body>, _connection: &Arc<ConnectionInfo>) -> Response<Body> {
        empty(StatusCode::OK)
    }
}

/// hot-path.md §6: an idle connection costs at most 1.5 KB with everything; what its task holds is a part of that, beside the
/// address book of the connection, the socket in the runtime, and a timer.
#[tokio::test]
async fn a_resting_connection_is_small() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(tokio::net::TcpStream::connect(address), listener.accept());
    let (_client, (stream, remote)) = (client.unwrap(), accepted.unwrap());
    let info =
        ConnectionInfo { listener: "test".into(), scheme: Scheme::Http, local: address, remote, tls: None };
    let serving = Serving {
        settings: Arc::default(),
        counters: Arc::new(ListenerCounters::new("test".into(), 1)),
        thread: 0,
        drain: DrainSignal::default(),
        park_after: Serving::PARK_AFTER,
    };
    let connection = serve_connection(Stream::Plain(stream), Arc::new(info), Arc::new(Deaf), &serving);
    let size = size_of_val(&connection);
    assert!(size <= 900, "{size} bytes");
}

#[tokio::test]
async fn a_drain_while_an_answer_is_written_ends_the_connection_after_it() {
    let gate = Gate::default();
    let handlers_gate = gate.clone();
    let server = Server::start(ServerSettings::default(), move |_| {
        let gate = handlers_gate.clone();
        Box::pin(async move {
            let frames = futures_util::stream::unfold((gate, 0), |(gate, turn)| async move {
                if turn == 1 {
                    gate.wait().await;
                }
                (turn < 2).then(|| (Ok(Frame::data(Bytes::from_static(b"part"))), (gate, turn + 1)))
            });
            Response::new(Body::stream(http_body_util::StreamBody::new(Box::pin(frames))))
        })
    })
    .await;
    let mut client = Client::connect(server.address).await;
    client.write(get("/")).await;
    let begun = String::from_utf8(client.read_until(b"4\r\npart\r\n").await).unwrap();
    assert!(!begun.to_ascii_lowercase().contains("connection:"), "nobody knew of it yet: {begun}");
    server.drain.give();
    gate.open();
    assert_eq!(client.read_to_end().await, "4\r\npart\r\n0\r\n\r\n");
    until(|| server.counters.open() == 0).await;
}
