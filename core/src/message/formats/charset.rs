//! Charsets: bytes to text by what is said about them, text to bytes in what was asked for.

use std::borrow::Cow;
use std::fmt::Write;

use bytes::Bytes;
use encoding_rs::{EncoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use super::FormatError;

/// What to write for a character that the charset does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unmappable {
    /// A character reference.
    Xml,
    /// An escape.
    Json,
    /// A question mark.
    Text,
}

/// The charset that a payload is written in.
#[derive(Clone, Debug)]
pub(super) struct Charset {
    /// As it stands in content types and declarations.
    pub(super) name: Cow<'static, str>,
    encoding: &'static Encoding,
}

impl Charset {
    /// What everything is written in unless something else is asked for.
    pub(super) const UTF_8: Charset = Charset { name: Cow::Borrowed("UTF-8"), encoding: UTF_8 };

    /// The charset of that name.
    ///
    /// # Errors
    /// Nobody knows it.
    pub(super) fn named(name: &str) -> Result<Charset, FormatError> {
        let encoding = known(name)?;
        Ok(if encoding == UTF_8 {
            Self::UTF_8
        } else {
            Charset { name: name.trim().to_owned().into(), encoding }
        })
    }

    /// Text as bytes of this charset.
    pub(super) fn encode(&self, text: String, unmappable: Unmappable) -> Bytes {
        if self.encoding == UTF_8 {
            return Bytes::from(text);
        }
        if self.encoding == UTF_16LE {
            // Plain `UTF-16` and `UTF-16LE` are one encoding here: little endian, with a mark for those who ask it.
            return std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        }
        if self.encoding == UTF_16BE {
            return std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        }
        let mut encoder = self.encoding.new_encoder();
        let mut bytes = Vec::with_capacity(text.len() + text.len() / 8 + 16);
        let mut rest = text.as_str();
        loop {
            bytes.reserve(rest.len() + 16);
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                EncoderResult::InputEmpty => return Bytes::from(bytes),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(letter) => {
                    bytes.extend_from_slice(unmappable.text(letter).as_bytes())
                }
            }
        }
    }
}

impl Unmappable {
    fn text(self, letter: char) -> String {
        match self {
            Unmappable::Xml => format!("&#{};", u32::from(letter)),
            Unmappable::Text => "?".to_owned(),
            Unmappable::Json => {
                let mut escapes = String::new();
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(escapes, "\\u{unit:04x}");
                }
                escapes
            }
        }
    }
}

/// Bytes as text: by a byte order mark, else by `charset`, else UTF-8.
///
/// # Errors
/// A charset nobody knows, or bytes that are not of it.
pub(super) fn decode<'b>(bytes: &'b [u8], charset: Option<&str>) -> Result<Cow<'b, str>, FormatError> {
    let (encoding, marked) = match (Encoding::for_bom(bytes), charset) {
        (Some((encoding, length)), _) => (encoding, length),
        (None, Some(name)) => (known(name)?, 0),
        (None, None) => (UTF_8, 0),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes.get(marked..).unwrap_or_default())
        .ok_or(FormatError::NotDecodable(encoding.name()))
}

/// Whether a charset of that name is known: one that payloads can be read and written in.
pub fn is_charset(name: &str) -> bool {
    known(name).is_ok()
}

fn known(name: &str) -> Result<&'static Encoding, FormatError> {
    Encoding::for_label(name.trim().as_bytes())
        .filter(|&encoding| encoding != REPLACEMENT)
        .ok_or_else(|| FormatError::UnknownCharset(name.chars().take(40).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_a_charset_lacks_are_written_so_that_they_can_be_read() {
        let latin1 = Charset::named("ISO-8859-1").expect("a charset");
        for (unmappable, bytes) in [
            (Unmappable::Xml, &b"\xE9&#8364;&#128512;"[..]),
            (Unmappable::Json, b"\xE9\\u20ac\\ud83d\\ude00"),
            (Unmappable::Text, b"\xE9??"),
        ] {
            // Windows-1252 stands for Latin-1 on the web, and it has the euro sign.
            let table = latin1.encode("\u{e9}".to_owned(), unmappable);
            assert_eq!(&*table, b"\xE9");
            let ascii = Charset::named("ISO-8859-15").expect("a charset");
            let encoded = ascii.encode("\u{e9}\u{20ac}\u{1F600}".to_owned(), unmappable);
            assert!(encoded.starts_with(b"\xE9\xA4"), "{encoded:?}");
            let cyrillic = Charset::named("KOI8-R").expect("a charset");
            let encoded = cyrillic.encode("\u{20ac}\u{1F600}".to_owned(), unmappable);
            assert_eq!(&*encoded, bytes.get(1..).expect("more than one byte"));
        }
    }

    #[test]
    fn utf_16_is_written_with_its_mark() {
        for (name, bytes) in [("UTF-16LE", &[0xFF, 0xFE, b'a', 0][..]), ("UTF-16BE", &[0xFE, 0xFF, 0, b'a'])]
        {
            let charset = Charset::named(name).expect("a charset");
            let encoded = charset.encode("a".to_owned(), Unmappable::Text);
            assert_eq!(&*encoded, bytes);
            assert_eq!(decode(&encoded, None).expect("decodable"), "a");
        }
    }

    #[test]
    fn bytes_that_mean_nothing_are_refused() {
        for (bytes, charset) in [
            (&b"\xFF"[..], None),
            (b"\xFF", Some("utf-8")),
            (b"a", Some("nonsense")),
            (b"a", Some("hz-gb-2312")),
        ] {
            assert!(decode(bytes, charset).is_err(), "{bytes:?} {charset:?}");
        }
        assert_eq!(decode(b"\xEF\xBB\xBFa", Some("latin1")).expect("a mark decides"), "a");
    }
}
