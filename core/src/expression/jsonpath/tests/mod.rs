//! Tests of JSONPath.

mod bookstore;
mod cases;
mod editing;
mod filters;
mod functions;
mod limits;
mod paths;
mod properties;
mod refusals;

use serde_json::Value;

use super::{JsonPath, PathError};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn compile(path: &str) -> JsonPath {
    JsonPath::compile(path).unwrap_or_else(|problem| panic!("{path}: {problem}"))
}

/// What a path yields, as JSON text; what keeps it from yielding anything, in parentheses.
fn found(path: &str, document: &str) -> String {
    found_in(path, &json(document))
}

fn found_in(path: &str, document: &Value) -> String {
    match compile(path).evaluate(document) {
        Ok(super::Found::One(value)) => value.to_string(),
        Ok(super::Found::Many(values)) => {
            Value::Array(values.into_iter().map(|value| value.into_owned()).collect()).to_string()
        }
        Err(PathError::Missing) => "(missing)".to_owned(),
        Err(error) => format!("({error})"),
    }
}

/// Rows of a document, a path and what it yields.
fn check(rows: &[(&str, &str, &str)]) {
    for (document, path, expected) in rows {
        assert_eq!(found(path, document), *expected, "{path} in {document}");
    }
}
