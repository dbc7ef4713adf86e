//! The verdicts on request heads, hardening.md §1.1.

use ::http::header::{CONTENT_LENGTH, EXPECT, HOST, HeaderName, TRANSFER_ENCODING, UPGRADE};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderValue, Method, StatusCode, Version};

use super::{Refusal, RefusalReason, RequestLimits, authority, content_length};
use crate::transport::http::codec::{Length, RequestHead};

/// Other servers read these as the header with a dash.
static DISGUISED: [HeaderName; 2] =
    [HeaderName::from_static("transfer_encoding"), HeaderName::from_static("content_length")];

/// Checks the head of a request, says how long its body is, and rewrites what others could read differently:
///
/// - `Transfer-Encoding` is removed once it is known to be one `chunked`; who forwards the body frames it anew;
/// - `Content-Length` becomes one number without leading zeros;
/// - `Transfer_Encoding` and `Content_Length` are removed;
/// - `Host` becomes the authority of an absolute target (RFC 9112 §3.2.2);
/// - `Upgrade` is removed from HTTP/1.0 requests.
///
/// # Errors
///
/// The refusal to answer with; the connection must be closed after it.
pub(crate) fn check_request(head: &mut RequestHead, limits: &RequestLimits) -> Result<Length, Refusal> {
    let RequestHead { parts: head, has_fragment, .. } = head;
    check_method(&head.method, limits)?;
    check_target(head, *has_fragment, limits)?;
    if head.headers.len() > limits.headers {
        return Err(Refusal::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            RefusalReason::TooLarge,
            "too many header lines",
        ));
    }
    let length = check_framing(&mut head.headers, head.version, limits)?;
    check_host(head)?;
    check_expectation(&head.headers)?;
    if head.version == Version::HTTP_10 && head.headers.contains_key(UPGRADE) {
        head.headers.remove(UPGRADE);
    }
    Ok(length)
}

fn check_method(method: &Method, limits: &RequestLimits) -> Result<(), Refusal> {
    let refuse = |status, detail| Err(Refusal::new(status, RefusalReason::Method, detail));
    match *method {
        Method::GET | Method::POST => Ok(()),
        Method::CONNECT => refuse(StatusCode::NOT_IMPLEMENTED, "tunnels are not offered"),
        Method::TRACE if !limits.allow_trace => {
            refuse(StatusCode::METHOD_NOT_ALLOWED, "TRACE is not offered")
        }
        _ if method.as_str().len() > limits.method => {
            refuse(StatusCode::NOT_IMPLEMENTED, "the method is too long")
        }
        _ => Ok(()),
    }
}

fn check_target(head: &Parts, has_fragment: bool, limits: &RequestLimits) -> Result<(), Refusal> {
    let refuse = |detail| Err(Refusal::new(StatusCode::BAD_REQUEST, RefusalReason::Target, detail));
    if has_fragment {
        return refuse("the target has a fragment");
    }
    let target = &head.uri;
    let path_and_query = target.path_and_query().map_or("", |target| target.as_str());
    let mut length = path_and_query.len();
    if let Some(authority) = target.authority() {
        match target.scheme_str() {
            Some(scheme) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                length += scheme.len() + "://".len() + authority.as_str().len();
            }
            Some(_) => return refuse("the scheme of the target is neither http nor https"),
            None => return refuse("the target is neither a path nor an absolute address"),
        }
    } else if path_and_query == "*" {
        if head.method != Method::OPTIONS {
            return refuse("only OPTIONS may ask for *");
        }
    } else if !path_and_query.starts_with('/') {
        return refuse("the target is neither a path nor an absolute address");
    }
    if length > limits.target {
        return Err(Refusal::target_too_long());
    }
    let path = target.path().as_bytes();
    if memchr::memchr_iter(b'%', path).any(|at| path.get(at..at + 3) == Some(b"%00")) {
        return refuse("the path contains an encoded NUL");
    }
    Ok(())
}

fn check_framing(
    headers: &mut HeaderMap,
    version: Version,
    limits: &RequestLimits,
) -> Result<Length, Refusal> {
    let length = if headers.contains_key(TRANSFER_ENCODING) {
        if version != Version::HTTP_11 {
            return Err(Refusal::framing("HTTP/1.0 has no transfer encoding"));
        }
        if headers.contains_key(CONTENT_LENGTH) {
            return Err(Refusal::framing("both a content length and a transfer encoding"));
        }
        check_transfer_encoding(headers)?;
        headers.remove(TRANSFER_ENCODING);
        Length::Chunked
    } else {
        let length = content_length::normalise(headers, false).map_err(Refusal::framing)?.unwrap_or(0);
        if length > limits.body.unwrap_or(LONGEST_BODY).min(LONGEST_BODY) {
            return Err(Refusal::body_too_large());
        }
        Length::Known(length)
    };
    if headers.keys().any(|name| DISGUISED.contains(name)) {
        for name in &DISGUISED {
            headers.remove(name);
        }
    }
    Ok(length)
}

/// No body is longer: sizes of files and positions in them are signed 64-bit numbers.
const LONGEST_BODY: u64 = i64::MAX as u64;

/// Exactly one `chunked`. Codings that we do not know before a last `chunked` are 501 (RFC 9112 §6.1), every other form is
/// 400: without `chunked` at the end the length of the body is unknown (RFC 9112 §6.3).
fn check_transfer_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(TRANSFER_ENCODING).iter().map(HeaderValue::as_bytes);
    if values.next().is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) && values.next().is_none() {
        return Ok(());
    }
    let codings: Vec<&[u8]> = headers
        .get_all(TRANSFER_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect();
    let is_unknown = |coding: &[u8]| {
        !coding.is_empty()
            && coding.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            && !coding.eq_ignore_ascii_case(b"chunked")
            && !coding.eq_ignore_ascii_case(b"identity")
    };
    let ends_chunked = codings.last().is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"));
    if ends_chunked && codings.into_iter().any(is_unknown) {
        return Err(Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            RefusalReason::Framing,
            "the transfer encoding is not supported",
        ));
    }
    Err(Refusal::framing("the transfer encoding is not exactly chunked"))
}

fn check_host(head: &mut Parts) -> Result<(), Refusal> {
    let refuse = |detail| Err(Refusal::new(StatusCode::BAD_REQUEST, RefusalReason::Host, detail));
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return refuse("more than one host");
    }
    match host {
        None if head.version != Version::HTTP_10 => return refuse("no host"),
        None => {}
        Some(value) if value.is_empty() && head.uri.path() == "*" => {}
        Some(value) if value.is_empty() => return refuse("the host is empty"),
        Some(value) => authority::check(value.as_bytes()).or_else(refuse)?,
    }
    if let Some(target) = head.uri.authority() {
        authority::check(target.as_str().as_bytes()).or_else(refuse)?;
        if host.is_none_or(|host| host.as_bytes() != target.as_str().as_bytes()) {
            match HeaderValue::from_str(target.as_str()) {
                Ok(value) => head.headers.insert(HOST, value),
                Err(_) => return refuse("the host of the target is no header value"),
            };
        }
    }
    Ok(())
}

fn check_expectation(headers: &HeaderMap) -> Result<(), Refusal> {
    if !headers.contains_key(EXPECT) {
        return Ok(());
    }
    let mut expectations = headers.get_all(EXPECT).iter();
    if expectations.all(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::EXPECTATION_FAILED,
        RefusalReason::Expectation,
        "the expectation is not 100-continue",
    ))
}
