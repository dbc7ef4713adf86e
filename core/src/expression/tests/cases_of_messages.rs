//! The numbered cases of message-and-expressions.md §14 that concern expressions. The profile is A where A and W
//! differ; where the document says what the rewrite does instead, that.

use http::StatusCode;

use super::support::{NOW_MILLISECONDS, SOAP11, Subject};
use crate::message::{Destination, Payload, Value};

#[test]
fn case_001_a_missing_property_is_null() {
    Subject::empty().strings([("get-property('nope')", None)]);
}

#[test]
fn case_002_its_string_is_empty() {
    Subject::empty().strings([("string(get-property('nope'))", Some(""))]);
}

#[test]
fn case_030_text_is_seen_in_an_element() {
    let subject = Subject::read("text/plain", "hi & <bye>");
    subject.strings([
        ("//*[local-name()='text']", Some("hi & <bye>")),
        ("namespace-uri($body/*)", Some("http://ws.apache.org/commons/ns/payload")),
        ("/s:Body/*", Some("hi & <bye>")),
        ("name(//text()/..)", Some("text")),
        ("count($body/node())", Some("1.0")),
    ]);
}

#[test]
fn case_033_no_body_is_an_empty_body() {
    let subject = Subject::empty();
    subject.booleans([("boolean($body/*)", false), ("//binary", false), ("$body", true)]);
    subject.strings([("//binary", Some("")), ("namespace-uri()", Some(super::support::SOAP12))]);
}

#[test]
fn case_031_bytes_are_seen_as_nothing() {
    let subject = Subject::read("application/octet-stream", "X");
    assert!(matches!(subject.message.payload, Payload::Bytes(_)));
    subject.booleans([("$body/*", false), ("$body", true)]);
}

#[test]
fn case_048_049_what_needs_the_payload() {
    let table = [
        ("$ctx:lim < //a", true),
        ("$trp:Host", false),
        ("//a", true),
        ("$body", true),
        ("$ctx:x/a", false),
        ("$ctx:x/a[b = 1]", false),
        ("$ctx:x/a[$body/b = 1]", true),
        ("fn:concat($ctx:a, '/', $url:b)", false),
        ("get-property('FAULT')", true),
        ("get-property('From')", true),
        ("get-property('ReplyTo')", true),
        ("get-property('To')", false),
        ("concat(get-property('MessageID'), get-property('Action'))", false),
        ("concat('a', get-property('FaultTo'))", true),
        ("get-property('axis2', concat('FA', 'ULT'))", false),
        ("get-property($ctx:name)", true),
        ("string()", true),
        ("evaluate('1 + 1')", false),
        ("evaluate('//a')", true),
        ("evaluate($ctx:a)", true),
        ("'//a'", false),
        ("concat('//a', 'b')", false),
        ("position() = 1", false),
        ("not($axis2:HTTP_SC = 500)", false),
    ];
    let subject = Subject::empty();
    for (text, needs) in table {
        assert_eq!(subject.compile(text).expression.needs_payload(), needs, "{text}");
    }
}

#[test]
fn case_053_functions_with_the_prefix_fn() {
    let undeclared = Subject::empty();
    let declared = Subject::empty().prefix("fn", "http://www.w3.org/2005/xpath-functions");
    for subject in [undeclared, declared] {
        subject.strings([("fn:concat('a','b')", Some("ab"))]);
    }
}

#[test]
fn case_054_other_prefixes() {
    let subject = Subject::empty().prefix("zy", "urn:zy");
    subject.strings([("zz:concat('a','b')", Some("ab"))]);
    assert_eq!(subject.failure("fn:replace('a','a','b')"), "there is no function replace()");
    assert!(subject.failure("zy:concat('a','b')").contains("urn:zy"));
    // Synapse's own functions are known by their local name alone.
    subject.strings([("zy:get-property('nope')", None), ("zy:base64Encode('abc')", Some("YWJj"))]);
}

#[test]
fn case_055_lower_case() {
    let subject = Subject::empty().header("host", "ABC.Example");
    subject.strings([("fn:lower-case($trp:Host)", Some("abc.example"))]);
}

#[test]
fn case_056_the_root_of_a_tree() {
    let body = "<r><a>1</a><a>2</a></r>";
    let (pox, soap) = (Subject::pox(body), Subject::soap(body));
    for (text, in_pox, in_soap) in [
        ("count(/s:Body/r/a)", "2.0", "0.0"),
        ("count(/s:Envelope/s:Body/r/a)", "0.0", "2.0"),
        ("count($body/r/a)", "2.0", "2.0"),
        ("count(s:Body/r/a)", "2.0", "2.0"),
        ("count(//a)", "2.0", "2.0"),
        ("count($env/s:Body)", "1.0", "1.0"),
        ("name(/)", "soapenv:Envelope", ""),
        ("name()", "soapenv:Envelope", "s:Envelope"),
        ("name($body/..)", "soapenv:Envelope", "s:Envelope"),
        ("name(//r/..)", "soapenv:Body", "s:Body"),
    ] {
        assert_eq!(pox.string(text).as_deref(), Some(in_pox), "{text}");
        assert_eq!(soap.string(text).as_deref(), Some(in_soap), "{text}");
    }
}

