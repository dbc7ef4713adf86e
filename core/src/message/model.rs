//! The message: what mediators read and change.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use http::header::{CONTENT_TYPE, HOST, InvalidHeaderValue};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::formats;
use super::{
    Addressing, Axis2Entry, Axis2Properties, Destination, Dialect, Named, Payload, Properties, Received,
    Value,
};

/// Which way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a client towards an endpoint.
    Request,
    /// From an endpoint, or made here, towards the client.
    Response,
}

/// One message of an exchange: a request, or the response made from it.
#[derive(Debug)]
pub struct Message {
    /// Which way it travels; see [`Message::is_response`] for what mediators call a response.
    pub direction: Direction,
    /// To, From, ReplyTo, FaultTo, Action, RelatesTo.
    pub addressing: Addressing,
    /// The transport scope: the HTTP headers, edited in place.
    pub headers: HeaderMap,
    /// The content.
    pub payload: Payload,
    /// The default scope. It is handed on from request to response.
    pub properties: Properties,
    /// The axis2 scope as the configuration changed it. Read through [`Message::axis2`].
    pub axis2: Axis2Properties,
    /// The operation scope, shared by request and response.
    pub operation: Properties,
    /// The request that started the exchange.
    pub received: Received,
    /// The status of the endpoint's answer (responses only).
    pub status: Option<StatusCode>,
    /// How the client speaks: what its answer is written for.
    pub client: Dialect,
    message_id: OnceCell<Arc<str>>,
}

impl Message {
    /// A request as it arrived.
    pub fn request(mut received: Received, headers: HeaderMap, payload: Payload) -> Self {
        received.no_entity_body &= matches!(payload, Payload::Empty);
        Self {
            direction: Direction::Request,
            addressing: Addressing::default(),
            payload,
            properties: Properties::default(),
            axis2: Axis2Properties::default(),
            operation: Properties::default(),
            client: Dialect::of(&received.method, &headers),
            headers,
            received,
            status: None,
            message_id: OnceCell::new(),
        }
    }

    /// Turns the request into the response that answered it: default and operation properties stay, headers, payload
    /// and axis2 properties are the answer's (message-and-expressions.md §1.1).
    pub fn become_response(&mut self, status: StatusCode, headers: HeaderMap, payload: Payload) {
        self.direction = Direction::Response;
        self.addressing = Addressing { to: Destination::Cleared, ..Addressing::default() };
        self.headers = headers;
        self.payload = payload;
        self.axis2 = Axis2Properties::default();
        self.status = Some(status);
        self.message_id = OnceCell::new();
    }

    /// A copy to send while the original goes on being mediated. A stream goes with the copy.
    pub fn split_off(&mut self) -> Message {
        let payload = match self.payload.share() {
            Some(shared) => shared,
            None => std::mem::replace(&mut self.payload, Payload::Sent),
        };
        Message {
            direction: self.direction,
            addressing: self.addressing.clone(),
            headers: self.headers.clone(),
            payload,
            properties: self.properties.clone(),
            axis2: self.axis2.clone(),
            operation: self.operation.clone(),
            received: self.received.clone(),
            status: self.status,
            client: self.client,
            message_id: self.message_id.clone(),
        }
    }

    /// What `in`, `out` and `send` call a response: the direction, or property `RESPONSE` set to the *text* `true`
    /// (mediators.md §2.10; a Boolean has no effect, case 58).
    pub fn is_response(&self) -> bool {
        self.direction == Direction::Response
            || matches!(self.properties.value("RESPONSE"), Some(Value::String(text)) if text.eq_ignore_ascii_case("true"))
    }

    /// The identity of the message, made when first asked for.
    pub fn message_id(&self) -> &Arc<str> {
        self.message_id.get_or_init(|| format!("urn:uuid:{}", uuid::Uuid::new_v4()).into())
    }

    /// Fixes the identity, for transcripts and tests.
    pub fn set_message_id(&mut self, id: impl Into<Arc<str>>) {
        self.message_id = OnceCell::from(id.into());
    }

    /// Takes over what the envelope says about addressing, once it has been read (message-and-expressions.md §12.2).
    /// What the configuration said before stays.
    pub fn read_addressing(&mut self) {
        let Payload::Xml(xml) = &self.payload else { return };
        let Some(named) = Named::read(xml) else { return };
        if let Some(id) = &named.message_id {
            self.message_id = OnceCell::from(id.clone());
        }
        self.addressing.named = Some(Arc::new(named));
    }

