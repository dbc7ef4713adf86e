//! Connections that are kept, used again, replaced when dead, limited and closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ::http::Method;
use http_body_util::BodyExt;
use sinew_core::message::Body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{SHORT, TIMEOUTS, client, get, request, send, text};
use crate::transport::http::client::{ClientError, Timeouts};
use crate::transport::http::testing::{Member, target, until};

/// An answer that is a stream, and keeps its connection until it has been read.
const STREAM: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn a_connection_is_used_again() {
    let member = Member::ok().await;
    let client = client(|_| {});
    for _ in 0..5 {
        assert_eq!(text(&client, member.address, get()).await, "ok");
        assert_eq!(text(&client, member.address, request(Method::POST, Body::full("x"))).await, "ok");
    }
    assert_eq!(member.connections(), 1);
    assert_eq!((client.counters().opened(), client.counters().reused()), (1, 9));
}

#[tokio::test]
async fn an_answer_without_a_body_gives_its_connection_back_at_once() {
    let member = Member::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let client = client(|_| {});
    let first = send(&client, member.address, get()).await.unwrap();
    let second = send(&client, member.address, get()).await.unwrap();
    assert_eq!((first.status(), second.status()), (204.try_into().unwrap(), 204.try_into().unwrap()));
    assert_eq!(member.connections(), 1);
}

#[tokio::test]
async fn a_busy_connection_is_not_shared() {
    let member = Member::answering(STREAM).await;
    let client = client(|_| {});
    let first = send(&client, member.address, get()).await.unwrap();
    let second = send(&client, member.address, get()).await.unwrap();
    assert_eq!(member.connections(), 2);
    for answer in [first, second] {
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "ok");
    }
    text(&client, member.address, get()).await;
    assert_eq!(member.connections(), 2);
}

#[tokio::test]
async fn an_answer_that_is_dropped_closes_its_connection() {
    let member = Member::answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok").await;
    let client = client(|_| {});
    drop(send(&client, member.address, get()).await.unwrap());
    until(|| client.counters().open() == 0).await;
}

/// A member that answers one request on each connection, then closes it as the test says.
async fn closing_after_one(
    close: impl Fn(TcpStream) + Send + Sync + 'static,
) -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let requests = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut space = [0; 4096];
            if stream.read(&mut space).await.is_ok_and(|read| read > 0) {
                count.fetch_add(1, Ordering::Relaxed);
                stream.write_all(OK).await.unwrap();
                close(stream);
            }
        }
    });
    (address, requests)
}

#[tokio::test]
async fn a_connection_closed_in_the_pool_is_replaced_for_every_method() {
    let (member, requests) = closing_after_one(drop).await;
    let client = client(|_| {});
    for method in [Method::GET, Method::POST, Method::GET] {
        assert_eq!(text(&client, member, request(method, Body::full("x"))).await, "ok");
        // The end of the connection has arrived before the next request.
        until(|| client.counters().open() == 0).await;
    }
    assert_eq!(requests.load(Ordering::Relaxed), 3);
}

