//! Numbers and their text.

use std::borrow::Cow;

/// `number()` of a text: digits with at most one point and a minus sign, blanks around them; everything else is NaN
/// (XPath 1.0 §4.4). There are no exponents and no plus sign.
pub(crate) fn number_of_text(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().filter(|&byte| byte == b'.').count() <= 1;
    if is_number { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// `string()` of a number: no exponent, no fraction when it is whole, `-0` is `0` (XPath 1.0 §4.2), at most 32 digits
/// after the point as Jaxen has it.
pub(crate) fn number_text(number: f64) -> Cow<'static, str> {
    if number.is_nan() {
        return Cow::Borrowed("NaN");
    }
    if number.is_infinite() {
        return Cow::Borrowed(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if number == 0.0 {
        return Cow::Borrowed("0");
    }
    let text = number.to_string();
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if fraction <= 32 {
        return Cow::Owned(text);
    }
    let shorter = format!("{number:.32}");
    let shorter = shorter.trim_end_matches('0').trim_end_matches('.');
    Cow::Owned(if matches!(shorter, "-0" | "0") { "0".to_owned() } else { shorter.to_owned() })
}

/// `round()`: the nearest whole number, of two the greater (XPath 1.0 §4.4).
pub(crate) fn round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor < 0.5 || number.is_infinite() {
        floor
    } else {
        // Between -0.5 and 0 the result is a negative zero.
        number.ceil()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_print_without_exponents() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1e21, "1000000000000000000000"),
            (1.5e-7, "0.00000015"),
            (1e-40, "0"),
            (-1e-40, "0"),
            (1.0 / 3.0, "0.3333333333333333"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }

    #[test]
    fn halves_are_rounded_up() {
        for (number, rounded) in
            [(0.49999999999999994, 0.0), (0.5, 1.0), (-0.5, 0.0), (4503599627370497.0, 4503599627370497.0)]
        {
            assert_eq!(round(number), rounded);
        }
        assert!(round(-0.2).is_sign_negative());
        assert!(round(f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn numbers_survive_their_text(number in any::<f64>()) {
            let text = number_text(number);
            if number.is_finite() {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.')), "{text}");
            }
            // Smaller ones lose what lies behind the 32nd digit.
            if number.is_finite() && (number == 0.0 || number.abs() > 1e-10) {
                prop_assert_eq!(number_of_text(&text), number);
            }
        }
    }
}
