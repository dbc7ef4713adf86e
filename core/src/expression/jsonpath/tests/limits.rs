//! What hostile documents and paths cannot do (hardening.md §2 row 17).

use serde_json::Value;

use super::{compile, json};
use crate::expression::jsonpath::{Found, JsonPath, Limits, PathError};

/// Lists inside each other, made and taken apart without recursion.
struct Deep(Value);

impl Deep {
    fn new(depth: usize) -> Deep {
        Deep((0..depth).fold(json("7"), |inner, _| Value::Array(vec![inner])))
    }
}

impl Drop for Deep {
    fn drop(&mut self) {
        while let Some(inner) = self.0.as_array_mut().and_then(Vec::pop) {
            self.0 = inner;
        }
    }
}

fn with_steps(path: &str, steps: u64) -> JsonPath {
    compile(path).with_limits(Limits { steps, ..Limits::default() })
}

#[test]
fn the_budget_ends_chains_of_wildcards() {
    // A tree of 32,767 lists: each wildcard multiplies what the one before found by the depth below it.
    let wide = (0..14).fold(Value::Array(Vec::new()), |tree, _| Value::Array(vec![tree.clone(), tree]));
    let chain = compile("$..*..*..*");
    assert_eq!(chain.evaluate(&wide), Err(PathError::TooManySteps(1_000_000)));
    assert_eq!(chain.text(&wide), Err(PathError::TooManySteps(1_000_000)));
    assert_eq!(chain.set(&mut wide.clone(), Value::Null), Err(PathError::TooManySteps(1_000_000)));
}

#[test]
fn the_budget_ends_nested_filters() {
    let list = Value::Array((0..2000).map(Value::from).collect());
    let quadratic = compile("$[?(@ in $[?(@ nin $[*].z)])]");
    assert_eq!(quadratic.evaluate(&list), Err(PathError::TooManySteps(1_000_000)));
}

#[test]
fn the_budget_counts_texts() {
    // 64 texts of 64 KiB that differ at their ends: some 2000 comparisons of 1024 steps each.
    let texts = (0..64).map(|number| Value::from(format!("{}{number:02}", "x".repeat(65_536)))).collect();
    let list = Value::Array(texts);
    let too_many = Err(PathError::TooManySteps(1_000_000));
    assert_eq!(compile("$[?(@ in $[*])]").text(&list), too_many);
    // 4 MiB that are copied at each of 32 levels.
    let nested = (0..32).fold(list, |inner, level| serde_json::json!({"a": level, "b": inner}));
    assert_eq!(compile("$..['a','b']").text(&nested), too_many);
}

#[test]
fn paths_from_the_document_are_evaluated_once() {
    // 1000 tests with a search of 1000 members each would be a million steps.
    let members: Vec<_> = (0..1000).map(|id| serde_json::json!({"id": id})).collect();
    let document = serde_json::json!({"limit": 500, "m": members});
    let path = with_steps("$.m[?(@.id < $..limit.max())].id", 20_000);
    let Ok(Found::Many(found)) = path.evaluate(&document) else { panic!("within 20,000 steps") };
    assert_eq!(found.len(), 500);
}

#[test]
fn ordinary_paths_take_few_steps() {
    let document = json(r#"{"a":{"b":[{"c":1},{"c":2}]}}"#);
    assert!(with_steps("$.a.b[1].c", 4).evaluate(&document).is_ok());
    assert_eq!(with_steps("$.a.b[1].c", 3).evaluate(&document), Err(PathError::TooManySteps(3)));
    assert!(with_steps("$.a.b[?(@.c == 2)].c", 30).evaluate(&document).is_ok());
}

#[test]
fn the_depth_of_documents_does_not_matter_to_walks() {
    let deep = Deep::new(100_000);
    assert_eq!(compile("$..[0].length()").evaluate(&deep.0).map(|_| ()), Ok(()));
    assert_eq!(compile("$..[?(@.a)]").text(&deep.0), Ok("[]".to_owned()));
    assert_eq!(compile("$[0][0][0].length()").text(&deep.0), Ok("1".to_owned()));
    assert_eq!(compile(&format!("${}", "[0]".repeat(20_000))).evaluate(&deep.0).map(|_| ()), Ok(()));
}

#[test]
fn filters_inside_filters_fit_on_the_stack() {
    let deep = Deep::new(100);
    let path = compile(&format!("${}{}", "[?(@".repeat(64), ")]".repeat(64)));
    assert_eq!(path.evaluate(&deep.0).map(|_| ()), Ok(()));
    let path = compile(&format!("$[?({}@[0])]", "!".repeat(63)));
    assert_eq!(path.text(&deep.0), Ok("[]".to_owned()));
}

#[test]
fn deep_values_are_not_copied_compared_or_written() {
    let deep = Deep::new(100_000);
    let too_deep = Err(PathError::TooDeep(512));
    assert_eq!(compile("$[0]").text(&deep.0), too_deep);
    assert_eq!(compile("$[*]").text(&deep.0), too_deep);
    assert_eq!(compile("$.append(1)").text(&deep.0), too_deep);
    assert_eq!(compile("$[?(@ == $[0])]").text(&deep.0), too_deep);
    assert_eq!(compile("$.a").set(&mut json(r#"{"a":1}"#), json("1")), Ok(1));
    for (depth, written) in [(512, true), (513, false)] {
        let deep = Deep::new(depth);
        assert_eq!(compile("$").text(&deep.0).is_ok(), written, "{depth}");
    }
}

#[test]
fn texts_have_a_limit() {
    let document = json(r#"{"a":"0123456789","l":["0123456789"]}"#);
    let path = |text: &str, limit| compile(text).with_limits(Limits { text: limit, ..Limits::default() });
    for (text, length) in [("$.a", 10), ("$.l", 14), ("$.l[*]", 14)] {
        assert_eq!(path(text, length).text(&document).map(|text| text.len()), Ok(length), "{text}");
        assert_eq!(path(text, length - 1).text(&document), Err(PathError::TooLong(length - 1)), "{text}");
    }
}

#[test]
fn paths_have_limits() {
    let nested = |depth: usize| format!("$[?({}@{})]", "(".repeat(depth), ")".repeat(depth));
    assert!(JsonPath::compile(&nested(63)).is_ok());
    for text in [
        nested(64),
        format!("$[?({}@)]", "!".repeat(50_000)),
        format!("$[?(@ == {})]", "[".repeat(50_000)),
        format!("$[?(@ == {})]", "{'a':".repeat(10_000)),
        format!("${}", "[?(@".repeat(10_000)),
        format!("${}", ".first()".repeat(8_000)),
        format!("${}", ".sum($".repeat(10_000)),
    ] {
        let problem = JsonPath::compile(&text).expect_err("nests too deep");
        assert_eq!(problem.message, "the path nests deeper than 64", "{:.20}", text);
    }
    assert!(JsonPath::compile(&format!("${}", ".a".repeat(32_000))).is_ok());
    let problem = JsonPath::compile(&format!("${}", ".a".repeat(32_768))).expect_err("too long");
    assert_eq!(problem.message, "the path is longer than 65536 bytes");
}

#[test]
fn regular_expressions_take_linear_time_and_little_space() {
    let long = format!(r#"["{}"]"#, "a".repeat(100_000));
    assert_eq!(compile("$[?(@ =~ /(a*)*b/)]").text(&json(&long)), Ok("[]".to_owned()));
    let problem = JsonPath::compile("$[?(@ =~ /(\\w{100}){100}/)]").expect_err("too large");
    assert_eq!(problem.message, "the regular expression is not accepted: it is too large");
}
