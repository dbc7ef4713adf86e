//! Tokens to the syntax tree: operators and primary expressions (XPath 1.0 §3).

use std::ops::Range;

use super::lexer::{Token, TokenKind, syntax, tokens};
use super::tree::{Name, Operator, ParsedExpression, Phrase};
use crate::expression::ExpressionProblem;

/// Parentheses, predicates and calls inside each other.
const NESTING: usize = 128;

/// Bytes of one expression.
const LENGTH: usize = 64 * 1024;

/// Parses a whole expression.
///
/// # Errors
/// The text does not follow the grammar, is longer than 64 KiB, or nests deeper than 128.
pub(crate) fn parse(text: &str) -> Result<ParsedExpression<'_>, ExpressionProblem> {
    if text.len() > LENGTH {
        return Err(syntax(0..text.len(), format!("the expression is longer than {LENGTH} bytes")));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, nesting: 0 };
    let expression = parser.expression()?;
    match parser.kind() {
        TokenKind::End => Ok(expression),
        TokenKind::Close => Err(syntax(parser.range(), "this parenthesis closes nothing")),
        TokenKind::CloseBracket => Err(syntax(parser.range(), "this bracket closes nothing")),
        _ => Err(syntax(parser.range(), "an operator is missing before this")),
    }
}

pub(super) struct Parser<'t> {
    /// The last one is the end and is never passed.
    tokens: Vec<Token<'t>>,
    at: usize,
    nesting: usize,
}

/// What waits on the stack for its right operand.
#[derive(Clone, Copy)]
enum Waiting {
    Operator(Operator),
    /// A minus sign and where it stands.
    Sign(usize),
}

impl Waiting {
    fn level(self) -> u8 {
        match self {
            Waiting::Operator(operator) => operator.level(),
            Waiting::Sign(_) => 7,
        }
    }
}

