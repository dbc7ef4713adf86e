//! Merging: what is ready together leaves together, what is not is not waited for.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use proptest::prelude::*;
use sinew_core::message::{Body, BodyError};

use super::{OutgoingBody, Source};

/// What a scripted body does at each poll.
#[derive(Debug, Clone)]
enum Step {
    Data(Vec<u8>),
    /// Pending, and woken by itself: ready at the next turn.
    Later,
    Fail,
    Trailers,
}
use Step::{Data, Fail, Later, Trailers};

struct Script {
    steps: VecDeque<Step>,
    size: SizeHint,
}

impl Script {
    fn body(steps: impl Into<VecDeque<Step>>) -> Body {
        Body::stream(Self { steps: steps.into(), size: SizeHint::default() })
    }
}

impl HttpBody for Script {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.steps.pop_front() {
            Some(Data(data)) => Poll::Ready(Some(Ok(Frame::data(data.into())))),
            Some(Trailers) => Poll::Ready(Some(Ok(Frame::trailers(::http::HeaderMap::new())))),
            Some(Fail) => Poll::Ready(Some(Err(BodyError::Idle))),
            Some(Later) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.size
    }
}

struct Nobody;
impl Source for Nobody {}

fn data(text: &str) -> Step {
    Data(text.as_bytes().to_vec())
}

/// The frames as hyper gets them.
async fn frames(mut body: OutgoingBody<Nobody>) -> Vec<Result<String, BodyError>> {
    let mut frames = Vec::new();
    while let Some(frame) = body.frame().await {
        let failed = frame.is_err();
        frames.push(frame.map(|frame| String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()));
        if failed {
            break;
        }
    }
    assert!(body.is_end_stream() || frames.last().is_some_and(Result::is_err));
    frames
}

async fn texts(body: Body) -> Vec<String> {
    frames(OutgoingBody::new(body, Nobody)).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test]
async fn frames_that_are_ready_are_merged() {
    assert_eq!(texts(Script::body([data("a"), data("b"), data("c")])).await, ["abc"]);
    assert_eq!(texts(Script::body([data("a"), Later, data("b"), Later, data("c")])).await, ["abc"]);
    assert_eq!(texts(Script::body([Later, data("a"), Trailers])).await, ["a"]);
    assert_eq!(texts(Script::body([])).await, [""; 0]);
}

#[tokio::test]
async fn frames_that_are_not_ready_are_not_waited_for() {
    let late = [data("a"), Later, Later, Later, data("b")];
    assert_eq!(texts(Script::body(late)).await, ["a", "b"]);
}

#[tokio::test]
async fn merged_frames_do_not_grow_over_16_kib() {
    let part = "x".repeat(6 * 1024);
    let merged = texts(Script::body(vec![data(&part); 5])).await;
    assert_eq!(merged.iter().map(String::len).collect::<Vec<_>>(), [12 * 1024, 12 * 1024, 6 * 1024]);
    let large = "x".repeat(100_000);
    assert_eq!(texts(Script::body([data(&large), data("y")])).await, [large.as_str(), "y"]);
}

#[tokio::test]
async fn a_failure_comes_after_what_was_gathered() {
    let frames = frames(OutgoingBody::new(Script::body([data("a"), data("b"), Fail]), Nobody)).await;
    assert!(matches!(&frames[..], [Ok(text), Err(BodyError::Idle)] if text == "ab"), "{frames:?}");
}

#[tokio::test]
async fn a_body_of_known_size_is_passed_through() {
    let steps = [data("ab"), data("c")].into();
    let body = Body::stream(Script { steps, size: SizeHint::with_exact(3) });
    let outgoing = OutgoingBody::new(body, Nobody);
    assert_eq!(outgoing.size_hint().exact(), Some(3));
    let frames = frames(outgoing).await;
    assert!(matches!(&frames[..], [Ok(first), Ok(second)] if first == "ab" && second == "c"), "{frames:?}");
    assert!(OutgoingBody::new(Body::empty(), Nobody).is_end_stream());
}

#[tokio::test]
async fn gathering_beforehand_does_not_change_the_framing() {
    for steps in [vec![], vec![data("a"), data("b")]] {
        let mut body = OutgoingBody::new(Script::body(steps.clone()), Nobody);
        body.gather().await;
        assert!(body.has_ended());
        assert!(!body.is_end_stream() && body.size_hint().exact().is_none(), "still sent in chunks");
        let expected = if steps.is_empty() { vec![] } else { vec!["ab".to_owned()] };
        assert_eq!(frames(body).await.into_iter().map(Result::unwrap).collect::<Vec<_>>(), expected);
    }
    let mut failing = OutgoingBody::new(Script::body([Fail]), Nobody);
    failing.gather().await;
    assert!(matches!(failing.take_failure(), Some(BodyError::Idle)));
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..9000).prop_map(Data),
        4 => Just(Later),
        1 => Just(Trailers),
    ]
}

proptest! {
    #[test]
    fn no_byte_is_lost_or_moved(steps in proptest::collection::vec(step(), 0..20), gathers in any::<bool>()) {
        let expected: Vec<u8> =
            steps.iter().flat_map(|step| if let Data(data) = step { data.clone() } else { Vec::new() }).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let sent = runtime.block_on(async {
            let mut body = OutgoingBody::new(Script::body(steps), Nobody);
            if gathers {
                body.gather().await;
            }
            let mut sent = Vec::new();
            while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
                let data = frame.unwrap().into_data().unwrap();
                assert!(!data.is_empty());
                sent.extend_from_slice(&data);
            }
            sent
        });
        prop_assert_eq!(sent, expected);
    }
}
