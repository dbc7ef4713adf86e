//! From a message to the request that leaves for an endpoint (http-transport.md §6.2–§6.4).

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE, DATE, HOST, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Uri};
use http_body_util::BodyExt;
use sinew_core::config::endpoint::Format;
use sinew_core::mediation::{ErrorCode, Fault};
use sinew_core::message::{Axis2Entry, Body, Message, SOAP_ACTION, Value};

use super::content::content;
use super::uri;
use crate::transport::http::client::{HeaderEdits, Outgoing, Target};

/// What the settings say about the headers of requests to endpoints.
#[derive(Clone, Debug)]
pub struct RequestPolicy {
    /// The `User-Agent` of requests to endpoints; without it they have none.
    pub user_agent: Option<HeaderValue>,
    /// Pass the client's `User-Agent` on instead.
    pub preserve_user_agent: bool,
    /// Headers that are passed on although the transport would replace them: `Host`, `Date`.
    pub preserve: Vec<HeaderName>,
    /// Send to addresses that only the client named. It makes an open proxy of every `<send/>` without endpoint.
    pub client_addresses: bool,
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
            client_addresses: false,
            always_chunk: false,
            payload_limit: sinew_core::mediation::DEFAULT_PAYLOAD_LIMIT,
        }
    }
}

/// Makes the request. The payload is taken from the message; its headers stay with it, for fault handlers may read them.
pub(super) async fn compose<'m>(
    message: &'m mut Message,
    target: &Target,
    path: PathAndQuery,
    format: Option<Format>,
    policy: &RequestPolicy,
) -> Result<Outgoing<'m>, Fault> {
    let mut edits = HeaderEdits::default();
    edit_headers(&mut edits, message, target, policy)?;
    let content = content(message, &mut edits, format)?;
    if let Some(content_type) = &content.content_type {
        edits.insert(CONTENT_TYPE, header_value("Content-Type", content_type)?);
    }
    let path = match content.query {
        Some(query) => uri::with_query(path, &query).map_err(|error| Fault::mediation(error.to_string()))?,
        None => path,
    };
    let is_http_10 = is_true(message, "FORCE_HTTP_1.0");
    let measured = is_http_10 || is_true(message, "DISABLE_CHUNKING");
    let body = match content.body {
        body if measured => Body::full(collect(body, policy.payload_limit).await?),
        body if policy.always_chunk && !body.is_empty() => {
            Body::stream(body.map_frame(std::convert::identity))
        }
        body => body,
    };
    let method = content.method.unwrap_or_else(|| message.method().into_owned());
    let uri = request_target(message, target, path);
    let closes = is_true(message, "NO_KEEPALIVE");
    Ok(Outgoing { method, uri, headers: Cow::Borrowed(&message.headers), edits, body, is_http_10, closes })
}

/// Sends with another method than the message's. The content of a request that becomes a GET or HEAD means nothing
/// (RFC 9110 §9.3.1) and stays behind.
pub(super) fn change_method(request: &mut Outgoing<'_>, method: &Method) {
    request.method = method.clone();
    if matches!(*method, Method::GET | Method::HEAD) {
        request.body = Body::empty();
        request.edits.remove(CONTENT_TYPE);
        request.edits.remove(CONTENT_ENCODING);
    }
}

fn edit_headers(
    edits: &mut HeaderEdits,
    message: &Message,
    target: &Target,
    policy: &RequestPolicy,
) -> Result<(), Fault> {
    match message.axis2.entry("REQUEST_HOST_HEADER") {
        Axis2Entry::Set(value) => edits.insert(HOST, header_value(HOST.as_str(), &value.text())?),
        _ if policy.preserve.contains(&HOST) && message.headers.contains_key(HOST) => {}
        _ => edits.insert(HOST, target.authority().clone()),
    }
    if !policy.preserve_user_agent {
        match &policy.user_agent {
            Some(user_agent) => edits.insert(USER_AGENT, user_agent.clone()),
            None => edits.remove(USER_AGENT),
        }
    }
    if !policy.preserve.contains(&DATE) {
        edits.remove(DATE);
    }
    if let Some(cookie) = message.properties.value("LB_COOKIE_HEADER") {
        edits.insert(COOKIE, header_value(COOKIE.as_str(), &cookie.text())?);
    }
    if let Some(action) = &message.addressing.action {
        edits.insert(SOAP_ACTION, header_value("SOAPAction", &format!("\"{action}\""))?);
    }
    Ok(())
}

fn request_target(message: &Message, target: &Target, path: PathAndQuery) -> Uri {
    if !is_true(message, "POST_TO_URI") && !is_true(message, "FULL_URI") {
        return Uri::from(path);
    }
    let absolute = Uri::builder()
        .scheme(target.scheme().as_str())
        .authority(target.authority().as_bytes())
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

/// Collects a body within a limit.
pub(super) async fn collect(body: Body, limit: u64) -> Result<Bytes, Fault> {
    let limited = http_body_util::Limited::new(body, usize::try_from(limit).unwrap_or(usize::MAX));
    let collected = limited.collect().await;
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Fault::client(ErrorCode::RECEIVER_INPUT, error.to_string())
    };
    Ok(collected.map_err(failed)?.to_bytes())
}
