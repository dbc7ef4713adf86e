//! Reading the head of a request (RFC 9112 §3, §5).

use ::http::request::Parts;
use ::http::{Method, Request, StatusCode, Uri, Version};
use bytes::{Buf, Bytes, BytesMut};
use httparse::{ParserConfig, Status};
use memchr::memchr;

use super::head::{HeadFault, Unfinished, collect, part, with_lines};
use crate::transport::http::framing::{Refusal, RefusalReason, RequestLimits};

/// Takes a head off the front of the buffer when it is there completely. What it says is not checked yet
/// ([`crate::transport::http::framing::check_request`]).
///
/// # Errors
/// What has arrived is not, and will not become, the head of a request that is served.
pub(crate) fn parse_request(
    buffer: &mut BytesMut,
    unfinished: &mut Unfinished,
    limits: &RequestLimits,
) -> Result<Option<Parts>, Refusal> {
    if unfinished.may_be_complete(buffer) {
        let parsed = with_lines(limits.headers, |lines| {
            let mut request = httparse::Request::new(&mut []);
            let status = ParserConfig::default()
                .parse_request_with_uninit_headers(&mut request, buffer, lines)
                .map_err(|error| refusal(error.into()))?;
            match status {
                Status::Complete(length) if length > limits.head => Err(refusal(HeadFault::TooLarge)),
                Status::Complete(length) => {
                    parts(buffer, length, &request, limits).map(|parts| Some((length, parts)))
                }
                Status::Partial => Ok(None),
            }
        })?;
        if let Some((length, parts)) = parsed {
            buffer.advance(length);
            *unfinished = Unfinished::default();
            return Ok(Some(parts));
        }
    }
    if buffer.len() >= limits.head {
        return Err(refusal(HeadFault::TooLarge));
    }
    unfinished.note(buffer);
    Ok(None)
}

fn parts(
    buffer: &[u8],
    length: usize,
    request: &httparse::Request<'_, '_>,
    limits: &RequestLimits,
) -> Result<Parts, Refusal> {
    let malformed = || refusal(HeadFault::Malformed);
    let bytes = buffer.get(..length).unwrap_or_default();
    let target = request.path.unwrap_or_default().as_bytes();
    if target.len() > limits.target {
        return Err(Refusal::new(
            StatusCode::URI_TOO_LONG,
            RefusalReason::TooLarge,
            "the target is too long",
        ));
    }
    if memchr(b'#', target).is_some() {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            RefusalReason::Target,
            "the target has a fragment",
        ));
    }
    let head = Bytes::copy_from_slice(bytes);
    let method =
        Method::from_bytes(request.method.unwrap_or_default().as_bytes()).map_err(|_| malformed())?;
    let uri = Uri::from_maybe_shared(part(bytes, &head, target)).map_err(|_| malformed())?;
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = method;
    parts.uri = uri;
    parts.version = if request.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    parts.headers = collect(bytes, &head, request.headers).map_err(refusal)?;
    Ok(parts)
}

fn refusal(fault: HeadFault) -> Refusal {
    match fault {
        HeadFault::Malformed => {
            Refusal::new(StatusCode::BAD_REQUEST, RefusalReason::Malformed, "the head is not HTTP")
        }
        HeadFault::TooLarge => Refusal::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            RefusalReason::TooLarge,
            "the head is over a limit",
        ),
    }
}
