//! The evaluator: operations to objects, or directly to the text, number or truth that is wanted.

use std::borrow::Cow;

use crate::expression::xpath::node::{Budget, Node, NodeSet, Tree};
use crate::expression::xpath::object::{boolean_text, number_of_text, number_text, numeric, property_text};
use crate::expression::xpath::program::{Kind, Operation, Program};
use crate::expression::xpath::{Failure, Object};
use crate::expression::{Namespaces, Scope};

/// Nodes that one evaluation may look at, hardening.md §2 row 17.
const STEPS: u64 = 1_000_000;

impl Program {
    /// What the program yields at a context node.
    pub(crate) fn object<'a>(&'a self, scope: Scope<'a>, context: Node<'a>) -> Result<Object<'a>, Failure> {
        Evaluation::new(self, scope).object(&self.operation, Focus::on(context))
    }

    /// The truth value of what the program yields, found without computing more than needed.
    pub(crate) fn truth(&self, scope: Scope<'_>, context: Node<'_>) -> Result<bool, Failure> {
        Evaluation::new(self, scope).truth(&self.operation, Focus::on(context))
    }
}

/// One run of a program.
pub(super) struct Evaluation<'a> {
    pub(super) scope: Scope<'a>,
    /// What prefixes mean inside `evaluate()`.
    pub(super) namespaces: &'a Namespaces,
    pub(super) budget: Budget,
    /// How many `evaluate()` are inside each other.
    pub(super) nesting: usize,
}

/// Where evaluation stands (XPath 1.0 §1): the context node, its position and the number of nodes around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Focus<'a> {
    pub(super) node: Node<'a>,
    pub(super) position: usize,
    pub(super) size: usize,
}

impl<'a> Focus<'a> {
    fn on(node: Node<'a>) -> Focus<'a> {
        Focus { node, position: 1, size: 1 }
    }
}

/// The result of a part of an evaluation.
pub(super) type Evaluated<T> = Result<T, Failure>;

impl<'a> Evaluation<'a> {
    fn new(program: &'a Program, scope: Scope<'a>) -> Evaluation<'a> {
        Evaluation { scope, namespaces: &program.namespaces, budget: Budget::new(STEPS), nesting: 0 }
    }

