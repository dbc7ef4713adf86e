//! XPath expressions over one message: no panic, problems lie inside the text, nodes come in order, and a truth value
//! that is said to be always the same is.

#![no_main]

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use http::{HeaderMap, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sinew_core::expression::{Expression, Namespaces, Object, Scope, Surroundings};
use sinew_core::message::{Message, Payload, Received, SoapVersion, Value, XmlPayload};
use sinew_core::xml::{Document, Limits, parse};

const ENVELOPE: &str = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:p='urn:p'><s:Header>\
    <p:h>v</p:h></s:Header><s:Body><r xml:lang='en'><a x='1'>5</a><a x='2'> 6 </a><p:a>caf\u{e9}</p:a><!--c--><?t i?>\
    <b xmlns='urn:q'><c/>\u{1d11e}</b></r></s:Body></s:Envelope>";

static DOCUMENT: LazyLock<Arc<Document>> =
    LazyLock::new(|| Arc::new(parse(ENVELOPE, &Limits::default()).expect("the envelope is well-formed")));

fuzz_target!(|text: &str| {
    let namespaces = Namespaces::new([("s", "http://schemas.xmlsoap.org/soap/envelope/"), ("p", "urn:p")]);
    let compiled = Expression::compile(text, &namespaces);
    let (compiled, problems) = match compiled {
        Ok(compiled) => (Some(compiled.expression), compiled.warnings),
        Err(problem) => (None, vec![problem]),
    };
    for problem in problems {
        assert!(text.trim().get(problem.range.clone()).is_some(), "{problem:?} is not inside the text");
    }
    let Some(expression) = compiled else { return };
    let message = message();
    let scope = Scope { message: &message, surroundings: &Nothing, parameters: None };
    let value = expression.value(scope);
    if let (Some(constant), Ok(found)) = (expression.constant(), expression.boolean(scope)) {
        assert_eq!(constant, found, "the outcome is always the same");
    }
    if let Ok(value) = &value
        && let Ok(truth) = expression.boolean(scope)
        && !text.trim().starts_with("json-eval(")
    {
        assert_eq!(value.boolean(), truth, "{value:?}");
    }
    if let Ok(Object::Nodes(nodes)) = &value {
        let ordered = nodes.windows(2).all(|pair| pair[0].order(pair[1]) == Ordering::Less);
        assert!(ordered, "nodes come once, in document order: {nodes:?}");
    }
    let _ = expression.string(scope);
});

fn message() -> Message {
    let received = Received::new(Method::POST, Uri::from_static("/services/P/x?q=1&r=a%20b"));
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("a.example"));
    let xml = XmlPayload { document: DOCUMENT.clone(), soap: Some(SoapVersion::Soap11), charset: None };
    let mut message = Message::request(received, headers, Payload::Xml(xml));
    message.set_message_id("m");
    message.properties.set("t", "text");
    message.properties.set("i", Value::Integer(7));
    message.properties.set("d", Value::Double(-0.5));
    message.properties.set("f", Value::Boolean(false));
    message.properties.set("x", Value::Xml(DOCUMENT.clone()));
    message
}

/// No surroundings.
struct Nothing;

impl Surroundings for Nothing {
    fn local_entry(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::default()
    }

    fn system_property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
