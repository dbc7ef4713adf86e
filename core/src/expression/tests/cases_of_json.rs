//! `json-eval()` by the cases of message-and-expressions.md (§10, 78 to 80) and mediators.md (106).

use super::support::Subject;
use crate::diagnostics::codes;
use crate::expression::{Expression, Language, Namespaces};
use crate::message::Value;

fn json(text: &str) -> Subject {
    Subject::read("application/json", text)
}

#[test]
fn case_078_definite_and_indefinite_paths() {
    json(r#"{"a":{"b":1}}"#).strings([
        ("json-eval($.a.b)", Some("1")),
        ("json-eval($.a)", Some(r#"{"b":1}"#)),
        ("json-eval($.z)", Some("")),
        ("json-eval($..b)", Some("[1]")),
        (" json-eval( $.a.b ) ", Some("1")),
    ]);
}

#[test]
fn case_079_null_is_the_text_null() {
    json(r#"{"a":null}"#).strings([("json-eval($.a)", Some("null"))]);
}

#[test]
fn case_080_and_106_truth_is_the_text_true() {
    for (body, holds) in [
        (r#"{"f":"false"}"#, false),
        (r#"{"f":true}"#, true),
        (r#"{"f":"TRUE"}"#, true),
        (r#"{"f":"yes"}"#, false),
        (r#"{"f":1}"#, false),
        ("{}", false),
    ] {
        assert_eq!(json(body).boolean("json-eval($.f)"), holds, "{body}");
    }
}

#[test]
fn the_whole_payload_is_as_it_came() {
    let text = "{ \"a\" : [1.0, 2e3] }";
    json(text).strings([("json-eval($)", Some(text)), ("json-eval($.)", Some(text))]);
}

#[test]
fn paths_go_into_properties_and_headers() {
    let subject = Subject::empty()
        .property("p", r#"{"a":{"b":[5,6]}}"#)
        .property("n", Value::Integer(7))
        .property("t", "no JSON")
        .axis2("x", r#"[{"c":"d"}]"#)
        .header("x-json", r#"{"k":"v"}"#);
    subject.strings([
        ("json-eval($ctx:p.a.b[1])", Some("6")),
        ("json-eval($ctx:p)", Some(r#"{"a":{"b":[5,6]}}"#)),
        ("json-eval($ctx:n)", Some("7")),
        ("json-eval($ctx:t)", Some("no JSON")),
        ("json-eval($ctx:t.a)", Some("")),
        ("json-eval($ctx:none.a)", Some("")),
        ("json-eval($axis2:x[0].c)", Some("d")),
        ("json-eval($trp:X-Json.k)", Some("v")),
        ("json-eval($trp:none.k)", Some("")),
    ]);
    assert!(!subject.compile("json-eval($ctx:p.a)").expression.needs_payload());
    assert!(subject.compile("json-eval($.a)").expression.needs_payload());
}

#[test]
fn other_payloads_become_json_first() {
    Subject::pox("<r><a>1</a><a>2</a><b>x</b></r>")
        .strings([("json-eval($.r.b)", Some("x")), ("json-eval($.r.a[1])", Some("2"))]);
    Subject::soap("<r><a>1</a></r>").strings([("json-eval($.r.a)", Some("1"))]);
    Subject::soap("").strings([("json-eval($.r)", Some("")), ("json-eval($)", Some(""))]);
    Subject::read("text/plain", "hi").strings([("json-eval($.text)", Some("hi"))]);
    Subject::read("application/octet-stream", "hi").strings([("json-eval($.a)", Some(""))]);
    Subject::empty().strings([("json-eval($.a)", Some(""))]);
}

#[test]
fn only_paths_into_the_payload_are_places_in_it() {
    let subject = Subject::empty();
    let path = |text| subject.compile(text).expression.json_path().map(|path| path.as_str().to_owned());
    assert_eq!(path("json-eval( $.a )").as_deref(), Some("$.a"));
    assert_eq!(path("json-eval($ctx:p.a)"), None);
    assert_eq!(path("//a"), None);
}

#[test]
fn wrong_paths_are_refused_where_they_are_wrong() {
    for (text, range) in [
        ("json-eval($.a", 13..13),
        ("json-eval($.a[)", 13..14),
        ("json-eval( $.a[)", 14..15),
        ("json-eval($ctx:p.a[)", 18..19),
        ("json-eval($ctx:.a)", 15..15),
        ("json-eval($trp:a b.c)", 15..18),
        ("json-eval()", 10..10),
    ] {
        let problem = Expression::compile(text, &Namespaces::default()).expect_err(text);
        assert_eq!(
            (problem.code, problem.range),
            (codes::EXPRESSION_SYNTAX, range),
            "{text}: {}",
            problem.message
        );
    }
}

#[test]
fn what_costs_too_much_is_an_error_of_its_language() {
    let items = vec!["[1]"; 2_000].join(",");
    let subject = json(&format!("[{items}]"));
    let expression = subject.compile("json-eval($[?(@ in $[*][*])])").expression;
    let error = expression.string(subject.scope()).expect_err("it takes four million steps");
    assert_eq!(error.language, Language::JsonPath);
    assert!(error.to_string().starts_with("Evaluation of the JSONPath expression"), "{error}");
}
