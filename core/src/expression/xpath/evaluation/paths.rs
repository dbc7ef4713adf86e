//! Location paths.

use std::mem;
use std::ops::ControlFlow;

use super::engine::{Evaluated, Evaluation, Focus};
use crate::expression::xpath::node::{Item, Node, NodeSet};
use crate::expression::xpath::program::{Operation, Origin, Path, Predicate, Step, Test};
use crate::expression::xpath::syntax::Axis;
use crate::expression::xpath::{Failure, Object};
use crate::xml::NodeKind;

/// How many nodes of a path are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    /// Any one of them: it is enough to know whether there is one.
    Any,
}

impl<'a> Evaluation<'a> {
    /// The nodes that a path selects, in document order.
    pub(super) fn path(&mut self, path: &'a Path, focus: Focus<'a>) -> Evaluated<NodeSet<'a>> {
        self.select(path, focus, Wanted::All)
    }

    /// True when a path selects something.
    pub(super) fn exists(&mut self, path: &'a Path, focus: Focus<'a>) -> Evaluated<bool> {
        Ok(!self.select(path, focus, Wanted::Any)?.is_empty())
    }

    /// What an expression yields, without the nodes for which a predicate does not hold. As in Jaxen, predicates leave
    /// a text or number as it is.
    pub(super) fn filtered(
        &mut self,
        primary: &'a Operation,
        predicates: &'a [Predicate],
        focus: Focus<'a>,
    ) -> Evaluated<Object<'a>> {
        let mut object = self.object(primary, focus)?;
        if let Object::Nodes(nodes) = &mut object {
            self.filter(nodes, 0, predicates)?;
        }
        Ok(object)
    }

    fn select(&mut self, path: &'a Path, focus: Focus<'a>, wanted: Wanted) -> Evaluated<NodeSet<'a>> {
        let mut nodes = match &path.origin {
            Origin::Context => NodeSet::from_iter([focus.node]),
            Origin::Root => NodeSet::from_iter([focus.node.tree().root()]),
            Origin::Filter(primary, predicates) => {
                // As in the original, there is nothing below a text or number.
                let Object::Nodes(mut nodes) = self.object(primary, focus)? else {
                    return Ok(NodeSet::new());
                };
                self.filter(&mut nodes, 0, predicates)?;
                nodes
            }
        };
        let mut next = NodeSet::new();
        // No node of the set is inside another one.
        let mut apart = nodes.len() <= 1;
        for (index, step) in path.steps.iter().enumerate() {
            if nodes.is_empty() {
                break;
            }
            let last = index + 1 == path.steps.len();
            if last && wanted == Wanted::Any {
                self.step(step, &nodes, &mut next, Wanted::Any)?;
                return Ok(next);
            }
            self.step(step, &nodes, &mut next, Wanted::All)?;
            arrange(&mut next, step.axis, nodes.len(), apart);
            apart = next.len() <= 1 || (keeps_apart(step.axis) && apart);
            mem::swap(&mut nodes, &mut next);
            next.clear();
        }
        Ok(nodes)
    }

    /// Adds the nodes that a step leads to from each of some nodes, nearest first.
    fn step(
        &mut self,
        step: &'a Step,
        from: &[Node<'a>],
        selected: &mut NodeSet<'a>,
        wanted: Wanted,
    ) -> Evaluated<()> {
        for &node in from {
            let start = selected.len();
            match &*step.predicates {
                [] if wanted == Wanted::Any => self.candidates(step, node, 1, selected)?,
                // A position in front lets the walk end early.
                [Predicate::Position(position), rest @ ..] => {
                    self.candidates(step, node, *position, selected)?;
                    let nth = (selected.len() - start == *position).then(|| selected.pop()).flatten();
                    selected.truncate(start);
                    selected.extend(nth);
                    self.filter(selected, start, rest)?;
                }
                all => {
                    self.candidates(step, node, usize::MAX, selected)?;
                    self.filter(selected, start, all)?;
                }
            }
            if wanted == Wanted::Any && !selected.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Adds the nodes on a step's axis that pass its test, so many at most.
    fn candidates(
        &mut self,
        step: &Step,
        node: Node<'a>,
        most: usize,
        selected: &mut NodeSet<'a>,
    ) -> Evaluated<()> {
        let enough = selected.len().saturating_add(most);
        let cost = match step.axis {
            // Finding one of them means going through all of them.
            Axis::Namespace => node.namespace_count().max(1),
            _ => 1,
        };
        let end = node.walk(step.axis, &mut |candidate| {
            if let Err(failure) = self.budget.spend(cost) {
                return ControlFlow::Break(Err(failure));
            }
            if let Test::Unbound(reason) = &step.test
                && is_principal(step.axis, candidate)
            {
                return ControlFlow::Break(Err(Failure::new(reason.clone())));
            }
            if matches(&step.test, step.axis, candidate) {
                selected.push(candidate);
                if selected.len() == enough {
                    return ControlFlow::Break(Ok(()));
                }
            }
            ControlFlow::Continue(())
        });
        match end {
            ControlFlow::Break(result) => result,
            ControlFlow::Continue(()) => Ok(()),
        }
    }

    /// Keeps the nodes from `start` on for which all predicates hold; positions count in the order given.
    fn filter(
        &mut self,
        nodes: &mut NodeSet<'a>,
        start: usize,
        predicates: &'a [Predicate],
    ) -> Evaluated<()> {
        for predicate in predicates {
            let size = nodes.len() - start;
            let mut kept = start;
            for position in 1..=size {
                let Some(node) = nodes.get(start + position - 1).copied() else { break };
                self.budget.spend(1)?;
                let holds = match predicate {
                    Predicate::Position(wanted) => *wanted == position,
                    Predicate::Test(operation) => self.holds(operation, Focus { node, position, size })?,
                };
                if holds && let Some(place) = nodes.get_mut(kept) {
                    *place = node;
                    kept += 1;
                }
            }
            nodes.truncate(kept);
        }
        Ok(())
    }

    /// The nodes of all operands, each once.
    pub(super) fn union(&mut self, operands: &'a [Operation], focus: Focus<'a>) -> Evaluated<NodeSet<'a>> {
        let mut all = NodeSet::new();
        for operand in operands {
            all.extend(self.nodes(operand, focus)?);
        }
        sort(&mut all);
        Ok(all)
    }
}

/// Brings the nodes of a step into document order, each once. `from` is how many nodes the step started at, `apart`
/// whether none of them was inside another.
fn arrange(nodes: &mut NodeSet<'_>, axis: Axis, from: usize, apart: bool) {
    match axis {
        _ if nodes.len() <= 1 => {}
        _ if from == 1 && axis.is_reverse() => nodes.reverse(),
        _ if from == 1 => {}
        Axis::Attribute | Axis::Namespace | Axis::Itself => {}
        Axis::Child | Axis::Descendant | Axis::DescendantOrSelf if apart => {}
        _ => sort(nodes),
    }
}

fn sort(nodes: &mut NodeSet<'_>) {
    nodes.sort_unstable_by(|left, right| left.order(*right));
    nodes.dedup();
}

/// True for the axes that lead from nodes that are apart to nodes that are apart.
fn keeps_apart(axis: Axis) -> bool {
    matches!(axis, Axis::Attribute | Axis::Child | Axis::Namespace | Axis::Itself)
}

/// True for a node whose name a test on this axis would look at.
fn is_principal(axis: Axis, node: Node<'_>) -> bool {
    match axis {
        Axis::Attribute | Axis::Namespace => true,
        _ => node.is_element(),
    }
}

/// True when a node passes a test (XPath 1.0 §2.3). `*` and names mean attributes on the attribute axis, namespaces
/// on the namespace axis, elements on the others.
fn matches(test: &Test, axis: Axis, node: Node<'_>) -> bool {
    let principal = || match axis {
        Axis::Attribute | Axis::Namespace => true,
        _ => !matches!(node.item(), Item::Attribute(_) | Item::Namespace { .. }),
    };
    match test {
        Test::Node => true,
        Test::Any => match axis {
            Axis::Attribute | Axis::Namespace => true,
            _ => node.is_element(),
        },
        Test::Name { namespace, local } => principal() && node.has_name(namespace, local),
        Test::AnyIn(namespace) => {
            principal()
                && (axis == Axis::Attribute || node.is_element())
                && node.name().is_some_and(|name| name.namespace == &**namespace)
        }
        Test::Text => node.kind() == Some(NodeKind::Text),
        Test::Comment => node.kind() == Some(NodeKind::Comment),
        Test::Instruction(target) => {
            node.kind() == Some(NodeKind::ProcessingInstruction)
                && target.as_deref().is_none_or(|target| node.name().is_some_and(|name| name.local == target))
        }
        Test::Unbound(_) => false,
    }
}
