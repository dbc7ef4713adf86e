//! Members that are not there, say nothing, say too little, or nonsense.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::{Method, Request};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use sinew_core::message::{Body, BodyError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::{SHORT, TIMEOUTS, client, get, request, send, text};
use crate::transport::http::CloseAfter;
use crate::transport::http::client::{ClientError, Phase, Target, Timeouts};
use crate::transport::http::testing::{ClosingMember, Member, target, until};

/// A member that does with each connection what the function says.
async fn member<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// Reads until the end of a head.
async fn read_head(stream: &mut TcpStream) {
    let mut all = Vec::new();
    while !all.windows(4).any(|window| window == b"\r\n\r\n") {
        assert!(stream.read_buf(&mut all).await.unwrap() > 0);
    }
}

/// Gives one frame and then nothing, for ever.
struct Stalling(bool);

impl HttpBody for Stalling {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"hello")))))
    }
}

/// Fails after one frame.
struct Failing(u8);

impl HttpBody for Failing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.0 += 1;
        match self.0 {
            1 => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"hello"))))),
            // Long enough for the frame to be sent.
            2..10 => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Some(Err(BodyError::TooLarge { limit: 5 }))),
        }
    }
}

fn stalling() -> Request<Body> {
    request(Method::POST, Body::stream(Stalling(false)))
}

#[tokio::test]
async fn case_75_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = send(&client(|_| {}), address, get()).await.unwrap_err();
    assert!(matches!(error, ClientError::Connect { .. }), "{error:?}");
    assert_eq!((error.code(), error.phase(), error.nothing_sent()), (101_503, Phase::Connecting, true));
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn case_86_unresolved() {
    let target = Target::parse(&"http://no-such-host.invalid/".parse().unwrap()).unwrap();
    let error = client(|_| {}).send(&target, get(), TIMEOUTS).await.unwrap_err();
    assert_eq!((error.code(), error.phase(), error.nothing_sent()), (101_503, Phase::Connecting, true));
}

