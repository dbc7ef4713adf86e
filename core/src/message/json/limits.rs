//! Limits that are checked before anything is built from a text, or a tree from a value.

use serde_json::Value;

use super::super::names::element_name;
use super::JsonError;

/// Counts depth and values in one pass over the text, whether it is JSON or not.
pub(super) fn check(text: &str) -> Result<(), JsonError> {
    let (mut depth, mut values) = (0usize, 1usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > JsonError::DEPTH {
            return Err(JsonError::TooDeep);
        }
        if values > JsonError::VALUES {
            return Err(JsonError::TooManyValues);
        }
    }
    Ok(())
}

/// Checks how large the tree of a value becomes when it is written. The value was parsed, so it is shallow.
pub(super) fn check_tree(value: &Value) -> Result<(), JsonError> {
    match bytes(value, "jsonElement".len()) {
        size if size > JsonError::TREE => Err(JsonError::TooLarge),
        _ => Ok(()),
    }
}

/// About how many bytes an element with a name of this length takes.
fn bytes(value: &Value, name: usize) -> u64 {
    let content = match value {
        Value::String(text) => text.len() as u64,
        Value::Array(items) => items.iter().map(|item| bytes(item, name.max("jsonElement".len()))).sum(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| bytes(value, element_name(key).len())).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    };
    // `<name>` and `</name>`.
    content.saturating_add(2 * name as u64 + 5)
}
