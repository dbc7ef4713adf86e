//! JSON formats.

use serde_json::{Map, Value};

use super::argument::Content;
use super::placeholders::{Dangling, Pattern, Piece, placeholders};

/// A JSON value with places for arguments: inside strings, where arguments are text, and as values of their own.
#[derive(Clone, Debug)]
pub(super) enum JsonTemplate {
    /// A value without places.
    Fixed(Value),
    /// A string.
    Text(Pattern),
    /// `$1` without quotes.
    Argument(usize),
    Array(Box<[JsonTemplate]>),
    Object(Box<[(Pattern, JsonTemplate)]>),
}

impl JsonTemplate {
    /// Reads a format. Placeholders without quotes stand where JSON wants a value.
    ///
    /// # Errors
    /// The format is no JSON even with values in its places.
    pub(super) fn parse(
        text: &str,
        arguments: usize,
        dangling: &mut Vec<Dangling>,
    ) -> Result<Self, serde_json::Error> {
        let mark = mark_for(text);
        let value: Value = serde_json::from_str(&quoted_placeholders(text, mark))?;
        Ok(Self::of(value, &Reading { mark, arguments }, dangling))
    }

    fn of(value: Value, reading: &Reading, dangling: &mut Vec<Dangling>) -> Self {
        match value {
            Value::String(text) => {
                let pattern = reading.pattern(&text, dangling);
                match pattern.pieces() {
                    [Piece::Argument(index)] if text.starts_with(reading.mark) => Self::Argument(*index),
                    _ if pattern.has_arguments() => Self::Text(pattern),
                    _ => Self::Fixed(Value::String(text.trim_start_matches(reading.mark).to_owned())),
                }
            }
            Value::Array(items) => {
                let items: Box<[_]> =
                    items.into_iter().map(|item| Self::of(item, reading, dangling)).collect();
                match items.iter().map(Self::fixed).collect() {
                    Some(items) => Self::Fixed(Value::Array(items)),
                    None => Self::Array(items),
                }
            }
            Value::Object(members) => {
                let members: Box<[_]> = members
                    .into_iter()
                    .map(|(name, value)| {
                        (reading.pattern(&name, dangling), Self::of(value, reading, dangling))
                    })
                    .collect();
                let fixed = members.iter().map(|(name, value)| match name.has_arguments() {
                    true => None,
                    false => Some((name.fill(|_| ""), value.fixed()?)),
                });
                match fixed.collect() {
                    Some(members) => Self::Fixed(Value::Object(members)),
                    None => Self::Object(members),
                }
            }
            other => Self::Fixed(other),
        }
    }

