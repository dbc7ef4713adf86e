//! Bytes to text: which encoding a document is in.

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memmem;

use super::super::well_formed::{check_declaration, excerpt};
use super::super::{Document, Limits, XmlError, XmlErrorKind};
use super::{error, parse};

/// An XML declaration is looked for in this many bytes.
const DECLARATION: usize = 1024;

/// Parses a document from bytes.
///
/// The encoding is that of a byte order mark, else `charset` (from a `Content-Type`), else what the XML
/// declaration says, else UTF-8 (RFC 7303 §3.2). A declaration that can be read byte by byte and yet says UTF-16
/// is taken for a leftover of UTF-8 text. Bytes that mean nothing in the encoding are refused, not replaced.
///
/// # Errors
///
/// Those of [`parse`], whose offsets are those of the decoded text in UTF-8; an encoding nobody knows; bytes
/// that are not of the encoding, with the offset of the first one for UTF-8 and 0 for others.
pub fn parse_bytes(bytes: &[u8], charset: Option<&str>, limits: &Limits) -> Result<Document, XmlError> {
    if bytes.len() > limits.input {
        return Err(error(XmlErrorKind::TooLarge(limits.input), limits.input));
    }
    parse(&decode(bytes, charset)?, limits)
}

/// Decodes bytes to text as [`parse_bytes`] does; a byte order mark in UTF-8 stays.
///
/// # Errors
///
/// An encoding nobody knows, or bytes that are not of the encoding.
pub fn decode<'b>(bytes: &'b [u8], charset: Option<&str>) -> Result<Cow<'b, str>, XmlError> {
    let encoding = match (Encoding::for_bom(bytes), charset) {
        (Some((encoding, _)), _) => encoding,
        (None, Some(charset)) => named(charset, bytes)?,
        (None, None) => match declared(bytes) {
            Some(label) => Some(named(label, bytes)?).filter(|it| !is_utf16(it)).unwrap_or(UTF_8),
            None => unmarked_utf16(bytes).unwrap_or(UTF_8),
        },
    };
    if encoding == UTF_8 {
        let not_decodable =
            |at: std::str::Utf8Error| error(XmlErrorKind::NotDecodable(UTF_8.name()), at.valid_up_to());
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(not_decodable);
    }
    let marked = Encoding::for_bom(bytes).map_or(0, |(_, length)| length);
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes.get(marked..).unwrap_or_default())
        .ok_or_else(|| error(XmlErrorKind::NotDecodable(encoding.name()), 0))
}

fn named(label: &str, bytes: &[u8]) -> Result<&'static Encoding, XmlError> {
    if label.trim().eq_ignore_ascii_case("utf-16") {
        // Without a byte order mark the name leaves the byte order open; RFC 2781 §4.3 says big endian.
        return Ok(unmarked_utf16(bytes).unwrap_or(UTF_16BE));
    }
    Encoding::for_label(label.as_bytes())
        .filter(|&encoding| encoding != REPLACEMENT)
        .ok_or_else(|| error(XmlErrorKind::UnknownEncoding(excerpt(label)), 0))
}

/// The encoding named in the XML declaration, in any encoding that writes ASCII as ASCII.
fn declared(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.get(..bytes.len().min(DECLARATION))?.strip_prefix(b"<?xml")?;
    let declaration = rest.get(..memmem::find(rest, b"?>")?)?;
    check_declaration(std::str::from_utf8(declaration).ok()?)?
}

/// UTF-16 without a byte order mark, recognised by its first `<` (XML 1.0 appendix F.1).
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}
