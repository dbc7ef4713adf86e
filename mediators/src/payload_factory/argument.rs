//! The arguments of a format.

use std::borrow::Cow;
use std::str::FromStr;

use sinew_core::config::{Attributes, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::expression::{Item, Node, NodeSet, Object, Scope, ValueSource};
use sinew_core::mediation::Fault;
use sinew_core::xml::{Element, NodeKind};

use crate::parts::value_or_expression;

/// `<arg value="…"/>` or `<arg expression="…"/>`.
#[derive(Clone, Debug)]
pub(super) struct Argument(ValueSource);

/// What goes into the places of an argument.
#[derive(Clone, Debug)]
pub(super) enum Content<'a> {
    /// Text; it stays text.
    Text(Cow<'a, str>),
    /// Nodes with elements among them.
    Nodes(NodeSet<'a>),
}

/// The languages of `evaluator`.
enum Evaluator {
    Xml,
    Json,
}

impl Argument {
    /// Reads `<arg>`.
    pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let evaluator = match attributes.optional("evaluator") {
            None => Some(Evaluator::Xml),
            Some(_) => attributes.parsed("evaluator", "xml or json", context),
        };
        // Text is always taken literally.
        attributes.pass_over(&["literal"]);
        if let Some(Evaluator::Json) = evaluator
            && element.attribute("expression").is_some()
        {
            attributes.pass_over(&["value", "expression"]);
            attributes.finish(context);
            let message = "arguments that are JSONPaths are not supported yet";
            context.push(
                Diagnostic::error(codes::EXPRESSION_NOT_SUPPORTED, message)
                    .at(element.attribute_location("evaluator"))
                    .label("not supported yet"),
            );
            return None;
        }
        let source = value_or_expression(element, &mut attributes, context);
        attributes.finish(context);
        evaluator.and(source).map(Self)
    }

    /// What the argument is for this message; null is empty.
    ///
    /// # Errors
    /// The expression fails.
    pub(super) fn content<'a>(&'a self, scope: Scope<'a>) -> Result<Content<'a>, Fault> {
        let expression = match &self.0 {
            ValueSource::Literal(text) => return Ok(Content::Text(Cow::Borrowed(text))),
            ValueSource::Computed(expression) => expression,
        };
        Ok(match expression.value(scope)? {
            Object::Nodes(nodes) if become_elements(&nodes) => Content::Nodes(nodes),
            object => Content::Text(object.into_text().unwrap_or_default()),
        })
    }
}

impl Content<'_> {
    /// The content where only text can stand.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Content::Text(text) => Cow::Borrowed(text),
            Content::Nodes(nodes) => match nodes.as_slice() {
                [one] => one.text(),
                several => Cow::Owned(several.iter().map(|node| node.text()).collect()),
            },
        }
    }
}

/// Several nodes with elements among them become elements; a single element only when it has no text of its own, else
/// its text is meant (case 128, message-and-expressions.md §7.4).
fn become_elements(nodes: &NodeSet<'_>) -> bool {
    match nodes.as_slice() {
        [one] => is_markup(*one) && !has_text(*one),
        several => several.iter().any(|node| is_markup(*node)),
    }
}

fn is_markup(node: Node<'_>) -> bool {
    matches!(node.kind(), Some(NodeKind::Element | NodeKind::Document)) && node.item() != Item::TextElement
}

fn has_text(node: Node<'_>) -> bool {
    let (Item::Node(element), Some(document)) = (node.item(), node.document()) else { return false };
    document
        .children(element)
        .any(|child| document.kind(child) == NodeKind::Text && !document.text(child).trim().is_empty())
}

impl FromStr for Evaluator {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "xml" => Ok(Evaluator::Xml),
            "json" => Ok(Evaluator::Json),
            _ => Err(()),
        }
    }
}
