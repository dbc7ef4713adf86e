//! The axes: visiting the nodes that stand in some relation to a node (XPath 1.0 §2.2).

use std::iter::successors;
use std::ops::ControlFlow;

use super::{Item, Node};
use crate::expression::xpath::syntax::Axis;

impl Axis {
    /// True when the axis visits nodes against document order; positions count from the context node all the same.
    pub(crate) fn is_reverse(self) -> bool {
        matches!(self, Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling)
    }
}

impl<'a> Node<'a> {
    /// Visits the nodes of an axis, nearest first, until told to stop.
    pub(crate) fn walk<B>(
        self,
        axis: Axis,
        visit: &mut impl FnMut(Node<'a>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match axis {
            Axis::Ancestor => successors(self.parent(), |node| node.parent()).try_for_each(visit),
            Axis::AncestorOrSelf => successors(Some(self), |node| node.parent()).try_for_each(visit),
            Axis::Attribute => self.attributes(visit),
            Axis::Child => successors(self.first_child(), |node| node.next_sibling()).try_for_each(visit),
            Axis::Descendant => self.descendants(visit),
            Axis::DescendantOrSelf => {
                visit(self)?;
                self.descendants(visit)
            }
            Axis::Following => self.following(visit),
            Axis::FollowingSibling => {
                successors(self.next_sibling(), |node| node.next_sibling()).try_for_each(visit)
            }
            Axis::Namespace => self.namespaces(visit),
            Axis::Parent => self.parent().into_iter().try_for_each(visit),
            Axis::Preceding => self.preceding(visit),
            Axis::PrecedingSibling => {
                successors(self.previous_sibling(), |node| node.previous_sibling()).try_for_each(visit)
            }
            Axis::Itself => visit(self),
        }
    }

    fn attributes<B>(self, visit: &mut impl FnMut(Node<'a>) -> ControlFlow<B>) -> ControlFlow<B> {
        match (self.item, self.tree.document()) {
            (Item::Node(node), Some(document)) => {
                document.attribute_ids(node).try_for_each(|id| visit(self.at(Item::Attribute(id))))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    /// The namespaces in scope; the imagined envelope has none, which nobody could tell from its prefix.
    fn namespaces<B>(self, visit: &mut impl FnMut(Node<'a>) -> ControlFlow<B>) -> ControlFlow<B> {
        let Item::Node(element) = self.item else { return ControlFlow::Continue(()) };
        let count = u16::try_from(self.namespace_count()).unwrap_or(u16::MAX);
        (0..count).try_for_each(|index| visit(self.at(Item::Namespace { element, index })))
    }

    /// How many namespaces are in scope at an element.
    pub(crate) fn namespace_count(self) -> usize {
        match (self.item, self.tree.document()) {
            (Item::Node(element), Some(document)) if document.is_element(element) => {
                document.namespaces_in_scope(element).len()
            }
            _ => 0,
        }
    }

    fn descendants<B>(self, visit: &mut impl FnMut(Node<'a>) -> ControlFlow<B>) -> ControlFlow<B> {
        match (self.item, self.tree.document()) {
            (Item::Node(node), Some(document)) => {
                document.descendants(node).try_for_each(|below| visit(self.at(Item::Node(below))))
            }
            // Imagined nodes are few and not deep.
            _ => successors(self.first_child(), |node| node.next_sibling()).try_for_each(|child| {
                visit(child)?;
                child.descendants(visit)
            }),
        }
    }

    /// What comes after the node and is not inside it. What is inside an attribute's element comes after it.
    fn following<B>(self, visit: &mut impl FnMut(Node<'a>) -> ControlFlow<B>) -> ControlFlow<B> {
        let mut up = Some(self);
        if matches!(self.item, Item::Attribute(_) | Item::Namespace { .. }) {
            up = self.parent();
            if let Some(element) = up {
                element.descendants(visit)?;
            }
        }
        while let Some(node) = up {
            for sibling in successors(node.next_sibling(), |node| node.next_sibling()) {
                visit(sibling)?;
                sibling.descendants(visit)?;
            }
            up = node.parent();
        }
        ControlFlow::Continue(())
    }

    /// What ends before the node starts: its ancestors are not among it.
    fn preceding<B>(self, visit: &mut impl FnMut(Node<'a>) -> ControlFlow<B>) -> ControlFlow<B> {
        let mut up = Some(self);
        while let Some(node) = up {
            for sibling in successors(node.previous_sibling(), |node| node.previous_sibling()) {
                let mut current = sibling.deepest_last();
                while current != sibling {
                    visit(current)?;
                    let before = current.previous_sibling().map(Node::deepest_last);
                    let Some(next) = before.or_else(|| current.parent()) else { break };
                    current = next;
                }
                visit(sibling)?;
            }
            up = node.parent();
        }
        ControlFlow::Continue(())
    }

    /// The last node inside the node, or itself.
    fn deepest_last(self) -> Node<'a> {
        successors(Some(self), |node| node.last_child()).last().unwrap_or(self)
    }
}
