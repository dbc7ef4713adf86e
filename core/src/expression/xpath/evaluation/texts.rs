//! Functions that yield text (XPath 1.0 §4.2, message-and-expressions.md §7.3).

use std::borrow::Cow;
use std::ops::Range;

use super::calls::wrong_arguments;
use super::encodings;
use super::engine::{Evaluated, Evaluation, Focus};
use super::names::name_part;
use crate::expression::xpath::object::round;
use crate::expression::xpath::program::{Function, Operation};

impl<'a> Evaluation<'a> {
    /// Calls a function that yields text.
    pub(super) fn text_call(
        &mut self,
        function: Function,
        arguments: &'a [Operation],
        focus: Focus<'a>,
    ) -> Evaluated<Cow<'a, str>> {
        match (function, arguments) {
            (Function::LocalName | Function::NamespaceUri | Function::Name, _) => {
                let node = match arguments {
                    [nodes, ..] => self.nodes(nodes, focus)?.first().copied(),
                    [] => Some(focus.node),
                };
                Ok(node.map_or(Cow::Borrowed(""), |node| name_part(function, node)))
            }
            (Function::String, _) => self.text_or_context(arguments, focus),
            (Function::Concat, _) => self.concat(arguments, focus),
            (Function::SubstringBefore, [whole, part]) => {
                let (whole, part) = (self.text(whole, focus)?, self.text(part, focus)?);
                self.budget.spend_bytes(whole.len())?;
                let end = whole.find(&*part).unwrap_or(0);
                Ok(slice(whole, 0..end))
            }
            (Function::SubstringAfter, [whole, part]) => {
                let (whole, part) = (self.text(whole, focus)?, self.text(part, focus)?);
                self.budget.spend_bytes(whole.len())?;
                let start = whole.find(&*part).map_or(whole.len(), |at| at + part.len());
                let end = whole.len();
                Ok(slice(whole, start..end))
            }
            (Function::Substring, [whole, start, length @ ..]) => {
                let whole = self.text(whole, focus)?;
                let start = round(self.number(start, focus)?);
                let end = match length {
                    [length, ..] => start + round(self.number(length, focus)?),
                    [] => f64::INFINITY,
                };
                self.budget.spend_bytes(whole.len())?;
                let range = character_range(&whole, start, end);
                Ok(slice(whole, range))
            }
            (Function::NormalizeSpace, _) => {
                let text = self.text_or_context(arguments, focus)?;
                self.budget.spend_bytes(text.len())?;
                Ok(normalized(text))
            }
            (Function::Translate, [text, from, to]) => {
                let (text, from) = (self.text(text, focus)?, self.text(from, focus)?);
                let to = self.text(to, focus)?;
                self.budget.spend_bytes(text.len().saturating_mul(from.len() + 1))?;
                Ok(Cow::Owned(translated(&text, &from, &to)))
            }
            (Function::LowerCase | Function::UpperCase, [text, locale @ ..]) => {
                let text = self.text(text, focus)?;
                // It changes nothing that anyone has asked for, but it has to exist.
                for locale in locale {
                    self.text(locale, focus)?;
                }
                Ok(Cow::Owned(match function {
                    Function::LowerCase => text.to_lowercase(),
                    _ => text.to_uppercase(),
                }))
            }
            (Function::Base64Encode | Function::Base64Decode | Function::UrlEncode, [text, charset @ ..]) => {
                let text = self.text(text, focus)?;
                let charset = match charset {
                    [] => None,
                    [charset] => Some(self.text(charset, focus)?),
                    _ => return Ok(Cow::Borrowed("")),
                };
                self.budget.spend_bytes(text.len())?;
                encodings::apply(function, &text, charset.as_deref()).map(Cow::Owned)
            }
            (Function::Base64Encode | Function::Base64Decode | Function::UrlEncode, []) => {
                Ok(Cow::Borrowed(""))
            }
            _ => Err(wrong_arguments()),
        }
    }

    fn concat(&mut self, arguments: &'a [Operation], focus: Focus<'a>) -> Evaluated<Cow<'a, str>> {
        let mut all = String::new();
        for argument in arguments {
            let text = self.text(argument, focus)?;
            self.budget.spend_bytes(text.len())?;
            all.push_str(&text);
        }
        Ok(Cow::Owned(all))
    }
}

/// A part of a text; the range lies on character boundaries.
fn slice<'a>(text: Cow<'a, str>, range: Range<usize>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or_default().to_owned()),
    }
}

/// The bytes of the characters at positions from `start`, counted from 1, up to but without `end`. Written so that NaN
/// selects nothing.
fn character_range(text: &str, start: f64, end: f64) -> Range<usize> {
    let mut range: Option<Range<usize>> = None;
    for (position, (at, character)) in text.char_indices().enumerate() {
        let position = position as f64 + 1.0;
        if position >= start && position < end {
            let from = range.map_or(at, |range| range.start);
            range = Some(from..at + character.len_utf8());
        }
    }
    range.unwrap_or(0..0)
}

fn normalized(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let words = || text.split(is_space).filter(|word| !word.is_empty());
    let length: usize = words().map(|word| word.len() + 1).sum();
    let is_normal = length.saturating_sub(1) == text.len() && !text.contains(['\t', '\r', '\n']);
    if is_normal {
        return text;
    }
    let mut out = String::with_capacity(length);
    for word in words() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// Each character of `from` becomes the one at its place in `to`, or nothing; of two alike the first counts.
fn translated(text: &str, from: &str, to: &str) -> String {
    let replacement = |character| match from.chars().position(|known| known == character) {
        Some(at) => to.chars().nth(at),
        None => Some(character),
    };
    text.chars().filter_map(replacement).collect()
}