/// A member whose second request on a connection is met with a close, which the client cannot foresee.
async fn dying_at_the_second() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let (address, _) = closing_after_one(move |mut stream| {
        let count = Arc::clone(&count);
        tokio::spawn(async move {
            let mut space = [0; 4096];
            if stream.read(&mut space).await.is_ok_and(|read| read > 0) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    })
    .await;
    (address, seen)
}

#[tokio::test]
async fn a_dead_connection_is_replaced_for_what_may_be_repeated() {
    let (member, died) = dying_at_the_second().await;
    let client = client(|_| {});
    text(&client, member, get()).await;
    assert_eq!(text(&client, member, get()).await, "ok");
    assert_eq!((died.load(Ordering::Relaxed), client.counters().retried()), (1, 1));
}

#[tokio::test]
async fn nothing_else_is_sent_twice() {
    for request in [
        request(Method::POST, Body::empty()),
        request(Method::POST, Body::full("x")),
        // Idempotent, but the body is gone.
        request(Method::PUT, Body::full("x")),
    ] {
        let (member, died) = dying_at_the_second().await;
        let client = client(|_| {});
        text(&client, member, get()).await;
        let error = send(&client, member, request).await.unwrap_err();
        assert!(matches!(error, ClientError::Closed { nothing_sent: false, .. }), "{error:?}");
        assert_eq!(error.code(), 101_505);
        assert_eq!((died.load(Ordering::Relaxed), client.counters().retried()), (1, 0));
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_time() {
    let member = Member::ok().await;
    let client = client(|settings| settings.idle_time = SHORT);
    text(&client, member.address, get()).await;
    assert_eq!(client.counters().open(), 1);
    until(|| client.counters().open() == 0).await;
    text(&client, member.address, get()).await;
    assert_eq!(member.connections(), 2);
}

#[tokio::test]
async fn an_old_connection_is_not_used_again() {
    let member = Member::ok().await;
    let client = client(|settings| settings.life_time = Some(Duration::ZERO));
    text(&client, member.address, get()).await;
    text(&client, member.address, get()).await;
    assert_eq!(member.connections(), 2);
}

#[tokio::test]
async fn so_many_are_kept_and_no_more() {
    let member = Member::answering(STREAM).await;
    let client = client(|settings| settings.max_idle_per_target = 2);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(send(&client, member.address, get()).await.unwrap());
    }
    for answer in answers {
        answer.into_body().collect().await.unwrap();
    }
    until(|| client.counters().open() == 2).await;
}

// --- the limit on connections (http-transport.md §17 rule 10) ---------------------------------------------------------

#[tokio::test]
async fn a_request_over_the_limit_gets_the_next_free_connection() {
    let member = Member::answering(STREAM).await;
    let client = client(|settings| settings.max_connections_per_target = Some(1));
    let first = send(&client, member.address, get()).await.unwrap();
    let finishing = async {
        tokio::task::yield_now().await;
        first.into_body().collect().await.unwrap()
    };
    let (second, _) = tokio::join!(text(&client, member.address, get()), finishing);
    assert_eq!(second, "ok");
    assert_eq!(member.connections(), 1);
}

#[tokio::test]
async fn a_slot_is_given_on_when_its_connection_dies() {
    let member = Member::answering(STREAM).await;
    let client = client(|settings| settings.max_connections_per_target = Some(1));
    let first = send(&client, member.address, get()).await.unwrap();
    let dropping = async {
        tokio::task::yield_now().await;
        drop(first);
    };
    let (second, ()) = tokio::join!(text(&client, member.address, get()), dropping);
    assert_eq!(second, "ok");
    assert_eq!(member.connections(), 2);
}

#[tokio::test]
async fn waiting_for_a_connection_ends_with_the_connect_time_out() {
    let member = Member::answering(STREAM).await;
    let client = client(|settings| settings.max_connections_per_target = Some(1));
    let _busy = send(&client, member.address, get()).await.unwrap();
    let timeouts = Timeouts { connect: SHORT, ..TIMEOUTS };
    let error = client.send(&target(member.address), get(), timeouts).await.unwrap_err();
    assert!(matches!(error, ClientError::PoolExhausted { .. }), "{error:?}");
    assert_eq!((error.code(), error.nothing_sent()), (101_504, true));
}

#[tokio::test]
async fn the_queue_for_connections_is_bounded() {
    let member = Member::answering(STREAM).await;
    let client = client(|settings| {
        settings.max_connections_per_target = Some(1);
        settings.max_waiting_per_target = 0;
    });
    let _busy = send(&client, member.address, get()).await.unwrap();
    let error = send(&client, member.address, get()).await.unwrap_err();
    assert!(matches!(error, ClientError::PoolExhausted { .. }), "{error:?}");
}
