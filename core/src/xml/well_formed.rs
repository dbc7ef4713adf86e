//! The rules of XML 1.0 that the pull parser underneath leaves to its user.

use memchr::{memchr, memchr2};

use super::XmlErrorKind;
use super::name::{is_name_character, is_name_start};

/// Bytes looked at before deciding whether a stretch needs a closer look.
const BLOCK: usize = 1024;

/// The first character of the text that XML 1.0 §2.2 forbids, with its offset.
pub(super) fn find_forbidden(text: &str) -> Option<(usize, char)> {
    let suspicious = |byte: &u8| (*byte < 0x20 && !is_white(*byte)) | (*byte == 0xEF);
    let mut start = 0;
    for block in text.as_bytes().chunks(BLOCK) {
        // No short cut inside a block, so that the compiler can test many bytes at once.
        if block.iter().fold(false, |found, byte| found | suspicious(byte)) {
            let candidates = block.iter().enumerate().filter(|(_, byte)| suspicious(byte));
            for (index, _) in candidates {
                let letter = text.get(start + index..).and_then(|rest| rest.chars().next());
                if let Some(letter) = letter.filter(|&letter| !is_character(letter)) {
                    return Some((start + index, letter));
                }
            }
        }
        start += block.len();
    }
    None
}

/// XML 1.0 §2.2, `Char`.
pub(super) fn is_character(letter: char) -> bool {
    !matches!(letter, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

/// XML 1.0 §2.3, `S`.
pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The length of the longest name at the start of the text, colons included (XML 1.0 §2.3, `Name`); 0 for none.
pub(super) fn name_length(text: &str) -> usize {
    let plain =
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b":_-.".contains(byte)).count();
    let ends = text.as_bytes().get(plain).is_none_or(u8::is_ascii);
    let length = if ends {
        plain
    } else {
        text.find(|letter| letter != ':' && !is_name_character(letter)).unwrap_or(text.len())
    };
    let starts = text.chars().next().is_some_and(|letter| letter == ':' || is_name_start(letter));
    if starts { length } else { 0 }
}

/// A qualified name taken apart: the length of its prefix, 0 for none, and where its local part starts.
///
/// `name` is what [`name_length`] accepted; `None` when a colon is misplaced (Namespaces in XML 1.0 §4).
pub(super) fn split_name(name: &str) -> Option<(usize, usize)> {
    match memchr(b':', name.as_bytes()) {
        None => Some((0, 0)),
        Some(0) => None,
        Some(colon) => {
            let local = name.get(colon + 1..)?;
            let good =
                local.chars().next().is_some_and(is_name_start) && memchr(b':', local.as_bytes()).is_none();
            good.then_some((colon, colon + 1))
        }
    }
}

/// Appends text with line ends normalised to a line feed (XML 1.0 §2.11).
pub(super) fn append_lines(out: &mut String, mut text: &str) {
    while let Some(at) = memchr(b'\r', text.as_bytes()) {
        let (line, rest) = text.split_at(at);
        out.push_str(line);
        out.push('\n');
        text = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\r')).unwrap_or_default();
    }
    out.push_str(text);
}

/// The offset of a `]]>`, which must not stand in text (XML 1.0 §2.4).
pub(super) fn find_cdata_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'>', bytes).find_map(|at| {
        let before = at.checked_sub(2)?;
        (bytes.get(before..at) == Some(b"]]")).then_some(before)
    })
}

/// The character that a reference stands for, given what is between `&` and `;` (XML 1.0 §4.1, §4.6).
pub(super) fn resolve_reference(reference: &str) -> Result<char, XmlErrorKind> {
    match reference {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    let Some(number) = reference.strip_prefix('#') else {
        let is_name = !reference.is_empty() && name_length(reference) == reference.len();
        let undefined = XmlErrorKind::UndefinedEntity(excerpt(reference));
        return Err(if is_name { undefined } else { XmlErrorKind::BareAmpersand });
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    let code = if digits.chars().all(|digit| digit.is_digit(radix)) {
        u32::from_str_radix(digits, radix).ok()
    } else {
        None
    };
    let code = code.ok_or_else(|| XmlErrorKind::InvalidCharacterReference(excerpt(reference)))?;
    char::from_u32(code).filter(|&letter| is_character(letter)).ok_or(XmlErrorKind::ForbiddenCharacter(code))
}

/// Appends an attribute's value, normalised as XML 1.0 §3.3.3 asks for attributes without a declared type.
///
/// An error carries its offset in `raw`.
pub(super) fn append_value(out: &mut String, raw: &str) -> Result<(), (usize, XmlErrorKind)> {
    let special = |byte: u8| (byte == b'<') | (byte == b'&') | ((byte < 0x20) & is_white(byte));
    let bytes = raw.as_bytes();
    if !bytes.iter().fold(false, |found, &byte| found | special(byte)) {
        out.push_str(raw);
        return Ok(());
    }
    let mut done = 0;
    while let Some(found) = bytes.iter().skip(done).position(|&byte| special(byte)) {
        let at = done + found;
        out.push_str(raw.get(done..at).unwrap_or_default());
        match bytes.get(at) {
            Some(b'<') => return Err((at, XmlErrorKind::LessThanInAttribute)),
            Some(b'&') => {
                let rest = raw.get(at + 1..).unwrap_or_default();
                let end = memchr2(b';', b'&', rest.as_bytes());
                let reference = end.filter(|&end| rest.as_bytes().get(end) == Some(&b';'));
                let end = reference.ok_or((at, XmlErrorKind::BareAmpersand))?;
                out.push(resolve_reference(rest.get(..end).unwrap_or_default()).map_err(|kind| (at, kind))?);
                done = at + end + 2;
            }
            Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => {
                out.push(' ');
                done = at + 2;
            }
            _ => {
                out.push(' ');
                done = at + 1;
            }
        }
    }
    out.push_str(raw.get(done..).unwrap_or_default());
    Ok(())
}

/// Checks what stands between `<?xml` and `?>` (XML 1.0 §2.8, §4.3.1) and returns the encoding's name.
pub(super) fn check_declaration(declaration: &str) -> Option<Option<&str>> {
    let (version, rest) = pseudo_attribute(declaration, "version")?;
    let digits = version.strip_prefix("1.")?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (encoding, rest) = optional(pseudo_attribute(rest, "encoding"), rest);
    let (standalone, rest) = optional(pseudo_attribute(rest, "standalone"), rest);
    let encoding_is_good = encoding.is_none_or(|name| {
        name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    });
    let standalone_is_good = standalone.is_none_or(|value| matches!(value, "yes" | "no"));
    (encoding_is_good && standalone_is_good && rest.bytes().all(is_white)).then_some(encoding)
}

fn optional<'a>(found: Option<(&'a str, &'a str)>, before: &'a str) -> (Option<&'a str>, &'a str) {
    found.map_or((None, before), |(value, rest)| (Some(value), rest))
}

/// `S name S? = S? "value"` at the start of the text: the value and what follows.
fn pseudo_attribute<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let white = |letter: char| u8::try_from(letter).is_ok_and(is_white);
    let trimmed = text.trim_start_matches(white);
    let rest = trimmed.strip_prefix(name).filter(|_| trimmed.len() < text.len())?;
    let rest = rest.trim_start_matches(white).strip_prefix('=')?.trim_start_matches(white);
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    rest.get(1..)?.split_once(quote)
}

/// The start of a text that goes into a message.
pub(super) fn excerpt(text: &str) -> String {
    text.get(..text.floor_char_boundary(60)).unwrap_or_default().to_owned()
}