impl<'t> Parser<'t> {
    /// Operands and operators, by two stacks instead of one call per level.
    pub(super) fn expression(&mut self) -> Result<ParsedExpression<'t>, ExpressionProblem> {
        if self.nesting == NESTING {
            return Err(syntax(self.range(), format!("the expression nests deeper than {NESTING}")));
        }
        self.nesting += 1;
        let mut operands = Operands(Vec::new());
        let mut waiting: Vec<Waiting> = Vec::new();
        loop {
            while self.kind() == TokenKind::Minus {
                waiting.push(Waiting::Sign(self.range().start));
                self.advance();
            }
            operands.0.push(self.path_expression()?);
            let Some(operator) = self.operator() else { break };
            self.advance();
            while let Some(top) = waiting.pop_if(|top| top.level() >= operator.level()) {
                operands.combine(top);
            }
            waiting.push(Waiting::Operator(operator));
        }
        while let Some(top) = waiting.pop() {
            operands.combine(top);
        }
        self.nesting -= 1;
        operands.0.pop().ok_or_else(|| self.expected("an expression"))
    }

    /// The operator that stands here: after an operand, names and the star are operators (XPath 1.0 §3.7).
    fn operator(&self) -> Option<Operator> {
        Some(match self.kind() {
            TokenKind::Name { prefix: None, local } => match local {
                "or" => Operator::Or,
                "and" => Operator::And,
                "div" => Operator::Divide,
                "mod" => Operator::Modulo,
                _ => return None,
            },
            TokenKind::Equal => Operator::Equal,
            TokenKind::NotEqual => Operator::NotEqual,
            TokenKind::Less => Operator::Less,
            TokenKind::LessOrEqual => Operator::LessOrEqual,
            TokenKind::Greater => Operator::Greater,
            TokenKind::GreaterOrEqual => Operator::GreaterOrEqual,
            TokenKind::Plus => Operator::Plus,
            TokenKind::Minus => Operator::Minus,
            TokenKind::Star => Operator::Times,
            TokenKind::Bar => Operator::Union,
            _ => return None,
        })
    }

    /// A literal, number, variable, call or parenthesis, if one starts here.
    pub(super) fn primary(&mut self) -> Result<Option<ParsedExpression<'t>>, ExpressionProblem> {
        let Range { start, end } = self.range();
        let phrase = match self.kind() {
            TokenKind::Literal(text) => {
                self.advance();
                Phrase::Literal(text)
            }
            TokenKind::Number(number) => {
                self.advance();
                Phrase::Number(number)
            }
            TokenKind::Dollar => {
                self.advance();
                let TokenKind::Name { prefix, local } = self.kind() else {
                    return Err(self.expected("the name of a variable"));
                };
                let range = self.range();
                self.advance();
                return Ok(Some(ParsedExpression {
                    range: start..range.end,
                    phrase: Phrase::Variable(Name { prefix, local, range: start..range.end }),
                }));
            }
            TokenKind::Open => {
                self.advance();
                let inner = self.expression()?;
                self.expect(TokenKind::Close, "\")\"")?;
                return Ok(Some(inner));
            }
            TokenKind::Name { prefix, local } if self.starts_call() => {
                self.advance();
                self.advance();
                let name = Name { prefix, local, range: start..end };
                Phrase::Call { name, arguments: self.arguments()? }
            }
            _ => return Ok(None),
        };
        Ok(Some(ParsedExpression { phrase, range: start..self.previous_end() }))
    }

    /// A name before a parenthesis is a call unless it is a node type.
    fn starts_call(&self) -> bool {
        let node_type = matches!(
            self.kind(),
            TokenKind::Name { prefix: None, local: "comment" | "text" | "processing-instruction" | "node" }
        );
        self.next_kind() == TokenKind::Open && !node_type
    }

    fn arguments(&mut self) -> Result<Vec<ParsedExpression<'t>>, ExpressionProblem> {
        let mut arguments = Vec::new();
        if self.kind() == TokenKind::Close {
            self.advance();
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.kind() != TokenKind::Comma {
                break;
            }
            self.advance();
        }
        self.expect(TokenKind::Close, "\",\" or \")\"")?;
        Ok(arguments)
    }

    pub(super) fn expect(&mut self, kind: TokenKind<'_>, name: &str) -> Result<(), ExpressionProblem> {
        if self.kind() != kind {
            return Err(self.expected(name));
        }
        self.advance();
        Ok(())
    }

    pub(super) fn expected(&self, what: &str) -> ExpressionProblem {
        match self.kind() {
            TokenKind::End => syntax(self.range(), format!("{what} is missing at the end")),
            _ => syntax(self.range(), format!("{what} is expected here")),
        }
    }

    pub(super) fn kind(&self) -> TokenKind<'t> {
        self.tokens.get(self.at).map_or(TokenKind::End, |token| token.kind)
    }

    pub(super) fn next_kind(&self) -> TokenKind<'t> {
        self.tokens.get(self.at + 1).map_or(TokenKind::End, |token| token.kind)
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(0..0, |token| token.range.clone())
    }

    pub(super) fn previous_end(&self) -> usize {
        let previous = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        previous.map_or(0, |token| token.range.end)
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len().saturating_sub(1));
    }
}

/// The operands that wait for an operator.
struct Operands<'t>(Vec<ParsedExpression<'t>>);

impl Operands<'_> {
    /// Applies what waited to the last operands. There is one more operand than operators, so none is missing.
    fn combine(&mut self, waiting: Waiting) {
        let Some(right) = self.0.pop() else { return };
        let combined = match waiting {
            Waiting::Sign(start) => negative(start, right),
            Waiting::Operator(operator) => {
                let Some(left) = self.0.pop() else { return };
                chain(left, operator, right)
            }
        };
        self.0.push(combined);
    }
}

fn negative(start: usize, operand: ParsedExpression<'_>) -> ParsedExpression<'_> {
    let range = start..operand.range.end;
    let phrase = match operand.phrase {
        Phrase::Negative(signs, inner) => Phrase::Negative(signs + 1, inner),
        _ => Phrase::Negative(1, Box::new(operand)),
    };
    ParsedExpression { phrase, range }
}

fn chain<'t>(
    left: ParsedExpression<'t>,
    operator: Operator,
    right: ParsedExpression<'t>,
) -> ParsedExpression<'t> {
    let range = left.range.start..right.range.end;
    let phrase = match left.phrase {
        Phrase::Chain { first, mut rest }
            if rest.last().is_some_and(|(before, _)| before.level() == operator.level()) =>
        {
            rest.push((operator, right));
            Phrase::Chain { first, rest }
        }
        _ => Phrase::Chain { first: Box::new(left), rest: vec![(operator, right)] },
    };
    ParsedExpression { phrase, range }
}