#[tokio::test]
async fn connect_time_out() {
    // TLS to a member that accepts and says nothing stays in the connect phase.
    let address = member(|stream| async move {
        let _kept = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let tls = crate::transport::tls::client_config(&crate::transport::tls::ClientTlsSettings {
        verify: crate::transport::tls::Verify::None,
        authorities: None,
    });
    let client = client(|settings| settings.tls = Some(tls.unwrap()));
    let target = Target::parse(&format!("https://{address}/").parse().unwrap()).unwrap();
    let error = client.send(&target, get(), Timeouts { connect: SHORT, ..TIMEOUTS }).await.unwrap_err();
    assert!(matches!(error, ClientError::ConnectTimeout { .. }), "{error:?}");
    assert_eq!((error.code(), error.nothing_sent()), (101_508, true));
}

#[tokio::test]
async fn case_77_response_time_out() {
    let address = member(|stream| async move {
        let _kept = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let client = client(|_| {});
    let timeouts = Timeouts { response: SHORT, ..TIMEOUTS };
    let start = Instant::now();
    let error = client.send(&target(address), get(), timeouts).await.unwrap_err();
    assert!(matches!(error, ClientError::ResponseTimeout { .. }), "{error:?}");
    assert_eq!((error.code(), error.phase(), error.nothing_sent()), (101_504, Phase::Waiting, false));
    assert!(start.elapsed() >= SHORT - Duration::from_millis(1), "{:?}", start.elapsed());
    until(|| client.counters().open() == 0).await;
}

#[tokio::test]
async fn a_reused_connection_times_out_and_is_not_retried() {
    let address = member(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let client = client(|_| {});
    send(&client, address, get()).await.unwrap();
    let timeouts = Timeouts { response: SHORT, ..TIMEOUTS };
    let error = client.send(&target(address), get(), timeouts).await.unwrap_err();
    assert!(matches!(error, ClientError::ResponseTimeout { .. }), "{error:?}");
    assert_eq!(client.counters().retried(), 0);
}

#[tokio::test]
async fn a_member_is_not_blamed_for_a_slow_sender() {
    let address = Member::ok().await.address;
    let client = client(|_| {});
    let timeouts = Timeouts { response: SHORT, ..TIMEOUTS };
    let target = target(address);
    let waiting = client.send(&target, stalling(), timeouts);
    assert!(tokio::time::timeout(SHORT * 3, waiting).await.is_err(), "it waits for its own sender");
}

#[tokio::test]
async fn a_member_that_does_not_read_times_out() {
    let address = member(|stream| async move {
        let _kept = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let client = client(|settings| settings.write_stall = SHORT);
    let large = request(Method::POST, Body::full(vec![b'x'; 20_000_000]));
    let error = send(&client, address, large).await.unwrap_err();
    assert!(matches!(error, ClientError::ResponseTimeout { .. }), "{error:?}");
}

#[tokio::test]
async fn case_78_closed_at_once() {
    let address = ClosingMember::start("").await;
    let error = send(&client(|_| {}), address, get()).await.unwrap_err();
    assert!(matches!(error, ClientError::Closed { while_sending: false, .. }), "{error:?}");
    assert_eq!((error.code(), error.phase(), error.nothing_sent()), (101_505, Phase::Waiting, false));
}

#[tokio::test]
async fn case_79_reset_while_waiting() {
    let address = member(|mut stream| async move {
        read_head(&mut stream).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    let error = send(&client(|_| {}), address, get()).await.unwrap_err();
    assert!(matches!(error, ClientError::Receiving { .. }), "{error:?}");
    assert_eq!((error.code(), error.nothing_sent()), (101_501, false));
}

#[tokio::test]
async fn case_80_garbage() {
    let address = ClosingMember::start("garbage\r\n\r\n").await;
    let error = send(&client(|_| {}), address, get()).await.unwrap_err();
    assert!(matches!(error, ClientError::Protocol { .. }), "{error:?}");
    assert_eq!((error.code(), error.phase()), (101_506, Phase::Receiving));
}

#[tokio::test]
async fn case_81_closed_while_the_body_is_sent() {
    let address = member(|mut stream| async move { read_head(&mut stream).await }).await;
    let error = send(&client(|_| {}), address, stalling()).await.unwrap_err();
    assert!(matches!(error, ClientError::Closed { while_sending: true, .. }), "{error:?}");
    assert_eq!((error.code(), error.phase(), error.nothing_sent()), (101_505, Phase::Sending, false));
}

#[tokio::test]
async fn case_82_an_early_answer_is_delivered_and_its_connection_not_used_again() {
    for body in ["", "too large"] {
        let bytes = format!("HTTP/1.1 413 Payload Too Large\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let address = member(move |mut stream| {
            let bytes = bytes.clone();
            async move {
                read_head(&mut stream).await;
                stream.write_all(bytes.as_bytes()).await.unwrap();
                let mut rest = Vec::new();
                // Ends when the client gives the connection up.
                let _ = stream.read_to_end(&mut rest).await;
            }
        })
        .await;
        let client = client(|_| {});
        let answer = send(&client, address, stalling()).await.unwrap();
        assert_eq!(answer.status(), 413);
        assert!(answer.extensions().get::<CloseAfter>().is_some(), "our client will not be read either");
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), body);
        until(|| client.counters().open() == 0).await;
    }
}

#[tokio::test]
async fn the_failure_of_our_own_body_is_told_apart() {
    let member = Member::ok().await;
    let error = send(&client(|_| {}), member.address, request(Method::POST, Body::stream(Failing(0))))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ClientError::RequestBody { source: BodyError::TooLarge { limit: 5 }, .. }),
        "{error:?}"
    );
    assert!(!error.nothing_sent());
    assert!(!member.wait_for(1).await[0].is_complete, "the member must not take it for a whole request");
}

#[tokio::test]
async fn case_85_an_answer_that_stalls_fails() {
    let address = member(|mut stream| async move {
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let client = client(|settings| settings.body_idle = SHORT);
    let answer = send(&client, address, get()).await.unwrap();
    let error = answer.into_body().collect().await.unwrap_err();
    assert!(matches!(error, BodyError::Idle), "{error:?}");
    until(|| client.counters().open() == 0).await;
}

#[tokio::test]
async fn case_83_84_an_answer_that_is_cut_off_fails() {
    for head in ["Content-Length: 100\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello"] {
        let address = ClosingMember::start(format!("HTTP/1.1 200 OK\r\n{head}")).await;
        let answer = send(&client(|_| {}), address, get()).await.unwrap();
        let error = answer.into_body().collect().await.unwrap_err();
        assert!(matches!(error, BodyError::Aborted(_)), "{error:?}");
    }
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_refuses() {
    // localhost usually has two addresses, and the member listens on one of them.
    let member = Member::ok().await;
    let target =
        Target::parse(&format!("http://localhost:{}/", member.address.port()).parse().unwrap()).unwrap();
    let answer = client(|_| {}).send(&target, get(), TIMEOUTS).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(text(&client(|_| {}), member.address, get()).await, "ok");
}
