//! The numbered cases of mediators.md §12 that concern expressions, profile A.

use std::sync::Arc;

use super::support::{NOW_MILLISECONDS, SOAP11, SOAP12, Subject, om};
use crate::diagnostics::codes;
use crate::expression::{Expression, Item, Namespaces};
use crate::message::{Destination, Payload};

#[test]
fn case_006_bad_syntax() {
    let problem = Expression::compile("concat('a',", &Namespaces::default()).expect_err("it is cut off");
    assert_eq!(problem.code, codes::EXPRESSION_SYNTAX);
}

#[test]
fn case_007_an_undeclared_prefix_loads_and_fails() {
    let subject = Subject::soap("<a/>");
    let warnings = subject.compile("//m:x").warnings;
    assert_eq!(warnings.len(), 1);
    assert_eq!((warnings[0].code, warnings[0].range.clone()), (codes::UNBOUND_PREFIX, 2..5));
    subject.failure("//m:x");
}

#[test]
fn case_008_the_default_namespace_is_not_used() {
    let subject = Subject::soap("<a xmlns='urn:x'>1</a>").prefix("", "urn:x");
    subject.strings([("//a", Some(""))]);
}

#[test]
fn case_009_nothing_is_empty_text() {
    Subject::soap("<a/>").strings([("//none", Some(""))]);
}

#[test]
fn case_010_a_missing_property_is_null() {
    Subject::soap("<a/>").strings([("get-property('missing')", None)]);
}

#[test]
fn case_011_several_nodes() {
    Subject::soap("<r><a>1</a><a>2</a></r>").strings([("//a", Some("12"))]);
}

#[test]
fn case_012_an_element_without_text() {
    Subject::soap("<r><a>1</a></r>").strings([("//r", Some("<r><a>1</a></r>"))]);
    let prefixed = Subject::soap("<p:r xmlns:p='urn:p' xmlns:q='urn:q'><p:a/></p:r>");
    let prefixed = prefixed.prefix("p", "urn:p");
    // What the element uses is declared on it, what it does not use is not.
    prefixed.strings([("//p:a", Some("<p:a xmlns:p=\"urn:p\"/>"))]);
    let pox = Subject::pox("<r><a>1</a></r>");
    let body = format!("<soapenv:Body xmlns:soapenv=\"{SOAP11}\"><r><a>1</a></r></soapenv:Body>");
    let header = format!("<soapenv:Header xmlns:soapenv=\"{SOAP11}\"/>");
    pox.strings([("$body", Some(body.as_str())), ("$header", Some(header.as_str()))]);
}

#[test]
fn case_013_text_with_its_blanks() {
    let subject = Subject::soap("<r> <a/> x </r>");
    subject.strings([("//r", Some("  x "))]);
}

#[test]
fn case_014_numbers_are_doubles() {
    let subject = Subject::soap("<r><a>1</a><a>2</a></r>");
    subject.strings(
        [("count(//a)", Some("2.0")), ("1 div 0", Some("Infinity")), ("-(1 div 3)", None)]
            .map(|(text, expected)| (text, expected.or(Some("-0.3333333333333333")))),
    );
}

#[test]
fn case_015_booleans() {
    Subject::soap("<r><a>1</a><a>2</a></r>").strings([("//a='1'", Some("true")), ("//a='3'", Some("false"))]);
}

#[test]
fn case_016_attributes() {
    Subject::soap("<s g='f'/>").strings([("//s/@g", Some("f"))]);
}

#[test]
fn case_017_query_parameters() {
    Subject::empty().to("http://h/p?Q=a%20b&z").strings([
        ("$url:q", Some("a b")),
        ("$url:z", Some("")),
        ("$url:y", Some("")),
    ]);
}

#[test]
fn case_018_header_names_have_no_case() {
    Subject::empty().header("host", "x").strings([("$trp:host", Some("x")), ("$trp:Host", Some("x"))]);
}

#[test]
fn case_019_axis2() {
    let subject = Subject::empty().axis2("k", "v");
    subject.strings([
        ("get-property('axis2','k')", Some("v")),
        ("$axis2:k", Some("v")),
        ("get-property('axis2-client','k')", None),
    ]);
}

