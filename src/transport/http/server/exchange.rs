//! One request and its answer: verdict, handler, answer, and the rest of the request's body.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use ::http::{Request, StatusCode};
use sinew_core::message::Body;
use tokio::time::Instant;

use super::head::Waiting;
use super::loan::{Loan, Progress};
use super::request_body::{must_close, request_body};
use super::respond::{self, Answer, Asked};
use super::send::{Delivery, Sent};
use super::socket::Io;
use super::wire::Wire;
use super::{ConnectionInfo, Handler, ServerSettings};
use crate::transport::http::codec::{Outbox, RequestHead};
use crate::transport::http::framing::{Refusal, check_request};
use crate::transport::http::timer::{LazyTimer, later};

/// What every exchange of a connection needs.
pub(super) struct Context<'a, H> {
    pub(super) handler: &'a H,
    pub(super) info: &'a Arc<ConnectionInfo>,
    pub(super) settings: &'a ServerSettings,
}

/// What is left of a connection after an exchange.
pub(super) enum After {
    /// It can carry another.
    Kept(Io),
    /// It must be closed; `has_unread` when bytes may come that nobody reads.
    Closing { io: Io, has_unread: bool },
    /// Nothing: it was cut off.
    Broken,
}

impl<H: Handler> Context<'_, H> {
    /// Answers a request whose head has arrived.
    pub(super) async fn exchange<F: Future<Output = ()>>(
        &self,
        mut head: RequestHead,
        io: Io,
        outbox: &mut Outbox,
        waiting: &mut Waiting<'_, F>,
    ) -> After {
        waiting.idle_since = None;
        io.socket.counters.request();
        let asked = Asked::of(&head);
        let length = match check_request(&mut head, &self.settings.limits) {
            Ok(length) => length,
            Err(refusal) => {
                let stall = self.settings.write_stall;
                return self.refuse(&refusal, asked, io, outbox, waiting, stall).await;
            }
        };
        let (body, mut wire) = request_body(io, length, &head.parts, self.settings);
        let mut answer = self.ask(Request::from_parts(head.parts, body)).await;
        answer.closes |= waiting.is_draining();
        if let Wire::Lent(loan) = &wire {
            answer.closes |= must_close(loan, &answer.body);
        }
        let delivery = Delivery {
            wire: &mut wire,
            outbox,
            timer: &mut waiting.timer,
            stall: self.settings.write_stall,
            idle_since: &mut waiting.idle_since,
        };
        let closes = match delivery.send(answer, asked).await {
            Sent::Whole { closes } => closes,
            Sent::Broken(error) => {
                tracing::debug!(%error, remote = %self.info.remote, "an answer was cut off");
                return After::Broken;
            }
        };
        match wire {
            Wire::Own(io) if closes => After::Closing { has_unread: !io.input.bytes.is_empty(), io },
            Wire::Own(io) => After::Kept(io),
            Wire::Lent(loan) => {
                let is_read = settle(&loan, closes, self.settings.linger_time, &mut waiting.timer).await;
                match loan.take_back() {
                    None => After::Broken,
                    Some(io) if is_read && !closes => After::Kept(io),
                    Some(io) => After::Closing { has_unread: !is_read || !io.input.bytes.is_empty(), io },
                }
            }
        }
    }

    /// Tells a client that its request is not served, and whoever counts.
    pub(super) async fn refuse<F: Future<Output = ()>>(
        &self,
        refusal: &Refusal,
        asked: Asked,
        io: Io,
        outbox: &mut Outbox,
        waiting: &mut Waiting<'_, F>,
        stall: Duration,
    ) -> After {
        io.socket.counters.refused(refusal.reason);
        self.handler.refused(refusal, self.info);
        let mut wire = Wire::Own(io);
        let delivery = Delivery {
            wire: &mut wire,
            outbox,
            timer: &mut waiting.timer,
            stall,
            idle_since: &mut waiting.idle_since,
        };
        let sent = delivery.send(respond::refusal(refusal), asked).await;
        match (sent, wire) {
            // Where the message ends is unknown, or not worth to be found out.
            (Sent::Whole { .. }, Wire::Own(io)) => After::Closing { io, has_unread: true },
            _ => After::Broken,
        }
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        // Polled where it was made: it is kilobytes, and every wrapper would move it.
        let mut answer = pin!(self.handler.handle(request, self.info));
        let polled = poll_fn(|task| {
            let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(task)));
            polled.map_or_else(|panic| Poll::Ready(Err(panic)), |polled| polled.map(Ok))
        });
        match polled.await {
            Ok(answer) => respond::finish(answer),
            Err(_panic) => {
                tracing::error!(listener = %self.info.listener, "the handler of a request panicked");
                respond::plain(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

/// Waits until the body of a request that was answered is read, by who holds it or, for the time of `patience`, by nobody.
/// False when it was not read to its end. What will be closed is not read for nobody.
async fn settle(loan: &Loan, closes: bool, patience: Duration, timer: &mut LazyTimer) -> bool {
    let mut until = None;
    poll_fn(|task| {
        let is_dropped = loan.progress() == Progress::Dropped;
        if is_dropped && closes {
            return Poll::Ready(false);
        }
        if let Poll::Ready(is_read) = loan.poll_settled(task) {
            return Poll::Ready(is_read);
        }
        if !is_dropped {
            return Poll::Pending;
        }
        let until = *until.get_or_insert_with(|| later(Instant::now(), patience));
        timer.poll(task, until).map(|()| false)
    })
    .await
}
