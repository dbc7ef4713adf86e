//! The verdicts on the heads of answers, hardening.md §1.3.

use ::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use ::http::response::Parts;
use ::http::{StatusCode, Version};

use super::{Refusal, RefusalReason, Reuse, content_length};
use crate::transport::http::codec::Length;

/// Checks the head of an answer and rewrites what others could read differently: `Transfer-Encoding` is
/// removed once it is known to be one `chunked`, and a `Content-Length` beside it with it, because the chunks
/// decide (RFC 9112 §6.3); otherwise `Content-Length` becomes one number. Says how the body ends, unless the status or the
/// request decides that there is none.
///
/// # Errors
///
/// The answer is not acceptable: 502 for the client, and the connection must be closed.
pub(crate) fn check_response(head: &mut Parts) -> Result<(Length, Reuse), Refusal> {
    let refuse = |reason, detail| Err(Refusal::new(StatusCode::BAD_GATEWAY, reason, detail));
    match head.status.as_u16() {
        200..=599 => {}
        101 => return refuse(RefusalReason::Framing, "the member switched protocols unasked"),
        _ => return refuse(RefusalReason::Malformed, "the status is not from 200 to 599"),
    }
    let headers = &mut head.headers;
    if !headers.contains_key(TRANSFER_ENCODING) {
        return match content_length::normalise(headers, true) {
            Ok(length) => Ok((length.map_or(Length::UntilClose, Length::Known), Reuse::Allowed)),
            Err(detail) => refuse(RefusalReason::Framing, detail),
        };
    }
    let mut encodings = headers.get_all(TRANSFER_ENCODING).iter();
    let chunked = encodings.next().is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !chunked || encodings.next().is_some() || head.version == Version::HTTP_10 {
        return refuse(RefusalReason::Framing, "the transfer encoding is not exactly chunked");
    }
    headers.remove(TRANSFER_ENCODING);
    let reuse = if headers.remove(CONTENT_LENGTH).is_some() { Reuse::Forbidden } else { Reuse::Allowed };
    Ok((Length::Chunked, reuse))
}
