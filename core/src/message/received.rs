//! What the transport knows about the request that started an exchange.

use std::net::SocketAddr;
use std::ops::Range;

use http::uri::Scheme;
use http::{Method, Uri, Version};

/// Facts about the received request. They do not change while it is mediated.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method on the wire.
    pub method: Method,
    /// The request target on the wire.
    pub target: Uri,
    /// The version on the wire.
    pub version: Version,
    /// `http` or `https`.
    pub scheme: Scheme,
    /// The listener's address, when there is one (none for injected messages).
    pub local: Option<SocketAddr>,
    /// The client's address, when there is one.
    pub remote: Option<SocketAddr>,
    /// True when the request came without a body and its method has none by custom. A body that came all the same is
    /// forwarded like any other.
    pub no_entity_body: bool,
    suffix: u32,
}

impl Received {
    /// The facts of a request without connection.
    pub fn new(method: Method, target: Uri) -> Self {
        let no_entity_body = !matches!(method, Method::POST | Method::PUT | Method::PATCH);
        Self {
            method,
            target,
            version: Version::HTTP_11,
            scheme: Scheme::HTTP,
            local: None,
            remote: None,
            no_entity_body,
            suffix: 0,
        }
    }

    /// Path and query as one text, `/` when the target has none.
    pub fn path_and_query(&self) -> &str {
        self.target.path_and_query().map_or("/", |both| both.as_str())
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        match self.target.path() {
            "" => "/",
            path => path,
        }
    }

    /// What follows the service's name in path and query: `REST_URL_POSTFIX` as received
    /// (configuration.md §7.4, http-transport.md §3.3). All of it when no service was named.
    pub fn rest_suffix(&self) -> &str {
        self.path_and_query().get(self.suffix as usize..).unwrap_or_default()
    }

    /// The part of the path that named the service.
    pub fn service_path(&self) -> &str {
        self.path_and_query().get(self.service_range()).unwrap_or_default()
    }

    /// Records how many bytes of the path named the service; the rest is the suffix.
    pub fn set_service_length(&mut self, length: usize) {
        self.suffix = length.min(self.path_and_query().len()) as u32;
    }

    fn service_range(&self) -> Range<usize> {
        0..self.suffix as usize
    }
}
