//! Questions about values, answered without recursion.

use serde_json::Value;

/// Where the element with an index is; negative indexes count from the end.
pub(super) fn position(index: i64, length: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => usize::try_from(index.unsigned_abs()).ok().and_then(|back| length.checked_sub(back)),
    }
}

/// How many members a value has.
pub(super) fn children(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

/// Bytes of text that cost as much as one value.
pub(super) const BYTES_A_STEP: usize = 64;

/// What it costs to look at the text of a value from its beginning to its end.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() / BYTES_A_STEP,
        Value::Number(number) => number.as_str().len() / BYTES_A_STEP,
        _ => 0,
    }
}

/// What it costs to copy a value: the number of values it is made of, and their texts. More than `enough` is not
/// counted to the end.
pub(crate) fn cost(value: &Value, enough: u64) -> usize {
    let enough = usize::try_from(enough).unwrap_or(usize::MAX);
    let mut cost = 0_usize;
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        cost = cost.saturating_add(1).saturating_add(weight(value));
        // What waits is counted too, so that a wide value ends the count before it is put in the list.
        if cost.saturating_add(waiting.len()).saturating_add(children(value)) > enough {
            return enough.saturating_add(1);
        }
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => waiting.extend(members.values()),
            _ => {}
        }
    }
    cost
}

/// True when lists and objects in a value nest at most `depth` deep.
pub(crate) fn is_within(value: &Value, depth: usize) -> bool {
    let is_container = |value: &&Value| value.is_array() || value.is_object();
    let mut level: Vec<&Value> = Some(value).into_iter().filter(is_container).collect();
    let mut below = Vec::new();
    for _ in 0..depth {
        for value in level.drain(..) {
            match value {
                Value::Array(items) => below.extend(items.iter().filter(is_container)),
                Value::Object(members) => below.extend(members.values().filter(is_container)),
                _ => {}
            }
        }
        std::mem::swap(&mut level, &mut below);
        if level.is_empty() {
            return true;
        }
    }
    level.is_empty()
}
