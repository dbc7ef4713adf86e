//! Tokens to the syntax tree: location paths (XPath 1.0 §2).

use std::ops::Range;

use super::lexer::{TokenKind, syntax};
use super::parser::Parser;
use super::tree::{Axis, Name, NodeTest, ParsedExpression, ParsedPath, ParsedStep, Phrase, Start};
use crate::diagnostics::nearest;
use crate::expression::ExpressionProblem;

impl<'t> Parser<'t> {
    /// A location path, or a primary expression with what may follow it.
    pub(super) fn path_expression(&mut self) -> Result<ParsedExpression<'t>, ExpressionProblem> {
        let begin = self.range().start;
        let is_literal = matches!(self.kind(), TokenKind::Literal(_) | TokenKind::Number(_));
        let mut steps = Vec::new();
        let start = match self.primary()? {
            Some(primary) => {
                let predicates = self.predicates()?;
                let walks = matches!(self.kind(), TokenKind::Slash | TokenKind::DoubleSlash);
                if predicates.is_empty() && !walks {
                    return Ok(primary);
                }
                if is_literal && walks {
                    return Err(syntax(self.range(), "there are no nodes below a text or number"));
                }
                Start::Filter(Box::new(primary), predicates)
            }
            None if self.kind() == TokenKind::Slash => {
                self.advance();
                if !self.starts_step() {
                    let phrase = Phrase::Path(ParsedPath { start: Start::Root, steps });
                    return Ok(ParsedExpression { phrase, range: begin..self.previous_end() });
                }
                steps.push(self.step()?);
                Start::Root
            }
            None if self.kind() == TokenKind::DoubleSlash => Start::Root,
            None if self.starts_step() => {
                steps.push(self.step()?);
                Start::Context
            }
            None => return Err(self.expected("an expression")),
        };
        self.further_steps(&mut steps)?;
        let phrase = Phrase::Path(ParsedPath { start, steps });
        Ok(ParsedExpression { phrase, range: begin..self.previous_end() })
    }

    fn further_steps(&mut self, steps: &mut Vec<ParsedStep<'t>>) -> Result<(), ExpressionProblem> {
        loop {
            match self.kind() {
                TokenKind::Slash => self.advance(),
                TokenKind::DoubleSlash => {
                    self.advance();
                    steps.push(bare(Axis::DescendantOrSelf));
                }
                _ => return Ok(()),
            }
            if !self.starts_step() {
                return Err(self.expected("a step"));
            }
            steps.push(self.step()?);
        }
    }

    fn starts_step(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Name { .. }
                | TokenKind::AnyIn(_)
                | TokenKind::Star
                | TokenKind::At
                | TokenKind::Dot
                | TokenKind::DoubleDot
        )
    }

    fn step(&mut self) -> Result<ParsedStep<'t>, ExpressionProblem> {
        let axis = match (self.kind(), self.next_kind()) {
            (TokenKind::Dot, _) => {
                self.advance();
                return self.abbreviated(Axis::Itself);
            }
            (TokenKind::DoubleDot, _) => {
                self.advance();
                return self.abbreviated(Axis::Parent);
            }
            (TokenKind::At, _) => {
                self.advance();
                Axis::Attribute
            }
            (TokenKind::Name { prefix: None, local }, TokenKind::DoubleColon) => {
                let axis = self.axis(local)?;
                self.advance();
                self.advance();
                axis
            }
            _ => Axis::Child,
        };
        let test = self.node_test()?;
        Ok(ParsedStep { axis, test, predicates: self.predicates()? })
    }

    /// `.` or `..`. As in Jaxen, predicates may follow, which the grammar of XPath does not have.
    fn abbreviated(&mut self, axis: Axis) -> Result<ParsedStep<'t>, ExpressionProblem> {
        Ok(ParsedStep { predicates: self.predicates()?, ..bare(axis) })
    }

    fn axis(&self, name: &str) -> Result<Axis, ExpressionProblem> {
        if let Some((_, axis)) = Axis::ALL.iter().find(|(known, _)| *known == name) {
            return Ok(*axis);
        }
        let problem = syntax(self.range(), format!("there is no axis \"{name}\""));
        Err(match nearest(name, Axis::ALL.iter().map(|(known, _)| *known)) {
            Some(near) => problem.help(format!("an axis with a similar name exists: {near}")),
            None => problem,
        })
    }

    fn node_test(&mut self) -> Result<NodeTest<'t>, ExpressionProblem> {
        let range = self.range();
        let kind = self.kind();
        if let TokenKind::Name { prefix, local } = kind {
            self.advance();
            if self.kind() == TokenKind::Open {
                self.advance();
                return self.node_type(prefix, local, range);
            }
            return Ok(NodeTest::Name(Name { prefix, local, range }));
        }
        let test = match kind {
            TokenKind::Star => NodeTest::Any,
            TokenKind::AnyIn(prefix) => NodeTest::AnyIn(prefix, range),
            _ => return Err(self.expected("a node test")),
        };
        self.advance();
        Ok(test)
    }

    /// What stands in the parentheses of a node type; the opening one is passed.
    fn node_type(
        &mut self,
        prefix: Option<&str>,
        local: &str,
        range: Range<usize>,
    ) -> Result<NodeTest<'t>, ExpressionProblem> {
        let test = match (prefix, local) {
            (None, "node") => NodeTest::Node,
            (None, "text") => NodeTest::Text,
            (None, "comment") => NodeTest::Comment,
            (None, "processing-instruction") => match self.kind() {
                TokenKind::Literal(target) => {
                    self.advance();
                    NodeTest::Instruction(Some(target))
                }
                _ => NodeTest::Instruction(None),
            },
            _ => {
                return Err(syntax(range, "a function cannot stand here")
                    .help("a step is a name, *, node(), text(), comment() or processing-instruction()"));
            }
        };
        self.expect(TokenKind::Close, "\")\"")?;
        Ok(test)
    }

    pub(super) fn predicates(&mut self) -> Result<Vec<ParsedExpression<'t>>, ExpressionProblem> {
        let mut predicates = Vec::new();
        while self.kind() == TokenKind::OpenBracket {
            self.advance();
            predicates.push(self.expression()?);
            self.expect(TokenKind::CloseBracket, "\"]\"")?;
        }
        Ok(predicates)
    }
}

/// A step of an abbreviation: `node()` on an axis.
fn bare<'t>(axis: Axis) -> ParsedStep<'t> {
    ParsedStep { axis, test: NodeTest::Node, predicates: Vec::new() }
}
