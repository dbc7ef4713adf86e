//! What compiling finds suspicious (W0501), and what it leaves alone.

use super::support::Subject;
use crate::diagnostics::codes;

/// The message of the only suspicion about an expression.
fn suspicion(text: &str) -> String {
    let warnings = Subject::empty().compile(text).warnings;
    let [warning] = warnings.as_slice() else { panic!("{text}: {warnings:?}") };
    assert_eq!(warning.code, codes::SUSPICIOUS_EXPRESSION, "{text}");
    let marked = &text[warning.range.clone()];
    format!("{marked} => {}", warning.message)
}

fn suspicions<const N: usize>(table: [(&str, &str, &str); N]) {
    for (text, marked, message) in table {
        assert_eq!(suspicion(text), format!("{marked} => {message}"), "{text}");
    }
}

#[test]
fn comparisons_of_what_is_fixed() {
    let never = "this comparison is never true: both sides are fixed";
    let always = "this comparison is always true: both sides are fixed";
    suspicions([
        ("'a' = 'b'", "'a' = 'b'", never),
        ("'a' != 'b'", "'a' != 'b'", always),
        ("$ctx:a and 1 > 2", "1 > 2", never),
        ("not('x' = concat('x',''))", "'x' = concat('x','')", always),
        ("true() = 'false'", "true() = 'false'", always),
        ("string(1) = '1.0'", "string(1) = '1.0'", never),
        ("//a[1 = 2]", "1 = 2", never),
    ]);
}

#[test]
fn comparisons_with_what_is_no_number() {
    suspicions([
        ("count(//a) = 'x'", "count(//a) = 'x'", "this comparison is never true: 'x' is no number"),
        ("$ctx:n > 'abc'", "$ctx:n > 'abc'", "this comparison is never true: 'abc' is no number"),
        ("'1e3' < //a", "'1e3' < //a", "this comparison is never true: '1e3' is no number"),
        ("$ctx:n + 1 = ''", "$ctx:n + 1 = ''", "this comparison is never true: '' is no number"),
    ]);
}

#[test]
fn comparisons_beyond_what_numbers_can_be() {
    let from = |least: u8| format!("it is a whole number from {least} on");
    suspicions([
        ("count(//a) < 0", "count(//a) < 0", &format!("this comparison is never true: {}", from(0))),
        (
            "0 <= string-length(.)",
            "0 <= string-length(.)",
            &format!("this comparison is always true: {}", from(0)),
        ),
        ("count(//a) = 1.5", "count(//a) = 1.5", &format!("this comparison is never true: {}", from(0))),
        ("count(//a) != -1", "count(//a) != -1", &format!("this comparison is always true: {}", from(0))),
        ("//a[position() = 0]", "position() = 0", &format!("this comparison is never true: {}", from(1))),
        (
            "1 < $ctx:n < 5",
            "1 < $ctx:n < 5",
            "this comparison is always true: a truth value is 0 or 1 where a number is needed",
        ),
    ]);
}

#[test]
fn comparisons_with_texts_that_a_function_cannot_yield() {
    let lower = "lower-case() leaves no upper-case letters";
    suspicions([
        (
            "lower-case($trp:Host) = 'Example'",
            "lower-case($trp:Host) = 'Example'",
            &format!("this comparison is never true: {lower}"),
        ),
        (
            "'x' != fn:upper-case(//a)",
            "'x' != fn:upper-case(//a)",
            "this comparison is always true: upper-case() leaves no lower-case letters",
        ),
        (
            "starts-with(lower-case($trp:Host), 'WWW.')",
            "starts-with(lower-case($trp:Host), 'WWW.')",
            &format!("this is never true: {lower}"),
        ),
        (
            "normalize-space(//a) = 'a '",
            "normalize-space(//a) = 'a '",
            "this comparison is never true: normalize-space() leaves single blanks between words",
        ),
        (
            "local-name(/*) = 's:Envelope'",
            "local-name(/*) = 's:Envelope'",
            "this comparison is never true: local-name() has no prefix",
        ),
        (
            "substring(//a, 1, 3) = 'abcd'",
            "substring(//a, 1, 3) = 'abcd'",
            "this comparison is never true: substring() has 3 characters at most",
        ),
        (
            "concat('/a/', $ctx:x) = '/b'",
            "concat('/a/', $ctx:x) = '/b'",
            "this comparison is never true: the text begins with '/a/'",
        ),
        (
            "get-property('FAULT') = 'true'",
            "get-property('FAULT') = 'true'",
            "this comparison is never true: it is one of 'TRUE', ''",
        ),
        (
            "get-property('MESSAGE_FORMAT') = 'soap'",
            "get-property('MESSAGE_FORMAT') = 'soap'",
            "this comparison is never true: it is one of 'pox', 'soap11', 'soap12'",
        ),
    ]);
}

#[test]
fn truth_values_compared_with_texts() {
    suspicions([
        (
            "contains($trp:a, 'b') = 'false'",
            "contains($trp:a, 'b') = 'false'",
            "a truth value is compared with 'false', which is true like every text but ''",
        ),
        (
            "'no' != not($ctx:a)",
            "'no' != not($ctx:a)",
            "a truth value is compared with 'no', which is true like every text but ''",
        ),
    ]);
}

#[test]
fn comparisons_with_an_empty_node_set() {
    let never = "this comparison is never true: one side is an empty node-set";
    suspicions([
        ("//a != /..", "//a != /..", never),
        ("string($ctx:a) != /..", "string($ctx:a) != /..", never),
        ("$ctx:a > /..", "$ctx:a > /..", never),
        ("//a = id('x')", "//a = id('x')", never),
        ("/.. < true()", "/.. < true()", never),
    ]);
}

