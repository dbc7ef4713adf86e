//! Text to tokens (XPath 1.0 §3.7).
//!
//! Whether `*` multiplies and `div` divides depends on where they stand, which the parser knows: here they are a
//! star and a name.

use std::ops::Range;

use crate::diagnostics::codes;
use crate::expression::ExpressionProblem;
use crate::xml::is_nc_name;

/// A token and where it stands, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind<'t> {
    /// Quoted text, without its quotes.
    Literal(&'t str),
    Number(f64),
    /// `local` or `prefix:local`.
    Name {
        prefix: Option<&'t str>,
        local: &'t str,
    },
    /// `prefix:*`.
    AnyIn(&'t str),
    Star,
    Dollar,
    At,
    DoubleColon,
    Slash,
    DoubleSlash,
    Dot,
    DoubleDot,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Bar,
    Plus,
    Minus,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// After the last token.
    End,
}

/// All tokens of a text; the last one is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExpressionProblem> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::with_capacity(text.len() / 3 + 1);
    loop {
        let token = lexer.next()?;
        let last = token.kind == TokenKind::End;
        tokens.push(token);
        if last {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn next(&mut self) -> Result<Token<'t>, ExpressionProblem> {
        self.skip(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        let start = self.at;
        let kind = match self.symbol() {
            Some(kind) => kind,
            None => self.word()?,
        };
        Ok(Token { kind, range: start..self.at })
    }

    /// Tokens that are known by their first one or two characters.
    fn symbol(&mut self) -> Option<TokenKind<'t>> {
        let mut characters = self.rest().chars();
        let Some(first) = characters.next() else { return Some(TokenKind::End) };
        let second = characters.next();
        let digit = second.is_some_and(|c| c.is_ascii_digit());
        let (kind, length) = match (first, second) {
            (':', Some(':')) => (TokenKind::DoubleColon, 2),
            ('/', Some('/')) => (TokenKind::DoubleSlash, 2),
            ('.', Some('.')) => (TokenKind::DoubleDot, 2),
            ('!', Some('=')) => (TokenKind::NotEqual, 2),
            ('<', Some('=')) => (TokenKind::LessOrEqual, 2),
            ('>', Some('=')) => (TokenKind::GreaterOrEqual, 2),
            ('.', _) if digit => return None,
            ('*', _) => (TokenKind::Star, 1),
            ('$', _) => (TokenKind::Dollar, 1),
            ('@', _) => (TokenKind::At, 1),
            ('/', _) => (TokenKind::Slash, 1),
            ('.', _) => (TokenKind::Dot, 1),
            ('(', _) => (TokenKind::Open, 1),
            (')', _) => (TokenKind::Close, 1),
            ('[', _) => (TokenKind::OpenBracket, 1),
            (']', _) => (TokenKind::CloseBracket, 1),
            (',', _) => (TokenKind::Comma, 1),
            ('|', _) => (TokenKind::Bar, 1),
            ('+', _) => (TokenKind::Plus, 1),
            ('-', _) => (TokenKind::Minus, 1),
            ('=', _) => (TokenKind::Equal, 1),
            ('<', _) => (TokenKind::Less, 1),
            ('>', _) => (TokenKind::Greater, 1),
            _ => return None,
        };
        self.at += length;
        Some(kind)
    }

    /// Literals, numbers and names.
    fn word(&mut self) -> Result<TokenKind<'t>, ExpressionProblem> {
        let start = self.at;
        match self.rest().chars().next() {
            Some(quote @ ('\'' | '"')) => self.literal(quote),
            Some('0'..='9' | '.') => {
                self.skip(|c| c.is_ascii_digit());
                if self.rest().starts_with('.') {
                    self.at += 1;
                    self.skip(|c| c.is_ascii_digit());
                }
                // Digits with at most one point always parse; too many of them are infinity.
                Ok(TokenKind::Number(self.text[start..self.at].parse().unwrap_or(f64::NAN)))
            }
            Some(_) => self.name(),
            None => Ok(TokenKind::End),
        }
    }

    fn literal(&mut self, quote: char) -> Result<TokenKind<'t>, ExpressionProblem> {
        let start = self.at;
        let inner = &self.text[start + 1..];
        match inner.find(quote) {
            Some(length) => {
                self.at = start + length + 2;
                Ok(TokenKind::Literal(&inner[..length]))
            }
            None => Err(syntax(start..self.text.len(), "the text is never closed")
                .help(format!("end it with {quote}; the other quote may stand inside"))),
        }
    }

    /// A qualified name is one token: no blanks around its colon.
    fn name(&mut self) -> Result<TokenKind<'t>, ExpressionProblem> {
        let first = self.nc_name()?;
        let Some(after) = self.rest().strip_prefix(':') else {
            return Ok(TokenKind::Name { prefix: None, local: first });
        };
        if after.starts_with('*') {
            self.at += 2;
            return Ok(TokenKind::AnyIn(first));
        }
        if after.starts_with(':') {
            return Ok(TokenKind::Name { prefix: None, local: first });
        }
        self.at += 1;
        Ok(TokenKind::Name { prefix: Some(first), local: self.nc_name()? })
    }

    fn nc_name(&mut self) -> Result<&'t str, ExpressionProblem> {
        let start = self.at;
        self.skip(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') || !c.is_ascii());
        let name = &self.text[start..self.at];
        if is_nc_name(name) {
            return Ok(name);
        }
        match self.rest().chars().next() {
            Some(found) if name.is_empty() => {
                Err(syntax(start..start + found.len_utf8(), format!("\"{found}\" is not expected here")))
            }
            None if name.is_empty() => Err(syntax(start..start, "a name is missing at the end")),
            _ => Err(syntax(start..self.at, format!("\"{name}\" is no name"))),
        }
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(wanted).len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }
}

/// A syntax error.
pub(super) fn syntax(range: Range<usize>, message: impl Into<String>) -> ExpressionProblem {
    ExpressionProblem::new(codes::EXPRESSION_SYNTAX, range, message)
}
