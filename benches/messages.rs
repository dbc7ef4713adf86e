//! What understanding messages costs: look-ups, paths over a SOAP message, building trees.
//!
//! `cargo bench --bench messages` prints a table. Look-ups are to stay at 60 ns, a path over the message at 1 µs, building it at
//! 3 µs, and large XML at 100 MB/s.

mod support;

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Uri};
use sinew_core::expression::{Expression, Namespaces, Scope, Surroundings};
use sinew_core::message::{Message, Payload, Received, SoapVersion, XmlPayload};
use sinew_core::xml::{Limits, parse};
use support::best_of;

/// 430 bytes.
const SOAP: &str = "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><soapenv:Header><wsa:MessageID>urn:uuid:5f3a0cba-4c6f</wsa:MessageID>\
</soapenv:Header><soapenv:Body><m0:getQuote xmlns:m0=\"http://services.samples\"><m0:request><m0:symbol>IBM</m0:symbol>\
<m0:quantity>10</m0:quantity><m0:exchange>NYSE</m0:exchange></m0:request></m0:getQuote></soapenv:Body></soapenv:Envelope>";

struct Nowhere;

impl Surroundings for Nowhere {
    fn local_entry(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }

    fn system_property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

fn main() {
    println!("{:<52} {:>10}", "expression over a message", "ns");
    let message = message();
    let namespaces = Namespaces::new([
        ("m0", "http://services.samples"),
        ("s", "http://schemas.xmlsoap.org/soap/envelope/"),
        ("wsa", "http://www.w3.org/2005/08/addressing"),
    ]);
    for text in [
        "'literal'",
        "$trp:Host",
        "$ctx:x",
        "get-property('x')",
        "fn:concat($ctx:x, '-', $trp:Host)",
        "//m0:symbol",
        "s:Body/m0:getQuote/m0:request/m0:symbol",
        "//m0:request[m0:quantity > 5]/m0:symbol",
        "//m0:symbol = 'IBM'",
        "count(//m0:request/*)",
    ] {
        let expression = match Expression::compile(text, &namespaces) {
            Ok(compiled) => compiled.expression,
            Err(problem) => panic!("{text}: {}", problem.message),
        };
        let scope = Scope { message: &message, surroundings: &Nowhere, parameters: None };
        let nanoseconds = best_of(10, 100_000, || drop(black_box(expression.string(scope))));
        println!("{text:<52} {nanoseconds:>10.0}");
    }
    println!("\n{:<52} {:>10}", "building a tree", "");
    let limits = Limits::default();
    let small = best_of(10, 50_000, || drop(black_box(parse(SOAP, &limits))));
    println!("{:<52} {small:>7.0} ns", format!("the message, {} bytes", SOAP.len()));
    let large = format!(
        "<rows>{}</rows>",
        "<row id=\"1\"><name>Some name</name><value>17.5</value></row>".repeat(50_000)
    );
    let nanoseconds = best_of(5, 1, || drop(black_box(parse(&large, &limits))));
    println!(
        "{:<52} {:>5.0} MB/s",
        format!("{} MB", large.len() / 1_000_000),
        large.len() as f64 * 1000.0 / nanoseconds
    );
}

fn message() -> Message {
    let received = Received::new(Method::POST, Uri::from_static("/services/Quote"));
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("shop.example"));
    headers.insert("content-type", HeaderValue::from_static("text/xml"));
    headers.insert("soapaction", HeaderValue::from_static("\"urn:getQuote\""));
    let document = match parse(SOAP, &Limits::default()) {
        Ok(document) => Arc::new(document),
        Err(error) => panic!("{error}"),
    };
    let payload = Payload::Xml(XmlPayload { document, soap: Some(SoapVersion::Soap11), charset: None });
    let mut message = Message::request(received, headers, payload);
    message.properties.set("x", "value");
    message
}
