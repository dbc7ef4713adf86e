//! A message to evaluate expressions against.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::expression::{Compiled, Expression, Namespaces, Scope, Surroundings, TemplateParameters};
use crate::message::{Destination, Message, Payload, Received, Value, formats};

pub(super) const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(super) const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// A message, the prefixes an expression may use, and what surrounds the message.
pub(super) struct Subject {
    pub(super) message: Message,
    prefixes: Vec<(&'static str, &'static str)>,
    surroundings: Around,
    parameters: Option<TemplateParameters>,
}

impl Subject {
    /// A request without a body.
    pub(super) fn empty() -> Subject {
        Subject::of(Method::GET, Payload::Empty)
    }

    /// A SOAP 1.1 request with this in its body.
    pub(super) fn soap(body: &str) -> Subject {
        let envelope = format!("<s:Envelope xmlns:s='{SOAP11}'><s:Body>{body}</s:Body></s:Envelope>");
        Subject::read("text/xml", &envelope)
    }

    /// A plain XML request.
    pub(super) fn pox(xml: &str) -> Subject {
        Subject::read("application/xml", xml)
    }

    /// A request of any content type.
    pub(super) fn read(content_type: &'static str, body: &str) -> Subject {
        let mut subject = Subject::of(Method::POST, Payload::Empty);
        let headers = &mut subject.message.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if content_type == "text/xml" {
            headers.insert("SOAPAction", HeaderValue::from_static("urn:a"));
        }
        let bytes = Bytes::copy_from_slice(body.as_bytes());
        subject.message.payload = formats::read(bytes, &subject.message).expect("the body can be read");
        subject
    }

    fn of(method: Method, payload: Payload) -> Subject {
        let received = Received::new(method, Uri::from_static("/services/P"));
        let message = Message::request(received, HeaderMap::new(), payload);
        let prefixes = vec![("s", SOAP11), ("s12", SOAP12)];
        Subject { message, prefixes, surroundings: Around::default(), parameters: None }
    }

    pub(super) fn property(mut self, name: &str, value: impl Into<Value>) -> Subject {
        self.message.properties.set(name, value);
        self
    }

    pub(super) fn axis2(mut self, name: &str, value: impl Into<Value>) -> Subject {
        self.message.axis2.set(name, value);
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &'static str) -> Subject {
        self.message.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    pub(super) fn to(mut self, address: &str) -> Subject {
        self.message.addressing.to = Destination::Address(address.into());
        self
    }

    pub(super) fn prefix(mut self, prefix: &'static str, uri: &'static str) -> Subject {
        self.prefixes.push((prefix, uri));
        self
    }

    pub(super) fn local_entry(mut self, key: &str, text: &str) -> Subject {
        self.surroundings.entries.insert(key.to_owned(), text.to_owned());
        self
    }

    pub(super) fn parameters(mut self, parameters: TemplateParameters) -> Subject {
        self.parameters = Some(parameters);
        self
    }

    pub(super) fn compile(&self, text: &str) -> Compiled {
        let namespaces = Namespaces::new(self.prefixes.iter().copied());
        Expression::compile(text, &namespaces).unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        Scope {
            message: &self.message,
            surroundings: &self.surroundings,
            parameters: self.parameters.as_ref(),
        }
    }

    /// The string value; `None` is null.
    pub(super) fn string(&self, text: &str) -> Option<String> {
        let expression = self.compile(text).expression;
        let value = expression.string(self.scope()).unwrap_or_else(|error| panic!("{error}"));
        value.map(Cow::into_owned)
    }

    pub(super) fn boolean(&self, text: &str) -> bool {
        let expression = self.compile(text).expression;
        expression.boolean(self.scope()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Why evaluation fails, by `string` and by `boolean` alike.
    pub(super) fn failure(&self, text: &str) -> String {
        let error = self.compile(text).expression.boolean(self.scope()).expect_err(text);
        let reason = self.failure_of_string(text);
        assert_eq!(error.reason, reason, "{text}");
        reason
    }

    /// Why there is no string value.
    pub(super) fn failure_of_string(&self, text: &str) -> String {
        let error = self.compile(text).expression.string(self.scope()).expect_err(text);
        assert!(error.to_string().starts_with("Evaluation of the XPath expression"), "{error}");
        error.reason
    }

    /// Asserts string values; `None` is null.
    pub(super) fn strings<const N: usize>(&self, table: [(&str, Option<&str>); N]) {
        for (text, expected) in table {
            assert_eq!(self.string(text).as_deref(), expected, "{text}");
        }
    }

    /// Asserts truth values.
    pub(super) fn booleans<const N: usize>(&self, table: [(&str, bool); N]) {
        for (text, expected) in table {
            assert_eq!(self.boolean(text), expected, "{text}");
        }
    }
}

#[derive(Default)]
struct Around {
    entries: HashMap<String, String>,
}

/// 2026-11-22T10:30:00Z.
pub(super) const NOW_MILLISECONDS: i64 = 1_795_343_400_000;

impl Surroundings for Around {
    fn local_entry(&self, key: &str) -> Option<Cow<'_, str>> {
        self.entries.get(key).map(|text| Cow::Borrowed(text.as_str()))
    }

    fn now(&self) -> jiff::Zoned {
        let now = jiff::Timestamp::from_millisecond(NOW_MILLISECONDS).expect("a time of our days");
        now.to_zoned(jiff::tz::TimeZone::UTC)
    }

    fn system_property(&self, name: &str) -> Option<Cow<'_, str>> {
        (name == "user.name").then_some(Cow::Borrowed("sinew"))
    }
}

/// An OM property.
pub(super) fn om(xml: &str) -> Value {
    let document = crate::xml::parse(xml, &crate::xml::Limits::default()).expect("well-formed");
    Value::Xml(Arc::new(document))
}
