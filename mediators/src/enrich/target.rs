//! Where what is moved goes to.

use std::mem::discriminant;
use std::sync::Arc;

use sinew_core::expression::{Expression, Item, Node, Object, Scope, Tree};
use sinew_core::mediation::Fault;
use sinew_core::message::{Message, Payload};
use sinew_core::xml::{AttributeId, NodeId, NodeKind};

/// `<target>`.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// The first node that an expression selects.
    Custom(Expression),
    /// The whole envelope.
    Envelope,
    /// The first element in the body.
    Body,
    /// A property.
    Property(Arc<str>),
}

/// What is done at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The target gives way.
    Replace,
    /// Put last inside the target.
    Child,
    /// Put after the target.
    Sibling,
    /// What the source selects is removed; nothing is put anywhere.
    Remove,
}

/// A place in the message that can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// An element of the payload.
    Element(NodeId),
    /// A text of the payload.
    Text(NodeId),
    /// An attribute of the payload.
    Attribute(AttributeId),
    /// The text of a payload that is nothing else.
    PlainText,
    /// The value of a JSON payload.
    Json,
    /// A body with nothing in it.
    EmptyBody,
    /// The whole envelope.
    Envelope,
}

/// The place of the first element in the body.
pub(super) fn body(message: &Message) -> Place {
    match &message.payload {
        Payload::Xml(xml) => xml.content().map_or(Place::EmptyBody, Place::Element),
        Payload::Text(_) => Place::PlainText,
        Payload::Json(_) => Place::Json,
        _ => Place::EmptyBody,
    }
}

/// True for a node of the payload. A property may share its document, but is never seen in an imagined envelope.
pub(super) fn in_payload(node: Node<'_>, message: &Message) -> bool {
    let payload = Tree::of(message);
    discriminant(&node.tree()) == discriminant(&payload)
        && match (node.document(), payload.root().document()) {
            (Some(document), Some(own)) => std::ptr::eq(document, own),
            _ => false,
        }
}

/// The place that an expression selects first.
///
/// # Errors
/// It selects nothing, or nothing that can be changed (case 140).
pub(super) fn selected(expression: &Expression, scope: Scope<'_>) -> Result<Place, Fault> {
    let invalid = || {
        Fault::mediation("Invalid Target object to enrich")
            .detail(format!("\"{}\" selects nothing in the message that can be changed", expression.text()))
    };
    let Object::Nodes(nodes) = expression.value(scope)? else { return Err(invalid()) };
    let node = nodes.first().copied().ok_or_else(invalid)?;
    let in_payload = in_payload(node, scope.message);
    match (node.item(), node.document()) {
        (Item::Node(id), Some(document)) if in_payload => match document.kind(id) {
            NodeKind::Element => Ok(Place::Element(id)),
            NodeKind::Text => Ok(Place::Text(id)),
            NodeKind::Document => document.root_element().map(Place::Element).ok_or_else(invalid),
            NodeKind::Comment | NodeKind::ProcessingInstruction => Err(invalid()),
        },
        (Item::Attribute(id), _) if in_payload => Ok(Place::Attribute(id)),
        // Only the content of an imagined body is there to be changed.
        (Item::Body, _) => Ok(body(scope.message)),
        (Item::Envelope, _) => Ok(Place::Envelope),
        (Item::TextElement | Item::Text, _) => Ok(Place::PlainText),
        _ => Err(invalid()),
    }
}
