//! What texts a function can yield.

use crate::expression::xpath::object::round;
use crate::expression::xpath::program::{Function, Operation};

/// The texts that an operation can yield.
#[derive(Debug)]
pub(super) enum Shape<'o> {
    /// `lower-case()`.
    Lower,
    /// `upper-case()`.
    Upper,
    /// `normalize-space()`: single blanks between words.
    Normalized,
    /// `local-name()`: a name without a prefix.
    Local,
    /// `substring()`: so many characters at most.
    Short(usize),
    /// `concat()`: how it begins and ends.
    Between(&'o str, &'o str),
    /// One of these.
    OneOf(&'static [&'static str]),
}

impl<'o> Shape<'o> {
    /// The shape of what a function yields, when there is anything to say about it.
    pub(super) fn of(function: Function, arguments: &'o [Operation]) -> Option<Self> {
        Some(match (function, arguments) {
            (Function::LowerCase, _) => Shape::Lower,
            (Function::UpperCase, _) => Shape::Upper,
            (Function::NormalizeSpace, _) => Shape::Normalized,
            (Function::LocalName, _) => Shape::Local,
            (Function::String, [Operation::Call(inner, arguments)]) => Shape::of(*inner, arguments)?,
            (Function::Substring, [_, _, Operation::Number(length)]) if *length < 1e6 => {
                // The cast is safe for what is left: numbers below 0 become 0.
                Shape::Short(round(*length) as usize)
            }
            (Function::Concat, [first, .., last]) => Shape::Between(literal(first), literal(last)),
            (Function::GetProperty, [Operation::Text(name)]) => match &**name {
                "FAULT" => Shape::OneOf(&["TRUE", ""]),
                "MESSAGE_FORMAT" => Shape::OneOf(&["pox", "soap11", "soap12"]),
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Why a text cannot be one of them; none when it can.
    pub(super) fn excludes(&self, text: &str) -> Option<String> {
        match self {
            Shape::Between(start, end) => {
                return if !text.starts_with(start) {
                    Some(format!("the text begins with '{start}'"))
                } else {
                    (!text.ends_with(end)).then(|| format!("the text ends with '{end}'"))
                };
            }
            Shape::OneOf(texts) if !texts.contains(&text) => {
                let texts: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
                return Some(format!("it is one of {}", texts.join(", ")));
            }
            Shape::Normalized if text.trim() != text || text.contains("  ") => {
                return Some("normalize-space() leaves single blanks between words".to_owned());
            }
            Shape::Local if text.contains(':') => {
                return Some("local-name() has no prefix".to_owned());
            }
            Shape::Short(most) if text.chars().count() > *most => {
                return Some(format!("substring() has {most} characters at most"));
            }
            _ => {}
        }
        self.excludes_part(text)
    }

    /// Why a text cannot be a part of one of them.
    pub(super) fn excludes_part(&self, part: &str) -> Option<String> {
        match self {
            Shape::Lower if part.to_lowercase() != part => {
                Some("lower-case() leaves no upper-case letters".to_owned())
            }
            Shape::Upper if part.to_uppercase() != part => {
                Some("upper-case() leaves no lower-case letters".to_owned())
            }
            _ => None,
        }
    }
}

fn literal(operation: &Operation) -> &str {
    match operation {
        Operation::Text(text) => text,
        _ => "",
    }
}
