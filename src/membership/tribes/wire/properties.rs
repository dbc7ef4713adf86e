//! Java properties as text, which Axis2 nodes carry as payload (membership-wire.md §9.1).

use std::collections::BTreeMap;
use std::iter::Peekable;

/// Keys and their values. Of a key that comes twice the last value counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(pub BTreeMap<String, String>);

/// The text is no properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertiesError {
    /// A `\u` without four hexadecimal digits.
    #[error("byte {offset}: no four hexadecimal digits follow \\u")]
    Escape {
        /// Where the backslash is.
        offset: usize,
    },
    /// Half of a surrogate pair.
    #[error("byte {offset}: this is no character")]
    Character {
        /// Where the backslash is.
        offset: usize,
    },
}

impl Properties {
    /// Reads the text, each byte a character of ISO-8859-1, as `java.util.Properties.load` does.
    ///
    /// # Errors
    /// An escape makes no sense.
    pub fn read(text: &[u8]) -> Result<Self, PropertiesError> {
        let mut properties = BTreeMap::new();
        let mut rest = text.iter().copied().enumerate().peekable();
        loop {
            skip(&mut rest, |byte| is_blank(byte) || is_line_end(byte));
            match rest.peek() {
                None => return Ok(Self(properties)),
                Some((_, b'#' | b'!')) => skip(&mut rest, |byte| !is_line_end(byte)),
                Some(_) => {
                    let key = word(&mut rest, |byte| is_blank(byte) || matches!(byte, b'=' | b':'))?;
                    skip(&mut rest, is_blank);
                    if rest.next_if(|(_, byte)| matches!(byte, b'=' | b':')).is_some() {
                        skip(&mut rest, is_blank);
                    }
                    let value = word(&mut rest, |_| false)?;
                    properties.insert(key, value);
                }
            }
        }
    }

    /// The text as Java writes it, without comments and in the order of the keys.
    pub fn write(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (key, value) in &self.0 {
            escape(&mut text, key, true);
            text.push(b'=');
            escape(&mut text, value, false);
            text.push(b'\n');
        }
        text
    }

    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0c)
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn skip(rest: &mut Peekable<impl Iterator<Item = (usize, u8)>>, which: impl Fn(u8) -> bool) {
    while rest.next_if(|(_, byte)| which(*byte)).is_some() {}
}

/// Characters up to the end of the line, or up to one of those given that is not escaped.
fn word(
    rest: &mut Peekable<impl Iterator<Item = (usize, u8)>>,
    ends: impl Fn(u8) -> bool,
) -> Result<String, PropertiesError> {
    let mut word = String::new();
    while let Some((offset, byte)) = rest.next_if(|(_, byte)| !ends(*byte) && !is_line_end(*byte)) {
        if byte != b'\\' {
            word.push(char::from(byte));
            continue;
        }
        match rest.next() {
            None => break,
            Some((_, b'n')) => word.push('\n'),
            Some((_, b'r')) => word.push('\r'),
            Some((_, b't')) => word.push('\t'),
            Some((_, b'f')) => word.push('\u{c}'),
            Some((_, b'u')) => word.push(unicode(rest, offset)?),
            Some((_, end)) if is_line_end(end) => {
                if end == b'\r' {
                    rest.next_if(|(_, byte)| *byte == b'\n');
                }
                skip(rest, is_blank);
            }
            Some((_, other)) => word.push(char::from(other)),
        }
    }
    Ok(word)
}

/// What follows `\u`: a character, or one half and the other half as a further escape.
fn unicode(
    rest: &mut Peekable<impl Iterator<Item = (usize, u8)>>,
    offset: usize,
) -> Result<char, PropertiesError> {
    let first = four_digits(rest, offset)?;
    let mut units = vec![first];
    if (0xd800..0xdc00).contains(&first) {
        let follows = rest.next_if(|(_, byte)| *byte == b'\\').and_then(|_| rest.next());
        if follows.is_none_or(|(_, byte)| byte != b'u') {
            return Err(PropertiesError::Character { offset });
        }
        units.push(four_digits(rest, offset)?);
    }
    let mut decoded = char::decode_utf16(units);
    match (decoded.next(), decoded.next()) {
        (Some(Ok(character)), None) => Ok(character),
        _ => Err(PropertiesError::Character { offset }),
    }
}

fn four_digits(rest: &mut impl Iterator<Item = (usize, u8)>, offset: usize) -> Result<u16, PropertiesError> {
    let digits = (0..4).map(|_| rest.next().and_then(|(_, byte)| char::from(byte).to_digit(16)));
    let number = digits.into_iter().try_fold(0, |number, digit| digit.map(|digit| number * 16 + digit));
    number.and_then(|number| u16::try_from(number).ok()).ok_or(PropertiesError::Escape { offset })
}

fn escape(to: &mut Vec<u8>, text: &str, is_key: bool) {
    for (index, character) in text.chars().enumerate() {
        match character {
            ' ' if is_key || index == 0 => to.extend(b"\\ "),
            '\t' => to.extend(b"\\t"),
            '\n' => to.extend(b"\\n"),
            '\r' => to.extend(b"\\r"),
            '\u{c}' => to.extend(b"\\f"),
            '\\' | '=' | ':' | '#' | '!' => to.extend([b'\\', character as u8]),
            ' '..='~' => to.push(character as u8),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    to.extend(format!("\\u{unit:04X}").bytes());
                }
            }
        }
    }
}
