//! Reading the head of an answer (RFC 9112 §4, §5, §6.3).

use ::http::header::CONNECTION;
use ::http::response::Parts;
use ::http::{HeaderMap, Response, StatusCode, Version};
use bytes::{Bytes, BytesMut};
use httparse::ParserConfig;
use hyper::ext::ReasonPhrase;

use super::head::{HeadFault, Unfinished, collect, take_head, whole, with_lines};
use crate::transport::http::framing::ResponseLimits;

/// The head of an answer, and whether the member keeps the connection open after it.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    /// What it says; not checked yet ([`crate::transport::http::framing::check_response`]).
    pub(crate) parts: Parts,
    /// The member does not close the connection after this answer.
    pub(crate) keeps_alive: bool,
}

/// Takes a head off the front of the buffer when it is there completely.
///
/// # Errors
/// What has arrived is not, and will not become, the head of an answer.
pub(crate) fn parse_response(
    buffer: &mut BytesMut,
    unfinished: &mut Unfinished,
    limits: &ResponseLimits,
) -> Result<Option<ResponseHead>, HeadFault> {
    take_head(buffer, unfinished, limits.head, |bytes| {
        with_lines(limits.headers, |lines| {
            let mut response = httparse::Response::new(&mut []);
            let status =
                ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, lines)?;
            let Some(bytes) = whole(bytes, status, limits.head)? else { return Ok(None) };
            head(bytes, &response).map(|head| Some((bytes.len(), head)))
        })
    })
}

fn head(bytes: &[u8], response: &httparse::Response<'_, '_>) -> Result<ResponseHead, HeadFault> {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status =
        StatusCode::from_u16(response.code.unwrap_or_default()).map_err(|_| HeadFault::Malformed)?;
    parts.version = if response.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    parts.headers = collect(bytes, &Bytes::copy_from_slice(bytes), response.headers)?;
    let reason = response.reason.unwrap_or_default();
    if parts.status.canonical_reason() != Some(reason)
        && let Ok(reason) = ReasonPhrase::try_from(reason.as_bytes())
    {
        parts.extensions.insert(reason);
    }
    let keeps_alive = keeps_alive(parts.version, &parts.headers);
    Ok(ResponseHead { parts, keeps_alive })
}

/// Whether a message of this version and these headers leaves its connection open (RFC 9112 §9.3).
pub(super) fn keeps_alive(version: Version, headers: &HeaderMap) -> bool {
    if !headers.contains_key(CONNECTION) {
        return version == Version::HTTP_11;
    }
    let says = |what: &str| {
        let options =
            headers.get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
        options.map(<[u8]>::trim_ascii).any(|option| option.eq_ignore_ascii_case(what.as_bytes()))
    };
    !says("close") && (version == Version::HTTP_11 || says("keep-alive"))
}
