//! What goes over the wire, and what comes back.

use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::{HeaderValue, Method, Request};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use sinew_core::message::{Body, BodyError};

use super::{client, get, request, send, text};
use crate::transport::http::client::{ClientError, Target, TargetError};
use crate::transport::http::server::Scheme;
use crate::transport::http::testing::{ClosingMember, Member, header, target};
use crate::transport::http::{CloseAfter, ForceHttp10};

/// A body of parts whose size is not known beforehand.
pub(super) struct Parts(pub(super) Vec<&'static str>);

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let part = self.0.remove(0);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(part.as_bytes())))))
    }
}

fn parts() -> Body {
    Body::stream(Parts(vec!["hel", "lo"]))
}

#[tokio::test]
async fn the_size_of_the_body_decides_the_framing() {
    let full = || Body::full("hello");
    for (method, body, length, coding, sent) in [
        (Method::GET, Body::empty(), None, None, ""),
        (Method::HEAD, Body::empty(), None, None, ""),
        (Method::DELETE, Body::empty(), None, None, ""),
        (Method::POST, Body::empty(), Some("0"), None, ""),
        (Method::PUT, Body::empty(), Some("0"), None, ""),
        // http-transport.md case 16, with the length kept as §17 rule 2 says
        (Method::POST, full(), Some("5"), None, "hello"),
        (Method::GET, full(), Some("5"), None, "hello"),
        (Method::DELETE, full(), Some("5"), None, "hello"),
        (Method::POST, parts(), None, Some("chunked"), "hello"),
        (Method::GET, parts(), None, Some("chunked"), "hello"),
        (Method::POST, Body::stream(Parts(vec![])), None, Some("chunked"), ""),
    ] {
        let member = Member::ok().await;
        let mut request = request(method, body);
        let headers = request.headers_mut();
        // None of these is the sender's to decide.
        headers.insert("content-length", HeaderValue::from_static("3"));
        headers.insert("transfer-encoding", HeaderValue::from_static("gzip"));
        headers.insert("expect", HeaderValue::from_static("100-continue"));
        headers.insert("connection", HeaderValue::from_static("close"));
        let context = format!("{} {:?}", request.method(), request.body());
        let is_head = request.method() == Method::HEAD;
        let answer = send(&client(|_| {}), member.address, request).await.unwrap();
        assert_eq!(answer.status(), 200);
        if !is_head {
            assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "ok");
        }
        let seen = member.requests().remove(0);
        let head = seen.head.to_ascii_lowercase();
        assert_eq!(header(&head, "content-length"), length, "{context}");
        assert_eq!(header(&head, "transfer-encoding"), coding, "{context}");
        assert_eq!((header(&head, "expect"), header(&head, "connection")), (None, None), "{context}");
        assert!(seen.is_complete, "{context}");
        assert_eq!(String::from_utf8_lossy(&seen.body), sent, "{context}");
    }
}

#[tokio::test]
async fn the_request_line_and_host_are_as_given() {
    let member = Member::ok().await;
    let client = client(|_| {});
    text(&client, member.address, get()).await;
    let mut named = get();
    named.headers_mut().insert("host", HeaderValue::from_static("shop.example"));
    text(&client, member.address, named).await;
    // http-transport.md case 35
    let mut absolute = get();
    *absolute.uri_mut() = "http://b:9000/x".parse().unwrap();
    text(&client, member.address, absolute).await;
    let heads: Vec<_> = member.requests().into_iter().map(|seen| seen.head).collect();
    assert!(heads[0].starts_with("GET /x?y=z HTTP/1.1\r\n"), "{}", heads[0]);
    assert_eq!(header(&heads[0], "host").unwrap(), member.address.to_string());
    assert_eq!(header(&heads[1], "host"), Some("shop.example"));
    assert!(heads[2].starts_with("GET http://b:9000/x HTTP/1.1\r\n"), "{}", heads[2]);
}

