//! One reading of `Content-Length`: digits, one value, written without leading zeros.

use ::http::{HeaderMap, HeaderValue, header::CONTENT_LENGTH};

/// The length that all values agree on, after the header was rewritten to it.
///
/// `005` becomes `5` because others read it as octal, and equal values become one (hardening.md §1.1, §1.3).
/// A list in one value (`5, 5`) is refused in requests and accepted in answers.
pub(super) fn normalise(headers: &mut HeaderMap, lists: bool) -> Result<Option<u64>, &'static str> {
    let mut values = headers.get_all(CONTENT_LENGTH).iter();
    let Some(first) = values.next() else { return Ok(None) };
    let mut canonical = true;
    let mut agreed = None;
    for value in std::iter::once(first).chain(values) {
        if lists {
            for part in value.as_bytes().split(|&byte| byte == b',') {
                canonical &= agree(&mut agreed, part.trim_ascii())?;
            }
        } else {
            canonical &= agree(&mut agreed, value.as_bytes())?;
        }
    }
    if let (Some(length), false) = (agreed, canonical) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    Ok(agreed)
}

/// True when this value is the first and needs no rewriting.
fn agree(agreed: &mut Option<u64>, digits: &[u8]) -> Result<bool, &'static str> {
    let length = parse(digits).ok_or("the content length is not a number")?;
    match agreed.replace(length) {
        None => Ok(digits.len() == 1 || digits.first() != Some(&b'0')),
        Some(before) if before == length => Ok(false),
        Some(_) => Err("the content lengths disagree"),
    }
}

/// Decimal digits only: no sign, no blanks, at most 2^64 - 1.
pub(super) fn parse(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, byte| match byte {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_one_canonical_value() {
        for (values, lists, expected) in [
            (&["5"][..], false, Some("5")),
            (&["0"], false, Some("0")),
            (&["005"], false, Some("5")),
            (&["00"], false, Some("0")),
            (&["5", "5"], false, Some("5")),
            (&["5", "05"], false, Some("5")),
            (&["5, 5"], true, Some("5")),
            (&["5,5", "5"], true, Some("5")),
            (&["18446744073709551615"], false, Some("18446744073709551615")),
            (&["5, 5"], false, None),
            (&["5, 6"], true, None),
            (&["5", "6"], false, None),
            (&["+5"], true, None),
            (&["-1"], true, None),
            (&[""], false, None),
            (&["5,"], true, None),
            (&["18446744073709551616"], false, None),
        ] {
            let mut map = HeaderMap::new();
            for value in values {
                map.append(CONTENT_LENGTH, HeaderValue::from_static(value));
            }
            let result = normalise(&mut map, lists);
            match expected {
                Some(text) => {
                    assert_eq!(result, Ok(Some(text.parse().expect("a number"))), "{values:?}");
                    let written: Vec<_> = map.get_all(CONTENT_LENGTH).iter().collect();
                    assert_eq!(written, [text], "{values:?}");
                }
                None => assert!(result.is_err(), "{values:?}"),
            }
        }
        assert_eq!(normalise(&mut HeaderMap::new(), false), Ok(None));
    }
}
