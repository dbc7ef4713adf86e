//! `=`, `!=`, `<` and the others (XPath 1.0 §3.4).

use std::borrow::Cow;
use std::collections::HashSet;

use super::engine::{Evaluated, Evaluation, Focus};
use crate::expression::xpath::Object;
use crate::expression::xpath::node::{Node, NodeSet};
use crate::expression::xpath::object::number_of_text;
use crate::expression::xpath::program::{Comparison, Kind, Operation};

impl<'a> Evaluation<'a> {
    /// A chain of comparisons: `1 < 2 < 3` is `(1 < 2) < 3`.
    pub(super) fn comparisons(
        &mut self,
        first: &'a Operation,
        rest: &'a [(Comparison, Operation)],
        focus: Focus<'a>,
    ) -> Evaluated<bool> {
        if let [(comparison, second)] = rest
            && let Some(result) = self.alike(*comparison, first, second, focus)
        {
            return result;
        }
        let mut left = self.object(first, focus)?;
        let mut result = false;
        for (comparison, operand) in rest {
            let right = self.object(operand, focus)?;
            result = self.compare(*comparison, left, right)?;
            left = Object::Boolean(result);
        }
        Ok(result)
    }

    /// The common comparisons whose kinds are known beforehand, without making objects; none for the others.
    fn alike(
        &mut self,
        comparison: Comparison,
        left: &'a Operation,
        right: &'a Operation,
        focus: Focus<'a>,
    ) -> Option<Evaluated<bool>> {
        match (left.kind()?, right.kind()?) {
            (Kind::Text, Kind::Text) if comparison.is_equality() => {
                Some(self.text(left, focus).and_then(|left| {
                    let right = self.text(right, focus)?;
                    Ok((left == right) == (comparison == Comparison::Equal))
                }))
            }
            (Kind::Text | Kind::Number, Kind::Number) | (Kind::Number, Kind::Text) => {
                Some(self.number(left, focus).and_then(|left| {
                    let right = self.number(right, focus)?;
                    Ok(comparison.numbers(left, right))
                }))
            }
            _ => None,
        }
    }

    /// What is missing compares false with everything (message-and-expressions.md §7.5).
    fn compare(&mut self, comparison: Comparison, left: Object<'a>, right: Object<'a>) -> Evaluated<bool> {
        match (left.plain(), right.plain()) {
            (Object::Missing, _) | (_, Object::Missing) => Ok(false),
            (Object::Nodes(left), Object::Nodes(right)) if !comparison.is_equality() => {
                self.some_ordered(comparison, &left, &right)
            }
            (Object::Nodes(left), Object::Nodes(right)) => self.some_alike(comparison, &left, &right),
            (Object::Nodes(nodes), other) => self.some(comparison, &nodes, other),
            (other, Object::Nodes(nodes)) => self.some(comparison.turned(), &nodes, other),
            (left, right) if !comparison.is_equality() => {
                Ok(comparison.numbers(number(&left), number(&right)))
            }
            (left, right) => Ok(simple(&left, &right) == (comparison == Comparison::Equal)),
        }
    }

    /// True when the comparison holds for some node.
    fn some(&mut self, comparison: Comparison, nodes: &NodeSet<'a>, other: Object<'a>) -> Evaluated<bool> {
        match other {
            // As in Jaxen, an ordering looks at the number of each node even here.
            Object::Boolean(flag) if comparison.is_equality() => {
                Ok((nodes.is_empty() != flag) == (comparison == Comparison::Equal))
            }
            Object::Text(text) if comparison.is_equality() => {
                for node in nodes {
                    if self.has_text(*node, &text)? == (comparison == Comparison::Equal) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            other => {
                let right = number(&other);
                for node in nodes {
                    if comparison.numbers(self.node_number(*node)?, right) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }

    /// Some pair of an ordering: the extremes decide.
    fn some_ordered(
        &mut self,
        comparison: Comparison,
        left: &NodeSet<'a>,
        right: &NodeSet<'a>,
    ) -> Evaluated<bool> {
        let ascending = matches!(comparison, Comparison::Less | Comparison::LessOrEqual);
        let left = self.extreme(left, ascending)?;
        let right = self.extreme(right, !ascending)?;
        Ok(comparison.numbers(left, right))
    }

    /// The least or greatest number of some nodes; NaN when none is a number.
    fn extreme(&mut self, nodes: &NodeSet<'a>, least: bool) -> Evaluated<f64> {
        let mut extreme = f64::NAN;
        for node in nodes {
            let number = self.node_number(*node)?;
            extreme = if least { extreme.min(number) } else { extreme.max(number) };
        }
        Ok(extreme)
    }

    /// Some pair that is equal, or some pair that is not.
    fn some_alike(
        &mut self,
        comparison: Comparison,
        left: &NodeSet<'a>,
        right: &NodeSet<'a>,
    ) -> Evaluated<bool> {
        let (Some(first), Some(other)) = (left.first(), right.first()) else { return Ok(false) };
        if comparison == Comparison::NotEqual {
            // All pairs are equal only when all texts are.
            let text = first.string_value(&mut self.budget)?;
            for node in right.iter().chain(left) {
                if !self.has_text(*node, &text)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        if let [_] = few.as_slice() {
            let one = if left.len() < right.len() { first } else { other };
            let text = one.string_value(&mut self.budget)?;
            for node in many {
                if self.has_text(*node, &text)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let mut texts: HashSet<Cow<'a, str>, foldhash::fast::RandomState> = HashSet::default();
        for node in few {
            texts.insert(node.string_value(&mut self.budget)?);
        }
        for node in many {
            if texts.contains(&node.string_value(&mut self.budget)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn node_number(&mut self, node: Node<'a>) -> Evaluated<f64> {
        Ok(number_of_text(&node.string_value(&mut self.budget)?))
    }

    /// True when a node's string-value is this text; nothing is copied to find out.
    fn has_text(&mut self, node: Node<'a>, text: &str) -> Evaluated<bool> {
        let mut rest = Some(text);
        let budget = &mut self.budget;
        let end = node.pieces(&mut |piece| {
            budget.spend(1 + piece.len() / 64).map_err(Some)?;
            rest = rest.and_then(|rest| rest.strip_prefix(piece));
            // Without a failure the error only says that there is no need to look further.
            if rest.is_some() { Ok(()) } else { Err(None) }
        });
        match end {
            Err(Some(failure)) => Err(failure),
            Err(None) => Ok(false),
            Ok(()) => Ok(rest == Some("")),
        }
    }
}

/// Equality of two objects that are no nodes: as truth values if one is, else as numbers if one is, else as texts.
fn simple(left: &Object<'_>, right: &Object<'_>) -> bool {
    match (left, right) {
        (Object::Boolean(left), right) => *left == right.boolean(),
        (left, Object::Boolean(right)) => left.boolean() == *right,
        (Object::Number(left), right) => *left == number(right),
        (left, Object::Number(right)) => number(left) == *right,
        (Object::Text(left), Object::Text(right)) => left == right,
        _ => false,
    }
}

/// `number()` of an object that is no node.
fn number(object: &Object<'_>) -> f64 {
    match object {
        Object::Number(number) => *number,
        Object::Boolean(flag) => f64::from(u8::from(*flag)),
        Object::Text(text) => number_of_text(text),
        Object::Nodes(_) | Object::Property(_) | Object::Missing => f64::NAN,
    }
}
