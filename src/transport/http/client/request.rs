//! The head and framing of a request to a member, whatever the caller wrote into it (http-transport.md §6, §17 rule 2).

use ::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use ::http::{HeaderValue, Method};
use http_body::Body as _;

use super::{Outgoing, Target};
use crate::transport::http::codec::Written;
use crate::transport::http::framing::named_by_connection;

/// Makes a request fit to be written: what belongs to another connection goes, and the size of the body decides between
/// `Content-Length` and chunks. Says how the body is written.
///
/// # Errors
///
/// What cannot be written, in words.
pub(super) fn prepare(request: &mut Outgoing<'_>, target: &Target) -> Result<Written, &'static str> {
    let Outgoing { method, uri, headers, edits, .. } = request;
    if *method == Method::CONNECT {
        return Err("CONNECT is not forwarded");
    }
    if uri.path_and_query().is_none() || (uri.authority().is_some() && uri.scheme().is_none()) {
        return Err("the target is neither a path nor an absolute address");
    }
    if headers.contains_key(CONNECTION) {
        named_by_connection(headers).for_each(|name| edits.remove(name));
    }
    if request.header(&HOST).is_none() {
        request.edits.insert(HOST, target.authority().clone());
    }
    if request.closes {
        request.edits.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if request.body.is_end_stream() {
        // Methods that usually have a body say that this one has none (RFC 9110 §8.6).
        if matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
            request.edits.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        return Ok(Written::Nothing);
    }
    match request.body.size_hint().exact() {
        Some(length) => {
            request.edits.insert(CONTENT_LENGTH, HeaderValue::from(length));
            Ok(Written::Known(length))
        }
        None if request.is_http_10 => Err("HTTP/1.0 has no way to send a body of unknown length"),
        None => {
            request.edits.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
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
