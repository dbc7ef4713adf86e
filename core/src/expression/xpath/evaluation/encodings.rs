//! `base64Encode()`, `base64Decode()` and `url-encode()` (message-and-expressions.md §7.3).

use std::fmt::Write;

use encoding_rs::{Encoding, UTF_8};

use super::engine::Evaluated;
use crate::expression::xpath::Failure;
use crate::expression::xpath::program::Function;

/// Applies one of the three; the charset is UTF-8 unless named.
pub(super) fn apply(function: Function, text: &str, charset: Option<&str>) -> Evaluated<String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let charset = match charset {
        None => UTF_8,
        Some(label) => Encoding::for_label(label.as_bytes())
            .ok_or_else(|| Failure::new(format!("the charset \"{label}\" is not known")))?,
    };
    match function {
        Function::Base64Encode => Ok(base64_encode(&encode(text, charset)?)),
        Function::Base64Decode => {
            let bytes = base64_decode(text);
            let (decoded, _) = charset.decode_without_bom_handling(&bytes);
            Ok(decoded.trim().to_owned())
        }
        _ => url_encode(text, charset),
    }
}

/// The bytes of a text; what the charset lacks becomes `?`.
fn encode(text: &str, charset: &'static Encoding) -> Evaluated<Vec<u8>> {
    if charset == UTF_8 {
        return Ok(text.as_bytes().to_vec());
    }
    if charset.output_encoding() != charset {
        return Err(Failure::new(format!("text cannot be encoded as {}", charset.name())));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for character in text.chars() {
        let (encoded, _, lacks) = charset.encode(character.encode_utf8(&mut buffer));
        bytes.extend_from_slice(if lacks { b"?" } else { &encoded });
    }
    Ok(bytes)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// RFC 4648 §4, padded, on one line.
fn base64_encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = 0_u32;
        for place in 0..3 {
            group = group << 8 | u32::from(chunk.get(place).copied().unwrap_or(0));
        }
        for place in 0..4 {
            let sextet = group >> (18 - 6 * place) & 63;
            let letter = ALPHABET.get(sextet as usize).copied().unwrap_or(b'=');
            out.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

/// RFC 4648 §4 and §5. What is no letter of either alphabet is skipped; the first `=` ends the text.
fn base64_decode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut group = 0_u32;
    let mut bits = 0_u32;
    for byte in text.bytes().take_while(|&byte| byte != b'=') {
        let sextet = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        group = (group << 6 | u32::from(sextet)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits & 0xFF) as u8);
        }
    }
    out
}

/// Encodes a path with its query: what stands before the first `?` by the rules of paths, the rest by those of queries
/// (mediators.md case 24). `/`, `?`, `&` and `=` stay as they are, so this makes no value safe as a parameter.
fn url_encode(text: &str, charset: &'static Encoding) -> Evaluated<String> {
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let mut out = String::with_capacity(text.len() + 16);
    percent_encode(&encode(path, charset)?, b"/:@&=$,;", &mut out);
    if let Some(query) = query {
        out.push('?');
        percent_encode(&encode(query, charset)?, b"/?:@&=+$,;", &mut out);
    }
    Ok(out)
}

fn percent_encode(bytes: &[u8], also_allowed: &[u8], out: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) || also_allowed.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
