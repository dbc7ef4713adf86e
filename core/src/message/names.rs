//! Keys of forms and JSON objects as element names, and back (message-and-expressions.md §4.2).
//!
//! A leading digit and a leading `$` are written as WSO2 writes them. What else cannot stand in a name becomes
//! `_xHHHH_`, so that every key can be told from every other and comes back as it was.

use std::borrow::Cow;
use std::fmt::Write;

use crate::xml::is_nc_name;

/// In front of a key that starts with a digit.
const DIGIT: &str = "_JsonReader_PD_";
/// In place of a leading `$`.
const DOLLAR: &str = "_JsonReader_PS_";
/// Stands for the empty key.
const NOTHING: &str = "_x_";

/// The element name for a key.
pub(super) fn element_name(key: &str) -> Cow<'_, str> {
    if is_nc_name(key) && !key.contains("_x") && !key.starts_with("_JsonReader_P") {
        return Cow::Borrowed(key);
    }
    if key.is_empty() {
        return Cow::Borrowed(NOTHING);
    }
    let mut name = String::with_capacity(key.len() + 16);
    let rest = match key.strip_prefix('$') {
        Some(rest) => {
            name.push_str(DOLLAR);
            rest
        }
        None => key,
    };
    if name.is_empty() && key.starts_with(|first: char| first.is_ascii_digit()) {
        name.push_str(DIGIT);
    }

    for (at, letter) in rest.char_indices() {
        let after = rest.get(at + letter.len_utf8()..).unwrap_or_default();
        let ambiguous =
            letter == '_' && (after.starts_with('x') || at == 0 && after.starts_with("JsonReader_P"));
        if ambiguous || !may_stand(letter, name.is_empty()) {
            // Writing to a string cannot fail.
            let _ = write!(name, "_x{:04X}_", u32::from(letter));
        } else {
            name.push(letter);
        }
    }
    Cow::Owned(name)
}

/// The key that an element name stands for.
pub(super) fn key(name: &str) -> Cow<'_, str> {
    if !name.contains("_x") && !name.starts_with("_JsonReader_P") {
        return Cow::Borrowed(name);
    }
    if name == NOTHING {
        return Cow::Borrowed("");
    }
    let mut key = String::with_capacity(name.len());
    let mut rest = name;
    if let Some(after) = rest.strip_prefix(DOLLAR) {
        key.push('$');
        rest = after;
    } else if let Some(after) = rest.strip_prefix(DIGIT) {
        rest = after;
    }
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        key.push_str(before);
        match escaped(from) {
            Some((letter, length)) => {
                key.push(letter);
                rest = from.get(length..).unwrap_or_default();
            }
            None => {
                key.push_str("_x");
                rest = from.get(2..).unwrap_or_default();
            }
        }
    }
    key.push_str(rest);
    Cow::Owned(key)
}

/// The letter of `_xHHHH_` at the start of a text, and how long that is.
fn escaped(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix("_x")?;
    let end = digits.find('_').filter(|end| (4..=6).contains(end))?;
    let digits = digits.get(..end)?;
    let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_digit() || (b'A'..=b'F').contains(&digit));
    let letter = char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)?)?;
    Some((letter, end + 3))
}

/// Whether the letter may stand in a name, or at its start.
fn may_stand(letter: char, first: bool) -> bool {
    let mut pair = [0; 5];
    pair[0] = b'a';
    let start = usize::from(!first);
    let end = 1 + letter.len_utf8();
    let Some(place) = pair.get_mut(1..end) else { return false };
    letter.encode_utf8(place);
    let text = pair.get(1 - start..end).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.is_some_and(is_nc_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Case 38 and what the specification leaves open.
    #[test]
    fn case_038_keys_become_names() {
        for (key_text, name) in [
            ("a", "a"),
            ("1k", "_JsonReader_PD_1k"),
            ("$z", "_JsonReader_PS_z"),
            ("$", "_JsonReader_PS_"),
            ("a b", "a_x0020_b"),
            ("a_xb", "a_x005F_xb"),
            ("a:b", "a_x003A_b"),
            ("", "_x_"),
            ("-a", "_x002D_a"),
            ("\u{1F600}", "\u{1F600}"),
            ("_JsonReader_PD_1", "_x005F_JsonReader_PD_1"),
        ] {
            assert_eq!(element_name(key_text), name);
            assert_eq!(key(name), key_text);
        }
    }

    proptest! {
        #[test]
        fn every_key_comes_back(text in "\\PC{0,6}|[_xJsonReadPDS0-9$ ]{0,24}") {
            let name = element_name(&text).into_owned();
            prop_assert!(is_nc_name(&name), "{name}");
            prop_assert_eq!(key(&name), text);
        }
    }
}
