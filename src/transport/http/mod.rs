//! HTTP/1.0 and HTTP/1.1 on both sides.

pub mod client;
pub mod drain;
pub mod framing;
pub mod listener;
pub mod server;

mod body;
mod codec;
mod stream;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(super) mod timer;

pub use stream::Stream;

/// Put into the extensions of an answer by a [`server::Handler`]: the connection is closed after it and the
/// client told so. Put into the extensions of a request for [`client::HttpClient`]: the same towards the member.
///
/// A `Connection` header in either is not passed on, because it may have come from the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseAfter;

/// Put into the extensions of a request for [`client::HttpClient`]: it is sent as HTTP/1.0, and its body must be of
/// known length (http-transport.md case 29). The version of the request itself is that of our client and not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForceHttp10;
