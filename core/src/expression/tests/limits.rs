//! Hostile expressions and messages: hardening.md §2 row 17.

use super::support::Subject;
use crate::expression::{Expression, Namespaces};

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}a{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_ends_somewhere() {
    for (open, close) in
        [("(", ")"), ("a[", "]"), ("not(", ")"), ("concat('x',", ")"), ("1 = -(1 + 2 * ", ")")]
    {
        let compile = |depth| Expression::compile(&nested(open, close, depth), &Namespaces::default());
        assert!(compile(120).is_ok(), "{open}");
        assert!(compile(1000).is_err(), "{open}");
        let compiled = compile(120).expect("checked above");
        let subject = Subject::soap("<a><a/></a>");
        compiled.expression.value(subject.scope()).expect("it can be evaluated");
    }
}

#[test]
fn chains_are_not_deep() {
    let subject = Subject::empty();
    assert_eq!(subject.string(&vec!["1"; 10_000].join("+")).as_deref(), Some("10000.0"));
    assert_eq!(subject.string(&vec!["$ctx:a"; 5_000].join(" or ")).as_deref(), Some("false"));
    assert_eq!(subject.string(&format!("{}1", "-".repeat(10_001))).as_deref(), Some("-1.0"));
    assert_eq!(subject.string(&vec!["(1 = 1)"; 5_000].join("=")).as_deref(), Some("true"));
    let long = vec!["a"; 100_000].join("/");
    assert!(Expression::compile(&long, &Namespaces::default()).is_err());
}

#[test]
fn steps_are_counted() {
    let many = format!("<r>{}</r>", "<a><b/></a>".repeat(2_000));
    let subject = Subject::pox(&many);
    subject.strings([("count(//b)", Some("2000.0")), ("count(//a[b])", Some("2000.0"))]);
    for text in [
        "count(//*[count(//*) > 1])",
        "//*[string(/) = 'x']",
        "//a/following::*/preceding::*",
        "//*[//*[//*]/none]",
        "//*[contains(/, 'x')]",
        "//*[. = //a/following::b[none]]",
    ] {
        assert!(subject.failure(text).contains("too many steps"), "{text}");
    }
}

#[test]
fn evaluate_cannot_dig_forever() {
    let subject = Subject::empty().property("e", "evaluate($ctx:e)");
    assert!(subject.failure("evaluate($ctx:e)").contains("deeper"));
}

#[test]
fn deep_documents_need_no_stack() {
    let deep = format!("{}x{}", "<a>".repeat(250), "</a>".repeat(250));
    let subject = Subject::pox(&deep);
    subject.strings([
        ("count(//a)", Some("250.0")),
        ("count(//a[not(a)]/ancestor::a)", Some("249.0")),
        ("string(/)", Some("x")),
        ("count(//text()/preceding::node())", Some("1.0")),
    ]);
}

#[test]
fn namespaces_are_not_quadratic() {
    let declarations =
        |level: usize| (0..100).map(move |n| format!(" xmlns:p{level}x{n}='u'")).collect::<String>();
    let open: String = (0..50).map(|level| format!("<a{}>", declarations(level))).collect();
    let subject = Subject::pox(&format!("{open}{}", "</a>".repeat(50)));
    assert!(subject.failure("//namespace::none").contains("too many steps"));
    subject.strings([("count(/s:Body/a/namespace::*)", Some("101.0"))]);
}

#[test]
fn texts_are_limited() {
    // 200 elements inside each other around 400 KB: every one of them is shown with all inside it.
    let inside = format!("<b k='{}'/>", "x".repeat(400_000));
    let subject = Subject::pox(&format!("{}{inside}{}", "<a>".repeat(200), "</a>".repeat(200)));
    assert!(subject.failure_of_string("//a").contains("longer than"));
    subject.booleans([("//a", true)]);
}

#[test]
fn expressions_are_shared_by_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Expression>();
}
