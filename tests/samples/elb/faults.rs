//! The shipped fault sequences: statuses and bodies by error code (mediators.md §11 and case 201).

use sinew::testing::{Event, Flows, Reply, Request, Transcript};

use super::folder::{add, address, complete_flows, flows, shipped};
use crate::stock_quote::{soap_11, text_of};
use crate::support::{Connection, Program};

/// Numbers and dates that differ at every run.
const TIMESTAMP: (&str, &str) = (r"<Timestamp>[^<]*</Timestamp>", "<Timestamp>(now)</Timestamp>");

fn scripted_flows() -> Option<Flows> {
    complete_flows(shipped(&address("http://member"))?.path())
}

fn logged(transcript: &Transcript, wanted: &str) -> bool {
    transcript.events.iter().any(|event| matches!(event, Event::Logged { text, .. } if text.contains(wanted)))
}

fn assert_fault_body(body: &str) {
    assert!(body.contains("<ShopResponse xmlns=\"org.wso2.gateway\""), "{body}");
    assert_eq!(text_of(body, "Ack").as_deref(), Some("Failure"), "{body}");
    assert_eq!(text_of(body, "ServiceName").as_deref(), Some("Shop"), "{body}");
}

/// What went wrong on the way to the member decides the status.
#[test]
fn statuses_of_failures_to_send() {
    for (reply, code, status, sequence) in [
        (Reply::timed_out(), "101504", 504, Some("seq_timeout")),
        (Reply::refused(), "101503", 500, None),
        (Reply::closed(), "101505", 500, None),
    ] {
        let Some(flows) = scripted_flows() else { return };
        let transcript = flows.stub("http://member", reply).send(Request::get("/shop"));
        assert_eq!(transcript.status, status, "{code}: {transcript}");
        for name in ["seq_timeout", "seq_endpoint_down"] {
            let ran = logged(&transcript, &format!("IN = {name}"));
            assert_eq!(ran, sequence == Some(name), "{code}: {transcript}");
        }
        assert_fault_body(&transcript.body);
    }
}

/// Error codes that the fault sequence knows, however they came about.
#[test]
fn statuses_of_error_codes() {
    for (code, status, sequence) in [
        ("101504", 504, Some("seq_timeout")),
        ("303001", 503, Some("seq_endpoint_down")),
        ("111503", 503, Some("seq_endpoint_down")),
        ("101503", 500, None),
        ("0", 500, None),
        ("1303001", 500, None),
    ] {
        let Some(folder) = shipped(&address("http://member")) else { return };
        let fails = format!(
            "<property name=\"ERROR_CODE\" value=\"{code}\" type=\"INTEGER\"/>\
             <property name=\"ERROR_MESSAGE\" value=\"broken &amp; gone\"/>\
             <property name=\"SERVICENAME\" value=\"Shop\"/><sequence key=\"fault\"/>"
        );
        add(folder.path(), "fails", &fails);
        let Some(flows) = complete_flows(folder.path()) else { return };
        let transcript = flows.mediate("fails", Request::get("/shop"));
        assert_eq!(transcript.status, status, "{code}: {transcript}");
        assert_eq!(logged(&transcript, "IN = seq_endpoint_down"), sequence == Some("seq_endpoint_down"));
        assert_eq!(logged(&transcript, "IN = seq_timeout"), sequence == Some("seq_timeout"));
        assert!(
            transcript.headers.iter().any(|line| line.starts_with("content-type: text/xml")),
            "{transcript}"
        );
        assert_fault_body(&transcript.body);
        let message = text_of(&transcript.body, "LongMessage");
        assert_eq!(message.as_deref(), Some("broken &amp; gone"), "{transcript}");
    }
}

/// A sequence that nobody defined is a fault of the fault sequence; the client is answered all the same.
#[test]
fn a_fault_sequence_that_fails_itself() {
    let Some(folder) = shipped(&address("http://member")) else { return };
    std::fs::remove_file(folder.path().join("sequences/seq_timeout.xml")).expect("a file");
    let Some(flows) = complete_flows(folder.path()) else { return };
    let transcript = flows.stub("http://member", Reply::timed_out()).send(Request::get("/shop"));
    assert_eq!(transcript.status, 504, "{transcript}");
}

#[test]
fn a_refused_connection_step_by_step() {
    let Some(flows) = scripted_flows() else { return };
    let transcript = flows.stub("http://member", Reply::refused()).send(Request::get("/shop"));
    insta::with_settings!({ filters => vec![TIMESTAMP] }, { insta::assert_snapshot!(transcript) });
}

/// The same on the wire, for a REST and for a SOAP client.
#[test]
fn case_201_faults_end_to_end() {
    let Some(folder) = shipped(&address("http://127.0.0.1:1")) else { return };
    if complete_flows(folder.path()).is_none() {
        return;
    }
    let program = Program::serve(folder.path());
    let rest = Connection::get(program.http, "/shop");
    assert_eq!(rest.status, 500);
    assert!(rest.text().trim_start().starts_with("<ShopResponse"), "{}", rest.text());

    let mut connection = Connection::open(program.http);
    let message = soap_11("<order/>");
    let head = format!(
        "POST /shop HTTP/1.1\r\nHost: shop\r\nContent-Type: text/xml\r\nSOAPAction: urn:order\r\nContent-Length: {}\r\n\r\n",
        message.len()
    );
    connection.send((head + &message).as_bytes());
    let soap = connection.read(false);
    // The endpoint is suspended now: 303001, which the sequence answers with 503 (endpoints.md §3.1).
    assert_eq!(soap.status, 503);
    assert!(soap.text().contains("Body><ShopResponse"), "{}", soap.text());
    for answer in [rest, soap] {
        assert!(answer.header("content-type").unwrap_or_default().starts_with("text/xml"), "{}", answer.head);
        assert_fault_body(&answer.text());
        assert!(text_of(&answer.text(), "LongMessage").is_some_and(|text| !text.is_empty()));
    }
}

/// The error handler: a SOAP fault for SOAP clients, an exception for all others (mediators.md §5.2, cases 122 and
/// 123).
#[test]
fn error_handler() {
    const REASON: &str = "COULDN'T SEND THE MESSAGE TO THE SERVER.";
    let Some(flows) = flows() else { return };
    let request = Request::post("/shop", "text/xml", &soap_11("<order/>")).header("SOAPAction", "urn:order");
    let soap = flows.mediate("errorHandler", request);
    assert_eq!((soap.status, text_of(&soap.body, "faultstring").as_deref()), (500, Some(REASON)), "{soap}");
    assert!(logged(&soap, "MESSAGE = Executing default 'fault' sequence"), "{soap}");
    assert!(logged(&soap, "Envelope: ") && logged(&soap, "<order/>"), "level full: {soap}");

    let rest = flows.mediate("errorHandler", Request::get("/shop"));
    assert_eq!((rest.status, text_of(&rest.body, "Exception").as_deref()), (500, Some(REASON)), "{rest}");
}

#[test]
fn error_handler_step_by_step() {
    let Some(flows) = flows() else { return };
    let request = Request::post("/shop", "text/xml", &soap_11("<order/>")).header("SOAPAction", "urn:order");
    insta::assert_snapshot!(flows.mediate("errorHandler", request));
}
