//! The head and framing of a request to a member, whatever the caller wrote into it (http-transport.md §6, §17 rule 2).

use ::http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING};
use ::http::request::Parts;
use ::http::{HeaderValue, Method, Version};
use http_body::Body as _;
use sinew_core::message::Body;

use super::Target;
use crate::transport::http::codec::Written;
use crate::transport::http::framing::strip_hop_by_hop;
use crate::transport::http::{CloseAfter, ForceHttp10};

/// Makes a request fit to be written: what belongs to another connection goes, and the size of the body decides between
/// `Content-Length` and chunks. Says how the body is written.
///
/// # Errors
///
/// What cannot be written, in words.
pub(super) fn prepare(head: &mut Parts, body: &Body, target: &Target) -> Result<Written, &'static str> {
    if head.method == Method::CONNECT {
        return Err("CONNECT is not forwarded");
    }
    if head.uri.path_and_query().is_none() || (head.uri.authority().is_some() && head.uri.scheme().is_none())
    {
        return Err("the target is neither a path nor an absolute address");
    }
    let is_http_10 = head.extensions.get::<ForceHttp10>().is_some();
    head.version = if is_http_10 { Version::HTTP_10 } else { Version::HTTP_11 };

    strip_hop_by_hop(&mut head.headers);
    for name in [CONTENT_LENGTH, EXPECT] {
        if head.headers.contains_key(&name) {
            head.headers.remove(name);
        }
    }
    if !head.headers.contains_key(HOST) {
        head.headers.insert(HOST, target.authority().clone());
    }
    if head.extensions.get::<CloseAfter>().is_some() {
        head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if body.is_end_stream() {
        // Methods that usually have a body say that this one has none (RFC 9110 §8.6).
        if matches!(head.method, Method::POST | Method::PUT | Method::PATCH) {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        return Ok(Written::Nothing);
    }
    match body.size_hint().exact() {
        Some(length) => {
            head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            Ok(Written::Known(length))
        }
        None if is_http_10 => Err("HTTP/1.0 has no way to send a body of unknown length"),
        None => {
            head.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            Ok(Written::Chunked)
        }
    }
}

/// Whether a request may be sent twice: once more does no more than once, and there is no body that is gone.
pub(super) fn is_repeatable(method: &Method, written: Written) -> bool {
    written == Written::Nothing
        && matches!(
            *method,
            Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
        )
}
