//! The syntax tree to a program.

use std::ops::Range;

use super::operation::{Arithmetic, Comparison, Operation, Program};
use super::{Function, functions, needs, variables};
use crate::diagnostics::codes;
use crate::expression::xpath::checks;
use crate::expression::xpath::syntax::{Name, Operator, ParsedExpression, Phrase, parse};
use crate::expression::{ExpressionProblem, Namespaces};

impl Program {
    /// Compiles an expression. What does not exist is reported and fails when evaluated.
    ///
    /// # Errors
    /// The text does not follow the grammar, or calls `document()`.
    pub(crate) fn compile(
        text: &str,
        namespaces: &Namespaces,
    ) -> Result<(Program, Vec<ExpressionProblem>), ExpressionProblem> {
        let mut compiler = Compiler { namespaces, warnings: Vec::new(), predicates: 0 };
        let operation = compiler.expression(&parse(text)?)?;
        let needs_payload = needs::payload(&operation, true);
        let program = Program { operation, namespaces: namespaces.clone(), needs_payload };
        Ok((program, compiler.warnings))
    }
}

/// Scopes of `get-property()` that exist elsewhere (message-and-expressions.md §8.1).
pub(crate) const UNSUPPORTED_SCOPES: [&str; 2] = ["env", "file"];

pub(super) struct Compiler<'n> {
    pub(super) namespaces: &'n Namespaces,
    pub(super) warnings: Vec<ExpressionProblem>,
    /// How many predicates are around what is compiled: outside of them the context is the envelope.
    pub(super) predicates: usize,
}

/// The operands of a chain after its first.
type Rest<'t> = [(Operator, ParsedExpression<'t>)];

impl Compiler<'_> {
    /// Depth is bounded by the parser's nesting.
    pub(super) fn expression(
        &mut self,
        expression: &ParsedExpression<'_>,
    ) -> Result<Operation, ExpressionProblem> {
        Ok(match &expression.phrase {
            Phrase::Literal(text) => Operation::Text((*text).into()),
            Phrase::Number(number) => Operation::Number(*number),
            Phrase::Variable(name) => self.variable(name),
            Phrase::Call { name, arguments } => self.call(name, arguments, expression.range.clone())?,
            Phrase::Path(path) => {
                let operation = self.path(path)?;
                if let Operation::Path(path) = &operation {
                    self.warnings.extend(checks::leads_nowhere(path, expression.range.clone()));
                    if self.predicates == 0 {
                        self.warnings.extend(checks::missing_parentheses(path, expression.range.clone()));
                    }
                }
                operation
            }
            Phrase::Negative(signs, operand) => negative(*signs, self.expression(operand)?),
            Phrase::Chain { first, rest } => self.chain(first, rest)?,
        })
    }

    pub(super) fn expressions(
        &mut self,
        expressions: &[ParsedExpression<'_>],
    ) -> Result<Vec<Operation>, ExpressionProblem> {
        expressions.iter().map(|expression| self.expression(expression)).collect()
    }

    /// Lets the expression load; evaluation fails with the same words.
    pub(super) fn failing(&mut self, problem: ExpressionProblem) -> Operation {
        let reason = problem.message.clone().into_boxed_str();
        self.warnings.push(problem);
        Operation::Failing(reason)
    }

    fn variable(&mut self, name: &Name<'_>) -> Operation {
        match variables::find(name, self.namespaces) {
            Ok((variable, warning)) => {
                self.warnings.extend(warning);
                Operation::Variable(variable)
            }
            Err(problem) => self.failing(problem),
        }
    }

    fn call(
        &mut self,
        name: &Name<'_>,
        arguments: &[ParsedExpression<'_>],
        range: Range<usize>,
    ) -> Result<Operation, ExpressionProblem> {
        if name.local == "document" {
            let message = "document() is refused: expressions read the message and nothing else";
            return Err(ExpressionProblem::new(codes::UNKNOWN_FUNCTION, name.range.clone(), message));
        }
        let function = match functions::find(name, arguments.len(), self.namespaces) {
            Ok(function) => function,
            Err(problem) => {
                self.expressions(arguments)?;
                return Ok(self.failing(problem));
            }
        };
        let arguments = self.expressions(arguments)?;
        Ok(match (function, arguments.as_slice()) {
            (Function::True, _) => Operation::Boolean(true),
            (Function::False, _) => Operation::Boolean(false),
            (Function::Evaluate, [Operation::Text(text)]) => self.inner(name, text)?,
            (Function::GetProperty, [Operation::Text(scope), _, ..])
                if UNSUPPORTED_SCOPES.contains(&&**scope) =>
            {
                let message = format!("the scope \"{scope}\" of get-property() is not supported yet");
                self.failing(ExpressionProblem::new(
                    codes::EXPRESSION_NOT_SUPPORTED,
                    name.range.clone(),
                    message,
                ))
            }
            _ => {
                self.warnings.extend(checks::search(function, &arguments, range));
                Operation::Call(function, arguments.into())
            }
        })
    }

    /// `evaluate('…')` is what stands in the quotes; problems are reported for the call as a whole.
    fn inner(&mut self, name: &Name<'_>, text: &str) -> Result<Operation, ExpressionProblem> {
        let before = self.warnings.len();
        let compiled = parse(text).and_then(|parsed| self.expression(&parsed));
        for warning in self.warnings.iter_mut().skip(before) {
            warning.range = name.range.clone();
        }
        match compiled {
            Ok(operation) => Ok(operation),
            Err(problem) => Ok(self.failing(ExpressionProblem { range: name.range.clone(), ..problem })),
        }
    }

    fn chain(
        &mut self,
        first: &ParsedExpression<'_>,
        rest: &Rest<'_>,
    ) -> Result<Operation, ExpressionProblem> {
        let operator = rest.first().map_or(Operator::Or, |(operator, _)| *operator);
        let before = self.warnings.len();
        let left = self.expression(first)?;
        Ok(match operator {
            Operator::Or => Operation::Or(self.all(left, rest)?),
            Operator::And => Operation::And(self.all(left, rest)?),
            Operator::Union => Operation::Union(self.all(left, rest)?),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let compared = self.paired(rest, comparison)?;
                let ends = rest.last().map_or(&first.range, |(_, last)| &last.range);
                let range = first.range.start..ends.end;
                if self.predicates == 0 {
                    self.warnings.extend(checks::missing_quotes(&left, first.range.clone()));
                    for ((_, operand), (_, written)) in compared.iter().zip(rest) {
                        self.warnings.extend(checks::missing_quotes(operand, written.range.clone()));
                    }
                }
                if self.warnings.len() == before {
                    self.warnings.extend(checks::comparisons(&left, &compared, range));
                }
                Operation::Comparisons(Box::new(left), compared.into())
            }
            Operator::Plus | Operator::Minus | Operator::Times | Operator::Divide | Operator::Modulo => {
                arithmetic_chain(left, self.paired(rest, arithmetic)?)
            }
        })
    }

    fn all(&mut self, left: Operation, rest: &Rest<'_>) -> Result<Box<[Operation]>, ExpressionProblem> {
        let mut operands = vec![left];
        for (_, operand) in rest {
            operands.push(self.expression(operand)?);
        }
        Ok(operands.into())
    }

    /// All operators of a chain are of one level, so each has its counterpart.
    fn paired<T>(
        &mut self,
        rest: &Rest<'_>,
        counterpart: fn(Operator) -> Option<T>,
    ) -> Result<Vec<(T, Operation)>, ExpressionProblem> {
        let mut operands = Vec::with_capacity(rest.len());
        for (operator, operand) in rest {
            let operand = self.expression(operand)?;
            operands.extend(counterpart(*operator).map(|operator| (operator, operand)));
        }
        Ok(operands)
    }
}

