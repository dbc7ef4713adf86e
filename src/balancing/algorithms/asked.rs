//! What algorithms may want to know of a request.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::COOKIE;

/// The request that something is chosen for. Nothing is looked up until an algorithm asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Its headers.
    pub headers: Option<&'a HeaderMap>,
    /// Whom it comes from, as far as proxies in front of us are trusted.
    pub client: Option<IpAddr>,
}

impl<'a> Asked<'a> {
    /// The value of the first cookie with a name (RFC 6265 §5.4).
    pub fn cookie(&self, name: &str) -> Option<&'a [u8]> {
        let fields = self.headers?.get_all(COOKIE).into_iter();
        let pieces = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';'));
        pieces.map(<[u8]>::trim_ascii).find_map(|piece| {
            let value = piece.strip_prefix(name.as_bytes())?;
            value.strip_prefix(b"=")
        })
    }
}
