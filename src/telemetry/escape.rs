//! Text from the wire, made harmless for logs (hardening.md §2, row 30).
//!
//! A log line must stay one line and must not drive the terminal that shows it. Control characters, and those that
//! change the direction or the breaking of lines, are therefore written as escapes.

use std::fmt::Write;

/// Appends `bytes` as the inside of a JSON string. What is no UTF-8 becomes U+FFFD.
pub(super) fn json(out: &mut String, bytes: &[u8]) {
    if let Some(text) = plain_ascii(bytes) {
        out.push_str(text);
        return;
    }
    for chunk in bytes.utf8_chunks() {
        json_text(out, chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push('\u{fffd}');
        }
    }
}

/// Appends text as the inside of a JSON string.
pub(super) fn json_text(out: &mut String, text: &str) {
    if is_plain_ascii(text.as_bytes()) {
        out.push_str(text);
        return;
    }
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if is_harmful(letter) => {
                // Every harmful character is in the basic plane. Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
}

/// Appends text for people: control characters become `\n`, `\u{1b}` and the like; nothing else changes.
pub(super) fn plain(out: &mut String, text: &str) {
    for letter in text.chars() {
        if is_harmful(letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
}

/// Appends `bytes` as the inside of a quoted field of the combined format: all but visible ASCII and spaces, and
/// `"` and `\`, become `\x` with two digits.
pub(super) fn quoted(out: &mut String, bytes: &[u8]) {
    if let Some(text) = plain_ascii(bytes) {
        out.push_str(text);
        return;
    }
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
}

/// Bytes that every format writes as they are, which is nearly all that comes, as text.
fn plain_ascii(bytes: &[u8]) -> Option<&str> {
    if is_plain_ascii(bytes) { std::str::from_utf8(bytes).ok() } else { None }
}

/// Whether these are visible ASCII and spaces, without `"` and `\`. Nothing is decided before the last byte, so that the
/// compiler can look at many of them at once.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\');
    bytes.iter().fold(true, |all, &byte| all & is_plain(byte))
}

/// Control characters, line and paragraph separators, and what changes the direction of text.
fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(escape: fn(&mut String, &[u8]), bytes: &[u8]) -> String {
        let mut out = String::new();
        escape(&mut out, bytes);
        out
    }

    /// Whatever stands beside a byte, it is written the same way, and a JSON reader has it back.
    #[test]
    fn every_byte_is_written_alike_alone_and_among_others() {
        for byte in u8::MIN..=u8::MAX {
            let alone = written(json, &[byte]);
            let read: String = serde_json::from_str(&format!("\"{alone}\"")).expect("JSON");
            assert_eq!(read, String::from_utf8_lossy(&[byte]), "{byte:#04x}");
            assert_eq!(written(json, &[b'a', b'"', byte]), format!("a\\\"{alone}"), "{byte:#04x}");
            let alone = written(quoted, &[byte]);
            assert!(alone.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{byte:#04x}");
            assert_eq!(
                alone.len() == 1,
                matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte),
                "{byte:#04x}"
            );
            assert_eq!(written(quoted, &[b'a', b'"', byte]), format!("a\\\"{alone}"), "{byte:#04x}");
        }
    }
}
