//! Bodies on their way in and out of hyper.

mod outgoing;
mod received;
#[cfg(test)]
mod tests;

pub(crate) use outgoing::{OutgoingBody, Source};
pub(crate) use received::{Owner, ReceivedBody};
