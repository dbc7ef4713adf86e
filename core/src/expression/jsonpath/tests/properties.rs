//! No input makes anything panic; where JSONPath is the same everywhere, results are those of another engine.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::Value;

use crate::expression::jsonpath::{Found, JsonPath, Limits, PathError};

fn document() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["a", "b", "c", "d e", "é"]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3..4_i64).prop_map(Value::from),
        prop::sample::select(vec!["1.0", "2.5", "1e2", "-0.0"])
            .prop_map(|text| serde_json::from_str(text).expect("a number")),
        prop::sample::select(vec!["", "x", "xy", "b"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

/// A step that means the same in RFC 9535.
fn common_step() -> impl Strategy<Value = String> {
    let name = || prop::sample::select(vec!["a", "b", "c", "d e", "é"]);
    let bound = || prop_oneof![Just(String::new()), (-6..6_i64).prop_map(|bound| bound.to_string())];
    prop_oneof![
        3 => prop::sample::select(vec![".a", ".b", ".c", ".é"]).prop_map(str::to_owned),
        2 => name().prop_map(|name| format!("['{name}']")),
        2 => name().prop_map(|name| format!("[\"{name}\"]")),
        2 => (-4..4_i64).prop_map(|index| format!("[{index}]")),
        1 => (-4..4_i64, -4..4_i64).prop_map(|(first, second)| format!("[{first}, {second}]")),
        2 => (bound(), bound(), prop::sample::select(vec!["", ":", ":1", ":2", ":-1", ":-3"]))
            .prop_map(|(start, end, step)| format!("[{start}:{end}{step}]")),
        2 => prop::sample::select(vec![".*", "[*]"]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["..a", "..b", "..*", "..[0]", "..['c']", "..[-1:]"]).prop_map(str::to_owned),
    ]
}

/// A condition that means the same in RFC 9535.
fn common_condition() -> impl Strategy<Value = String> {
    let path = || prop::sample::select(vec!["@.a", "@['b']", "@[0]", "@", "$.a", "@.a.b", "$[0][1]"]);
    let ordered = || prop::sample::select(vec!["0", "1", "2.5", "-2", "'x'", "\"b\""]);
    let other = prop::sample::select(vec!["true", "false", "null"]);
    let order = prop::sample::select(vec!["<", "<=", ">", ">="]);
    // In RFC 9535 `true <= true` holds; here only numbers and texts have an order.
    let comparison = prop_oneof![
        (path(), order, ordered()).prop_map(|(path, operator, value)| format!("{path} {operator} {value}")),
        (path(), prop_oneof![ordered(), other]).prop_map(|(path, value)| format!("{path} == {value}")),
    ];
    let existence =
        prop::sample::select(vec!["@.a", "@['b']", "@[0]", "@.*", "@..c", "$.a"]).prop_map(str::to_owned);
    prop_oneof![3 => comparison, 1 => existence].prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} && {right}")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("{left} || {right}")),
            inner.prop_map(|inner| format!("!({inner})")),
        ]
    })
}

/// The values a path finds; a definite path finds none or one, and one that leads nowhere finds none.
fn found<'d>(path: &JsonPath, document: &'d Value) -> Vec<Cow<'d, Value>> {
    match path.evaluate(document) {
        Ok(Found::One(value)) => vec![value],
        Ok(Found::Many(values)) => values,
        Err(PathError::Missing) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

fn agrees(text: &str, document: &Value) -> Result<(), TestCaseError> {
    let path =
        JsonPath::compile(text).map_err(|problem| TestCaseError::fail(format!("{text}: {problem}")))?;
    let oracle = serde_json_path::JsonPath::parse(text)
        .map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
    let found = found(&path, document);
    let found: Vec<&Value> = found.iter().map(AsRef::as_ref).collect();
    prop_assert_eq!(found, oracle.query(document).all(), "{} in {}", text, document);
    Ok(())
}

/// Pieces of which paths and other things can be made.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "$",
        "@",
        ".",
        "..",
        "*",
        "[",
        "]",
        "(",
        ")",
        "[?(",
        ")]",
        "?",
        "'",
        "\"",
        "a",
        "b",
        ".a",
        ".length()",
        ".sum(",
        "-1",
        "0",
        "1",
        ":",
        ",",
        " ",
        "==",
        "===",
        "!=",
        "<",
        ">=",
        "=~",
        "/x*/i",
        "/",
        "\\",
        "\\u00e9",
        "&&",
        "||",
        "!",
        " in ",
        " empty ",
        "[1,'x']",
        "{'a':1}",
        "true",
        "null",
        "é",
        "\u{1F600}",
        "\0",
        "@.length-1",
        "99999999999999999999",
        "1e9",
    ]);
    prop_oneof![
        3 => prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat()),
        1 => "\\PC{0,20}",
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn steps_agree_with_the_oracle(document in document(), steps in prop::collection::vec(common_step(), 0..5)) {
        agrees(&format!("${}", steps.concat()), &document)?;
    }

    // A filter on an object tests its members in RFC 9535 and the object here, so filters follow lists only.
    #[test]
    fn filters_agree_with_the_oracle(
        items in prop::collection::vec(document(), 0..6),
        condition in common_condition(),
        steps in prop::collection::vec(common_step(), 0..3),
    ) {
        let document = Value::Array(items);
        agrees(&format!("$[?({condition})]{}", steps.concat()), &document)?;
    }

    #[test]
    fn nothing_panics(text in pieces(), mut document in document()) {
        match JsonPath::compile(&text) {
            Err(problem) => prop_assert!(text.get(problem.range.clone()).is_some(), "{text:?}: {problem:?}"),
            Ok(path) => {
                let path = path.with_limits(Limits { steps: 10_000, depth: 20, text: 10_000 });
                let definite = path.is_definite();
                if let Ok(found) = path.evaluate(&document) {
                    prop_assert_eq!(definite, matches!(found, Found::One(_)));
                }
                let _ = path.text(&document);
                let _ = path.set(&mut document.clone(), Value::Null);
                let _ = path.append(&mut document.clone(), Value::Null);
                let _ = path.remove(&mut document);
            }
        }
    }

    #[test]
    fn what_is_set_is_found(document in document(), steps in prop::collection::vec(common_step(), 1..4)) {
        let path = JsonPath::compile(&format!("${}", steps.concat())).expect("a path");
        let new = Value::from("new");
        let mut changed = document.clone();
        match path.set(&mut changed, new.clone()) {
            Ok(count) => {
                prop_assert!(count > 0);
                if path.is_definite() {
                    prop_assert_eq!(found(&path, &changed), vec![Cow::Borrowed(&new)]);
                }
            }
            Err(error) => {
                prop_assert_eq!(error, PathError::Missing);
                prop_assert!(found(&path, &document).is_empty());
                prop_assert_eq!(changed, document);
            }
        }
    }

    #[test]
    fn what_is_removed_is_gone(document in document(), steps in prop::collection::vec(common_step(), 1..4)) {
        let path = JsonPath::compile(&format!("${}", steps.concat())).expect("a path");
        let before = found(&path, &document).len();
        let mut changed = document.clone();
        match path.remove(&mut changed) {
            // A place can be found twice, and is removed once.
            Ok(count) => prop_assert!(count > 0 && count <= before && changed != document),
            Err(error) => prop_assert!(error == PathError::Missing && before == 0),
        }
    }
}