#[test]
fn case_057_several_nodes() {
    Subject::pox("<r><a>1</a><a>2</a></r>").strings([("//a", Some("12"))]);
}

#[test]
fn case_058_elements_and_numbers() {
    let subject = Subject::pox("<r><a>1</a><a>2</a></r>");
    subject.strings([
        ("//r", Some("<r><a>1</a><a>2</a></r>")),
        ("count(//a)", Some("2.0")),
        ("concat(count(//a),'')", Some("2")),
        ("concat('n=',count(//a))", Some("n=2")),
    ]);
}

#[test]
fn case_059_text_is_not_trimmed() {
    Subject::pox("<a>  x </a>").strings([("//a", Some("  x "))]);
}

#[test]
fn case_060_typed_properties_compare_as_numbers() {
    let subject = Subject::empty().axis2("HTTP_SC", Value::Integer(500)).property("f", Value::Float(2.5));
    let subject = subject.property("long", Value::Long(7)).property("zero", Value::Integer(0));
    subject.booleans([
        ("$axis2:HTTP_SC = 500", true),
        ("$axis2:HTTP_SC = '500'", true),
        ("$axis2:HTTP_SC > 4", true),
        ("500 <= get-property('axis2','HTTP_SC')", true),
        ("$axis2:HTTP_SC != 500", false),
        ("string($axis2:HTTP_SC) = '500'", true),
        ("number($axis2:HTTP_SC) = 500", true),
        ("$ctx:f = 2.5", true),
        ("$ctx:long + 1 = 8", true),
        ("$axis2:HTTP_SC", true),
        ("$ctx:zero", false),
        ("boolean($ctx:zero)", false),
    ]);
    subject.strings([
        ("get-property('axis2','HTTP_SC')", Some("500")),
        ("$axis2:HTTP_SC", Some("500")),
        ("($axis2:HTTP_SC)", Some("500")),
        ("concat($axis2:HTTP_SC, '')", Some("500")),
        ("$ctx:f", Some("2.5")),
        ("$axis2:HTTP_SC + 0", Some("500.0")),
    ]);
}

#[test]
fn case_061_missing_properties() {
    let subject = Subject::empty().property("x", "false").property("e", "");
    subject.booleans([
        ("$ctx:missing = ''", false),
        ("$ctx:missing != 'a'", false),
        ("string($ctx:missing) = ''", true),
        ("not($ctx:missing)", true),
        ("$ctx:missing", false),
        ("boolean($ctx:missing)", false),
        ("$ctx:missing or $trp:missing", false),
        ("$ctx:missing < 1", false),
        ("count($ctx:missing) = 0", true),
        ("get-property('x')", true),
        ("get-property('e')", false),
    ]);
    subject.strings([
        ("$ctx:missing", None),
        ("($ctx:missing)", None),
        ("$trp:missing", None),
        ("concat($ctx:missing,'a')", Some("a")),
        ("$ctx:missing/a", Some("")),
        ("number($ctx:missing)", Some("NaN")),
    ]);
}

#[test]
fn case_062_parts_of_the_envelope_win_over_prefixes() {
    let subject = Subject::soap("<a>1</a>").property("body", "z");
    subject.strings([("name($ctx:body)", Some("s:Body")), ("name($trp:env)", Some("s:Envelope"))]);
    subject.strings([("$url:header", None), ("get-property('body')", Some("z"))]);
}

#[test]
fn case_063_query_parameters() {
    let subject = |address: &str| Subject::empty().to(address);
    for (address, text, expected) in [
        ("http://h/p?q=a%20b&q=c", "$url:Q", "a b"),
        ("http://h/p?q=a=b", "$url:q", "a"),
        ("http://h/p?a=b=c", "$url:a", "b"),
        ("http://h/p?q=a+b", "$url:q", "a b"),
        ("http://h/p", "$url:q", ""),
        ("http://h/p?", "$url:q", ""),
        ("http://h/p?q=%zz", "$url:q", "%zz"),
    ] {
        assert_eq!(subject(address).string(text).as_deref(), Some(expected), "{address} {text}");
    }
    let mut cleared = subject("http://h/p?q=1");
    cleared.message.addressing.to = Destination::Cleared;
    cleared.strings([("$url:q", Some(""))]);
}

#[test]
fn case_064_unknown_variables() {
    let subject = Subject::empty().property("m", "text");
    assert!(subject.failure("$m:none").contains("$m:"));
    assert!(subject.failure("$none").contains("$none"));
}

