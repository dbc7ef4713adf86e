//! The arguments of a format.

use std::borrow::Cow;
use std::str::FromStr;

use serde_json::Value;
use sinew_core::config::{Attributes, ParseContext};
use sinew_core::expression::{Item, Node, NodeSet, Object, Scope, ValueSource};
use sinew_core::mediation::Fault;
use sinew_core::message::json;
use sinew_core::xml::{Document, Element, NodeKind};

use crate::parts::{selected_element, value_or_expression};

/// `<arg value="…"/>` or `<arg expression="…"/>`.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    source: ValueSource,
    /// `literal="true"`: JSON in a text is not taken as JSON.
    literal: bool,
}

/// What goes into the places of an argument.
#[derive(Clone, Debug)]
pub(super) enum Content<'a> {
    /// Text; it stays text.
    Text(Cow<'a, str>),
    /// Text that is a string even where JSON wants a value.
    Literal(Cow<'a, str>),
    /// Nodes with elements among them.
    Nodes(NodeSet<'a>),
    /// What a JSONPath found.
    Json(Value),
}

/// The languages of `evaluator`.
enum Evaluator {
    Xml,
    Json,
}

impl Argument {
    /// Reads `<arg>`. With `evaluator="json"` the expression is a JSONPath, with or without `json-eval(…)`.
    pub(super) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let evaluator = match attributes.optional("evaluator") {
            None => Some(Evaluator::Xml),
            Some(_) => attributes.parsed("evaluator", "xml or json", context),
        };
        let literal =
            attributes.optional("literal").is_some_and(|word| word.trim().eq_ignore_ascii_case("true"));
        let is_json_path = matches!(evaluator, Some(Evaluator::Json));
        let source = if is_json_path
            && element.attribute("value").is_none()
            && element.attribute("expression").is_some()
        {
            attributes.pass_over(&["expression"]);
            context.json_path(element, "expression").map(ValueSource::Computed)
        } else {
            value_or_expression(element, &mut attributes, context)
        };
        attributes.finish(context);
        evaluator.and(source).map(|source| Self { source, literal })
    }

    /// What the argument is for this message; null is empty.
    ///
    /// # Errors
    /// The expression fails.
    pub(super) fn content<'a>(&'a self, scope: Scope<'a>) -> Result<Content<'a>, Fault> {
        let object = match &self.source {
            ValueSource::Literal(text) => Object::Text(Cow::Borrowed(text)),
            ValueSource::Computed(expression) if expression.is_json_path() && !self.literal => {
                let found = expression.json(scope)?;
                return Ok(found.map_or(Content::Text(Cow::Borrowed("")), Content::Json));
            }
            ValueSource::Computed(expression) => expression.value(scope)?,
        };
        Ok(match object {
            Object::Nodes(nodes) if become_elements(&nodes) => Content::Nodes(nodes),
            object => {
                let text = object.into_text().unwrap_or_default();
                if self.literal { Content::Literal(text) } else { Content::Text(text) }
            }
        })
    }
}

impl Content<'_> {
    /// The content where JSON wants a value.
    pub(super) fn json(&self) -> Value {
        match self {
            Content::Text(text) => json_of(text).unwrap_or_else(|| Value::from(&**text)),
            Content::Literal(text) => Value::from(&**text),
            Content::Nodes(nodes) => elements_as_json(nodes).unwrap_or_else(|| Value::from(&*self.text())),
            Content::Json(value) => value.clone(),
        }
    }

    /// The content where only text can stand.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Content::Text(text) | Content::Literal(text) => Cow::Borrowed(text),
            Content::Nodes(nodes) => match nodes.as_slice() {
                [one] => one.text(),
                several => Cow::Owned(several.iter().map(|node| node.text()).collect()),
            },
            Content::Json(Value::String(text)) => Cow::Borrowed(text),
            Content::Json(value) => Cow::Owned(value.to_string()),
        }
    }
}

/// The JSON that a text is, unless it is a string: numbers, truth values, null, objects and arrays stand for themselves,
/// every other text becomes a string (mediators.md §5.3).
fn json_of(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    let starts_like_json =
        trimmed.starts_with(|first: char| first.is_ascii_digit() || "{[-tfn".contains(first));
    starts_like_json.then(|| serde_json::from_str(trimmed).ok()).flatten()
}

/// Elements as members of an object; `None` when they are too deep to be written as JSON.
fn elements_as_json(nodes: &NodeSet<'_>) -> Option<Value> {
    let mut document = Document::new();
    let root = document.create_element("", "jsonObject", "");
    document.append_child(document.document_node(), root);
    for element in nodes.iter().filter_map(|node| selected_element(*node)) {
        let copy = document.import(&element, element.document_node());
        document.append_child(root, copy);
    }
    json::value_of(&document, root).ok()
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
