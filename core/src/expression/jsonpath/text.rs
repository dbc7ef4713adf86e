//! What was found as text (message-and-expressions.md §10).

use std::io::{self, Write};

use serde_json::Value;

use super::evaluation::is_within;
use super::{Found, Limits, PathError};

pub(super) fn result_text(found: &Found<'_>, limits: Limits) -> Result<String, PathError> {
    let mut text = Text { written: Vec::new(), limit: limits.text };
    match found {
        Found::One(value) => match &**value {
            Value::String(string) => text.push(string)?,
            Value::Object(members) => {
                let inner = members.get("members").or_else(|| members.get("elements"));
                text.json(inner.unwrap_or(value), limits)?;
            }
            value => text.json(value, limits)?,
        },
        Found::Many(values) => {
            text.push("[")?;
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(",")?;
                }
                text.json(value, limits)?;
            }
            text.push("]")?;
        }
    }
    Ok(String::from_utf8(text.written).expect("JSON text is UTF-8"))
}

/// Text up to a limit.
struct Text {
    written: Vec<u8>,
    limit: usize,
}

impl Text {
    fn push(&mut self, text: &str) -> Result<(), PathError> {
        self.write_all(text.as_bytes()).map_err(|_| PathError::TooLong(self.limit))
    }

    fn json(&mut self, value: &Value, limits: Limits) -> Result<(), PathError> {
        if !is_within(value, limits.depth) {
            return Err(PathError::TooDeep(limits.depth));
        }
        serde_json::to_writer(&mut *self, value).map_err(|_| PathError::TooLong(self.limit))
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit.saturating_sub(self.written.len()) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
