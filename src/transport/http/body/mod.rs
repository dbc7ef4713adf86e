//! Bodies on their way in.

mod received;

pub(crate) use received::{Owner, ReceivedBody};
