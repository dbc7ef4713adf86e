//! Tokens of JavaScript, as far as the pass tells them apart.

use std::ops::Range;

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Whether a line ends between the token before and this one.
    pub(super) on_new_line: bool,
    /// Of an opening or closing bracket, the number of its partner among the tokens.
    pub(super) partner: Option<usize>,
    /// Of braces: whether they hold statements, rather than an object.
    pub(super) block: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Word,
    /// A name behind a dot, whatever keyword it looks like.
    Member,
    /// A string, number, template, regular expression or XML literal.
    Value,
    /// Anything else.
    Sign,
}

impl Token {
    pub(super) fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.range.clone()).unwrap_or_default()
    }

    pub(super) fn is(&self, source: &str, text: &str) -> bool {
        self.kind != Kind::Member && self.kind != Kind::Value && self.text(source) == text
    }
}

/// What a script uses of `mc`, as far as its text shows.
#[derive(Debug, Default)]
pub(in crate::script) struct Usage {
    /// The functions that are named, and where.
    pub(in crate::script) functions: Vec<(String, Range<usize>)>,
    /// Whether `mc` is handed to something that cannot be followed.
    pub(in crate::script) escapes: bool,
}

/// Keywords after which an operand follows.
pub(super) const BEFORE_OPERAND: [&str; 14] = [
    "return",
    "typeof",
    "instanceof",
    "in",
    "of",
    "new",
    "delete",
    "void",
    "throw",
    "case",
    "do",
    "else",
    "yield",
    "await",
];

/// Keywords whose parentheses are followed by a statement.
pub(super) const WITH_HEAD: [&str; 4] = ["if", "for", "while", "with"];

/// Names are read generously: the engine has the last word.
pub(super) fn starts_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | '$' | '\\' | '#')
}

/// See [`starts_name`].
pub(super) fn continues_name(letter: char) -> bool {
    starts_name(letter) || letter.is_numeric() || matches!(letter, '\u{200c}' | '\u{200d}')
}
