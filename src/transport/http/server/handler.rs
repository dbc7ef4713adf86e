//! What the receiving side calls, and what it tells of the connection.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use ::http::{Request, Response};
use sinew_core::message::Body;

use crate::transport::http::framing::Refusal;

/// What answers requests.
///
/// The request's head has passed the framing policy; its body streams and is subject to the limits of the settings.
/// The answer is framed by the transport: hop-by-hop headers and `Content-Length` in it are replaced.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. The future is dropped when the connection ends first.
    ///
    /// A panic is answered with 500 and closes the connection.
    fn handle(
        &self,
        request: Request<Body>,
        connection: &Arc<ConnectionInfo>,
    ) -> impl Future<Output = Response<Body>> + Send;

    /// Told about every request that the transport answered itself, or ended without an answer.
    fn refused(&self, _refusal: &Refusal, _connection: &Arc<ConnectionInfo>) {}
}

/// What is known of a client connection; made once when it is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The name of the listener that accepted it.
    pub listener: Arc<str>,
    /// Plain or encrypted.
    pub scheme: Scheme,
    /// Our address.
    pub local: SocketAddr,
    /// The address of the peer, which may be another proxy.
    pub remote: SocketAddr,
    /// Set on encrypted connections.
    pub tls: Option<TlsInfo>,
}

/// What the handshake agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// The server name the client asked for, in lower case.
    pub server_name: Option<Box<str>>,
}

/// `http` or `https`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// As written in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// 80 or 443.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}