#[test]
fn case_065_url_encode() {
    Subject::empty().strings([
        ("url-encode('a b/c?x=1&y=2')", Some("a%20b/c?x=1&y=2")),
        ("url-encode('ä')", Some("%C3%A4")),
        ("url-encode('ä', 'ISO-8859-1')", Some("%E4")),
        ("url-encode('100%')", Some("100%25")),
        ("url-encode()", Some("")),
        ("url-encode('a','b','c')", Some("")),
        ("url-encode($ctx:none)", Some("")),
    ]);
    assert!(Subject::empty().failure("url-encode('a', 'no-charset')").contains("no-charset"));
}

#[test]
fn case_066_base64() {
    Subject::empty().strings([
        ("base64Encode('abc')", Some("YWJj")),
        ("base64Decode('YWJj')", Some("abc")),
        ("base64Encode('')", Some("")),
        ("base64Encode('a')", Some("YQ==")),
        ("base64Encode('ab')", Some("YWI=")),
        ("base64Decode('YWI')", Some("ab")),
        ("base64Decode(' Y W\nI= ')", Some("ab")),
        ("base64Encode('ü', 'ISO-8859-1')", Some("/A==")),
        ("base64Decode('/A==', 'ISO-8859-1')", Some("ü")),
        ("base64Encode('€', 'ISO-8859-15')", Some("pA==")),
        ("base64Encode('→', 'ISO-8859-1')", Some("Pw==")),
        ("base64Encode($ctx:none)", Some("")),
    ]);
}

#[test]
fn case_067_unbound_prefixes_and_namespaces() {
    let subject = Subject::soap("<a xmlns='u'/>");
    assert!(subject.failure("x:a").contains("prefix x "));
    assert!(subject.failure("//x:*").contains("prefix x "));
    subject.strings([("//a", Some(""))]);
    // Nothing is tested where there is nothing.
    subject.strings([("//none/x:a", Some(""))]);
}

#[test]
fn case_070_dates() {
    let milliseconds = NOW_MILLISECONDS.to_string();
    Subject::empty().strings([
        ("get-property('SYSTEM_DATE','yyyy')", Some("2026")),
        ("get-property(concat('SYSTEM_', 'DATE'), 'yyyy-MM-dd')", Some("2026-11-22")),
        ("get-property('transport','SYSTEM_TIME')", Some(milliseconds.as_str())),
    ]);
}

#[test]
fn case_071_072_arities_and_unknown_scopes() {
    let subject = Subject::empty().property("X", "x").property("synapse", "y").axis2("X", "z");
    subject.strings([
        ("get-property()", Some("")),
        ("get-property('')", Some("")),
        ("get-property('foo','SYSTEM_TIME')", None),
        ("get-property('axis2-client','X')", None),
        ("get-property('synapse','X')", Some("y")),
        ("get-property('default','X')", Some("x")),
        ("get-property(string('default'),'X')", Some("x")),
        ("get-property('axis2','X')", Some("z")),
        ("get-property('axis2','X','yyyy')", Some("z")),
        ("get-property('system','user.name')", Some("sinew")),
        ("get-property('system','none')", Some("")),
        ("$system:none", Some("")),
        ("$sys:user.name", Some("sinew")),
    ]);
    assert_eq!(
        subject.failure("get-property('a','b','c','d')"),
        "get-property() takes 0 to 3 arguments, not 4"
    );
    assert!(subject.failure("get-property('a','b','c')").contains("\"a\""));
}

#[test]
fn case_073_faults() {
    let fault = format!("<s:Fault xmlns:s='{SOAP11}'><faultcode>s:Server</faultcode></s:Fault>");
    Subject::soap(&fault).strings([("get-property('FAULT')", Some("TRUE"))]);
    Subject::soap("<a/>").strings([("get-property('FAULT')", Some(""))]);
    let mut answered = Subject::soap("<a/>");
    let headers = answered.message.headers.clone();
    answered.message.become_response(StatusCode::NOT_FOUND, headers, Payload::Empty);
    answered.strings([("get-property('FAULT')", Some("TRUE"))]);
}

#[test]
fn case_074_formats() {
    Subject::empty().strings([("get-property('MESSAGE_FORMAT')", Some("pox"))]);
    Subject::soap("<a/>").strings([("get-property('MESSAGE_FORMAT')", Some("soap11"))]);
}

#[test]
fn case_075_local_entries_are_no_properties() {
    let subject = Subject::empty().local_entry("SERVER_IP", "10.0.0.1");
    subject.strings([("get-property('SERVER_IP')", Some("10.0.0.1")), ("$ctx:SERVER_IP", None)]);
}

#[test]
fn case_076_the_registry_is_empty() {
    Subject::empty().strings([("get-property('registry','conf/x@p')", Some(""))]);
}

#[test]
fn case_077_outside_a_template_parameters_are_empty() {
    Subject::empty().strings([
        ("$func:p", Some("")),
        ("get-property('func','p')", Some("")),
        ("get-property('func','')", Some("")),
    ]);
}
