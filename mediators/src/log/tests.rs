//! The cases of mediators.md §12.5.

use sinew_core::mediation::Flow;
use sinew_core::message::{Destination, Value};

use crate::testing::{Bench, assert_problems, is_refused, parse, request, soap_request, soap_response};

#[test]
fn case_086_a_simple_log_names_addresses_and_identity() {
    let outcome = Bench::new("<log/>").run();
    assert_eq!(outcome.log(), ["To: http://h/p, MessageID: m, Direction: request"]);
    assert!(outcome.streams(), "a simple log reads no payload");
}

#[test]
fn case_087_without_an_address_to_is_empty() {
    let outcome = Bench::new("<log/>").message(soap_response("")).run();
    assert_eq!(outcome.log(), ["To: , MessageID: m, Direction: response"]);
}

#[test]
fn a_simple_log_has_every_part_in_order() {
    let mut message = soap_request("");
    message.headers.insert("soapaction", "\"urn:s\"".parse().expect("a header value"));
    let addressing = &mut message.addressing;
    addressing.to = Destination::Received;
    addressing.from = Some("f".into());
    addressing.reply_to = Some("r".into());
    addressing.action = Some("urn:a".into());
    let mediators = "<log separator='|'><property name='p' value='v'/></log>";
    assert_eq!(
        Bench::new(mediators).message(message).run().log(),
        ["To: /p|From: f|WSAction: urn:a|SOAPAction: urn:s|ReplyTo: r|MessageID: m|Direction: request|p = v"]
    );
}

#[test]
fn case_088_and_089_a_custom_log_has_only_its_properties() {
    let mediators = "<log level='custom' separator='|'>
        <property name='a' value='1'/><property name='b' expression=\"'2'\"/></log>";
    assert_eq!(Bench::new(mediators).run().log(), ["a = 1|b = 2"]);
    let null = "<log level='custom'><property name='a' expression=\"get-property('x')\"/></log>";
    assert_eq!(Bench::new(null).run().log(), ["a = null"]);
    assert_eq!(Bench::new("<log level='custom'/>").run().log(), [""]);
    let typed = "<log level='custom'><property name='a' expression='$ctx:n'/></log>";
    assert_eq!(Bench::new(typed).property("n", Value::Double(2.0)).run().log(), ["a = 2.0"]);
}

#[test]
fn case_090_properties_of_a_log_need_name_and_value() {
    for property in [
        "<property name='a' value=''/>",
        "<property value='1'/>",
        "<property name=' ' value='1'/>",
        "<property name='a'/>",
        "<property name='a' expression=''/>",
        "<property name='a' value='1' scope='operation'/>",
    ] {
        assert!(is_refused(&format!("<log>{property}</log>")), "{property}");
    }
    assert!(!is_refused("<log><property name='a' value='1' scope='axis2'/></log>"));
}

#[test]
fn case_091_levels_and_categories() {
    let (_, diagnostics) = parse("<log level='verbose'/>");
    assert!(!diagnostics.has_errors());
    assert_eq!(diagnostics.warning_count(), 1);
    let outcome = Bench::new("<log level='verbose'/>").run();
    assert_eq!(outcome.log(), ["To: http://h/p, MessageID: m, Direction: request"]);
    assert!(is_refused("<log category='x'/>"));
    let categories = [
        (" warn ", "WARN"),
        ("TRACE", "TRACE"),
        ("debug", "DEBUG"),
        ("INFO", "INFO"),
        ("Error", "ERROR"),
        ("FATAL", "FATAL"),
    ];
    for (written, expected) in categories {
        let outcome = Bench::new(&format!("<log level='custom' category='{written}'/>")).run();
        let lines = outcome.logged.lock().expect("no test panics while logging").clone();
        assert_eq!(lines, [(expected.to_owned(), String::new())]);
    }
}

/// A SOAP request with header blocks.
fn with_blocks() -> sinew_core::message::Message {
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:m\"><s:Header>\
                    <m:a>1</m:a><m:b>x<m:secret>password</m:secret></m:b></s:Header><s:Body/></s:Envelope>";
    let mut message = request("POST", "text/xml", envelope);
    message.headers.insert("soapaction", "\"\"".parse().expect("a header value"));
    message
}

#[test]
fn case_092_the_headers_level_shows_the_text_of_each_block() {
    let mediators = "<log level='headers'><property name='p' value='v'/></log>";
    assert_eq!(Bench::new(mediators).message(with_blocks()).run().log(), ["a : 1, b : x, p = v"]);
    assert_eq!(Bench::new("<log level='headers'/>").run().log(), [""]);
}

#[test]
fn case_093_the_full_level_shows_the_payload() {
    let simple = "To: http://h/p, MessageID: m, Direction: request";
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><a/></s:Body></s:Envelope>";
    let table = [
        (soap_request("<a/>"), format!("{simple}, p = v, Envelope: {envelope}")),
        (request("POST", "application/xml", "<a/>"), format!("{simple}, p = v, Payload: <a/>")),
        (request("POST", "text/plain", "hi"), format!("{simple}, p = v, Payload: hi")),
        (
            request("POST", "image/png", "\u{1}\u{2}"),
            format!("{simple}, p = v, Payload: 2 bytes of image/png"),
        ),
        (request("GET", "", ""), format!("{simple}, p = v, Payload: ")),
    ];
    for (message, expected) in table {
        let mediators = "<log level='full'><property name='p' value='v'/></log>";
        assert_eq!(Bench::new(mediators).message(message).run().log(), [expected]);
    }
    let forced = Bench::new("<log level='custom' logFullPayload='true'/>").run().log();
    assert!(forced.iter().all(|text| text.starts_with(simple) && text.contains("Envelope: ")), "{forced:?}");
}

#[test]
fn case_095_a_log_never_stops() {
    for level in ["simple", "headers", "full", "custom"] {
        let outcome = Bench::new(&format!("<log level='{level}'/><property name='x' value='1'/>")).run();
        assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Continue), "{level}");
        assert!(outcome.reached("x"), "{level}");
    }
}

#[test]
fn a_custom_log_can_start_with_the_identity() {
    let mediators = "<log level='custom' logMessageID='true'><property name='a' value='1'/></log>";
    assert_eq!(Bench::new(mediators).run().log(), ["MessageID: m, a = 1"]);
}

#[test]
fn wrong_logs_are_explained() {
    assert_problems!(
        "<log level=\"ful\"/>
<log category=\"x\"/>
<log><property name=\"a\" value=\"\"/></log>
<log><property value=\"1\"/></log>
<log><property name=\"a\"/></log>
<log><property name=\"a\" value=\"1\" scope=\"operation\"/></log>
<log><message>Hi</message></log>
<log><propertee name=\"a\" value=\"1\"/></log>
<log seperator=\",\"/>"
    );
}
