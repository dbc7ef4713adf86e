//! Payloads sent once, in part, and again.

use std::collections::VecDeque;

use http::{HeaderValue, Method, Uri};
use http_body_util::BodyExt;
use proptest::prelude::*;
use sinew_core::message::Received;

use super::*;

/// A stream of these pieces, then trailers, if any.
struct Pieces(VecDeque<Result<Frame<Bytes>, BodyError>>, u64);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let next = self.0.pop_front();
        if let Some(Ok(frame)) = &next {
            self.1 -= frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        Poll::Ready(next)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.1)
    }
}

fn message(pieces: &[&[u8]]) -> Message {
    let frames = pieces.iter().map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece))));
    let size = pieces.iter().map(|piece| piece.len() as u64).sum();
    with_body(Body::stream(Pieces(frames.collect(), size)))
}

fn with_body(body: Body) -> Message {
    let received = Received::new(Method::POST, Uri::from_static("/"));
    Message::request(received, HeaderMap::new(), Payload::Stream(body))
}

fn take(message: &mut Message) -> Body {
    match std::mem::replace(&mut message.payload, Payload::Sent) {
        Payload::Stream(body) => body,
        other => panic!("{other:?} is no stream"),
    }
}

async fn read(body: Body) -> Bytes {
    body.collect().await.expect("a whole body").to_bytes()
}

#[tokio::test]
async fn what_was_sent_in_part_is_sent_again_from_its_start() {
    let mut message = message(&[b"abc", b"def", b"ghi"]);
    let replay = Replay::remember(&mut message, 100);
    for taken in 0..=3 {
        let mut body = take(&mut message);
        assert_eq!(body.size_hint().exact(), Some(9));
        for _ in 0..taken {
            body.frame().await.expect("a piece").expect("a good one");
        }
        assert!(replay.is_possible(&message) && replay.restore(&mut message), "{taken}");
        // Who still has the old one gets no bytes of the new.
        assert!(body.frame().await.expect("an error").is_err());
    }
    assert_eq!(read(take(&mut message)).await, "abcdefghi");
    assert!(replay.restore(&mut message));
    assert_eq!(read(take(&mut message)).await, "abcdefghi");
}

#[tokio::test]
async fn what_is_longer_than_the_limit_is_not_sent_again() {
    let mut message = message(&[b"abc", b"def"]);
    let replay = Replay::remember(&mut message, 5);
    let mut body = take(&mut message);
    body.frame().await.expect("a piece").expect("a good one");
    assert!(replay.restore(&mut message), "three bytes fit");
    let whole = read(take(&mut message)).await;
    assert_eq!(whole, "abcdef", "all of it is sent");
    assert!(!replay.is_possible(&message));
    assert!(!replay.restore(&mut message), "and none of it again");
    assert!(matches!(message.payload, Payload::Sent));
}

#[tokio::test]
async fn what_broke_is_not_sent_again() {
    let frames = [Ok(Frame::data(Bytes::from_static(b"ab"))), Err(BodyError::Idle)];
    let mut message = with_body(Body::stream(Pieces(frames.into(), 2)));
    let replay = Replay::remember(&mut message, 100);
    assert!(take(&mut message).collect().await.is_err());
    assert!(!replay.restore(&mut message));
}

#[tokio::test]
async fn trailers_are_sent_again() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-sum", HeaderValue::from_static("1"));
    let frames = [Ok(Frame::data(Bytes::from_static(b"ab"))), Ok(Frame::trailers(trailers.clone()))];
    let mut message = with_body(Body::stream(Pieces(frames.into(), 2)));
    let replay = Replay::remember(&mut message, 100);
    for _ in 0..3 {
        let collected = take(&mut message).collect().await.expect("a whole body");
        assert_eq!(collected.trailers(), Some(&trailers));
        assert_eq!(collected.to_bytes(), "ab");
        assert!(replay.restore(&mut message));
    }
}

#[test]
fn a_payload_in_memory_needs_nothing() {
    let mut message = message(&[]);
    message.payload = Payload::Text("abc".into());
    let replay = Replay::remember(&mut message, 0);
    assert!(replay.is_possible(&message) && replay.restore(&mut message));
    assert!(matches!(&message.payload, Payload::Text(text) if **text == *"abc"));
}

proptest! {
    /// Whatever was taken by whatever attempts: the last one gets all bytes or the payload cannot be sent again.
    #[test]
    fn nothing_is_lost_and_nothing_twice(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..10),
        attempts in proptest::collection::vec(0usize..12, 0..5),
        limit in 0usize..150,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let whole: Vec<u8> = pieces.concat();
            let slices: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
            let mut message = message(&slices);
            let replay = Replay::remember(&mut message, limit);
            for taken in attempts {
                let mut body = take(&mut message);
                for _ in 0..taken {
                    if body.frame().await.is_none() {
                        break;
                    }
                }
                if !replay.restore(&mut message) {
                    assert!(whole.len() > limit, "{} bytes fit into {limit}", whole.len());
                    return;
                }
            }
            assert_eq!(read(take(&mut message)).await, whole);
        });
    }
}