#[test]
fn names_that_were_meant_to_be_texts() {
    suspicions([
        (
            "get-property('axis2','HTTP_METHOD') = POST",
            "POST",
            "POST is an element directly in the envelope, where there is none",
        ),
        ("not(true)", "true", "true is an element directly in the envelope, where there is none"),
        ("$ctx:a = false", "false", "false is an element directly in the envelope, where there is none"),
    ]);
    let help = |text: &str| Subject::empty().compile(text).warnings.pop().and_then(|warning| warning.help);
    assert_eq!(help("$ctx:a = POST").as_deref(), Some("a text is written in quotes: 'POST'"));
    assert_eq!(help("false").as_deref(), Some("the truth value is written false()"));
}

#[test]
fn paths_that_select_nothing() {
    suspicions([
        ("//a/@b/c", "//a/@b/c", "this path selects nothing: an attribute has no child nodes"),
        ("count(//text()/@x)", "//text()/@x", "this path selects nothing: a text has no attribute nodes"),
        ("/parent::a/b", "/parent::a/b", "this path selects nothing: the root has no parent nodes"),
        ("//@a/self::b", "//@a/self::b", "this path selects nothing: an attribute is not what is asked for"),
        (
            "string($ctx:a)/b",
            "string($ctx:a)/b",
            "this path selects nothing: there are no nodes below a text",
        ),
        (
            "(1 + $ctx:a)[2]",
            "(1 + $ctx:a)[2]",
            "the brackets have no effect: they choose among nodes, and this is a number",
        ),
    ]);
}

#[test]
fn collisions_with_parts_of_the_envelope() {
    suspicions([(
        "$ctx:body",
        "$ctx:body",
        "$ctx:body is $body, a part of the envelope, whatever its prefix",
    )]);
}

/// A property that is a truth value takes the other side for one (XPath 1.0 §3.4): `true() != /..` holds, and so does
/// `false() = number('x')`.
#[test]
fn comparisons_with_what_may_be_a_truth_value_are_left_open() {
    let constant = |text: &str| Subject::empty().compile(text).expression.constant();
    for text in ["$ctx:a != /..", "/.. = $ctx:a", "get-property('axis2','a') != /..", "$ctx:a = number('x')"]
    {
        assert_eq!(constant(text), None, "{text}");
    }
    for text in
        ["$ctx:a > /..", "//a = /..", "//a != /..", "string($ctx:a) != /..", "count(//a) = number('x')"]
    {
        assert_eq!(constant(text), Some(false), "{text}");
    }
}

/// What people write for good reasons, and what the shipped configurations have.
#[test]
fn what_may_be_meant_is_left_alone() {
    let subject = Subject::empty();
    for text in [
        "$ctx:a = ''",
        "$ctx:a != 'x'",
        "$trp:Host = 'a.example:8080'",
        "get-property('axis2','HTTP_SC') = 500",
        "get-property('axis2','HTTP_SC') >= '400'",
        "number($ctx:n) > 1",
        "count(//a) > 0",
        "count(//a) = 0",
        "string-length($ctx:a) >= 1",
        "//a = //b",
        "//a = 'x' or //a = 'y'",
        "//a[b = 'x']",
        "//a[b = c]",
        "//a[@x = y]",
        "//s:Body/*",
        "/s:Envelope/s:Body",
        "/..",
        "//a/..",
        "//@a/..",
        "//a/@b/../c",
        "//@*[name() = 'x']",
        "//a/text()/..",
        "lower-case($ctx:a) = 'abc'",
        "upper-case($ctx:a) = 'A-1'",
        "contains(lower-case($ctx:a), 'b')",
        "starts-with(concat('/a', $ctx:x), '/a/b')",
        "concat('/a', $ctx:x) = '/a/b'",
        "substring($ctx:a, 1, 3) = 'abc'",
        "substring($ctx:a, 0.5, 2.5) = 'abc'",
        "local-name(/*) = 'Envelope'",
        "normalize-space(//a) = 'a b'",
        "get-property('FAULT') = 'TRUE'",
        "get-property('MESSAGE_FORMAT') = 'pox'",
        "not($ctx:a) = 'true'",
        "boolean(//a) = true()",
        "contains($ctx:a, 'x') = false()",
        "count(//a) = true()",
        "$ctx:a = $ctx:b",
        "$ctx:a != /..",
        "get-property('a') = /..",
        "$ctx:a = number('x')",
        "position() = 1",
        "//a[position() = last()]",
        "true()",
        "'text'",
    ] {
        assert_eq!(subject.compile(text).warnings, [], "{text}");
    }
}

#[test]
fn what_is_the_same_for_every_message_is_known() {
    let constant = |text: &str| Subject::empty().compile(text).expression.constant();
    for text in
        ["true()", "'false'", "1", "not('')", "//a or 'x'", "1 < 2", "count(//a) >= 0", "concat('a',//b)"]
    {
        assert_eq!(constant(text), Some(true), "{text}");
    }
    for text in ["false()", "''", "0", "//a and false()", "'a' = 'b'", "/..", "boolean('')"] {
        assert_eq!(constant(text), Some(false), "{text}");
    }
    for text in [
        "//a",
        "$ctx:a",
        "//a or $ctx:b",
        "$ctx:a = 'x'",
        "get-property('x')",
        "json-eval($.a)",
        "string(//a)",
    ] {
        assert_eq!(constant(text), None, "{text}");
    }
}
