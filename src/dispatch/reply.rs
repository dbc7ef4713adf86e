//! From a message to the answer on the client's connection (http-transport.md §4).

use std::cell::RefCell;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, DATE, HeaderName,
    HeaderValue, PROXY_AUTHORIZATION, SERVER, TRANSFER_ENCODING, USER_AGENT,
};
use http::{HeaderMap, Response, StatusCode};
use http_body::{Body as HttpBody, Frame};
use sinew_core::mediation::{Exchange, Fault};
use sinew_core::message::formats::Coded;
use sinew_core::message::{Axis2Entry, Body, BodyError, Message, Payload, Towards, Value, formats};

use crate::transport::http::CloseAfter;

/// What the settings say about answers.
#[derive(Clone, Debug)]
pub struct ReplyPolicy {
    /// The `Server` header of answers that bring none.
    pub server: Option<HeaderValue>,
    /// Keep the endpoint's own `Server` header.
    pub preserve_server: bool,
    /// A request that is sent back as its own answer carries its request headers (http-transport.md §4.2).
    pub reflect_request_headers: bool,
    /// Among them `Cookie` and `Authorization`.
    pub reflect_credentials: bool,
    /// Among them `User-Agent`.
    pub reflect_user_agent: bool,
}

impl Default for ReplyPolicy {
    fn default() -> Self {
        Self {
            server: Some(HeaderValue::from_static("Sinew")),
            preserve_server: true,
            reflect_request_headers: true,
            reflect_credentials: false,
            reflect_user_agent: false,
        }
    }
}

/// Writes a message as the answer to the client.
///
/// # Errors
/// `messageType` asks for a form that the payload cannot be read from or written in.
pub(super) async fn write(exchange: &mut Exchange, policy: &ReplyPolicy) -> Result<Response<Body>, Fault> {
    if formats::must_read(&exchange.message) {
        exchange.read_payload().await?;
    }
    let message = &mut exchange.message;
    let status = status(message);
    let accepted = is_true(message, "SC_ACCEPTED");
    let has_tree = matches!(message.payload, Payload::Xml(_) | Payload::Json(_));
    let no_entity_body = accepted || message.no_entity_body() && !has_tree;
    let reflected = message.status.is_none();
    let (body, content_type) =
        if no_entity_body { (Body::empty(), None) } else { content(message, reflected)? };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = std::mem::take(&mut message.headers);
    *response.headers_mut() = if reflected {
        reflected_headers(headers, content_type, policy)
    } else {
        answered_headers(headers, content_type, policy)
    };
    stamp(response.headers_mut(), policy);
    if is_true(message, "NO_KEEPALIVE") {
        response.extensions_mut().insert(CloseAfter);
    }
    Ok(response)
}

/// The body, and the content type where it is not the one that came.
fn content(message: &mut Message, reflected: bool) -> Result<(Body, Option<HeaderValue>), Fault> {
    let as_it_came = content_type(message);
    match std::mem::take(&mut message.payload) {
        Payload::Stream(body) => return Ok((body, as_it_came)),
        Payload::Empty | Payload::Sent if reflected && as_it_came.is_some() => {
            return Ok((Body::stream(EmptyChunked), as_it_came));
        }
        Payload::Empty | Payload::Sent => return Ok((Body::empty(), as_it_came)),
        payload => message.payload = payload,
    }
    let written = formats::write(message, Towards::Client)
        .map_err(|error| Fault::mediation(format!("the message cannot be written: {error}")))?;
    let content_type = match written.content_type {
        Some(text) => HeaderValue::from_str(&text).ok(),
        None => as_it_came,
    };
    let bytes = match message.payload {
        // What could not be read may be in any coding, and is passed on in it.
        Payload::Bytes(_) if formats::is_foreign(&message.headers) => written.bytes,
        _ => match formats::compress(written.bytes, &message.headers) {
            Coded::AsSaid(bytes) => bytes,
            Coded::Plain(bytes) => {
                message.headers.remove(CONTENT_ENCODING);
                bytes
            }
        },
    };
    Ok((Body::full(bytes), content_type))
}

