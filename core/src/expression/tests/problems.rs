//! What compiling reports.

use std::ops::Range;

use super::support::Subject;
use crate::diagnostics::{Code, codes};
use crate::expression::{Expression, ExpressionProblem, Namespaces};

fn refused(text: &str) -> ExpressionProblem {
    match Expression::compile(text, &Namespaces::default()) {
        Ok(_) => panic!("{text} compiles"),
        Err(problem) => problem,
    }
}

#[test]
fn syntax_errors_and_their_places() {
    let table: [(&str, Range<usize>, &str); 21] = [
        ("", 0..0, "an expression is missing at the end"),
        ("concat('a',", 11..11, "an expression is missing at the end"),
        ("'abc", 0..4, "the text is never closed"),
        ("//a[", 4..4, "an expression is missing at the end"),
        ("//a[1", 5..5, "\"]\" is missing at the end"),
        ("//a]", 3..4, "this bracket closes nothing"),
        ("(1 + 2", 6..6, "\")\" is missing at the end"),
        ("1)", 1..2, "this parenthesis closes nothing"),
        ("a b", 2..3, "an operator is missing before this"),
        ("a/", 2..2, "a step is missing at the end"),
        ("a//", 3..3, "a step is missing at the end"),
        ("//", 2..2, "a step is missing at the end"),
        ("/ /a", 2..3, "an operator is missing before this"),
        ("1 +", 3..3, "an expression is missing at the end"),
        ("f(1 2)", 4..5, "\",\" or \")\" is expected here"),
        ("a ! b", 2..3, "\"!\" is not expected here"),
        ("childs::a", 0..6, "there is no axis \"childs\""),
        ("$1", 1..2, "the name of a variable is expected here"),
        ("1e3", 1..3, "an operator is missing before this"),
        ("a/f(1)", 2..3, "a function cannot stand here"),
        ("a:1", 2..3, "\"1\" is no name"),
    ];
    for (text, range, message) in table {
        let problem = refused(text);
        assert_eq!((problem.code, problem.range), (codes::EXPRESSION_SYNTAX, range), "{text}");
        assert_eq!(problem.message, message, "{text}");
    }
    assert_eq!(refused("childs::a").help.as_deref(), Some("an axis with a similar name exists: child"));
}

#[test]
fn document_is_refused() {
    for text in ["document('a')", "fn:document('a')/b", "//a[document('a')]"] {
        assert_eq!(refused(text).code, codes::UNKNOWN_FUNCTION, "{text}");
    }
}

#[test]
fn case_081_082_synapse_expressions_are_not_supported() {
    for text in ["${payload.a}", "${vars.none}"] {
        assert_eq!(refused(text).code, codes::EXPRESSION_NOT_SUPPORTED, "{text}");
    }
}

#[test]
fn warnings_and_their_places() {
    let subject = Subject::empty().prefix("ctx2", "urn:c").prefix("b", "urn:b");
    let table: [(&str, Code, Range<usize>, Option<&str>); 14] = [
        (
            "concta('a')",
            codes::UNKNOWN_FUNCTION,
            0..6,
            Some("a function with a similar name exists: concat()"),
        ),
        ("1 + fn:upper('a')", codes::UNKNOWN_FUNCTION, 4..12, None),
        ("b:concat('a','b')", codes::UNKNOWN_FUNCTION, 0..8, Some("write concat() without the prefix")),
        ("concat('a')", codes::UNKNOWN_FUNCTION, 0..6, None),
        ("not()", codes::UNKNOWN_FUNCTION, 0..3, None),
        ("concat($x, 'a')", codes::UNKNOWN_VARIABLE, 7..9, Some("$x would be a property as $ctx:x")),
        ("not($ctxt:x)", codes::UNKNOWN_VARIABLE, 4..11, Some("a scope with a similar name exists: $ctx:")),
        ("$ctx2:x", codes::UNKNOWN_VARIABLE, 0..7, Some("declare another prefix than ctx2")),
        ("get-property('env','PATH')", codes::EXPRESSION_NOT_SUPPORTED, 0..12, None),
        ("//q:a", codes::UNBOUND_PREFIX, 2..5, Some("declare xmlns:q=\"…\" on the element or around it")),
        ("//q:*", codes::UNBOUND_PREFIX, 2..5, Some("declare xmlns:q=\"…\" on the element or around it")),
        (
            "$ctx:body",
            codes::SUSPICIOUS_EXPRESSION,
            0..9,
            Some("read the property with get-property('body')"),
        ),
        ("evaluate('$x')", codes::UNKNOWN_VARIABLE, 0..8, Some("$x would be a property as $ctx:x")),
        ("evaluate('1 +')", codes::EXPRESSION_SYNTAX, 0..8, None),
    ];
    for (text, code, range, help) in table {
        let warnings = subject.compile(text).warnings;
        let [warning] = warnings.as_slice() else { panic!("{text}: {warnings:?}") };
        assert_eq!((warning.code, warning.range.clone()), (code, range), "{text}");
        assert_eq!(warning.help.as_deref(), help, "{text}");
    }
}

#[test]
fn all_warnings_are_reported() {
    let warnings = Subject::empty().compile("f($x) or q:a = g()").warnings;
    assert_eq!(warnings.len(), 4, "{warnings:?}");
}

#[test]
fn what_is_right_has_no_warnings() {
    let subject = Subject::empty();
    for text in [
        "$ctx:a",
        "$axis2:a",
        "$trp:a",
        "$url:a",
        "$operation:a",
        "$system:a",
        "$sys:a",
        "$body",
        "$header",
        "$env",
        "//s:a",
        "@xml:lang",
        "//a[last()]",
        "fn:concat('a','b')",
        "get-property('a')",
    ] {
        assert_eq!(subject.compile(text).warnings, [], "{text}");
    }
}

#[test]
fn texts_are_trimmed_and_kept() {
    let compiled = Expression::compile("  1 + 1 ", &Namespaces::default()).expect("it is well-formed");
    assert_eq!(compiled.expression.text(), "1 + 1");
}