    /// The address in `To`: as the configuration set it, as the envelope names it, else the request target as received;
    /// `None` when it was removed.
    pub fn to(&self) -> Option<Cow<'_, str>> {
        match &self.addressing.to {
            Destination::Cleared => None,
            Destination::Address(address) => Some(Cow::Borrowed(address)),
            Destination::Received
                if let Some(Named { to: Some(to), .. }) = self.addressing.named.as_deref() =>
            {
                Some(Cow::Borrowed(to))
            }
            Destination::Received if self.received.target.scheme().is_some() => {
                Some(Cow::Owned(self.received.target.to_string()))
            }
            Destination::Received => Some(Cow::Borrowed(self.received.path_and_query())),
        }
    }

    /// The action: set by a mediator, else that of the envelope, else the `SOAPAction` header without its quotes. `None`
    /// when a mediator removed it.
    pub fn action(&self) -> Option<&str> {
        match self.addressing.action() {
            Some("") => None,
            Some(action) => Some(action),
            None => self.soap_action(),
        }
    }

    /// The `SOAPAction` header without its quotes, or what SOAP 1.2 has instead, the parameter `action` of the content
    /// type (RFC 3902); `None` when absent or empty.
    pub fn soap_action(&self) -> Option<&str> {
        let value = match self.headers.get(SOAP_ACTION) {
            Some(value) => value.to_str().ok()?.trim(),
            None => {
                let content_type = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
                let is_soap12 = formats::Kind::of(content_type) == formats::Kind::Soap12;
                parameter(content_type, "action").filter(|_| is_soap12)?
            }
        };
        Some(value.trim_matches('"')).filter(|action| !action.is_empty())
    }

    /// The text of a transport header; the first line when it is repeated (message-and-expressions.md §3).
    pub fn header(&self, name: &HeaderName) -> Option<Cow<'_, str>> {
        self.headers.get(name).map(header_text)
    }

    /// The content type as received or set: property `ContentType`, else the header, else the type assumed for its
    /// absence (http-transport.md §3.2).
    pub fn content_type(&self) -> Option<Cow<'_, str>> {
        match self.axis2.entry("ContentType") {
            Axis2Entry::Set(value) => Some(value.text()),
            Axis2Entry::Removed => None,
            Axis2Entry::Untouched => self.received_content_type(),
        }
    }

    /// The media type that decides how the payload is read, in lower case and without parameters.
    pub fn media_type(&self) -> Option<String> {
        let full = self.received_content_type()?;
        let media_type = full.split(';').next().unwrap_or_default().trim();
        (!media_type.is_empty()).then(|| media_type.to_ascii_lowercase())
    }

    /// The method for the endpoint: property `HTTP_METHOD`, else as received.
    pub fn method(&self) -> Cow<'_, Method> {
        match self.axis2.entry("HTTP_METHOD") {
            Axis2Entry::Set(value) => match Method::from_bytes(value.text().as_bytes()) {
                Ok(method) => Cow::Owned(method),
                Err(_) => Cow::Borrowed(&self.received.method),
            },
            Axis2Entry::Removed => Cow::Owned(Method::POST),
            Axis2Entry::Untouched => Cow::Borrowed(&self.received.method),
        }
    }

    /// The suffix that an address endpoint appends: property `REST_URL_POSTFIX`, else as received.
    pub fn rest_suffix(&self) -> Cow<'_, str> {
        match self.axis2.entry("REST_URL_POSTFIX") {
            Axis2Entry::Set(value) => value.text(),
            Axis2Entry::Removed => Cow::Borrowed(""),
            Axis2Entry::Untouched => Cow::Borrowed(self.received.rest_suffix()),
        }
    }

    /// True when the message is said to carry no body (`NO_ENTITY_BODY`). Texts and Booleans count alike.
    pub fn no_entity_body(&self) -> bool {
        match self.axis2.entry("NO_ENTITY_BODY") {
            Axis2Entry::Set(value) => value.is_true(),
            Axis2Entry::Removed => false,
            Axis2Entry::Untouched => self.direction == Direction::Request && self.received.no_entity_body,
        }
    }

    /// The scheme, authority and path in front of the suffix: `SERVICE_PREFIX`. The authority is the one the client
    /// used (http-transport.md §3.3, repaired).
    pub fn service_prefix(&self) -> String {
        let scheme = self.received.scheme.as_str();
        let authority = match self.header(&HOST) {
            Some(host) => host.into_owned(),
            None => self.received.local.map(|address| address.to_string()).unwrap_or_default(),
        };
        [scheme, "://", &authority, self.received.service_path()].concat()
    }

    /// A property of the axis2 scope: what the configuration set, else what the transport knows, else the operation
    /// scope (message-and-expressions.md §1, §12).
    pub fn axis2(&self, name: &str) -> Option<Cow<'_, Value>> {
        match self.axis2.entry(name) {
            Axis2Entry::Set(value) => Some(Cow::Borrowed(value)),
            Axis2Entry::Removed => None,
            Axis2Entry::Untouched => match self.transport_fact(name) {
                Some(value) => Some(Cow::Owned(value)),
                None => self.operation.value(name).map(Cow::Borrowed),
            },
        }
    }

    fn transport_fact(&self, name: &str) -> Option<Value> {
        let text = |text: &str| Some(Value::from(text));
        let received = &self.received;
        match (self.direction, name) {
            (_, "REMOTE_ADDR" | "REMOTE_HOST") => received.remote.map(|a| Value::from(a.ip().to_string())),
            (_, "TransportInURL") => Some(Value::from(received.target.to_string())),
            (_, "TRANSPORT_IN_NAME") => text(received.scheme.as_str()),
            (_, "ContentType") => self.received_content_type().map(|full| Value::from(&*full)),
            (_, "messageType") => self.media_type().map(Value::from),
            (_, "CHARACTER_SET_ENCODING") => self.charset().map(Value::from),
            (_, "NonBlockingTransport") => Some(Value::Boolean(true)),
            (Direction::Request, "HTTP_METHOD") => text(received.method.as_str()),
            (Direction::Request, "REST_URL_POSTFIX") => text(received.rest_suffix()),
            (Direction::Request, "SERVICE_PREFIX") => Some(Value::from(self.service_prefix())),
            (Direction::Request, "NO_ENTITY_BODY") => received.no_entity_body.then_some(Value::Boolean(true)),
            (Direction::Response, "HTTP_SC") => self.status.map(|s| Value::Integer(i32::from(s.as_u16()))),
            (Direction::Response, "FAULT_MESSAGE") => {
                self.status.filter(|s| s.as_u16() >= 400).and_then(|_| text("TRUE"))
            }
            _ => None,
        }
    }

    /// The charset named by the content type, if any.
    pub fn charset(&self) -> Option<String> {
        let full = self.received_content_type()?;
        parameter(&full, "charset").map(|name| name.trim_matches(['"', '\'']).to_owned())
    }

    fn received_content_type(&self) -> Option<Cow<'_, str>> {
        if let Some(value) = self.headers.get(CONTENT_TYPE) {
            return Some(header_text(value));
        }
        let assumed = match self.direction {
            Direction::Request if self.received.no_entity_body => FORM,
            _ if matches!(self.payload, Payload::Empty) => return None,
            _ => "application/octet-stream",
        };
        Some(Cow::Borrowed(assumed))
    }
}