    /// The tree of the message.
    pub(super) fn tree(&self) -> Tree<'a> {
        Tree::of(self.scope.message)
    }

    pub(super) fn object(&mut self, operation: &'a Operation, focus: Focus<'a>) -> Evaluated<Object<'a>> {
        Ok(match operation {
            Operation::Text(text) => Object::Text(Cow::Borrowed(text)),
            Operation::Number(number) => Object::Number(*number),
            Operation::Boolean(flag) => Object::Boolean(*flag),
            Operation::Or(_) | Operation::And(_) | Operation::Comparisons(..) => {
                Object::Boolean(self.truth(operation, focus)?)
            }
            Operation::Arithmetic(..) | Operation::Negative(_) => {
                Object::Number(self.number(operation, focus)?)
            }
            Operation::Union(operands) => Object::Nodes(self.union(operands, focus)?),
            Operation::Path(path) => match path.filtered() {
                Some((primary, predicates)) => self.filtered(primary, predicates, focus)?,
                None => Object::Nodes(self.path(path, focus)?),
            },
            Operation::Variable(variable) => self.variable(variable)?,
            Operation::Call(function, arguments) => self.call(*function, arguments, focus)?,
            Operation::Failing(reason) => return Err(Failure::new(reason.clone())),
        })
    }

    /// `string()` of an operation (XPath 1.0 §4.2).
    pub(super) fn text(&mut self, operation: &'a Operation, focus: Focus<'a>) -> Evaluated<Cow<'a, str>> {
        match operation {
            Operation::Text(text) => Ok(Cow::Borrowed(text)),
            Operation::Call(function, arguments) if function.kind() == Some(Kind::Text) => {
                self.text_call(*function, arguments, focus)
            }
            _ => {
                let object = self.object(operation, focus)?;
                self.object_text(object)
            }
        }
    }

    pub(super) fn object_text(&mut self, object: Object<'a>) -> Evaluated<Cow<'a, str>> {
        Ok(match object {
            Object::Nodes(nodes) => match nodes.first() {
                Some(first) => first.string_value(&mut self.budget)?,
                None => Cow::Borrowed(""),
            },
            Object::Text(text) => text,
            Object::Number(number) => number_text(number),
            Object::Boolean(flag) => Cow::Borrowed(boolean_text(flag)),
            Object::Property(value) => property_text(value),
            Object::Missing => Cow::Borrowed(""),
        })
    }

    /// `number()` of an operation (XPath 1.0 §4.4).
    pub(super) fn number(&mut self, operation: &'a Operation, focus: Focus<'a>) -> Evaluated<f64> {
        match operation {
            Operation::Number(number) => Ok(*number),
            Operation::Negative(operand) => Ok(-self.number(operand, focus)?),
            Operation::Arithmetic(first, rest) => {
                let mut result = self.number(first, focus)?;
                for (operator, operand) in rest {
                    result = operator.apply(result, self.number(operand, focus)?);
                }
                Ok(result)
            }
            Operation::Call(function, arguments) if function.kind() == Some(Kind::Number) => {
                self.number_call(*function, arguments, focus)
            }
            _ => match self.object(operation, focus)? {
                Object::Number(number) => Ok(number),
                Object::Boolean(flag) => Ok(f64::from(u8::from(flag))),
                Object::Property(value) => Ok(numeric(&value)),
                other => Ok(number_of_text(&self.object_text(other)?)),
            },
        }
    }

    /// `boolean()` of an operation (XPath 1.0 §4.3).
    pub(super) fn truth(&mut self, operation: &'a Operation, focus: Focus<'a>) -> Evaluated<bool> {
        match operation {
            Operation::Boolean(flag) => Ok(*flag),
            Operation::Or(operands) => {
                for operand in operands {
                    if self.truth(operand, focus)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Operation::And(operands) => {
                for operand in operands {
                    if !self.truth(operand, focus)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Operation::Comparisons(first, rest) => self.comparisons(first, rest, focus),
            Operation::Path(path) if path.filtered().is_none() => self.exists(path, focus),
            Operation::Call(function, arguments) if function.kind() == Some(Kind::Boolean) => {
                self.truth_call(*function, arguments, focus)
            }
            _ => Ok(self.object(operation, focus)?.boolean()),
        }
    }

    /// True when a predicate holds: a number means the position (XPath 1.0 §2.4). As in Jaxen its fraction is cut off, so
    /// that `[last() div 2]` always selects something.
    pub(super) fn holds(&mut self, predicate: &'a Operation, focus: Focus<'a>) -> Evaluated<bool> {
        let position = |number: f64| number.trunc() == focus.position as f64;
        match predicate.kind() {
            Some(Kind::Number) => Ok(position(self.number(predicate, focus)?)),
            Some(_) => self.truth(predicate, focus),
            None => Ok(match self.object(predicate, focus)?.plain() {
                Object::Number(number) => position(number),
                other => other.boolean(),
            }),
        }
    }

    /// The nodes of an operand that must be nodes. What is missing is no node.
    pub(super) fn nodes(&mut self, operation: &'a Operation, focus: Focus<'a>) -> Evaluated<NodeSet<'a>> {
        match self.object(operation, focus)? {
            Object::Nodes(nodes) => Ok(nodes),
            Object::Missing => Ok(NodeSet::new()),
            Object::Number(_) | Object::Property(_) => Err(Failure::new("nodes are needed, not a number")),
            Object::Text(_) => Err(Failure::new("nodes are needed, not a text")),
            Object::Boolean(_) => Err(Failure::new("nodes are needed, not a truth value")),
        }
    }
}
