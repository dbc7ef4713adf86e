//! Writing an answer: its head and what is ready of its body in one piece, the rest as it comes.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use ::http::StatusCode;
use sinew_core::message::Body;
use tokio::time::Instant;

use super::respond::{self, Answer, Asked};
use super::wire::Wire;
use crate::transport::http::codec::{Outbox, SendError, Sending, Written};
use crate::transport::http::timer::{LazyTimer, later};

/// An answer on its way.
pub(super) struct Delivery<'a> {
    pub(super) wire: &'a mut Wire,
    pub(super) outbox: &'a mut Outbox,
    pub(super) timer: &'a mut LazyTimer,
    /// How long the client may refuse to take bytes.
    pub(super) stall: Duration,
    /// When the connection was idle at last, as far as somebody looked at a clock.
    pub(super) idle_since: &'a mut Option<Instant>,
}

/// How it went.
#[derive(Debug)]
pub(super) enum Sent {
    /// All of it is written; whether the client was told that the connection closes.
    Whole { closes: bool },
    /// It was cut off, and the client must see that: nothing more may be written.
    Broken(Breach),
}

/// Why an answer was cut off.
#[derive(Debug, thiserror::Error)]
pub(super) enum Breach {
    #[error(transparent)]
    Body(SendError),
    #[error("the client does not read its answer")]
    Blocked,
}

impl Delivery<'_> {
    /// Writes an answer. A body that fails cuts the connection off without the last chunk, or with a reset when the end of
    /// the connection would have been its only end mark (http-transport.md §17 rule 4). One that fails before its first
    /// byte is answered with 502 instead: nothing has been sent, so the client can be told.
    pub(super) async fn send(mut self, answer: Answer, asked: Asked) -> Sent {
        let written = answer.framing(asked);
        let closes = answer.closes || !asked.keeps_alive || written == Written::UntilClose;
        let interim = self.wire.begin_answer();
        self.put_head(&answer, asked, written, closes, interim);
        let mut sending = Sending::new(answer.body, written);
        let failure = poll_fn(|task| Poll::Ready(sending.take_ready(self.outbox, task).err())).await;
        if let Some(error) = failure {
            tracing::debug!(%error, "the body of an answer failed before its first byte");
            self.outbox.clear();
            let answer = respond::plain(StatusCode::BAD_GATEWAY);
            let written = answer.framing(asked);
            self.put_head(&answer, asked, written, true, interim);
            sending = Sending::new(Body::empty(), written);
            return self.finish(sending, written, true).await;
        }
        self.finish(sending, written, closes).await
    }

    fn put_head(&mut self, answer: &Answer, asked: Asked, written: Written, closes: bool, interim: &[u8]) {
        let out = self.outbox.head();
        out.extend_from_slice(interim);
        answer.write_head(asked, written, closes, || *self.idle_since.get_or_insert_with(Instant::now), out);
    }

    async fn finish(mut self, mut sending: Sending, written: Written, closes: bool) -> Sent {
        let breach = poll_fn(|task| self.poll_send(&mut sending, task)).await;
        let Err(breach) = breach else { return Sent::Whole { closes } };
        if matches!(breach, Breach::Blocked) || written == Written::UntilClose {
            self.wire.reset_on_close();
        }
        Sent::Broken(breach)
    }

    fn poll_send(&mut self, sending: &mut Sending, task: &mut Context<'_>) -> Poll<Result<(), Breach>> {
        if let Poll::Ready(sent) = sending.poll_send(self.outbox, self.wire, task, |_| {}) {
            return Poll::Ready(sent.map_err(Breach::Body));
        }
        // It takes a while, so what was known of the time is not true any more.
        *self.idle_since = None;
        let Some(since) = self.wire.blocked_since() else { return Poll::Pending };
        self.wire.make_room(task);
        self.timer.poll(task, later(since, self.stall)).map(|()| Err(Breach::Blocked))
    }
}