/// The status, by the first that says something (http-transport.md §4.1).
fn status(message: &Message) -> StatusCode {
    if matches!(message.axis2.entry("ERROR_CODE"), Axis2Entry::Set(Value::Integer(_))) {
        return StatusCode::BAD_GATEWAY;
    }
    if is_true(message, "SC_ACCEPTED") {
        return StatusCode::ACCEPTED;
    }
    if let Axis2Entry::Set(value) = message.axis2.entry("HTTP_SC") {
        let text = value.text();
        // Informational statuses are no final answers, and there are none above 599.
        match text.trim().parse::<u16>().ok().filter(|code| (200..600).contains(code)) {
            Some(code) => return StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            None => tracing::warn!(target: "mediation", "HTTP_SC is no status of an answer; it is ignored"),
        }
    }
    if let Some(status) = message.status {
        return status;
    }
    let is_fault = matches!(&message.payload, Payload::Xml(xml) if xml.is_fault()) || is_pox_fault(message);
    if is_fault && !is_true(message, "FAULTS_AS_HTTP_200") {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::OK
    }
}

/// `makefault` marks a POX fault by property (mediators.md §5.2).
fn is_pox_fault(message: &Message) -> bool {
    matches!(message.axis2.entry("FAULT_MESSAGE"), Axis2Entry::Set(value) if value.text() == "TRUE")
}

/// The content type of a payload that goes out as it came: what the configuration says, or what came.
fn content_type(message: &Message) -> Option<HeaderValue> {
    if let Axis2Entry::Set(value) = message.axis2.entry("ContentType") {
        return HeaderValue::from_str(&value.text()).ok();
    }
    match message.status {
        // An endpoint's answer keeps its own, or goes without as it came.
        Some(_) => None,
        None => HeaderValue::from_str(&message.content_type()?).ok(),
    }
}

/// The headers of an endpoint's answer. The transport frames it anew.
fn answered_headers(
    mut headers: HeaderMap,
    content_type: Option<HeaderValue>,
    policy: &ReplyPolicy,
) -> HeaderMap {
    if let Some(content_type) = content_type
        && headers.get(CONTENT_TYPE) != Some(&content_type)
    {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if !policy.preserve_server {
        headers.remove(SERVER);
    }
    headers
}

/// The headers of a message that is sent back without an endpoint: the content type first, then what is left of the
/// request's headers by name, the last of a repeated one (http-transport.md §5).
fn reflected_headers(
    headers: HeaderMap,
    content_type: Option<HeaderValue>,
    policy: &ReplyPolicy,
) -> HeaderMap {
    let mut answer = HeaderMap::with_capacity(headers.keys_len() + 3);
    if let Some(content_type) = content_type {
        answer.insert(CONTENT_TYPE, content_type);
    }
    if !policy.reflect_request_headers {
        return answer;
    }
    let hidden = |name: &HeaderName| {
        [CONNECTION, TRANSFER_ENCODING, CONTENT_TYPE, CONTENT_LENGTH, DATE].contains(name)
            || (*name == USER_AGENT && !policy.reflect_user_agent)
            || (*name == SERVER && !policy.preserve_server)
            || ([COOKIE, AUTHORIZATION, PROXY_AUTHORIZATION].contains(name) && !policy.reflect_credentials)
    };
    let mut names: Vec<&HeaderName> = headers.keys().filter(|name| !hidden(name)).collect();
    names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    for name in names {
        if let Some(value) = headers.get_all(name).iter().next_back() {
            answer.insert(name.clone(), value.clone());
        }
    }
    answer
}

/// Adds `Date` and `Server` where they are missing.
pub(super) fn stamp(headers: &mut HeaderMap, policy: &ReplyPolicy) {
    if !headers.contains_key(DATE) {
        headers.insert(DATE, now());
    }
    if let Some(server) = &policy.server
        && !headers.contains_key(SERVER)
    {
        headers.insert(SERVER, server.clone());
    }
}

fn is_true(message: &Message, name: &str) -> bool {
    matches!(message.axis2.entry(name), Axis2Entry::Set(value) if value.is_true())
}

/// The current date, written once a second and thread.
fn now() -> HeaderValue {
    thread_local! {
        static WRITTEN: RefCell<(u64, HeaderValue)> = const { RefCell::new((0, HeaderValue::from_static(""))) };
    }
    let now = SystemTime::now();
    let second = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    WRITTEN.with_borrow_mut(|(written, value)| {
        if *written != second {
            *written = second;
            *value = HeaderValue::from_str(&httpdate::fmt_http_date(now)).unwrap_or(value.clone());
        }
        value.clone()
    })
}

/// A body of no bytes whose length is not told beforehand: the original frames an empty reflected body in chunks
/// (http-transport.md §5).
struct EmptyChunked;

impl HttpBody for EmptyChunked {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        std::task::Poll::Ready(None)
    }
}
