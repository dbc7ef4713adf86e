//! What is no path, and what people are told.

use std::fmt::Write;

use crate::expression::jsonpath::JsonPath;

const REFUSED: &[&str] = &[
    "",
    "  ",
    ".",
    "$a",
    "$..",
    "$.a..",
    "$.a...b",
    "$.a b",
    "$.a .b",
    "$. a",
    "$[]",
    "$[ ]",
    "$[a]",
    "$[two.some]",
    "$['a]",
    "$['a'",
    "$['a',]",
    "$['a','b'",
    "$['a' 'b']",
    "$['single'quote']",
    "$['\\ud800']",
    "$['\\u12']",
    "$[0",
    "$[1 2]",
    "$[0,]",
    "$[1,'a']",
    "$['a',1]",
    "$[0,1:2]",
    "$[1:3,4]",
    "$[*,1]",
    "$[0:3:0]",
    "$[--1]",
    "$[-]",
    "$[99999999999999999999]",
    "$[(@.length)]",
    "$[(@.length-0)]",
    "$[(1+1)]",
    "$[?]",
    "$[?,?]",
    "$[?@.a]",
    "$[?()]",
    "$[?(@.a]",
    "$[?(@.a)",
    "$[?(@.a == 1]",
    "$[?(@.a = 1)]",
    "$[?(@.a == )]",
    "$[?(@.a == ",
    "$[?(== 1)]",
    "$[?(true)]",
    "$[?(@.a &&)]",
    "$[?(@.a && || @.b)]",
    "$[?((@.a < 1) == false)]",
    "$[?(@.a is 1)]",
    "$[?(@.a inn [1])]",
    "$[?(@.a ~ 1)]",
    "$[?(@.a == b)]",
    "$[?(@.a in [1)]",
    "$[?(@.a in [1 2])]",
    "$[?(@.a == {a:1})]",
    "$[?(@.a == {'a' 1})]",
    "$[?(@.a == -)]",
    "$[?(@.a == 1.2.3)]",
    "$[?(@.a == 'x)]",
    "$[?(@.a =~ 'x')]",
    "$[?(/x/ =~ /y/)]",
    "$[?(@.a == /x/)]",
    "$[?(@.a =~ /x)]",
    "$[?(@.a =~ /(x/)]",
    "$[?(@.a =~ /(?=x)/)]",
    "$[?(@.a =~ /a)|(b/)]",
    "$[?(@.a =~ /x/q)]",
    "$.a.lenght()",
    "$.a.frobnicate()",
    "$.a.length(",
    "$.a.sum(1",
    "$.a.sum(1 2)",
    "$.a.sum(,)",
    "$.a.sum(x)",
    "$.a.index()",
    "$.a.first(1)",
    "$.a.length(1,2)",
    "$..length()",
    "$.a.length()b",
    "$.a.()",
    "$ctx:p.a",
];

#[test]
fn problems_point_at_their_cause() {
    let mut report = String::new();
    for text in REFUSED {
        let problem = JsonPath::compile(text).expect_err(text);
        let range = problem.range.clone();
        assert!(text.get(range.clone()).is_some(), "{text}: {range:?}");
        let before = text.get(..range.start).map_or(0, |before| before.chars().count());
        let marked = text.get(range).map_or(0, |marked| marked.chars().count());
        writeln!(report, "{text}").expect("memory");
        let marks = if marked == 0 { "^".to_owned() } else { "~".repeat(marked) };
        writeln!(report, "{}{marks} {problem}", " ".repeat(before)).expect("memory");
        if let Some(help) = problem.help {
            writeln!(report, "{}help: {help}", " ".repeat(before)).expect("memory");
        }
        report.push('\n');
    }
    insta::assert_snapshot!(report);
}
