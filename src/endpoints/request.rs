//! From a message to the request that leaves for an endpoint (http-transport.md §6.2–§6.4).

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, DATE, EXPECT, HOST, TRANSFER_ENCODING, USER_AGENT,
};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use http_body_util::BodyExt;
use sinew_core::config::endpoint::Format;
use sinew_core::mediation::{ErrorCode, Fault};
use sinew_core::message::{Axis2Entry, Body, Message, SOAP_ACTION, Value};

use super::content::content;
use super::uri::{self, Place};
use crate::transport::http::framing::strip_hop_by_hop;
use crate::transport::http::{CloseAfter, ForceHttp10};

/// What the settings say about the headers of requests to endpoints.
#[derive(Clone, Debug)]
pub struct RequestPolicy {
    /// The `User-Agent` of requests to endpoints; without it they have none.
    pub user_agent: Option<HeaderValue>,
    /// Pass the client's `User-Agent` on instead.
    pub preserve_user_agent: bool,
    /// Headers that are passed on although the transport would replace them: `Host`, `Date`.
    pub preserve: Vec<HeaderName>,
    /// Send bodies in chunks even when their length is known.
    pub always_chunk: bool,
    /// Bytes that may be collected when a length must be known before sending.
    pub payload_limit: u64,
}

impl Default for RequestPolicy {
    fn default() -> Self {
        Self {
            user_agent: Some(HeaderValue::from_static("Sinew")),
            preserve_user_agent: false,
            preserve: Vec::new(),
            always_chunk: false,
            payload_limit: sinew_core::mediation::DEFAULT_PAYLOAD_LIMIT,
        }
    }
}

/// Makes the request. The payload is taken from the message, its headers are copied: fault handlers may read them.
pub(super) async fn compose(
    message: &mut Message,
    place: &Place,
    path: PathAndQuery,
    format: Option<Format>,
    policy: &RequestPolicy,
) -> Result<Request<Body>, Fault> {
    let mut headers = message.headers.clone();
    edit_headers(&mut headers, message, place, policy)?;
    let content = content(message, &mut headers, format)?;
    if let Some(content_type) = &content.content_type {
        headers.insert(CONTENT_TYPE, header_value("Content-Type", content_type)?);
    }
    let path = match content.query {
        Some(query) => uri::with_query(path, &query).map_err(|error| Fault::mediation(error.to_string()))?,
        None => path,
    };
    let old_version = is_true(message, "FORCE_HTTP_1.0");
    let measured = old_version || is_true(message, "DISABLE_CHUNKING");
    let body = match content.body {
        body if measured => measure(body, policy.payload_limit).await?,
        body if policy.always_chunk && !body.is_empty() => {
            Body::stream(body.map_frame(std::convert::identity))
        }
        body => body,
    };
    let mut request = Request::new(body);
    *request.method_mut() = content.method.unwrap_or_else(|| message.method().into_owned());
    *request.uri_mut() = request_target(message, place, path);
    *request.headers_mut() = headers;
    if old_version {
        request.extensions_mut().insert(ForceHttp10);
    }
    if is_true(message, "NO_KEEPALIVE") {
        request.extensions_mut().insert(CloseAfter);
    }
    Ok(request)
}

fn edit_headers(
    headers: &mut HeaderMap,
    message: &Message,
    place: &Place,
    policy: &RequestPolicy,
) -> Result<(), Fault> {
    strip_hop_by_hop(headers);
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, EXPECT] {
        headers.remove(name);
    }
    if !policy.preserve.contains(&DATE) {
        headers.remove(DATE);
    }
    if !policy.preserve_user_agent {
        match &policy.user_agent {
            Some(user_agent) => drop(headers.insert(USER_AGENT, user_agent.clone())),
            None => drop(headers.remove(USER_AGENT)),
        }
    }
    match message.axis2.entry("REQUEST_HOST_HEADER") {
        Axis2Entry::Set(value) => {
            headers.insert(HOST, header_value(HOST.as_str(), &value.text())?);
        }
        _ if policy.preserve.contains(&HOST) && headers.contains_key(HOST) => {}
        _ => {
            headers.insert(HOST, place.target.authority().clone());
        }
    }
    if let Some(cookie) = message.properties.value("LB_COOKIE_HEADER") {
        headers.insert(COOKIE, header_value(COOKIE.as_str(), &cookie.text())?);
    }
    if let Some(action) = &message.addressing.action {
        let quoted = header_value("SOAPAction", &format!("\"{action}\""))?;
        headers.insert(SOAP_ACTION, quoted);
    }
    Ok(())
}

fn request_target(message: &Message, place: &Place, path: PathAndQuery) -> Uri {
    if !is_true(message, "POST_TO_URI") && !is_true(message, "FULL_URI") {
        return Uri::from(path);
    }
    let absolute = Uri::builder()
        .scheme(place.target.scheme().as_str())
        .authority(place.target.authority().as_bytes())
        .path_and_query(path.clone())
        .build();
    absolute.unwrap_or_else(|_| Uri::from(path))
}

fn is_true(message: &Message, name: &str) -> bool {
    matches!(message.axis2.entry(name), Axis2Entry::Set(value) if Value::is_true(value))
}

/// A header value made from configuration or message content: control characters would split the message
/// (hardening.md §2 row 5), so they are refused.
pub(crate) fn header_value(name: &str, text: &str) -> Result<HeaderValue, Fault> {
    HeaderValue::from_bytes(&latin1(text)).map_err(|_| {
        Fault::mediation(format!("the value for the header {name} has characters that headers cannot have"))
    })
}

/// Header values are Latin-1 on the wire; text beyond it is sent as UTF-8 bytes.
fn latin1(text: &str) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text.as_bytes());
    }
    match text.chars().map(|c| u8::try_from(c).ok()).collect::<Option<Vec<u8>>>() {
        Some(bytes) => Cow::Owned(bytes),
        None => Cow::Borrowed(text.as_bytes()),
    }
}

/// Collects a body so that its length is known.
async fn measure(body: Body, limit: u64) -> Result<Body, Fault> {
    let limited = http_body_util::Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
    let collected: Bytes = limited
        .collect()
        .await
        .map_err(|error| Fault::client(ErrorCode::RECEIVER_INPUT, error.to_string()))?
        .to_bytes();
    Ok(Body::full(collected))
}
