//! SOAP sessions and simple client sessions (endpoints.md §6.1).

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, Method};
use sinew_core::message::{Message, Payload, Received, SoapVersion, XmlPayload};
use sinew_core::xml::{Limits, parse, write};

use crate::balancing::affinity::SessionKind;
use crate::balancing::affinity::identification::remove_service_group;

const AXIS2: &str = "http://ws.apache.org/namespaces/axis2";

fn payload(version: SoapVersion, header: &str) -> XmlPayload {
    let namespace = version.namespace();
    let text = format!(
        "<e:Envelope xmlns:e=\"{namespace}\"><e:Header>{header}</e:Header><e:Body><b xmlns=\"\"/></e:Body></e:Envelope>"
    );
    let document = Arc::new(parse(&text, &Limits::default()).expect("an envelope"));
    XmlPayload { document, soap: Some(version), charset: None }
}

fn message(header: &str) -> Message {
    let received = Received::new(Method::POST, "/services/a".parse().expect("a target"));
    Message::request(received, HeaderMap::new(), Payload::Xml(payload(SoapVersion::Soap11, header)))
}

fn ids(kind: SessionKind, header: &str) -> Vec<String> {
    kind.ids(&message(header)).map(|id| id.into_owned()).collect()
}

fn learned(header: &str) -> Vec<(String, bool)> {
    let answer = message(header);
    let learned = SessionKind::Soap.learned(&answer, SystemTime::now());
    learned.map(|learned| (learned.id.into_owned(), learned.ended)).collect()
}

#[test]
fn ids_of_requests() {
    let group = format!("<g:ServiceGroupId xmlns:g=\"{AXIS2}\"> urn:uuid:<!-- -->1\n</g:ServiceGroupId>");
    let client = "<ClientID xmlns=\"http://ws.apache.org/ns/synapse\">c1</ClientID>";
    let both = format!("<x/>{client}{group}");
    assert_eq!(ids(SessionKind::Soap, &both), ["urn:uuid:1"]);
    assert_eq!(ids(SessionKind::SimpleClient, &both), ["c1"]);
    assert!(ids(SessionKind::Soap, client).is_empty());
    assert!(ids(SessionKind::Http, &both).is_empty());
    for none in [
        "<ServiceGroupId>1</ServiceGroupId>",
        &format!("<ServiceGroupId xmlns=\"{AXIS2}\"> </ServiceGroupId>"),
    ] {
        assert!(ids(SessionKind::Soap, none).is_empty(), "{none}");
    }
    let long = "x".repeat(257);
    let overlong = format!("<ServiceGroupId xmlns=\"{AXIS2}\">{long}</ServiceGroupId>");
    assert!(ids(SessionKind::Soap, &overlong).is_empty());
}

/// The member says in `ReplyTo` how it wants to be spoken to next.
#[test]
fn ids_of_answers() {
    let group = format!("<ServiceGroupId xmlns=\"{AXIS2}\">urn:uuid:1</ServiceGroupId>");
    for namespace in
        ["http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing"]
    {
        let reply_to =
            |inside: &str| format!("<a:ReplyTo xmlns:a=\"{namespace}\"><a:Address/>{inside}</a:ReplyTo>");
        let complete = reply_to(&format!("<a:ReferenceParameters>{group}</a:ReferenceParameters>"));
        assert_eq!(learned(&complete), [("urn:uuid:1".to_owned(), false)]);
        assert!(learned(&reply_to(&group)).is_empty());
    }
    assert!(learned(&group).is_empty());
    let answer = message(&group);
    assert_eq!(SessionKind::SimpleClient.learned(&answer, SystemTime::now()).count(), 0);
}

#[test]
fn the_group_is_taken_off_the_first_request() {
    let mut first = payload(
        SoapVersion::Soap12,
        &format!("<x/><ServiceGroupId xmlns=\"{AXIS2}\">1</ServiceGroupId><y/>"),
    );
    let before = first.clone();
    assert!(remove_service_group(&mut first));
    assert!(!remove_service_group(&mut first));
    let blocks: Vec<_> = first
        .header_blocks()
        .into_iter()
        .map(|block| first.document.name(block).expect("a name").local)
        .collect();
    assert_eq!(blocks, ["x", "y"]);
    assert_eq!(before.header_blocks().len(), 3, "a copy that somebody else holds stays");
    let mut text = String::new();
    write(&first.document, first.document.document_node(), &mut text);
    assert!(!text.contains("ServiceGroupId"));
}

#[test]
fn a_payload_that_is_no_envelope_has_no_session() {
    let document = Arc::new(parse("<a/>", &Limits::default()).expect("a document"));
    let mut plain = XmlPayload { document, soap: None, charset: None };
    assert!(!remove_service_group(&mut plain));
    let mut message = message("");
    message.payload = Payload::Xml(plain);
    assert_eq!(SessionKind::Soap.ids(&message).count(), 0);
    message.payload = Payload::Empty;
    assert_eq!(SessionKind::SimpleClient.ids(&message).count(), 0);
    assert!(SessionKind::Soap.needs_payload() && !SessionKind::Http.needs_payload());
}