fn comparison(operator: Operator) -> Option<Comparison> {
    Some(match operator {
        Operator::Equal => Comparison::Equal,
        Operator::NotEqual => Comparison::NotEqual,
        Operator::Less => Comparison::Less,
        Operator::LessOrEqual => Comparison::LessOrEqual,
        Operator::Greater => Comparison::Greater,
        Operator::GreaterOrEqual => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(operator: Operator) -> Option<Arithmetic> {
    Some(match operator {
        Operator::Plus => Arithmetic::Plus,
        Operator::Minus => Arithmetic::Minus,
        Operator::Times => Arithmetic::Times,
        Operator::Divide => Arithmetic::Divide,
        Operator::Modulo => Arithmetic::Modulo,
        _ => return None,
    })
}

/// Numbers are computed now: as many operands from the left as are numbers.
fn arithmetic_chain(left: Operation, rest: Vec<(Arithmetic, Operation)>) -> Operation {
    let mut left = left;
    let mut rest = rest.into_iter().peekable();
    while let Operation::Number(folded) = &mut left
        && let Some((operator, Operation::Number(right))) =
            rest.next_if(|(_, operand)| matches!(operand, Operation::Number(_)))
    {
        *folded = operator.apply(*folded, right);
    }
    if rest.peek().is_none() { left } else { Operation::Arithmetic(Box::new(left), rest.collect()) }
}

fn negative(signs: usize, operand: Operation) -> Operation {
    match (operand, signs.is_multiple_of(2)) {
        (Operation::Number(number), true) => Operation::Number(number),
        (Operation::Number(number), false) => Operation::Number(-number),
        (operand, true) => Operation::Call(Function::Number, Box::new([operand])),
        (operand, false) => Operation::Negative(Box::new(operand)),
    }
}