#[test]
fn case_020_dates() {
    let milliseconds = NOW_MILLISECONDS.to_string();
    Subject::empty().strings([
        ("get-property('SYSTEM_DATE','yyyy')", Some("2026")),
        ("get-property('axis2','SYSTEM_TIME')", Some(milliseconds.as_str())),
    ]);
}

#[test]
fn case_021_to() {
    let mut subject = Subject::empty();
    subject.message.addressing.to = Destination::Cleared;
    subject.strings([("get-property('To')", Some("")), ("get-property('nope')", None)]);
}

#[test]
fn case_022_faults() {
    Subject::soap(&format!("<f:Fault xmlns:f='{SOAP11}'/>"))
        .strings([("get-property('FAULT')", Some("TRUE"))]);
    Subject::soap("<a/>").strings([("get-property('FAULT')", Some(""))]);
}

#[test]
fn case_023_formats() {
    let envelope = format!("<e:Envelope xmlns:e='{SOAP12}'><e:Body/></e:Envelope>");
    let soap12 = Subject::read("application/soap+xml", &envelope);
    soap12.strings([("get-property('MESSAGE_FORMAT')", Some("soap12")), ("count($body)", Some("1.0"))]);
    Subject::empty().strings([("get-property('MESSAGE_FORMAT')", Some("pox"))]);
}

#[test]
fn case_024_url_encode() {
    Subject::empty().strings([(
        "url-encode('this/is+a/synapse test?for=url+encoding')",
        Some("this/is%2Ba/synapse%20test?for=url+encoding"),
    )]);
}

#[test]
fn case_025_base64() {
    Subject::empty()
        .strings([("base64Decode(base64Encode('abc'))", Some("abc")), ("base64Encode('')", Some(""))]);
}

#[test]
fn case_026_lower_case() {
    Subject::empty().strings([("fn:lower-case('AbC')", Some("abc"))]);
}

#[test]
fn case_098_any_text_is_true() {
    Subject::empty().property("f", "false").booleans([("get-property('f')", true)]);
    Subject::empty().booleans([("get-property('f')", false)]);
    Subject::empty().property("f", "").booleans([("get-property('f')", false)]);
}

/// §2.6: an OM property is an element, which expressions can look into.
#[test]
fn xml_properties_are_nodes() {
    let subject = Subject::soap("<a>1</a>").property("o", om("<o><a>7</a><b k='v'/></o>"));
    let subject = subject.property("t", om("<t>text</t>")).property("s", "plain");
    subject.strings([
        ("$ctx:o/a", Some("7")),
        ("$ctx:o//@k", Some("v")),
        ("get-property('o')/a", Some("7")),
        ("$ctx:o", Some("<o><a>7</a><b k=\"v\"/></o>")),
        ("$ctx:t", Some("text")),
        ("get-property('t')", Some("text")),
        ("count($ctx:o/a | //a)", Some("2.0")),
        ("$ctx:o/a = //a", Some("false")),
        ("$ctx:o/a[/o]", Some("7")),
        ("$ctx:s/a", Some("")),
        ("evaluate('$ctx:o/a + 1')", Some("8.0")),
    ]);
    assert!(subject.failure("evaluate($ctx:path)").contains("evaluate()"));
    let dynamic = subject.property("path", "//a");
    dynamic.strings([("evaluate($ctx:path)", Some("1"))]);
}

/// Document order is that of the tree as it is now, not of when its nodes were made.
#[test]
fn edited_payloads_keep_document_order() {
    let mut subject = Subject::pox("<r><a>1</a><b>2</b><c>3</c></r>");
    let selected = subject.compile("//a").expression;
    let item = selected.nodes(subject.scope()).expect("nodes")[0].item();
    let (Item::Node(a), Payload::Xml(xml)) = (item, &mut subject.message.payload) else { panic!("{item:?}") };
    let document = Arc::make_mut(&mut xml.document);
    let root = document.root_element().expect("a root");
    document.append_child(root, a);
    let d = document.create_element("", "d", "");
    document.set_text(d, "4");
    document.insert_before(a, d);
    subject.strings([
        ("//a | //b | //c | //d", Some("2341")),
        ("//*[not(*)][. > 0]", Some("2341")),
        ("(//d | //a | //b)[2]", Some("4")),
        ("//a/preceding::*[1]", Some("4")),
        ("//c/following::*", Some("41")),
    ]);
}
