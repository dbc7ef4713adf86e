//! The numbered cases, and the text of results (message-and-expressions.md §10, mediators.md §2.3).

use super::{compile, json};

fn text(path: &str, document: &str) -> String {
    compile(path).text(&json(document)).expect("within the limits")
}

#[test]
fn case_78_texts_of_json_eval() {
    let document = r#"{"a":{"b":1}}"#;
    assert_eq!(text("$.a.b", document), "1");
    assert_eq!(text("$.a", document), r#"{"b":1}"#);
    assert_eq!(text("$.z", document), "");
    assert_eq!(text("$..b", document), "[1]");
}

#[test]
fn case_79_null_is_the_text_null() {
    assert_eq!(text("$.a", r#"{"a":null}"#), "null");
}

#[test]
fn case_80_the_text_false_is_false() {
    assert!(!compile("$.f").boolean(&json(r#"{"f":"false"}"#)).expect("within the limits"));
}

#[test]
fn case_106_only_true_is_true() {
    let truth = |document| compile("$.ok").boolean(&json(document)).expect("within the limits");
    for (document, expected) in [
        (r#"{"ok":true}"#, true),
        (r#"{"ok":"true"}"#, true),
        (r#"{"ok":"TRUE"}"#, true),
        (r#"{"ok":"yes"}"#, false),
        (r#"{"ok":1}"#, false),
        (r#"{"ok":null}"#, false),
        (r#"{"ok":[true]}"#, false),
        ("{}", false),
        ("[]", false),
    ] {
        assert_eq!(truth(document), expected, "{document}");
    }
}

#[test]
fn case_132_a_text_has_no_quotes_and_no_escapes() {
    // payloadFactory escapes what it inserts.
    assert_eq!(text("$.x", r#"{"x":"a\"b\n\u00e9"}"#), "a\"b\n\u{e9}");
}

#[test]
fn case_144_child_appends_to_an_array() {
    let mut document = json(r#"{"a":[1]}"#);
    assert_eq!(compile("$.a").append(&mut document, json("2")), Ok(1));
    assert_eq!(document.to_string(), r#"{"a":[1,2]}"#);
}

#[test]
fn the_whole_document_is_dollar_with_or_without_a_dot() {
    for path in ["$", "$.", " $ ", "$. ", "@"] {
        assert!(compile(path).is_document() && compile(path).is_definite(), "{path}");
        assert_eq!(text(path, r#"{"b": 1, "a": [ ]}"#), r#"{"b":1,"a":[]}"#, "{path}");
    }
    assert!(!compile("$.a").is_document());
}

#[test]
fn numbers_are_written_as_they_were_read() {
    let numbers =
        ["1.0", "1.10", "-0", "12345678901234567890123.0000000000000001", "0.1e-7", "100000000000000000000"];
    for number in numbers {
        let document = format!(r#"{{"a":{number},"b":[{number}]}}"#);
        assert_eq!(text("$.a", &document), number);
        assert_eq!(text("$.b", &document), format!("[{number}]"));
        assert_eq!(text("$..a", &document), format!("[{number}]"));
    }
    // The reader writes the sign of a positive exponent.
    assert_eq!(text("$.a", r#"{"a":1e3}"#), "1e+3");
}

#[test]
fn texts_of_every_type() {
    let document = r#"{"s":"x y","t":true,"f":false,"l":[],"o":{},"e":"","d":[{"s":1},{"s":"2"},{}]}"#;
    for (path, expected) in [
        ("$.s", "x y"),
        ("$.t", "true"),
        ("$.f", "false"),
        ("$.l", "[]"),
        ("$.o", "{}"),
        ("$.e", ""),
        ("$.l[0]", ""),
        ("$.l[*]", "[]"),
        ("$.d[*].s", r#"[1,"2"]"#),
        ("$.d[0:1]", r#"[{"s":1}]"#),
        ("$.d[?(@.s)]", r#"[{"s":1},{"s":"2"}]"#),
        ("$.d[9].s", ""),
        ("$.s.x", ""),
        ("$.z[*].s", ""),
        ("$..z", "[]"),
        ("$.d.length()", "3"),
    ] {
        assert_eq!(text(path, document), expected, "{path}");
    }
}

#[test]
fn members_and_elements_stand_for_their_object() {
    // mediators.md §2.3
    for (document, expected) in [
        (r#"{"r":{"members":{"a":1},"x":2}}"#, r#"{"a":1}"#),
        (r#"{"r":{"elements":[1,2]}}"#, "[1,2]"),
        (r#"{"r":{"elements":[1],"members":{}}}"#, "{}"),
        (r#"{"r":{"members":"x"}}"#, r#""x""#),
        (r#"{"r":[{"members":1}]}"#, r#"[{"members":1}]"#),
    ] {
        assert_eq!(text("$.r", document), expected, "{document}");
    }
}
