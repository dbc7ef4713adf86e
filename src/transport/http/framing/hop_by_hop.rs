//! What belongs to one connection and is never passed on (RFC 9110 §7.6.1).

use ::http::HeaderMap;
use ::http::header::{CONNECTION, HeaderName, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};

static KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
static PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Headers that routing, framing, authentication or trust rest on. A `Connection` header that names one of
/// them is an attempt to have it removed on the way, and is ignored (hardening.md §2, row 37).
const PROTECTED: [&str; 24] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "content-range",
    "authorization",
    "www-authenticate",
    "proxy-authenticate",
    "cookie",
    "set-cookie",
    "cache-control",
    "date",
    "age",
    "vary",
    "etag",
    "location",
    "range",
    "expect",
    "origin",
    "referer",
    "via",
    "forwarded",
    "soapaction",
    "user-agent",
];

/// Removes `Connection` and what it names, `Keep-Alive`, `Proxy-Connection`, `TE`, `Trailer`,
/// `Transfer-Encoding`, `Upgrade` and `Proxy-Authorization` (http-transport.md §17 rule 2, cases 24 and 25).
///
/// `Proxy-Authenticate` stays, and a `Connection` header cannot have an end-to-end header removed that
/// routing, framing or trust rest on: `Host`, `Content-*`, `Authorization`, cookies, `Forwarded`, `X-Forwarded-*`
/// and their like.
pub fn strip_hop_by_hop(headers: &mut HeaderMap) {
    // Most messages have none of them: one look at each name is less than a look-up for each of these.
    if !headers.keys().any(is_hop_by_hop) {
        return;
    }
    let named: Vec<HeaderName> = named_by_connection(headers).collect();
    for name in named {
        headers.remove(name);
    }
    for name in [
        &CONNECTION,
        &KEEP_ALIVE,
        &PROXY_CONNECTION,
        &TE,
        &TRAILER,
        &TRANSFER_ENCODING,
        &UPGRADE,
        &PROXY_AUTHORIZATION,
    ] {
        headers.remove(name);
    }
}

/// True for the headers that never leave their connection.
pub(in crate::transport::http) fn is_hop_by_hop(name: &HeaderName) -> bool {
    [CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, PROXY_AUTHORIZATION].contains(name)
        || *name == KEEP_ALIVE
        || *name == PROXY_CONNECTION
}

/// The headers that a `Connection` header wants to have removed, and may.
pub(in crate::transport::http) fn named_by_connection(
    headers: &HeaderMap,
) -> impl Iterator<Item = HeaderName> {
    let values = headers.get_all(CONNECTION).iter();
    let options = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    options.map(<[u8]>::trim_ascii).filter_map(|option| {
        if option.eq_ignore_ascii_case(b"close") || option.eq_ignore_ascii_case(b"keep-alive") {
            return None;
        }
        HeaderName::from_bytes(option).ok().filter(|name| !is_protected(name.as_str()))
    })
}

fn is_protected(lower_case_name: &str) -> bool {
    PROTECTED.contains(&lower_case_name)
        || lower_case_name.starts_with("x-forwarded-")
        || lower_case_name.starts_with("access-control-")
        || lower_case_name.starts_with("if-")
}
