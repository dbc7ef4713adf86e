//! Worker threads with listeners of their own, plain and encrypted.

use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::http::{Method, Request, Response};
use http_body_util::BodyExt;
use sinew_core::message::Body;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::http::client::{ClientError, ClientSettings, HttpClient, Target, Timeouts};
use super::http::listener::{BindError, ListenerSettings, bind};
use super::http::server::{ConnectionInfo, Handler, Scheme};
use super::http::testing::{Client, converse, status, until};
use super::threads::{StartError, Workers};
use super::tls::{
    ClientTlsSettings, ServerCertificates, Verify, client_config, development_certificate, server_config,
};

/// Answers with what it knows of the connection, `/slow` only when told to.
#[derive(Default)]
struct Telling {
    go: Notify,
    seen: Mutex<Vec<Arc<ConnectionInfo>>>,
}

impl Handler for Telling {
    async fn handle(&self, request: Request<Body>, connection: &Arc<ConnectionInfo>) -> Response<Body> {
        self.seen.lock().unwrap().push(Arc::clone(connection));
        if request.uri().path() == "/slow" {
            self.go.notified().await;
        }
        Response::new(Body::full(format!("{} {}", connection.listener, connection.scheme.as_str())))
    }
}

const LOOPBACK: &str = "127.0.0.1:0";

fn listener(name: &str) -> ListenerSettings {
    ListenerSettings::new(name, LOOPBACK.parse().unwrap())
}

fn start(threads: usize, listeners: Vec<ListenerSettings>) -> (Workers, Arc<Telling>) {
    let handler = Arc::new(Telling::default());
    let workers = Workers::start(NonZero::new(threads), listeners, Arc::clone(&handler)).unwrap();
    (workers, handler)
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

/// Drains away from the runtime of the test.
async fn drain(workers: Workers, patience: Duration) -> super::threads::Drained {
    tokio::task::spawn_blocking(move || workers.drain(patience)).await.unwrap()
}

#[tokio::test]
async fn several_threads_share_the_listeners() {
    let (workers, handler) = start(2, vec![listener("one"), listener("two")]);
    let &[one, two] = workers.addresses() else { panic!("two addresses") };
    for _ in 0..20 {
        assert!(converse(one, get("/")).await.ends_with("one http"));
        assert!(converse(two, get("/")).await.ends_with("two http"));
    }
    let seen = handler.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 40);
    assert!(seen.iter().all(|connection| [one, two].contains(&connection.local) && connection.tls.is_none()));
    assert_eq!(workers.counters().iter().map(|counters| counters.requests()).collect::<Vec<_>>(), [20, 20]);
    drain(workers, Duration::ZERO).await;
}

/// Closed listeners refuse newcomers, what is in flight finishes, and at the same address they open again (§5.8).
#[tokio::test]
async fn listeners_close_and_open() {
    let (workers, handler) = start(2, vec![listener("one"), listener("two")]);
    let addresses: Vec<_> = workers.addresses().to_vec();
    let entrance = workers.entrance();
    let mut busy = Client::connect(addresses[0]).await;
    busy.write(get("/slow")).await;
    until(|| !handler.seen.lock().unwrap().is_empty()).await;
    for _ in 0..2 {
        let closing = entrance.clone();
        tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
        assert!(!entrance.is_open());
        for address in &addresses {
            let refused = tokio::net::TcpStream::connect(address).await.unwrap_err();
            assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        }
        // Said twice it is the same.
        entrance.close();
        entrance.open().unwrap();
        entrance.open().unwrap();
        assert!(entrance.is_open());
        for address in &addresses {
            assert_eq!(status(&converse(*address, get("/")).await), 200);
        }
    }
    handler.go.notify_one();
    let answer = busy.read_to_end().await;
    assert_eq!(status(&answer), 200);
    assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    entrance.close();
    let taken = bind(&ListenerSettings::new("other", addresses[0]), 1).unwrap();
    assert!(matches!(entrance.open(), Err(BindError::InUse { .. })));
    drop(taken);
    entrance.open().unwrap();
    assert_eq!(status(&converse(addresses[0], get("/")).await), 200);
    drain(workers, Duration::ZERO).await;
    // There is nothing left to close.
    entrance.close();
}