#[tokio::test]
async fn case_29_30_http_10_and_close() {
    let member = Member::ok().await;
    let client = client(|_| {});
    let mut old = request(Method::POST, Body::full("hello"));
    old.extensions_mut().insert(ForceHttp10);
    text(&client, member.address, old).await;
    let mut closing = get();
    closing.extensions_mut().insert(CloseAfter);
    text(&client, member.address, closing).await;
    text(&client, member.address, get()).await;
    let seen = member.requests();
    assert!(seen[0].head.starts_with("POST /x?y=z HTTP/1.0\r\n"), "{seen:?}");
    assert_eq!(header(&seen[0].head, "content-length"), Some("5"));
    assert_eq!(header(&seen[1].head, "connection"), Some("close"));
    assert_ne!(seen[1].connection, seen[2].connection, "not used after a close");

    let mut impossible = request(Method::POST, parts());
    impossible.extensions_mut().insert(ForceHttp10);
    let error = send(&client, member.address, impossible).await.unwrap_err();
    assert!(matches!(error, ClientError::InvalidRequest { .. }), "{error}");
    assert_eq!((error.code(), error.nothing_sent()), (102_510, true));
}

#[tokio::test]
async fn tunnels_are_not_requested() {
    let connect = Request::builder().method("CONNECT").uri("a:80").body(Body::empty()).unwrap();
    let error = send(&client(|_| {}), Member::ok().await.address, connect).await.unwrap_err();
    assert!(matches!(error, ClientError::InvalidRequest { .. }), "{error}");
}

#[tokio::test]
async fn case_55_an_answer_that_ends_with_its_connection_is_complete() {
    let member = ClosingMember::start("HTTP/1.0 200 OK\r\n\r\nhello").await;
    let client = client(|_| {});
    assert_eq!(text(&client, member, get()).await, "hello");
    assert_eq!(text(&client, member, get()).await, "hello");
    assert_eq!(client.counters().opened(), 2);
}

#[test]
fn case_17_18_targets_are_parsed_once_and_compared() {
    let parse = |address: &str| Target::parse(&address.parse().unwrap());
    for (address, host, port, authority) in [
        ("http://b/x", "b", 80, "b"),
        ("https://b/x", "b", 443, "b"),
        ("http://B:9000", "b", 9000, "B:9000"),
        ("http://b:80/", "b", 80, "b:80"),
        ("http://[::1]:81/", "[::1]", 81, "[::1]:81"),
        ("HTTP://b/", "b", 80, "b"),
    ] {
        let target = parse(address).unwrap();
        assert_eq!((target.host(), target.port()), (host, port), "{address}");
        assert_eq!(target.authority(), authority, "{address}");
    }
    for (address, error) in [
        ("ftp://b/", TargetError::Scheme),
        ("/x", TargetError::Scheme),
        ("http://u@b/", TargetError::UserInformation),
        ("http://b:0/", TargetError::Port),
        ("http://b:65536/", TargetError::Port),
    ] {
        let parsed = address.parse().map(|uri| Target::parse(&uri));
        // What is no address at all needs no verdict of ours.
        assert!(parsed.is_err() || parsed.is_ok_and(|parsed| parsed == Err(error)), "{address}");
    }
    assert_eq!(parse("http://a/x").unwrap(), parse("http://A:80/y").unwrap());
    assert_ne!(parse("http://a/").unwrap(), parse("https://a:80/").unwrap());
    assert_eq!(Target::new(Scheme::Http, "::1", 81).unwrap(), parse("http://[::1]:81").unwrap());
    for host in ["", "a b", "a/b", "a?b", "u@a", "a:80", "[a]", "[::1]:80", "[[::1]]"] {
        assert_eq!(Target::new(Scheme::Http, host, 81), Err(TargetError::Host), "{host}");
    }
    assert_eq!(target("127.0.0.1:9".parse().unwrap()).to_string(), "127.0.0.1:9");
}
