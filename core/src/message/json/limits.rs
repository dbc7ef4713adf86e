//! Limits that are checked before anything is built.

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
