//! The conditions of filters.

use regex::Regex;
use serde_json::Value;

use super::lexer::Within;
use super::parser::Parser;
use super::tree::{Condition, Operator, Term, WORDS};
use crate::diagnostics::nearest;
use crate::expression::jsonpath::Problem;

/// The operators that are signs, longer ones first. `None` is `=~`.
const SIGNS: [(&str, Option<Operator>); 9] = [
    ("===", Some(Operator::Identical)),
    ("!==", Some(Operator::NotIdentical)),
    ("==", Some(Operator::Equal)),
    ("!=", Some(Operator::NotEqual)),
    ("=~", None),
    ("<=", Some(Operator::LessOrEqual)),
    (">=", Some(Operator::GreaterOrEqual)),
    ("<", Some(Operator::Less)),
    (">", Some(Operator::Greater)),
];

/// What stands on one side of an operator.
enum Side {
    Term(Term),
    Pattern(Regex),
}

impl Parser<'_> {
    /// Conditions between `||`.
    pub(super) fn condition(&mut self) -> Result<Condition, Problem> {
        self.chain("||", Condition::Either, |parser| {
            parser.chain("&&", Condition::Both, Parser::condition_operand)
        })
    }

    fn chain(
        &mut self,
        operator: &str,
        combine: impl FnOnce(Vec<Condition>) -> Condition,
        operand: impl Fn(&mut Self) -> Result<Condition, Problem>,
    ) -> Result<Condition, Problem> {
        let first = operand(self)?;
        self.lexer.blanks();
        if !self.lexer.next_is(operator) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.lexer.eat(operator) {
            operands.push(operand(self)?);
            self.lexer.blanks();
        }
        Ok(combine(operands))
    }

    fn condition_operand(&mut self) -> Result<Condition, Problem> {
        self.lexer.blanks();
        let start = self.lexer.at();
        if self.lexer.eat("!") {
            let operand = self.nested(Parser::condition_operand)?;
            return Ok(Condition::Not(Box::new(operand)));
        }
        if self.lexer.eat("(") {
            let inner = self.nested(Parser::condition)?;
            self.close_parenthesis(start)?;
            return Ok(inner);
        }
        self.comparison()
    }

    /// `left operator right`, or a path that must exist.
    fn comparison(&mut self) -> Result<Condition, Problem> {
        let start = self.lexer.at();
        let left = self.side()?;
        let left_range = self.lexer.since(start);
        self.lexer.blanks();
        if self.ends_comparison() {
            return match left {
                Side::Term(Term::Path(path)) => Ok(Condition::Exists(path)),
                _ => {
                    Err(Problem::new(left_range, "this alone is no condition")
                        .help("compare it with something"))
                }
            };
        }
        let operator_start = self.lexer.at();
        let operator = self.operator()?;
        let operator_range = self.lexer.since(operator_start);
        self.lexer.blanks();
        let right_start = self.lexer.at();
        let right = if operator == Some(Operator::Empty) && self.ends_comparison() {
            Side::Term(Term::Literal(Value::Bool(true)))
        } else {
            self.side()?
        };
        let right_range = self.lexer.since(right_start);
        match (left, operator, right) {
            (Side::Term(left), Some(operator), Side::Term(right)) => {
                Ok(Condition::Compares(left, operator, right))
            }
            (Side::Term(term), None, Side::Pattern(pattern))
            | (Side::Pattern(pattern), None, Side::Term(term)) => Ok(Condition::Matches(term, pattern)),
            (_, None, _) => {
                let problem = Problem::new(operator_range, "one side of =~ must be a regular expression");
                Err(problem.help("a regular expression stands between slashes: /.*rees/i"))
            }
            (left, Some(_), _) => {
                let range = if matches!(left, Side::Pattern(_)) { left_range } else { right_range };
                Err(Problem::new(range, "a regular expression can only be used with =~"))
            }
        }
    }

    fn ends_comparison(&self) -> bool {
        self.lexer.peek().is_none() || [")", "&&", "||"].iter().any(|symbol| self.lexer.next_is(symbol))
    }

    fn side(&mut self) -> Result<Side, Problem> {
        self.lexer.blanks();
        Ok(match self.lexer.peek() {
            Some('@' | '$') => Side::Term(Term::Path(self.reference(Within::Filter)?)),
            Some('/') => Side::Pattern(self.pattern()?),
            _ => Side::Term(Term::Literal(self.literal("a path or a value")?)),
        })
    }

    /// An operator; `None` is `=~`.
    fn operator(&mut self) -> Result<Option<Operator>, Problem> {
        for (sign, operator) in SIGNS {
            if self.lexer.eat(sign) {
                return Ok(operator);
            }
        }
        let start = self.lexer.at();
        let word = self.lexer.run(|c| c.is_ascii_alphabetic());
        if word.is_empty() {
            let problem = self.lexer.expected("an operator");
            return Err(if self.lexer.next_is("=") {
                problem.help("equality is written ==")
            } else {
                problem
            });
        }
        if let Some((_, operator)) = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
            return Ok(Some(*operator));
        }
        let problem = Problem::new(self.lexer.since(start), format!("there is no operator \"{word}\""));
        Err(match nearest(word, WORDS.iter().map(|(known, _)| *known)) {
            Some(known) => problem.help(format!("did you mean {known}?")),
            None => problem,
        })
    }
}
