//! Answers that no sequence made.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Response, StatusCode};
use sinew_core::mediation::{Fault, FaultSource};
use sinew_core::message::{Body, Dialect, Message, SoapVersion};

use super::reply::{ReplyPolicy, stamp};

/// 202 without a body: the request was taken, and nobody answered it (configuration.md §8.5).
pub(super) fn accepted(policy: &ReplyPolicy) -> Response<Body> {
    finish(StatusCode::ACCEPTED, HeaderMap::new(), Body::empty(), policy)
}

/// The answer for a fault that nothing answered.
pub(super) fn for_fault(message: &Message, fault: &Fault, policy: &ReplyPolicy) -> Response<Body> {
    let reason = format!("{} (error {})", public_text(fault), fault.code);
    let mut response = answer(message, status(fault), &reason, policy);
    if let Some(wait) = fault.retry_after {
        // Whole seconds, and never sooner than said (RFC 9110 §10.2.3).
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The status for a fault: what is the endpoint's fault is 502, 503 or 504, what is the client's is 400
/// (http-transport.md §17 rule 6).
fn status(fault: &Fault) -> StatusCode {
    match fault.code.0 {
        101_504 | 101_508 => StatusCode::GATEWAY_TIMEOUT,
        101_500..=101_510 | 102_510 => StatusCode::BAD_GATEWAY,
        303_000..=309_999 => StatusCode::SERVICE_UNAVAILABLE,
        // What an endpoint answered cannot be read.
        601_000 if fault.source == FaultSource::Endpoint => StatusCode::BAD_GATEWAY,
        101_000 | 101_001 | 601_000 => StatusCode::BAD_REQUEST,
        // A balancer that knows no service for the host or the tenant (elastic-load-balancer.md §3.6).
        400 => StatusCode::BAD_REQUEST,
        403 => StatusCode::FORBIDDEN,
        404 => StatusCode::NOT_FOUND,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What a client may know of a fault: nothing of addresses and inner workings.
fn public_text(fault: &Fault) -> &'static str {
    match status(fault) {
        StatusCode::GATEWAY_TIMEOUT => "the service did not answer in time",
        StatusCode::BAD_GATEWAY => "the service could not be reached, or not be understood",
        StatusCode::SERVICE_UNAVAILABLE => "the service is not available",
        StatusCode::BAD_REQUEST => "the message could not be read",
        StatusCode::FORBIDDEN => "the tenant is not served here",
        StatusCode::NOT_FOUND => "no service has this host name",
        _ => "the message could not be processed",
    }
}

/// An answer with a short text: a SOAP fault for SOAP clients, plain text for all others.
pub(super) fn answer(
    message: &Message,
    status: StatusCode,
    reason: &str,
    policy: &ReplyPolicy,
) -> Response<Body> {
    let (content_type, text) = match message.client {
        Dialect::Rest => (HeaderValue::from_static("text/plain; charset=UTF-8"), format!("{reason}\n")),
        Dialect::Soap(version) => soap_fault(version, reason),
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type);
    finish(status, headers, Body::full(Bytes::from(text)), policy)
}

fn soap_fault(version: SoapVersion, reason: &str) -> (HeaderValue, String) {
    let reason = reason.replace('&', "&amp;").replace('<', "&lt;");
    let namespace = version.namespace();
    match version {
        SoapVersion::Soap11 => (
            HeaderValue::from_static("text/xml; charset=UTF-8"),
            format!(
                "<s:Envelope xmlns:s=\"{namespace}\"><s:Body><s:Fault><faultcode>s:Server</faultcode>\
                 <faultstring>{reason}</faultstring></s:Fault></s:Body></s:Envelope>"
            ),
        ),
        SoapVersion::Soap12 => (
            HeaderValue::from_static("application/soap+xml; charset=UTF-8"),
            format!(
                "<s:Envelope xmlns:s=\"{namespace}\"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>\
                 <s:Reason><s:Text xml:lang=\"en\">{reason}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"
            ),
        ),
    }
}

fn finish(status: StatusCode, headers: HeaderMap, body: Body, policy: &ReplyPolicy) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    stamp(response.headers_mut(), policy);
    response
}
