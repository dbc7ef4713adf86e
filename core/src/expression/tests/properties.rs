//! What holds for every expression.

use proptest::prelude::*;

use super::support::Subject;
use crate::expression::{Expression, Namespaces};

/// Pieces of expressions, right and wrong.
const PIECES: &[&str] = &[
    "a",
    "s:a",
    "*",
    "s:*",
    "q:a",
    "@",
    "/",
    "//",
    ".",
    "..",
    "[",
    "]",
    "(",
    ")",
    "|",
    "+",
    "-",
    " div ",
    " mod ",
    " and ",
    " or ",
    "=",
    "!=",
    "<",
    ">=",
    ",",
    "1",
    "2.5",
    ".",
    "'t'",
    "\"u\"",
    "$ctx:a",
    "$body",
    "$x",
    "::",
    "child::",
    "ancestor::",
    "following::",
    "preceding::",
    "namespace::",
    "text()",
    "node()",
    "last()",
    "position()",
    "count(",
    "string(",
    "concat(",
    "get-property('a')",
    "evaluate('//a')",
    "substring(",
    "translate(",
    " ",
    "é",
    "\u{1F600}",
    "!",
    "normalize-space(",
    "sum(",
    "round(",
    "not(",
    "lang('en')",
    "id('a')",
    "name(",
    "fn:",
    "base64Decode('x')",
];

fn evaluate(subject: &Subject, text: &str) {
    if let Ok(compiled) = Expression::compile(text, &Namespaces::new([("s", "urn:s")])) {
        let _ = compiled.expression.value(subject.scope()).map(|object| object.into_text());
        let _ = compiled.expression.boolean(subject.scope());
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,40}") {
        evaluate(&Subject::empty(), &text);
    }

    #[test]
    fn no_mixture_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
        let text = pieces.concat();
        evaluate(&Subject::soap("<a xml:lang='en' b='1'>1<s:a xmlns:s='urn:s'>2</s:a><!-- c --><?p q?></a>"), &text);
        evaluate(&Subject::pox("<a b='1'>1<a>é</a></a>"), &text);
    }

    #[test]
    fn problems_lie_inside_the_text(text in ".{0,40}") {
        if let Err(problem) = Expression::compile(&text, &Namespaces::default()) {
            let trimmed = text.trim();
            prop_assert!(trimmed.get(problem.range.clone()).is_some(), "{:?} of {trimmed:?}", problem.range);
        }
    }

    #[test]
    fn arithmetic_is_that_of_doubles(terms in prop::collection::vec((0..4_usize, -1000..1000_i32, 0..100_u8), 1..8)) {
        // Evaluated from left to right by parentheses, so that no precedence is assumed.
        let mut text = "1".to_owned();
        let mut expected = 1.0_f64;
        for (operator, whole, fraction) in terms {
            let operand = format!("{}.{fraction}", whole.unsigned_abs());
            let number: f64 = operand.parse().expect("digits and a point");
            let sign = if whole < 0 { "-" } else { "" };
            let number = if whole < 0 { -number } else { number };
            let (symbol, result) = match operator {
                0 => ("+", expected + number),
                1 => ("-", expected - number),
                2 => ("*", expected * number),
                _ => ("div", expected / number),
            };
            text = format!("({text} {symbol} {sign}{operand})");
            expected = result;
        }
        let found = Subject::empty().string(&format!("number({text})"));
        prop_assert_eq!(found, Some(crate::message::java_double(expected)));
    }
}
