//! The cases of mediators.md §12.7 about faults.

use sinew_core::message::{Destination, Message, Payload};

use crate::testing::{Bench, Outcome, assert_problems, is_clean, is_refused, request, soap_request};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// A `<makefault>` with code, reason `r` and more.
fn makefault(attributes: &str, code: &str, more: &str) -> String {
    format!(
        "<makefault {attributes} xmlns:s11='{SOAP11}' xmlns:s12='{SOAP12}'>
           <code value='{code}'/><reason value='r'/>{more}</makefault>"
    )
}

fn soap12_request() -> Message {
    let envelope = format!("<s:Envelope xmlns:s=\"{SOAP12}\"><s:Body><a/></s:Body></s:Envelope>");
    request("POST", "application/soap+xml", &envelope)
}

fn addressed(mut message: Message, reply_to: Option<&str>, fault_to: Option<&str>) -> Message {
    message.addressing.reply_to = reply_to.map(Into::into);
    message.addressing.fault_to = fault_to.map(Into::into);
    message
}

fn to(outcome: &Outcome) -> &Destination {
    &outcome.exchange.message.addressing.to
}

fn address(text: &str) -> Destination {
    Destination::Address(text.into())
}

fn soap11_fault(code: &str, more: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"{SOAP11}\"><soapenv:Body><soapenv:Fault>\
         <faultcode>{code}</faultcode><faultstring>r</faultstring>{more}</soapenv:Fault></soapenv:Body>\
         </soapenv:Envelope>"
    )
}

fn soap12_fault(code: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"{SOAP12}\"><soapenv:Body><soapenv:Fault>\
         <soapenv:Code><soapenv:Value>{code}</soapenv:Value></soapenv:Code>\
         <soapenv:Reason><soapenv:Text xml:lang=\"en\">r</soapenv:Text></soapenv:Reason>\
         </soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
}

#[test]
fn case_120_a_soap11_fault_goes_to_reply_to() {
    let message = addressed(soap_request("<a/>"), Some("urn:reply"), None);
    let outcome = Bench::new(&makefault("version='soap11'", "s11:Server", "")).message(message).run();
    assert_eq!(outcome.xml(), soap11_fault("soapenv:Server", ""));
    assert!(outcome.exchange.message.is_response());
    assert_eq!(to(&outcome), &address("urn:reply"));
    assert_eq!(outcome.exchange.message.addressing.relates_to.as_deref(), Some("m"));
    assert_eq!(outcome.flow.ok(), Some(sinew_core::mediation::Flow::Continue));
}

#[test]
fn case_121_only_a_fault_that_stays_a_request_goes_to_fault_to() {
    let run = |attributes: &str| {
        let message = addressed(soap_request("<a/>"), Some("urn:reply"), Some("urn:fault"));
        Bench::new(&makefault(attributes, "s11:Server", "")).message(message).run()
    };
    let outcome = run("version='soap11'");
    assert_eq!(to(&outcome), &address("urn:reply"));
    assert!(outcome.exchange.message.is_response());
    let outcome = run("version='soap11' response='false'");
    assert_eq!(to(&outcome), &address("urn:fault"));
    assert!(!outcome.exchange.message.is_response());
    let outcome = Bench::new(&makefault("response='false'", "s11:Server", "")).run();
    assert_eq!(to(&outcome), &Destination::Cleared);
}

#[test]
fn case_122_without_a_version_the_envelope_decides_and_the_code_fits() {
    let table = [
        ("s12:Receiver", soap_request("<a/>"), soap11_fault("soapenv:Server", "")),
        ("s11:Server", soap_request("<a/>"), soap11_fault("soapenv:Server", "")),
        ("s11:Server", soap12_request(), soap12_fault("soapenv:Receiver")),
        ("s12:Sender", soap_request("<a/>"), soap11_fault("soapenv:Client", "")),
        ("s11:VersionMismatch", soap12_request(), soap12_fault("soapenv:VersionMismatch")),
    ];
    for (code, message, expected) in table {
        let outcome = Bench::new(&makefault("", code, "")).message(message).run();
        assert_eq!(outcome.xml(), expected, "{code}");
    }
}

#[test]
fn a_code_of_ones_own_keeps_its_namespace() {
    let mediators =
        "<makefault version='soap11'><code value='m:odd' xmlns:m='urn:m'/><reason value='r'/></makefault>";
    let outcome = Bench::new(mediators).run();
    assert!(outcome.xml().contains("<faultcode xmlns:m=\"urn:m\">m:odd</faultcode>"), "{}", outcome.xml());
}

