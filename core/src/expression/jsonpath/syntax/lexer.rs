//! Text to pieces and their places.
//!
//! What a character means depends on where it stands (`-` belongs to the name in `$.a-b` and to the number in `[-1]`),
//! so the parser asks for the piece that it expects.

use std::ops::Range;

use crate::expression::jsonpath::Problem;

/// What surrounds a path, which decides where its names end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Within {
    /// Nothing: it is the whole text.
    Text,
    /// A filter: operators and parentheses end names.
    Filter,
    /// The arguments of a function: commas and parentheses end names.
    Arguments,
}

/// The text and how much of it is still to be read.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, rest: text }
    }

    /// Where the rest begins, in bytes.
    pub(super) fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    /// From `start` to where the rest begins.
    pub(super) fn since(&self, start: usize) -> Range<usize> {
        start..self.at()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next_is(&self, symbol: &str) -> bool {
        self.rest.starts_with(symbol)
    }

    /// Takes a symbol when it is next.
    pub(super) fn eat(&mut self, symbol: &str) -> bool {
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let first = characters.next();
        self.rest = characters.as_str();
        first
    }

    pub(super) fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    /// All characters that are wanted.
    pub(super) fn run(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest.trim_start_matches(wanted);
        let length = self.rest.len() - rest.len();
        let taken = self.rest.get(..length).unwrap_or_default();
        self.rest = rest;
        taken
    }

    /// A name after a dot: everything up to the next step, and what may follow a path where it stands.
    pub(super) fn name(&mut self, within: Within) -> &'t str {
        let text = self.rest;
        while let Some(next) = self.peek() {
            if is_blank(next) || matches!(next, '.' | '[' | '(') || self.ends_path(within) {
                break;
            }
            self.take();
        }
        text.get(..text.len() - self.rest.len()).unwrap_or_default()
    }

    fn ends_path(&self, within: Within) -> bool {
        let symbols: &[&str] = match within {
            Within::Text => &[],
            Within::Filter => &["=", "<", ">", "!", "~", ")", "]", "&&", "||"],
            Within::Arguments => &[",", ")"],
        };
        symbols.iter().any(|symbol| self.next_is(symbol))
    }

    /// A whole number with or without a minus sign; `None` when there is none.
    pub(super) fn integer(&mut self) -> Result<Option<i64>, Problem> {
        let start = self.at();
        let text = self.run(|c| c.is_ascii_digit() || c == '-');
        if text.is_empty() {
            return Ok(None);
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) if digits.is_empty() || digits.contains('-') => {
                Err(Problem::new(self.since(start), format!("\"{text}\" is no number")))
            }
            Err(_) => Err(Problem::new(self.since(start), "this number is too large")),
        }
    }

    /// Something else was expected: at the next character, or at the end.
    pub(super) fn expected(&self, what: &str) -> Problem {
        let at = self.at();
        match self.peek() {
            Some(found) => Problem::new(at..at + found.len_utf8(), format!("{what} is expected here")),
            None => Problem::new(at..at, format!("{what} is missing at the end")),
        }
    }
}

/// What may stand between the parts of a path.
pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}
