//! Location paths: prefixes resolved, abbreviations taken together where that cannot be noticed.

use super::compiler::Compiler;
use super::operation::{Operation, Origin, Path, Predicate, Step, Test};
use super::{Function, Kind};
use crate::diagnostics::codes;
use crate::expression::ExpressionProblem;
use crate::expression::xpath::syntax::{Axis, NodeTest, ParsedExpression, ParsedPath, ParsedStep, Start};
use crate::xml::namespaces;

impl Compiler<'_> {
    pub(super) fn path(&mut self, path: &ParsedPath<'_>) -> Result<Operation, ExpressionProblem> {
        let origin = match &path.start {
            Start::Context => Origin::Context,
            Start::Root => Origin::Root,
            Start::Filter(primary, predicates) => {
                Origin::Filter(Box::new(self.expression(primary)?), self.predicates(predicates)?)
            }
        };
        let mut steps: Vec<Step> = Vec::with_capacity(path.steps.len());
        for step in &path.steps {
            let step = self.step(step)?;
            if is_plain(&step, Axis::Itself) && (path.steps.len() > 1 || !matches!(origin, Origin::Context)) {
                continue;
            }
            match steps.last_mut() {
                Some(before) if is_plain(before, Axis::DescendantOrSelf) && joins(&step) => {
                    let axis = match step.axis {
                        Axis::DescendantOrSelf => Axis::DescendantOrSelf,
                        _ => Axis::Descendant,
                    };
                    *before = Step { axis, ..step };
                }
                _ => steps.push(step),
            }
        }
        if steps.is_empty() && !path.steps.is_empty() && matches!(origin, Origin::Filter(..)) {
            // `$x/.` is no node when `$x` is none, other than `$x`.
            steps.push(Step { axis: Axis::Itself, test: Test::Node, predicates: Box::default() });
        }
        Ok(Operation::Path(Path { origin, steps: steps.into() }))
    }

    fn step(&mut self, step: &ParsedStep<'_>) -> Result<Step, ExpressionProblem> {
        let test = match &step.test {
            NodeTest::Any => Test::Any,
            NodeTest::Node => Test::Node,
            NodeTest::Text => Test::Text,
            NodeTest::Comment => Test::Comment,
            NodeTest::Instruction(target) => Test::Instruction(target.map(Into::into)),
            NodeTest::AnyIn(prefix, range) => match self.namespace(prefix) {
                Some(uri) => Test::AnyIn(uri),
                None => self.unbound(prefix, range.clone()),
            },
            NodeTest::Name(name) => match name.prefix {
                None => Test::Name { namespace: "".into(), local: name.local.into() },
                Some(prefix) => match self.namespace(prefix) {
                    Some(namespace) => Test::Name { namespace, local: name.local.into() },
                    None => self.unbound(prefix, name.range.clone()),
                },
            },
        };
        Ok(Step { axis: step.axis, test, predicates: self.predicates(&step.predicates)? })
    }

    fn namespace(&self, prefix: &str) -> Option<Box<str>> {
        match prefix {
            "xml" => Some(namespaces::XML.into()),
            _ => self.namespaces.uri(prefix).map(Into::into),
        }
    }

    fn unbound(&mut self, prefix: &str, range: std::ops::Range<usize>) -> Test {
        let message = format!("the prefix {prefix} is not bound to a namespace");
        let problem = ExpressionProblem::new(codes::UNBOUND_PREFIX, range, message.clone())
            .help(format!("declare xmlns:{prefix}=\"…\" on the element or around it"));
        self.warnings.push(problem);
        Test::Unbound(message.into())
    }

    fn predicates(
        &mut self,
        predicates: &[ParsedExpression<'_>],
    ) -> Result<Box<[Predicate]>, ExpressionProblem> {
        self.predicates += 1;
        let operations = self.expressions(predicates);
        self.predicates -= 1;
        Ok(operations?.into_iter().map(predicate).collect())
    }
}

/// Numbers from 1 on are positions; as in Jaxen their fraction is cut off.
fn predicate(operation: Operation) -> Predicate {
    match operation {
        // The cast cuts off, and no node set is as large as what it cannot hold.
        Operation::Number(number) if number >= 1.0 => Predicate::Position(number as usize),
        Operation::Number(_) => Predicate::Test(Operation::Boolean(false)),
        other => Predicate::Test(other),
    }
}

/// A step `axis::node()` without predicates.
fn is_plain(step: &Step, axis: Axis) -> bool {
    step.axis == axis && matches!(step.test, Test::Node) && step.predicates.is_empty()
}

/// True when `descendant-or-self::node()/step` is the step on the axis `descendant` (or `descendant-or-self`): its
/// predicates must not count, for the positions would be others.
fn joins(step: &Step) -> bool {
    matches!(step.axis, Axis::Child | Axis::Descendant | Axis::DescendantOrSelf)
        && step.predicates.iter().all(|predicate| match predicate {
            Predicate::Position(_) => false,
            Predicate::Test(operation) => !counts(operation),
        })
}

/// True when a predicate's outcome may depend on positions.
fn counts(predicate: &Operation) -> bool {
    matches!(predicate.kind(), Some(Kind::Number) | None) || uses_position(predicate)
}

/// True when `position()` or `last()` is called for the same nodes: not inside the predicates of a path.
fn uses_position(operation: &Operation) -> bool {
    match operation {
        Operation::Call(Function::Position | Function::Last | Function::Evaluate, _) => true,
        Operation::Call(_, operands)
        | Operation::Or(operands)
        | Operation::And(operands)
        | Operation::Union(operands) => operands.iter().any(uses_position),
        Operation::Comparisons(first, rest) => {
            uses_position(first) || rest.iter().any(|(_, operand)| uses_position(operand))
        }
        Operation::Arithmetic(first, rest) => {
            uses_position(first) || rest.iter().any(|(_, operand)| uses_position(operand))
        }
        Operation::Negative(operand) => uses_position(operand),
        Operation::Path(Path { origin: Origin::Filter(primary, _), .. }) => uses_position(primary),
        _ => false,
    }
}