#[test]
fn case_123_and_124_without_soap_the_fault_is_an_exception() {
    let outcome = Bench::new(&makefault("", "s12:Receiver", "")).message(request("GET", "", "")).run();
    assert_eq!(outcome.xml(), "<Exception>r</Exception>");
    assert_eq!(outcome.axis2("FAULT_MESSAGE").as_deref(), Some("TRUE"));
    let outcome =
        Bench::new("<makefault version='pox'/>").message(request("POST", "application/xml", "<a/>")).run();
    assert_eq!(outcome.xml(), "<Exception/>");
    let detail = "<detail>why</detail>";
    let outcome = Bench::new(&makefault("version='pox'", "s12:Receiver", detail)).run();
    assert_eq!(
        outcome.xml(),
        format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body><Exception>why</Exception></s:Body></s:Envelope>")
    );
    let computed = "<makefault version='pox'><reason expression='$ctx:e'/></makefault>";
    let outcome = Bench::new(computed).message(request("GET", "", "")).property("e", "why").run();
    assert_eq!(outcome.xml(), "<Exception>why</Exception>");
}

#[test]
fn case_125_version_response_and_code_are_checked() {
    assert!(is_refused(&makefault("version='soap13'", "s11:Server", "")));
    assert!(is_refused(&makefault("response='yes'", "s11:Server", "")));
    assert!(is_refused(&makefault("", "Server", "")));
    assert!(is_refused(&makefault("", "x:Server", "")));
    assert!(is_refused("<makefault><code/><reason value='r'/></makefault>"));
    assert!(is_refused(&makefault("version='soap12'", "s11:Server", "")));
    assert!(is_refused(&makefault("version='soap12'", "s12:Server", "")));
    assert!(is_clean(&makefault("version='soap12'", "s12:Receiver", "")));
    assert!(is_clean(&makefault("version='soap11'", "s11:Odd", "")));
}

#[test]
fn the_code_may_be_computed() {
    let mediators =
        "<makefault version='soap12'><code expression='$ctx:c'/><reason expression='$ctx:none'/></makefault>";
    for (code, expected) in [("Sender", "soapenv:Sender"), ("soapenv:Sender", "soapenv:Sender")] {
        let outcome = Bench::new(mediators).property("c", code).run();
        assert!(
            outcome.xml().contains(&format!("<soapenv:Value>{expected}</soapenv:Value>")),
            "{}",
            outcome.xml()
        );
    }
    for code in ["", "a b", "<"] {
        let outcome = Bench::new(mediators).property("c", code).run();
        assert_eq!(outcome.fault_message(), Some(format!("{code:?} is no fault code").as_str()));
    }
}

#[test]
fn case_126_the_detail_is_text_elements_or_computed() {
    let table = [
        ("<detail>why</detail>", "<detail>why</detail>"),
        ("<detail><m:a xmlns:m='urn:m'>1</m:a></detail>", "<detail><m:a xmlns:m=\"urn:m\">1</m:a></detail>"),
        ("<detail expression='$ctx:text'/>", "<detail>a &lt; b</detail>"),
        ("<detail expression='$ctx:xml'/>", "<detail><a>1</a></detail>"),
        ("<detail expression='$ctx:none'/>", ""),
        ("<detail/>", ""),
    ];
    for (detail, expected) in table {
        let bench = Bench::new(&makefault("version='soap11'", "s11:Server", detail));
        let outcome = bench.property("text", "a < b").property("xml", "<a>1</a>").run();
        assert_eq!(outcome.xml(), soap11_fault("soapenv:Server", expected), "{detail}");
    }
}

#[test]
fn case_127_header_blocks_are_kept() {
    let mediators =
        format!("<header name='m:h' value='1' xmlns:m='urn:m'/>{}", makefault("", "s11:Server", ""));
    let outcome = Bench::new(&mediators).run();
    assert!(
        outcome.xml().contains("<soapenv:Header><m:h xmlns:m=\"urn:m\">1</m:h></soapenv:Header>"),
        "{}",
        outcome.xml()
    );
}

#[test]
fn node_and_role_are_written_where_the_version_has_them() {
    let more = "<node>urn:node</node><role>urn:role</role>";
    let outcome = Bench::new(&makefault("version='soap12'", "s12:Receiver", more)).run();
    assert!(
        outcome.xml().contains("<soapenv:Node>urn:node</soapenv:Node><soapenv:Role>urn:role</soapenv:Role>"),
        "{}",
        outcome.xml()
    );
    let outcome = Bench::new(&makefault("version='soap11'", "s11:Server", more)).run();
    assert_eq!(outcome.xml(), soap11_fault("soapenv:Server", "<faultactor>urn:role</faultactor>"));
}

#[test]
fn a_fault_is_recognised_as_one() {
    let outcome = Bench::new(&makefault("", "s11:Server", "")).run();
    assert!(matches!(&outcome.exchange.message.payload, Payload::Xml(xml) if xml.is_fault()));
}

#[test]
fn wrong_faults_are_explained() {
    assert_problems!(
        "<makefault version=\"soap13\"/>
<makefault/>
<makefault><code value=\"Server\"/><reason value=\"r\"/></makefault>
<makefault><code value=\"x:Server\"/><reason/></makefault>
<makefault version=\"soap12\"><code value=\"s:Server\" xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"/><reason value=\"r\"/></makefault>
<makefault version=\"pox\" response=\"yes\"><role>a b</role></makefault>
<makefault version=\"soap11\">
  <code value=\"s:Server\" xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/><reason value=\"r\"/>
  <node>urn:n</node><faultcode/>
</makefault>"
    );
}
