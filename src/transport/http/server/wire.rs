//! The connection during an exchange: our own, or lent to the body of the request.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use tokio::time::Instant;

use super::loan::Loan;
use super::socket::{Io, Socket};

pub(super) enum Wire {
    /// The request has no body, or all of it is here.
    Own(Io),
    /// The body is read while it is wanted.
    Lent(Loan),
}

impl Wire {
    /// See [`Loan::begin_answer`].
    pub(super) fn begin_answer(&self) -> &'static [u8] {
        match self {
            Self::Own(_) => b"",
            Self::Lent(loan) => loan.begin_answer(),
        }
    }

    /// Since when the client has taken no byte of what we want to write.
    pub(super) fn blocked_since(&mut self) -> Option<Instant> {
        self.with(|socket| socket.blocked_since()).flatten()
    }

    /// See [`Loan::make_room`].
    pub(super) fn make_room(&self, context: &mut Context<'_>) {
        match self {
            Self::Own(_) => {}
            Self::Lent(loan) => loan.make_room(context),
        }
    }

    /// Makes the coming close a reset.
    pub(super) fn reset_on_close(&mut self) {
        self.with(|socket| socket.reset_on_close());
    }

    fn with<T>(&mut self, act: impl FnOnce(Pin<&mut Socket>) -> T) -> Option<T> {
        match self {
            Self::Own(io) => Some(act(Pin::new(&mut io.socket))),
            Self::Lent(loan) => loan.with_socket(act),
        }
    }

    fn poll<T>(&mut self, act: impl FnOnce(Pin<&mut Socket>) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.with(act).unwrap_or(Poll::Ready(Err(io::ErrorKind::NotConnected.into())))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll(|socket| socket.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll(|socket| socket.poll_write_vectored(context, slices))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(|socket| socket.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll(|socket| socket.poll_shutdown(context))
    }
}