#[tokio::test]
async fn a_drain_waits_for_what_is_in_flight() {
    let (workers, handler) = start(1, vec![listener("one")]);
    let address = workers.addresses()[0];
    let counters = Arc::clone(&workers.counters()[0]);
    let mut idle = Client::connect(address).await;
    idle.write(get("/")).await;
    idle.read_answer().await;
    let mut busy = Client::connect(address).await;
    busy.write(get("/slow")).await;
    until(|| counters.requests() == 2).await;

    let draining = tokio::spawn(drain(workers, Duration::from_secs(60)));
    assert_eq!(idle.read_to_end().await, "");
    handler.go.notify_one();
    let answer = busy.read_to_end().await.to_ascii_lowercase();
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    let drained = draining.await.unwrap();
    assert_eq!((drained.finished, drained.aborted), (2, 0));
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_drain_cuts_off_what_does_not_end() {
    let (workers, _handler) = start(1, vec![listener("one")]);
    let address = workers.addresses()[0];
    let counters = Arc::clone(&workers.counters()[0]);
    let mut busy = Client::connect(address).await;
    busy.write(get("/slow")).await;
    until(|| counters.requests() == 1).await;
    let patience = Duration::from_millis(100);
    let begin = Instant::now();
    let drained = drain(workers, patience).await;
    assert!(begin.elapsed() >= patience);
    assert_eq!((drained.finished, drained.aborted), (0, 1));
    let end = busy.read_to_end().await;
    assert!(end.is_empty() || end == "[reset]", "{end}");
}

#[tokio::test]
async fn the_patience_of_a_drain_can_be_ended() {
    let (workers, _handler) = start(2, vec![listener("one")]);
    let counters = Arc::clone(&workers.counters()[0]);
    let patience = workers.patience();
    let mut busy = Client::connect(workers.addresses()[0]).await;
    busy.write(get("/slow")).await;
    until(|| counters.requests() == 1).await;
    let mut idle = Client::connect(workers.addresses()[0]).await;
    until(|| counters.open() == 2).await;
    let draining = tokio::spawn(drain(workers, Duration::from_secs(3600)));
    // The drain has begun when the idle connection is closed.
    assert_eq!(idle.read_to_end().await, "");
    patience.end();
    let drained = draining.await.unwrap();
    assert_eq!((drained.finished, drained.aborted), (1, 1));
}

#[tokio::test]
async fn workers_that_are_dropped_stop() {
    let (workers, _handler) = start(2, vec![listener("one")]);
    let _patience = workers.patience();
    let mut busy = Client::connect(workers.addresses()[0]).await;
    busy.write(get("/slow")).await;
    until(|| workers.counters()[0].requests() == 1).await;
    drop(workers);
    let end = busy.read_to_end().await;
    assert!(end.is_empty() || end == "[reset]", "{end}");
}

#[tokio::test]
async fn a_connection_in_the_backlog_is_not_lost_in_a_drain() {
    let (workers, _handler) = start(1, vec![listener("one")]);
    let address = workers.addresses()[0];
    let mut late = Client::connect(address).await;
    late.write(get("/")).await;
    drain(workers, Duration::from_secs(5)).await;
    assert_eq!(status(&late.read_to_end().await), 200);
}

#[test]
fn a_port_that_is_taken_is_told_apart() {
    let taken = std::net::TcpListener::bind(LOOPBACK).unwrap();
    let address = taken.local_addr().unwrap();
    let settings = ListenerSettings { address, ..listener("one") };
    let error = bind(&settings, 2).unwrap_err();
    assert!(matches!(error, BindError::InUse { address: named } if named == address), "{error}");
    let started = Workers::start(NonZero::new(1), vec![settings], Arc::new(Telling::default()));
    assert!(matches!(started, Err(StartError::Bind(BindError::InUse { .. }))));
}

#[test]
fn another_balancer_on_the_port_is_noticed_unless_it_shall_be_there() {
    let first = bind(&listener("first"), 2).unwrap();
    let address = first[0].local_addr().unwrap();
    let mut second = ListenerSettings { address, ..listener("second") };
    assert!(matches!(bind(&second, 1), Err(BindError::InUse { .. })));
    second.share_port = true;
    assert_eq!(bind(&second, 2).unwrap().len(), 2);
}

#[test]
fn an_address_that_is_not_ours_is_an_error() {
    let settings = ListenerSettings { address: "192.0.2.1:0".parse().unwrap(), ..listener("one") };
    assert!(matches!(bind(&settings, 1), Err(BindError::Other { .. })));
}

#[tokio::test]
async fn newcomers_wait_when_there_are_too_many_connections() {
    let (workers, _handler) =
        start(1, vec![ListenerSettings { max_connections: Some(2), ..listener("one") }]);
    let address = workers.addresses()[0];
    let counters = Arc::clone(&workers.counters()[0]);
    let first = Client::connect(address).await;
    let _second = Client::connect(address).await;
    let mut third = Client::connect(address).await;
    third.write(get("/")).await;
    until(|| counters.open() == 2).await;
    assert_eq!((counters.accepted(), counters.requests()), (2, 0));
    drop(first);
    assert_eq!(status(&third.read_answer().await), 200);
    assert_eq!(counters.open(), 2);
    drain(workers, Duration::ZERO).await;
}

#[tokio::test]
async fn an_encrypted_listener_serves_our_client() {
    let directory = TempDir::new().unwrap();
    let files = development_certificate(directory.path(), &[]).unwrap();
    let tls = server_config(ServerCertificates::load(vec![files.clone()]).unwrap()).unwrap();
    let (workers, handler) = start(1, vec![ListenerSettings { tls: Some(tls), ..listener("safe") }]);
    let address = workers.addresses()[0];
    let trust = ClientTlsSettings { verify: Verify::Full, authorities: Some(files.certificate) };
    let client = HttpClient::new(ClientSettings {
        tls: Some(client_config(&trust).unwrap()),
        ..ClientSettings::default()
    });
    let target = Target::new(Scheme::Https, "localhost", address.port()).unwrap();
    for _ in 0..2 {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::GET;
        let answer = client.send(&target, request, Timeouts::default()).await.unwrap();
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "safe https");
    }
    assert_eq!((client.counters().opened(), client.counters().reused()), (1, 1));
    let info = handler.seen.lock().unwrap()[0].clone();
    let tls = info.tls.clone().unwrap();
    assert_eq!(
        (info.scheme, tls.version, tls.server_name.as_deref()),
        (Scheme::Https, "TLSv1.3", Some("localhost"))
    );

    // A certificate that does not fit is a failure of the connect phase.
    let strict = HttpClient::new(ClientSettings {
        tls: Some(client_config(&ClientTlsSettings::default()).unwrap()),
        ..ClientSettings::default()
    });
    let error = strict.send(&target, Request::new(Body::empty()), Timeouts::default()).await.unwrap_err();
    assert!(matches!(error, ClientError::Tls { .. }), "{error:?}");
    assert_eq!((error.code(), error.nothing_sent()), (101_500, true));
    drain(workers, Duration::ZERO).await;
}

#[tokio::test]
async fn a_handshake_that_stalls_is_ended() {
    let directory = TempDir::new().unwrap();
    let files = development_certificate(directory.path(), &[]).unwrap();
    let tls = server_config(ServerCertificates::load(vec![files]).unwrap()).unwrap();
    let mut settings = ListenerSettings { tls: Some(tls), ..listener("safe") };
    settings.server.handshake_time = Duration::from_millis(100);
    let (workers, _handler) = start(1, vec![settings]);
    let mut silent = Client::connect(workers.addresses()[0]).await;
    let end = silent.read_to_end().await;
    assert!(end.is_empty(), "{end}");
    drain(workers, Duration::ZERO).await;
}
