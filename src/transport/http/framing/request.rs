//! The verdicts on request heads, hardening.md §1.1.

use ::http::header::{CONTENT_LENGTH, EXPECT, HOST, HeaderName, TRANSFER_ENCODING, UPGRADE};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderValue, Method, StatusCode, Version};

use super::{Refusal, RefusalReason, RequestLimits, authority, content_length};

/// Other servers read these as the header with a dash.
static DISGUISED: [HeaderName; 2] =
    [HeaderName::from_static("transfer_encoding"), HeaderName::from_static("content_length")];

/// Checks the head of a request and rewrites what others could read differently:
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
pub fn check_request(head: &mut Parts, limits: &RequestLimits) -> Result<(), Refusal> {
    check_method(&head.method, limits)?;
    check_target(head, limits)?;
    if head.headers.len() > limits.headers {
        return Err(Refusal::new(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            RefusalReason::TooLarge,
            "too many header lines",
        ));
    }
    check_framing(&mut head.headers, head.version, limits)?;
    check_host(head)?;
    check_expectation(&head.headers)?;
    if head.version == Version::HTTP_10 && head.headers.contains_key(UPGRADE) {
        head.headers.remove(UPGRADE);
    }
    Ok(())
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

fn check_target(head: &Parts, limits: &RequestLimits) -> Result<(), Refusal> {
    let refuse = |detail| Err(Refusal::new(StatusCode::BAD_REQUEST, RefusalReason::Target, detail));
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
        return Err(Refusal::new(
            StatusCode::URI_TOO_LONG,
            RefusalReason::TooLarge,
            "the target is too long",
        ));
    }
    if memchr::memmem::find(target.path().as_bytes(), b"%00").is_some() {
        return refuse("the path contains an encoded NUL");
    }
    Ok(())
}

fn check_framing(headers: &mut HeaderMap, version: Version, limits: &RequestLimits) -> Result<(), Refusal> {
    if headers.contains_key(TRANSFER_ENCODING) {
        if version != Version::HTTP_11 {
            return Err(Refusal::framing("HTTP/1.0 has no transfer encoding"));
        }
        if headers.contains_key(CONTENT_LENGTH) {
            return Err(Refusal::framing(LENGTH_AND_ENCODING));
        }
        check_transfer_encoding(headers)?;
        headers.remove(TRANSFER_ENCODING);
    } else {
        let length = content_length::normalise(headers, false).map_err(Refusal::framing)?;
        if let (Some(length), Some(limit)) = (length, limits.body)
            && length > limit
        {
            return Err(Refusal::body_too_large());
        }
    }
    if headers.keys().any(|name| DISGUISED.contains(name)) {
        for name in &DISGUISED {
            headers.remove(name);
        }
    }
    Ok(())
}

pub(super) const LENGTH_AND_ENCODING: &str = "both a content length and a transfer encoding";

/// Exactly one `chunked`. A coding that we do not know is 501 (RFC 9112 §6.1), every other form is 400.
fn check_transfer_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut values = headers.get_all(TRANSFER_ENCODING).iter().map(HeaderValue::as_bytes);
    if values.next().is_some_and(|value| value.eq_ignore_ascii_case(b"chunked")) && values.next().is_none() {
        return Ok(());
    }
    let mut codings = headers
        .get_all(TRANSFER_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii);
    let is_unknown = |coding: &[u8]| {
        !coding.is_empty()
            && coding.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
            && !coding.eq_ignore_ascii_case(b"chunked")
            && !coding.eq_ignore_ascii_case(b"identity")
    };
    if codings.any(is_unknown) {
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
