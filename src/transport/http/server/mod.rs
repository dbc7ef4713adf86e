//! The receiving side: a connection becomes calls of a [`Handler`].
//!
//! [`serve_connection`] drives one connection: it reads heads, has them judged by the framing policy, hands the requests to
//! the handler and writes the answers, with time-outs for every phase, answers for requests that are refused, closing that
//! does not lose an answer, and draining. One task does all of it; nothing is spawned.

mod connection;
mod exchange;
mod handler;
mod settings;

mod head;
mod request_body;
mod respond;
mod send;

mod close;
mod date;
mod loan;
mod socket;
mod wire;

#[cfg(test)]
mod tests;

pub(super) use connection::serve_counted;
pub use connection::{Serving, serve_connection};
pub use handler::{ConnectionInfo, Handler, Scheme, TlsInfo};
pub use settings::ServerSettings;
