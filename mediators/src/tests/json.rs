//! JSONPath where mediators take expressions: mediators.md case 106, message-and-expressions.md cases 78 to 80.

use crate::testing::{Bench, request};

/// The default properties after running mediators on a JSON request.
fn property(body: &str, mediators: &str) -> Option<String> {
    let outcome = Bench::new(mediators).message(request("POST", "application/json", body)).run();
    assert_eq!(outcome.fault_message(), None, "{mediators}");
    outcome.default("p")
}

#[test]
fn cases_078_079_the_text_of_what_is_found() {
    for (body, path, text) in [
        (r#"{"a":{"b":1}}"#, "$.a.b", "1"),
        (r#"{"a":{"b":1}}"#, "$.a", r#"{"b":1}"#),
        (r#"{"a":{"b":1}}"#, "$.z", ""),
        (r#"{"a":{"b":1}}"#, "$..b", "[1]"),
        (r#"{"a":null}"#, "$.a", "null"),
    ] {
        let mediators = format!("<property name='p' expression='json-eval({path})'/>");
        assert_eq!(property(body, &mediators).as_deref(), Some(text), "{path}");
    }
}

#[test]
fn cases_080_106_a_filter_takes_only_true() {
    for (body, part) in [
        (r#"{"ok":true}"#, "then"),
        (r#"{"ok":"true"}"#, "then"),
        (r#"{"ok":"yes"}"#, "else"),
        (r#"{"ok":"false"}"#, "else"),
        ("{}", "else"),
    ] {
        let mediators = "<filter xpath='json-eval($.ok)'><then><property name='p' value='then'/></then>
            <else><property name='p' value='else'/></else></filter>";
        assert_eq!(property(body, mediators).as_deref(), Some(part), "{body}");
    }
}

#[test]
fn the_text_of_a_path_is_matched_and_computed_with() {
    let body = r#"{"symbol":"IBM","name":"p"}"#;
    let switch = "<switch source='json-eval($.symbol)'><case regex='I.*'><property name='p' value='1'/></case></switch>";
    assert_eq!(property(body, switch).as_deref(), Some("1"));
    let filter = "<filter source='json-eval($.symbol)' regex='IB'><property name='p' value='1'/></filter>";
    assert_eq!(property(body, filter), None);
    let name = "<property name='{json-eval($.name)}' value='2'/>";
    assert_eq!(property(body, name).as_deref(), Some("2"));
}