    fn fixed(&self) -> Option<Value> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            _ => None,
        }
    }

    /// The value with the arguments in their places.
    pub(super) fn fill(&self, arguments: &[Content<'_>]) -> Value {
        let text = |pattern: &Pattern| {
            pattern.fill(|index| arguments.get(index).map(Content::text).unwrap_or_default())
        };
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Text(pattern) => Value::String(text(pattern)),
            Self::Argument(index) => arguments.get(*index).map_or(Value::Null, Content::json),
            Self::Array(items) => Value::Array(items.iter().map(|item| item.fill(arguments)).collect()),
            Self::Object(members) => {
                let members = members.iter().map(|(name, value)| (text(name), value.fill(arguments)));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

/// What reading a format needs to know.
struct Reading {
    mark: char,
    arguments: usize,
}

impl Reading {
    /// A string cut at its placeholders, without the mark that says that it had no quotes.
    fn pattern(&self, text: &str, dangling: &mut Vec<Dangling>) -> Pattern {
        Pattern::parse(text.trim_start_matches(self.mark), self.arguments, dangling)
    }
}

/// A character that the format does not contain, nor can spell with an escape.
fn mark_for(text: &str) -> char {
    let escaped = |mark: char| format!("\\u{:04x}", u32::from(mark));
    let lower = text.to_ascii_lowercase();
    ('\u{E000}'..='\u{F8FF}')
        .find(|&mark| !lower.contains(mark) && !lower.contains(&escaped(mark)))
        .unwrap_or('\u{F8FF}')
}

/// The format with quotes around the placeholders that have none, and the mark in front of them.
fn quoted_placeholders(text: &str, mark: char) -> String {
    let mut marked = String::with_capacity(text.len() + 16);
    let mut done = 0;
    let mut inside = Inside::default();
    for (range, _) in placeholders(text, 0) {
        let before = text.get(done..range.start).unwrap_or_default();
        marked.push_str(before);
        inside.pass(before);
        let placeholder = text.get(range.clone()).unwrap_or_default();
        if inside.string {
            marked.push_str(placeholder);
            inside.pass(placeholder);
        } else {
            marked.extend(['"', mark]);
            marked.push_str(placeholder);
            marked.push('"');
        }
        done = range.end;
    }
    marked.push_str(text.get(done..).unwrap_or_default());
    marked
}

/// Whether a place in JSON is inside a string.
#[derive(Default)]
struct Inside {
    string: bool,
    escape: bool,
}

impl Inside {
    fn pass(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                _ if self.escape => self.escape = false,
                '\\' if self.string => self.escape = true,
                '"' => self.string = !self.string,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(format: &str, arguments: &[&str]) -> (String, Vec<Dangling>) {
        let mut dangling = Vec::new();
        let template = JsonTemplate::parse(format, arguments.len(), &mut dangling).expect("JSON");
        let arguments: Vec<Content<'_>> = arguments.iter().map(|&text| Content::Text(text.into())).collect();
        (template.fill(&arguments).to_string(), dangling)
    }

    #[test]
    fn places_are_strings_parts_of_strings_names_and_values() {
        let table: [(&str, &[&str], &str); 12] = [
            (r#"{"n": "$1"}"#, &["a\"b"], r#"{"n":"a\"b"}"#),
            (r#"{"n": "$1"}"#, &["1"], r#"{"n":"1"}"#),
            (r#"{"n": $1}"#, &["1"], r#"{"n":1}"#),
            (r#"{"n": $1}"#, &["true"], r#"{"n":true}"#),
            (r#"{"n": $1}"#, &["[1,{\"a\":null}]"], r#"{"n":[1,{"a":null}]}"#),
            (r#"{"n": $1}"#, &["IBM"], r#"{"n":"IBM"}"#),
            (r#"{"n": $1}"#, &["1,\"m\":2"], r#"{"n":"1,\"m\":2"}"#),
            (r#"{"n": $1}"#, &[""], r#"{"n":""}"#),
            (r#"{"a $1": ["$2-$1", $2]}"#, &["x", "7"], r#"{"a x":["7-x",7]}"#),
            (r#"{"q\"$1\\": "\\$1"}"#, &["x"], r#"{"q\"x\\":"\\x"}"#),
            ("$1", &["{\"a\":1}"], r#"{"a":1}"#),
            ("{\"\u{E000}\": \"\\ue001$1\"}", &["x"], "{\"\u{E000}\":\"\u{E001}x\"}"),
        ];
        for (format, arguments, expected) in table {
            assert_eq!(filled(format, arguments), (expected.to_owned(), Vec::new()), "{format}");
        }
    }

    #[test]
    fn places_without_an_argument_stay_as_text() {
        let (json, dangling) = filled(r#"{"$3": "$2", "n": $2, "m": $1}"#, &["1"]);
        assert_eq!(json, r#"{"$3":"$2","n":"$2","m":1}"#);
        assert_eq!(dangling.iter().map(|one| &**one).collect::<Vec<_>>(), ["$3", "$2", "$2"]);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for format in ["", "{$1}", "[$1 $2]", "{\"a\": \"$1}", "{\"a\": x$1}"] {
            assert!(JsonTemplate::parse(format, 2, &mut Vec::new()).is_err(), "{format}");
        }
    }
}
