//! The values that properties hold and their text as configurations expect it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::xml::Document;

/// A property value with its Synapse type (mediators.md §2.6).
#[derive(Clone, Debug)]
pub enum Value {
    /// `STRING`.
    String(Arc<str>),
    /// `BOOLEAN`.
    Boolean(bool),
    /// `INTEGER`, 32 bits.
    Integer(i32),
    /// `LONG`, 64 bits.
    Long(i64),
    /// `SHORT`, 16 bits.
    Short(i16),
    /// `FLOAT`.
    Float(f32),
    /// `DOUBLE`.
    Double(f64),
    /// `OM`: an XML element, the root of its own document; or the list of nodes that `enrich` makes, side by side at
    /// the top of one.
    Xml(Arc<Document>),
}

/// The type names that `type="…"` accepts (mediators.md §2.6); anything else is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueType {
    /// Text as it is.
    #[default]
    String,
    /// `true`, `yes` (any case) and `1` are true, all else is false.
    Boolean,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    Long,
    /// 16-bit integer.
    Short,
    /// 32-bit floating point.
    Float,
    /// 64-bit floating point.
    Double,
    /// XML element.
    Om,
}

/// The text cannot be converted to the wanted type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is no {wanted}")]
pub struct ConversionError {
    text: String,
    wanted: &'static str,
}

impl Value {
    /// The value as text: what `get-property`, headers and logs show. Numbers print as Java prints them (`2.0`).
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Value::String(text) => Cow::Borrowed(text),
            Value::Boolean(true) => Cow::Borrowed("true"),
            Value::Boolean(false) => Cow::Borrowed("false"),
            Value::Integer(number) => Cow::Owned(number.to_string()),
            Value::Long(number) => Cow::Owned(number.to_string()),
            Value::Short(number) => Cow::Owned(number.to_string()),
            Value::Float(number) => Cow::Owned(java_float(*number)),
            Value::Double(number) => Cow::Owned(java_double(*number)),
            Value::Xml(document) => Cow::Owned(document.to_xml()),
        }
    }

    /// True for a Boolean true or the text `true` in any case: the lenient test of message-and-expressions.md §12.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Boolean(flag) => *flag,
            Value::String(text) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// The type's name as `type="…"` spells it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::String(_) => "STRING",
            Value::Boolean(_) => "BOOLEAN",
            Value::Integer(_) => "INTEGER",
            Value::Long(_) => "LONG",
            Value::Short(_) => "SHORT",
            Value::Float(_) => "FLOAT",
            Value::Double(_) => "DOUBLE",
            Value::Xml(_) => "OM",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl FromStr for ValueType {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "STRING" => ValueType::String,
            "BOOLEAN" => ValueType::Boolean,
            "INTEGER" => ValueType::Integer,
            "LONG" => ValueType::Long,
            "SHORT" => ValueType::Short,
            "FLOAT" => ValueType::Float,
            "DOUBLE" => ValueType::Double,
            "OM" => ValueType::Om,
            _ => return Err(()),
        })
    }
}

impl ValueType {
    /// Every accepted spelling, for messages.
    pub const NAMES: [&str; 8] = ["STRING", "BOOLEAN", "INTEGER", "LONG", "SHORT", "FLOAT", "DOUBLE", "OM"];

    /// Converts text as Java would parse it: no surrounding blanks, no type suffixes (mediators.md §2.6).
    ///
    /// # Errors
    /// The text is no number of that type, or no well-formed XML for `OM`.
    pub fn convert(self, text: &str) -> Result<Value, ConversionError> {
        fn number<T: FromStr>(text: &str, wanted: &'static str) -> Result<T, ConversionError> {
            text.parse().map_err(|_| ConversionError { text: text.to_owned(), wanted })
        }
        Ok(match self {
            ValueType::String => Value::from(text),
            ValueType::Boolean => Value::Boolean(
                text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("yes") || text == "1",
            ),
            ValueType::Integer => Value::Integer(number(text, "INTEGER")?),
            ValueType::Long => Value::Long(number(text, "LONG")?),
            ValueType::Short => Value::Short(number(text, "SHORT")?),
            ValueType::Float => Value::Float(number(text.trim(), "FLOAT")?),
            ValueType::Double => Value::Double(number(text.trim(), "DOUBLE")?),
            ValueType::Om => Value::Xml(Arc::new(
                crate::xml::parse(text, &crate::xml::Limits::default())
                    .map_err(|_| ConversionError { text: text.to_owned(), wanted: "OM element" })?,
            )),
        })
    }
}

/// `Double.toString` of Java: always a fraction, scientific notation outside 10⁻³ … 10⁷.
pub fn java_double(number: f64) -> String {
    java_text(number, number.abs(), format!("{number:?}"), format!("{number:e}"))
}

fn java_float(number: f32) -> String {
    java_text(f64::from(number), f64::from(number.abs()), format!("{number:?}"), format!("{number:e}"))
}

fn java_text(number: f64, magnitude: f64, plain: String, scientific: String) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return plain;
    }
    match scientific.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => format!("{mantissa}E{exponent}"),
        Some((mantissa, exponent)) => format!("{mantissa}.0E{exponent}"),
        None => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_java_prints_them() {
        let table: [(f64, &str); 9] = [
            (2.0, "2.0"),
            (0.0, "0.0"),
            (-0.5, "-0.5"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (1.5e-10, "1.5E-10"),
            (f64::INFINITY, "Infinity"),
        ];
        for (number, text) in table {
            assert_eq!(java_double(number), text);
        }
    }

    #[test]
    fn case_045_boolean_words() {
        for text in ["yes", "TRUE", "1"] {
            assert!(matches!(ValueType::Boolean.convert(text), Ok(Value::Boolean(true))), "{text}");
        }
        for text in ["on", "", "maybe"] {
            assert!(matches!(ValueType::Boolean.convert(text), Ok(Value::Boolean(false))), "{text}");
        }
    }

    #[test]
    fn case_044_integers_are_strict() {
        assert!(matches!(ValueType::Integer.convert("7"), Ok(Value::Integer(7))));
        for text in ["x", "", " 7", "7.0", "2147483648"] {
            assert!(ValueType::Integer.convert(text).is_err(), "{text}");
        }
        assert!("integer".parse::<ValueType>().is_err());
    }
}