/// The media type of HTML forms, assumed for body-less requests (http-transport.md §3.2).
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A parameter of a content type as written, with its quotes.
fn parameter<'t>(content_type: &'t str, wanted: &str) -> Option<&'t str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}

/// The `SOAPAction` header.
pub const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// Text as a header value: what [`header_text`] reads back. Text beyond Latin-1 is written as UTF-8.
///
/// # Errors
/// Control characters, above all CR, LF and NUL, cannot stand in a header (RFC 9110 §5.5, hardening.md §2 row 5).
pub fn header_value(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    if text.is_ascii() {
        return HeaderValue::from_str(text);
    }
    let latin1: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter).ok()).collect();
    match latin1 {
        Some(bytes) => HeaderValue::from_bytes(&bytes),
        None => HeaderValue::from_bytes(text.as_bytes()),
    }
}

/// A header value as text; bytes beyond ASCII are read as Latin-1 (RFC 9110 §5.5).
pub fn header_text(value: &HeaderValue) -> Cow<'_, str> {
    match value.to_str() {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.as_bytes().iter().map(|&byte| byte as char).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::{header_text, header_value};

    #[test]
    fn header_text_and_value_are_inverse_for_what_a_header_can_hold() {
        for text in ["", "a b", "caf\u{e9}", "\u{80}\u{ff}", "tab\there"] {
            let value = header_value(text).expect("a header value");
            assert_eq!(header_text(&value), text);
        }
        let beyond_latin1 = header_value("\u{20ac}").expect("a header value");
        assert_eq!(beyond_latin1.as_bytes(), "\u{20ac}".as_bytes());
    }

    #[test]
    fn control_characters_make_no_header() {
        for text in ["\r\n", "a\nb", "a\rb", "\0", "\u{7f}", "caf\u{e9}\n", "\u{20ac}\n"] {
            assert!(header_value(text).is_err(), "{text:?}");
        }
    }
}
