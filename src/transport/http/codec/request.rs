//! Reading the head of a request (RFC 9112 §3, §5).

use ::http::request::Parts;
use ::http::{Method, Request, Uri, Version};
use bytes::{Bytes, BytesMut};
use httparse::ParserConfig;
use memchr::memchr;

use super::head::{HeadFault, Unfinished, collect, part, take_head, whole, with_lines};
use super::response::keeps_alive;
use crate::transport::http::framing::RequestLimits;

/// The head of a request, and what its parts do not show.
#[derive(Debug)]
pub(crate) struct RequestHead {
    /// What it says; not checked yet ([`crate::transport::http::framing::check_request`]).
    pub(crate) parts: Parts,
    /// The client does not want the connection closed after the answer.
    pub(crate) keeps_alive: bool,
    /// The target had a fragment, which [`Uri`] drops without a word.
    pub(crate) has_fragment: bool,
}

/// The longest target that a [`Uri`] can hold.
const LONGEST_TARGET: usize = u16::MAX as usize - 1;

/// Takes a head off the front of the buffer when it is there completely. What it says is not checked yet.
///
/// # Errors
/// What has arrived is not, and will not become, the head of a request.
pub(crate) fn parse_request(
    buffer: &mut BytesMut,
    unfinished: &mut Unfinished,
    limits: &RequestLimits,
) -> Result<Option<RequestHead>, HeadFault> {
    take_head(buffer, unfinished, limits.head, |bytes| {
        with_lines(limits.headers, |lines| {
            let mut request = httparse::Request::new(&mut []);
            let status =
                ParserConfig::default().parse_request_with_uninit_headers(&mut request, bytes, lines)?;
            let Some(bytes) = whole(bytes, status, limits.head)? else { return Ok(None) };
            head(bytes, &request).map(|head| Some((bytes.len(), head)))
        })
    })
}

fn head(bytes: &[u8], request: &httparse::Request<'_, '_>) -> Result<RequestHead, HeadFault> {
    let target = request.path.unwrap_or_default().as_bytes();
    if target.len() > LONGEST_TARGET {
        return Err(HeadFault::TargetTooLong);
    }
    let head = Bytes::copy_from_slice(bytes);
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::from_bytes(request.method.unwrap_or_default().as_bytes())
        .map_err(|_| HeadFault::Malformed)?;
    parts.uri = Uri::from_maybe_shared(part(bytes, &head, target)).map_err(|_| HeadFault::Malformed)?;
    parts.version = if request.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    parts.headers = collect(bytes, &head, request.headers)?;
    let keeps_alive = keeps_alive(parts.version, &parts.headers);
    Ok(RequestHead { parts, keeps_alive, has_fragment: memchr(b'#', target).is_some() })
}
