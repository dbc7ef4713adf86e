//! One request on its way over a connection, and the answer to it: both sides are driven by whoever waits for the answer.

use std::io;
use std::task::{Context, Poll};

use sinew_core::message::BodyError;
use tokio::time::{Duration, Instant};

use super::ClientSettings;
use super::connection::Connection;
use crate::transport::http::codec::{
    HeadFault, ResponseHead, SendError, Sending, Unfinished, parse_response,
};
use crate::transport::http::timer::later;

/// A connection that is in use.
pub(super) struct Exchange {
    pub(super) connection: Box<Connection>,
    pub(super) sending: Sending,
    /// The request was written whole.
    pub(super) is_sent: bool,
    /// Bytes of the request that the operating system took.
    written: u64,
    /// Bytes of the answer that have come.
    pub(super) received: u64,
    /// Since when the member owes an answer: when it last took bytes of the request.
    progress_at: Instant,
    /// Since when the member has taken no byte of what we want to write.
    blocked_since: Option<Instant>,
    send_failure: Option<SendError>,
    unfinished: Unfinished,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The body of the request failed where it comes from.
    Source(BodyError),
    /// The request could not be written.
    Write(io::Error),
    /// The answer could not be read.
    Read(io::Error),
    /// The member closed the connection.
    Closed,
    /// What came is no answer.
    Head(HeadFault),
    /// Something took longer than this.
    Expired(Duration),
}

impl Exchange {
    /// The head of the request must be in the connection's outbox.
    pub(super) fn new(connection: Box<Connection>, sending: Sending, now: Instant) -> Self {
        Self {
            connection,
            sending,
            is_sent: false,
            written: 0,
            received: 0,
            progress_at: now,
            blocked_since: None,
            send_failure: None,
            unfinished: Unfinished::default(),
        }
    }

    /// True when the operating system has taken no byte of the request.
    pub(super) fn has_sent_nothing(&self) -> bool {
        self.written == 0
    }

    /// Sends, and waits for the head of the answer; interim answers are dropped (RFC 9110 §15.2).
    pub(super) fn poll_head(
        &mut self,
        settings: &ClientSettings,
        response_limit: Duration,
        context: &mut Context<'_>,
    ) -> Poll<Result<ResponseHead, Failure>> {
        self.send(context);
        loop {
            if !self.connection.received.bytes.is_empty() {
                let received = &mut self.connection.received.bytes;
                match parse_response(received, &mut self.unfinished, &settings.response) {
                    Ok(Some(head)) if is_interim(&head) => continue,
                    Ok(Some(head)) => return Poll::Ready(Ok(head)),
                    Ok(None) => {}
                    Err(fault) => return Poll::Ready(Err(Failure::Head(fault))),
                }
            }
            match self.fill(context) {
                Poll::Ready(Ok(0)) => {
                    return Poll::Ready(Err(self.send_failure().unwrap_or(Failure::Closed)));
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(self.send_failure().unwrap_or(Failure::Read(error))));
                }
                Poll::Pending => break,
            }
        }
        // A member that does not read on may have answered; that was looked for first.
        if let Some(failure) = self.send_failure() {
            return Poll::Ready(Err(failure));
        }
        self.poll_deadline(settings, response_limit, context).map(|limit| Err(Failure::Expired(limit)))
    }

    /// Goes on with the request, as far as that is possible now.
    pub(super) fn send(&mut self, context: &mut Context<'_>) {
        if self.is_sent || self.send_failure.is_some() {
            return;
        }
        let Connection { stream, outbox, .. } = &mut *self.connection;
        let mut written = 0;
        let sent = self.sending.poll_send(outbox, stream, context, |count| written += count as u64);
        let is_first = self.written == 0;
        self.written += written;
        if written > 0 {
            self.blocked_since = None;
            if !is_first {
                self.progress_at = Instant::now();
            }
        }
        match sent {
            Poll::Ready(Ok(())) => {
                self.is_sent = true;
                self.blocked_since = None;
            }
            Poll::Ready(Err(error)) => self.send_failure = Some(error),
            Poll::Pending if !outbox.is_empty() => {
                self.blocked_since.get_or_insert_with(Instant::now);
            }
            Poll::Pending => {}
        }
    }

    /// Reads what has come.
    pub(super) fn fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let Connection { stream, received, .. } = &mut *self.connection;
        let read = received.poll_fill(stream, context);
        if let Poll::Ready(Ok(count)) = &read {
            self.received += *count as u64;
        }
        read
    }

    fn send_failure(&mut self) -> Option<Failure> {
        Some(match self.send_failure.take()? {
            SendError::Source(error) => Failure::Source(error),
            SendError::Length(fault) => Failure::Source(BodyError::Aborted(Box::new(fault))),
            SendError::Stream(error) => Failure::Write(error),
        })
    }

    /// Ready with the limit that was passed.
    fn poll_deadline(
        &mut self,
        settings: &ClientSettings,
        response_limit: Duration,
        context: &mut Context<'_>,
    ) -> Poll<Duration> {
        let (since, limit) = match self.blocked_since {
            Some(since) => (since, settings.write_stall),
            // The request goes on when our own client sends more; the member is not to blame.
            None if !self.is_sent && self.sending.waits_for_source() => return Poll::Pending,
            None => (self.progress_at, response_limit),
        };
        self.connection.timer.poll(context, later(since, limit)).map(|()| limit)
    }
}

fn is_interim(head: &ResponseHead) -> bool {
    head.parts.status.is_informational() && head.parts.status.as_u16() != 101
}
