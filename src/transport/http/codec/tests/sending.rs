//! Bodies on their way out: what is ready together leaves together, what is not is not waited for.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use proptest::prelude::*;
use sinew_core::message::{Body, BodyError};
use tokio::io::AsyncWrite;

use crate::transport::http::codec::{Decoder, Length, Outbox, SendError, Sending, Written};

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

struct Script(VecDeque<Step>);

fn body(steps: impl Into<VecDeque<Step>>) -> Body {
    Body::stream(Script(steps.into()))
}

impl HttpBody for Script {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.0.pop_front() {
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

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

fn data(text: &str) -> Step {
    Data(text.as_bytes().to_vec())
}

/// Remembers every write, and takes at most so many bytes at once.
struct Writes {
    made: Vec<Vec<u8>>,
    most: usize,
}

impl AsyncWrite for Writes {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let taken = bytes.get(..self.most).unwrap_or(bytes);
        self.made.push(taken.to_vec());
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        self.poll_write(context, &all)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Sends a head and a body, and tells what was written in which pieces.
async fn send(body: Body, written: Written, most: usize) -> (Vec<Vec<u8>>, Result<(), SendError>) {
    let mut outbox = Outbox::default();
    outbox.head().extend_from_slice(b"head ");
    let mut sending = Sending::new(body, written);
    let mut writes = Writes { made: Vec::new(), most };
    let mut counted = 0;
    let result =
        poll_fn(|context| sending.poll_send(&mut outbox, &mut writes, context, |count| counted += count))
            .await;
    assert_eq!(counted, writes.made.iter().map(Vec::len).sum::<usize>());
    (writes.made, result)
}

async fn texts(steps: impl Into<VecDeque<Step>>, written: Written) -> Vec<String> {
    let (writes, result) = send(body(steps), written, usize::MAX).await;
    result.expect("it is sent");
    writes.into_iter().map(|write| String::from_utf8(write).expect("text")).collect()
}

#[tokio::test]
async fn what_is_ready_leaves_with_the_head() {
    for (steps, written, expected) in [
        (vec![], Written::Nothing, "head "),
        (vec![data("not asked for")], Written::Nothing, "head "),
        (vec![data("ab"), data("c")], Written::Known(3), "head abc"),
        (vec![data("ab"), Trailers], Written::Known(2), "head ab"),
        (vec![data("ab"), data("c")], Written::UntilClose, "head abc"),
        (vec![], Written::Chunked, "head 0\r\n\r\n"),
        (vec![data("ab"), data("c")], Written::Chunked, "head 2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
        (vec![data("ab"), data(""), Trailers], Written::Chunked, "head 2\r\nab\r\n0\r\n\r\n"),
    ] {
        let context = format!("{steps:?}, {written:?}");
        assert_eq!(texts(steps, written).await, [expected], "{context}");
    }
}

#[tokio::test]
async fn what_is_not_ready_is_not_waited_for() {
    let late = [data("a"), Later, data("b"), Later];
    assert_eq!(texts(late.clone(), Written::UntilClose).await, ["head a", "b"]);
    assert_eq!(texts(late, Written::Chunked).await, ["head 1\r\na\r\n", "1\r\nb\r\n", "0\r\n\r\n"]);
    assert_eq!(texts([Later, data("a")], Written::Known(1)).await, ["head ", "a"]);
}

#[tokio::test]
async fn large_frames_leave_with_what_is_before_them_and_behind() {
    let large = "x".repeat(100_000);
    assert_eq!(
        texts([data("a"), data(&large), data("b")], Written::Chunked).await,
        [format!("head 1\r\na\r\n186A0\r\n{large}\r\n"), "1\r\nb\r\n0\r\n\r\n".to_owned()]
    );
}

#[tokio::test]
async fn bodies_of_another_length_are_cut_off() {
    for (steps, sent) in [(vec![data("ab")], "head "), (vec![data("ab"), data("cd")], "head ab")] {
        let (writes, result) = send(body(steps.clone()), Written::Known(3), usize::MAX).await;
        assert!(matches!(result, Err(SendError::Length(_))), "{steps:?}");
        assert_eq!(writes.concat(), sent.as_bytes(), "{steps:?}");
    }
}

#[tokio::test]
async fn a_failure_comes_after_what_was_ready() {
    let (writes, result) = send(body([data("a"), Fail]), Written::Chunked, usize::MAX).await;
    assert!(matches!(result, Err(SendError::Source(BodyError::Idle))));
    assert_eq!(writes, [b"head 1\r\na\r\n"], "no last chunk");
}

#[tokio::test]
async fn a_failure_before_the_first_byte_is_told_at_once() {
    let mut outbox = Outbox::default();
    let mut sending = Sending::new(body([Fail]), Written::Chunked);
    let taken = poll_fn(|context| Poll::Ready(sending.take_ready(&mut outbox, context))).await;
    assert!(matches!(taken, Err(SendError::Source(BodyError::Idle))));
    assert!(outbox.is_empty());
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..9000).prop_map(Data),
        4 => Just(Later),
        1 => Just(Trailers),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However it comes, however it is taken, and however it arrives.
    #[test]
    fn no_byte_is_lost_or_moved(
        steps in proptest::collection::vec(step(), 0..12),
        is_chunked in any::<bool>(),
        most in 1_usize..20_000,
        piece in 1_usize..20_000,
    ) {
        let expected: Vec<u8> =
            steps.iter().flat_map(|step| if let Data(data) = step { data.clone() } else { Vec::new() }).collect();
        let (written, length) = if is_chunked {
            (Written::Chunked, Length::Chunked)
        } else {
            (Written::Known(expected.len() as u64), Length::Known(expected.len() as u64))
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (writes, result) = runtime.block_on(send(body(steps), written, most));
        prop_assert!(result.is_ok());
        let wire = writes.concat();
        let mut decoder = Decoder::new(length);
        let mut buffer = BytesMut::new();
        let mut read = Vec::new();
        for piece in wire.get("head ".len()..).expect("a head").chunks(piece) {
            buffer.extend_from_slice(piece);
            while let Some(data) = decoder.decode(&mut buffer).expect("a body") {
                prop_assert!(!data.is_empty());
                read.extend_from_slice(&data);
            }
        }
        prop_assert!(decoder.is_ended() && buffer.is_empty());
        prop_assert_eq!(read, expected);
    }
}
