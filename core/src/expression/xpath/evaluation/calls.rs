//! Function calls. The number of arguments was checked when the program was compiled.

use std::borrow::Cow;
use std::mem;

use super::engine::{Evaluated, Evaluation, Focus};
use super::names::has_language;
use crate::expression::xpath::node::{Budget, Node, NodeSet};
use crate::expression::xpath::object::{number_of_text, round};
use crate::expression::xpath::program::{Function, Kind, Operation, Program};
use crate::expression::xpath::{Failure, Object};

/// `evaluate()` inside `evaluate()`.
const NESTING: usize = 4;

impl<'a> Evaluation<'a> {
    /// Calls a function for whatever it yields.
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &'a [Operation],
        focus: Focus<'a>,
    ) -> Evaluated<Object<'a>> {
        match (function.kind(), arguments) {
            (Some(Kind::Text), _) => Ok(Object::Text(self.text_call(function, arguments, focus)?)),
            (Some(Kind::Number), _) => Ok(Object::Number(self.number_call(function, arguments, focus)?)),
            (Some(Kind::Boolean), _) => Ok(Object::Boolean(self.truth_call(function, arguments, focus)?)),
            // `id()`: without a DOCTYPE no attribute is an ID.
            (Some(Kind::Nodes), _) => Ok(Object::Nodes(NodeSet::new())),
            (None, [written]) if function == Function::Evaluate => {
                let written = self.text(written, focus)?;
                self.evaluate(&written, focus)
            }
            (None, _) => self.get_property(arguments, focus),
        }
    }

    /// Calls a function that yields a number (XPath 1.0 §4.1, §4.4).
    pub(super) fn number_call(
        &mut self,
        function: Function,
        arguments: &'a [Operation],
        focus: Focus<'a>,
    ) -> Evaluated<f64> {
        match (function, arguments) {
            (Function::Last, _) => Ok(focus.size as f64),
            (Function::Position, _) => Ok(focus.position as f64),
            (Function::Count, [nodes]) => Ok(self.nodes(nodes, focus)?.len() as f64),
            (Function::Number, [operand]) => self.number(operand, focus),
            (Function::Number, []) => Ok(number_of_text(&focus.node.string_value(&mut self.budget)?)),
            (Function::Sum, [nodes]) => self.sum(nodes, focus),
            (Function::Floor, [operand]) => Ok(self.number(operand, focus)?.floor()),
            (Function::Ceiling, [operand]) => Ok(self.number(operand, focus)?.ceil()),
            (Function::Round, [operand]) => Ok(round(self.number(operand, focus)?)),
            (Function::StringLength, _) => {
                let whole = self.text_or_context(arguments, focus)?;
                self.budget.spend_bytes(whole.len())?;
                Ok(whole.chars().count() as f64)
            }
            _ => Err(wrong_arguments()),
        }
    }

    /// Calls a function that yields a truth value (XPath 1.0 §4.2, §4.3).
    pub(super) fn truth_call(
        &mut self,
        function: Function,
        arguments: &'a [Operation],
        focus: Focus<'a>,
    ) -> Evaluated<bool> {
        match (function, arguments) {
            (Function::Boolean, [operand]) => self.truth(operand, focus),
            (Function::Not, [operand]) => Ok(!self.truth(operand, focus)?),
            (Function::True, _) => Ok(true),
            (Function::False, _) => Ok(false),
            (Function::Lang, [wanted]) => {
                let wanted = self.text(wanted, focus)?;
                has_language(focus.node, &wanted, &mut self.budget)
            }
            (Function::Contains | Function::StartsWith | Function::EndsWith, [whole, part]) => {
                let (whole, part) = (self.text(whole, focus)?, self.text(part, focus)?);
                self.budget.spend_bytes(whole.len())?;
                Ok(match function {
                    Function::Contains => whole.contains(&*part),
                    Function::StartsWith => whole.starts_with(&*part),
                    _ => whole.ends_with(&*part),
                })
            }
            _ => Err(wrong_arguments()),
        }
    }

    /// The text of the first argument, or of the context node when there is none.
    pub(super) fn text_or_context(
        &mut self,
        arguments: &'a [Operation],
        focus: Focus<'a>,
    ) -> Evaluated<Cow<'a, str>> {
        match arguments {
            [operand, ..] => self.text(operand, focus),
            [] => focus.node.string_value(&mut self.budget),
        }
    }

    fn sum(&mut self, nodes: &'a Operation, focus: Focus<'a>) -> Evaluated<f64> {
        let mut sum = 0.0;
        for node in self.nodes(nodes, focus)? {
            sum += number_of_text(&node.string_value(&mut self.budget)?);
        }
        Ok(sum)
    }

    /// Jaxen's `evaluate()`: compiles a text that is only known now, and runs it from the same node.
    fn evaluate(&mut self, text: &str, focus: Focus<'a>) -> Evaluated<Object<'a>> {
        if self.nesting == NESTING {
            return Err(Failure::new(format!("evaluate() nests deeper than {NESTING}")));
        }
        self.budget.spend(text.len())?;
        let (program, _) = Program::compile(text, self.namespaces)
            .map_err(|problem| Failure::new(format!("evaluate(): {}", problem.message)))?;
        let mut inner = Evaluation {
            scope: self.scope,
            namespaces: self.namespaces,
            budget: mem::replace(&mut self.budget, Budget::new(0)),
            nesting: self.nesting + 1,
        };
        let object = inner.object(&program.operation, focus);
        self.budget = inner.budget;
        self.outlive(object?, focus)
    }

    /// The same object without what belongs to the inner program.
    fn outlive(&self, object: Object<'_>, focus: Focus<'a>) -> Evaluated<Object<'a>> {
        Ok(match object {
            Object::Nodes(nodes) => {
                let trees = [focus.node.tree(), self.tree()];
                let known = |node: Node<'_>| trees.into_iter().find_map(|tree| node.seen_in(tree));
                let nodes: Option<NodeSet<'a>> = nodes.into_iter().map(known).collect();
                Object::Nodes(
                    nodes.ok_or_else(|| Failure::new("evaluate() cannot yield nodes of a property"))?,
                )
            }
            Object::Text(text) => Object::Text(Cow::Owned(text.into_owned())),
            Object::Number(number) => Object::Number(number),
            Object::Boolean(flag) => Object::Boolean(flag),
            Object::Property(value) => Object::Property(Cow::Owned(value.into_owned())),
            Object::Missing => Object::Missing,
        })
    }
}

/// The compiler checks the number of arguments, so nobody sees this.
pub(super) fn wrong_arguments() -> Failure {
    Failure::new("a function has the wrong number of arguments")
}
