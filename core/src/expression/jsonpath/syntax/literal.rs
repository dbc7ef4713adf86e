//! Values that are written down: texts, numbers, words, lists, objects, and regular expressions.

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Number, Value};

use super::parser::Parser;
use crate::expression::jsonpath::Problem;

/// Bytes that a compiled regular expression may take (hardening.md §2 row 17).
const PATTERN_SIZE: usize = 1024 * 1024;

impl Parser<'_> {
    /// A value. `what` says what is missing when there is none.
    pub(super) fn literal(&mut self, what: &str) -> Result<Value, Problem> {
        match self.lexer.peek() {
            Some('\'' | '"') => Ok(Value::String(self.quoted()?)),
            Some('0'..='9' | '-' | '.') => self.number().map(Value::Number),
            Some('[') => self.nested(Parser::list),
            Some('{') => self.nested(Parser::object),
            Some('a'..='z' | 'A'..='Z') => self.word(what),
            _ => Err(self.lexer.expected(what)),
        }
    }

    fn word(&mut self, what: &str) -> Result<Value, Problem> {
        let start = self.lexer.at();
        match self.lexer.run(|c| c.is_alphanumeric() || c == '_') {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" => Ok(Value::Null),
            word => {
                let problem = Problem::new(self.lexer.since(start), format!("{what} is expected here"));
                Err(problem.help(format!("a text is written in quotes: '{word}'")))
            }
        }
    }

    /// A number as Java's `BigDecimal` reads it: leading zeros and a bare point are allowed.
    fn number(&mut self) -> Result<Number, Problem> {
        let start = self.lexer.at();
        let text = self.lexer.run(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        let whole = digits.trim_start_matches('0');
        let zero = if whole.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
        let number = format!("{sign}{zero}{whole}").parse().ok();
        number
            .filter(|_| digits.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
            .ok_or_else(|| Problem::new(self.lexer.since(start), format!("\"{text}\" is no number")))
    }

    /// A text in single or double quotes. A backslash takes the next character as it is, save `\n`, `\t`, `\r`, `\b`,
    /// `\f` and `\uXXXX`.
    pub(super) fn quoted(&mut self) -> Result<String, Problem> {
        let start = self.lexer.at();
        let quote = self.lexer.take();
        let mut text = String::new();
        loop {
            let at = self.lexer.at();
            match self.lexer.take() {
                character if character == quote => return Ok(text),
                Some('\\') => match self.lexer.take() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some('b') => text.push('\u{8}'),
                    Some('f') => text.push('\u{c}'),
                    Some('u') => text.push(self.unicode(at)?),
                    Some(other) => text.push(other),
                    None => {}
                },
                Some(character) => text.push(character),
                None => return Err(Problem::new(start..start + 1, "this text is never closed")),
            }
        }
    }

    /// What follows `\u`: four digits, or the two escapes of one character beyond the basic plane.
    fn unicode(&mut self, start: usize) -> Result<char, Problem> {
        let high = self.four_digits();
        let code = match high {
            Some(high @ 0xD800..0xDC00) if self.lexer.eat("\\u") => match self.four_digits() {
                Some(low @ 0xDC00..0xE000) => Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)),
                _ => None,
            },
            other => other,
        };
        code.and_then(char::from_u32)
            .ok_or_else(|| Problem::new(self.lexer.since(start), "this escape is no character"))
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.lexer.peek()?.to_digit(16)?;
            self.lexer.take();
            code = code * 16 + digit;
        }
        Some(code)
    }

    fn list(&mut self) -> Result<Value, Problem> {
        let start = self.lexer.at();
        self.lexer.eat("[");
        self.lexer.blanks();
        let mut values = Vec::new();
        if self.lexer.eat("]") {
            return Ok(Value::Array(values));
        }
        loop {
            self.lexer.blanks();
            values.push(self.literal("a value")?);
            if self.closes("]", start)? {
                return Ok(Value::Array(values));
            }
        }
    }

    fn object(&mut self) -> Result<Value, Problem> {
        let start = self.lexer.at();
        self.lexer.eat("{");
        self.lexer.blanks();
        let mut members = Map::new();
        if self.lexer.eat("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.lexer.blanks();
            if !matches!(self.lexer.peek(), Some('\'' | '"')) {
                return Err(self.lexer.expected("a name in quotes"));
            }
            let name = self.quoted()?;
            self.lexer.blanks();
            if !self.lexer.eat(":") {
                return Err(self.lexer.expected("a colon"));
            }
            self.lexer.blanks();
            members.insert(name, self.literal("a value")?);
            if self.closes("}", start)? {
                return Ok(Value::Object(members));
            }
        }
    }

    /// After a value in a list or object: true at its end, false after a comma.
    fn closes(&mut self, end: &str, start: usize) -> Result<bool, Problem> {
        self.lexer.blanks();
        if self.lexer.eat(end) {
            return Ok(true);
        }
        match self.lexer.peek() {
            Some(',') => Ok(!self.lexer.eat(",")),
            Some(_) => Err(self.lexer.expected(&format!("a comma or {end}"))),
            None => Err(Problem::new(start..start + 1, "this is never closed")),
        }
    }

    /// `/pattern/flags`, which is meant to match the whole text as in Java's `Matcher.matches()`.
    pub(super) fn pattern(&mut self) -> Result<Regex, Problem> {
        let start = self.lexer.at();
        self.lexer.eat("/");
        let mut pattern = String::new();
        loop {
            match self.lexer.take() {
                Some('/') => break,
                Some('\\') => {
                    pattern.push('\\');
                    pattern.extend(self.lexer.take());
                }
                Some(character) => pattern.push(character),
                None => {
                    return Err(Problem::new(start..start + 1, "this regular expression is never closed"));
                }
            }
        }
        let flags_start = self.lexer.at();
        let flags = self.lexer.run(|c| c.is_ascii_alphabetic());
        // `d`, `u` and `U` ask Java for what is always so here: `\n` alone ends lines, letters are those of Unicode.
        if let Some(unknown) = flags.chars().find(|flag| !"dimsuxU".contains(*flag)) {
            let problem =
                Problem::new(self.lexer.since(flags_start), format!("there is no flag \"{unknown}\""));
            return Err(problem.help("flags are i, m, s and x"));
        }
        let build = |pattern: &str| {
            RegexBuilder::new(pattern)
                .case_insensitive(flags.contains('i'))
                .multi_line(flags.contains('m'))
                .dot_matches_new_line(flags.contains('s'))
                .ignore_whitespace(flags.contains('x'))
                .size_limit(PATTERN_SIZE)
                .build()
        };
        // Alone first, so that a parenthesis in it cannot close the one that is put around it. The new line ends a
        // comment under `x`.
        let after = if flags.contains('x') { "\n" } else { "" };
        build(&pattern)
            .and_then(|_| build(&format!(r"\A(?:{pattern}{after})\z")))
            .map_err(|error| Problem::new(start..flags_start, refusal(&error)))
    }
}

/// Why the regular expression cannot be used, in one line.
fn refusal(error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too large",
        _ => text.lines().last().unwrap_or_default().trim_start_matches("error: "),
    };
    format!("the regular expression is not accepted: {reason}")
}
