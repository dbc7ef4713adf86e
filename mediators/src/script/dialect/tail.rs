//! The value of a script: that of its last statement.
//!
//! JavaScript gives a script the value of its last expression statement, a function only what it returns. Scripts run as
//! functions here, so that expression gets a `return`. Blocks and the branches of `if` are followed; a loop, `switch`
//! or `try` at the end has no value.

use super::Edit;
use super::token::{Kind, Token};
use crate::script::limits;

/// Where `return` has to be put.
pub(super) fn returns(source: &str, tokens: &[Token]) -> Vec<Edit> {
    let mut tail = Tail { source, tokens, edits: Vec::new() };
    tail.last_of(0, tokens.len(), 0);
    tail.edits
}

struct Tail<'a> {
    source: &'a str,
    tokens: &'a [Token],
    edits: Vec<Edit>,
}

/// Words that start a statement which has no value, or none that is followed.
const WITHOUT_VALUE: [&str; 21] = [
    "var", "let", "const", "function", "class", "for", "while", "do", "switch", "try", "throw", "return",
    "break", "continue", "with", "debugger", "import", "export", "async", "else", "catch",
];

impl Tail<'_> {
    /// The last statement among the tokens from `start` up to `end`, which are so deep inside others.
    fn last_of(&mut self, start: usize, end: usize, depth: usize) {
        let mut last = None;
        let mut at = start;
        while at < end {
            last = Some(at);
            at = self.statement_end(at, end, depth).max(at + 1);
            while at < end && self.is(at, ";") {
                at += 1;
            }
        }
        if let Some(statement) = last {
            self.statement(statement, end, depth);
        }
    }

    /// The statement at `start` is the last one before `end`. One that is nested too deeply has no value.
    fn statement(&mut self, start: usize, end: usize, depth: usize) {
        let Some(token) = self.tokens.get(start).filter(|_| depth < limits::NESTING) else { return };
        if self.is(start, "{") && token.block {
            self.last_of(start + 1, token.partner.unwrap_or(end), depth + 1);
        } else if self.is(start, "if") {
            let Some(head) = self.tokens.get(start + 1).and_then(|token| token.partner) else { return };
            let then_end = self.statement_end(head + 1, end, depth + 1);
            self.statement(head + 1, then_end, depth + 1);
            if self.is(then_end, "else") {
                self.statement(then_end + 1, end, depth + 1);
            }
        } else if !self.is(start, ";") && !self.starts_without_value(start) {
            let at = token.range.start;
            self.edits.push(Edit { range: at..at, text: "return ".to_owned() });
        }
    }

    fn starts_without_value(&self, start: usize) -> bool {
        let label = self.is(start + 1, ":") && self.kind(start) == Some(Kind::Word);
        label || WITHOUT_VALUE.iter().any(|word| self.is(start, word))
    }

    /// Where the statement at `start` ends: the token behind it, a semicolon of its own included.
    fn statement_end(&self, start: usize, end: usize, depth: usize) -> usize {
        if depth >= limits::NESTING {
            return end;
        }
        if self.is(start, "{") && self.tokens.get(start).is_some_and(|token| token.block) {
            return self.behind_bracket(start, end);
        }
        if self.is(start, "if") {
            let then_end = self.statement_end(self.behind_bracket(start + 1, end), end, depth + 1);
            return if self.is(then_end, "else") {
                self.statement_end(then_end + 1, end, depth + 1)
            } else {
                then_end
            };
        }
        if ["for", "while", "with"].iter().any(|word| self.is(start, word)) {
            let head = if self.is(start + 1, "each") { start + 2 } else { start + 1 };
            return self.statement_end(self.behind_bracket(head, end), end, depth + 1);
        }
        let declaration =
            ["function", "class", "try", "switch", "async"].iter().any(|word| self.is(start, word));
        let mut at = start;
        while at < end {
            let Some(token) = self.tokens.get(at) else { return end };
            if at > start && self.begins_statement(at) && !declaration {
                return at;
            }
            if self.is(at, ";") {
                return at + 1;
            }
            let opens = ["(", "[", "{"].iter().any(|bracket| self.is(at, bracket));
            if opens && let Some(partner) = token.partner {
                at = partner + 1;
                let goes_on = ["catch", "finally"].iter().any(|word| self.is(at, word));
                if declaration && token.block && !goes_on {
                    return at;
                }
                continue;
            }
            at += 1;
        }
        end
    }

    /// Whether the line ended before the token and the token cannot go on with what stands before it: the rule by which
    /// JavaScript inserts semicolons.
    fn begins_statement(&self, at: usize) -> bool {
        let (Some(token), Some(before)) = (self.tokens.get(at), at.checked_sub(1)) else { return false };
        if !token.on_new_line {
            return false;
        }
        let ended = match self.kind(before) {
            Some(Kind::Sign) => [")", "]", "}", "++", "--"].iter().any(|sign| self.is(before, sign)),
            Some(Kind::Word) => !super::token::BEFORE_OPERAND.iter().any(|word| self.is(before, word)),
            _ => true,
        };
        let starts = match token.kind {
            Kind::Word => !["in", "instanceof", "of"].iter().any(|word| self.is(at, word)),
            // What E4X puts behind a dot counts as part of what stands before it.
            Kind::Value => !token.text(self.source).starts_with('.'),
            Kind::Sign => ["++", "--", "{", "!", "~"].iter().any(|sign| self.is(at, sign)),
            Kind::Member => false,
        };
        ended && starts
    }

    fn behind_bracket(&self, open: usize, end: usize) -> usize {
        self.tokens.get(open).and_then(|token| token.partner).map_or(end, |partner| partner + 1)
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.source, text))
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }
}
