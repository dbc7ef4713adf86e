//! Our own answer to the same question.

use std::borrow::Cow;

use http::{HeaderMap, Method, Uri};
use sinew_core::diagnostics::codes;
use sinew_core::expression::{
    Compiled, EvaluationError, Expression, Item, Namespaces, Node, Object, Scope, Surroundings,
};
use sinew_core::message::{Message, Payload, Received, Value};
use sinew_core::xml::{Document, Limits, NodeKind, parse};

use super::answer::{Answer, Failure};

/// A document, and the properties that expressions may read.
pub(crate) struct Engine {
    document: Document,
    message: Message,
}

impl Engine {
    pub(crate) fn new(xml: &str) -> Self {
        let document = parse(xml, &Limits::default()).unwrap_or_else(|error| panic!("{error}: {xml}"));
        let received = Received::new(Method::GET, Uri::from_static("/"));
        let mut message = Message::request(received, HeaderMap::new(), Payload::Empty);
        let properties = &mut message.properties;
        properties.set("text", "abc");
        properties.set("digits", "12");
        properties.set("empty", "");
        properties.set("number", Value::Double(2.5));
        properties.set("flag", Value::Boolean(true));
        Self { document, message }
    }

    /// How many contexts there are: the document and its elements.
    pub(crate) fn contexts(&self) -> usize {
        1 + self.elements().count()
    }

    fn elements(&self) -> impl Iterator<Item = Node<'_>> {
        let document = &self.document;
        let below = document.descendants(document.document_node());
        below.map(|id| Node::new(document, id)).filter(|node| node.kind() == Some(NodeKind::Element))
    }

    /// What the expression yields for a context: 0 is the document, n its n-th element.
    pub(crate) fn ask(&self, context: usize, text: &str) -> Answer {
        let root = Node::new(&self.document, self.document.document_node());
        let context = match context.checked_sub(1) {
            Some(index) => self.elements().nth(index).expect("an element with this number"),
            None => root,
        };
        let namespaces = Namespaces::new([("p", "urn:p"), ("q", "urn:q")]);
        let compiled = match Expression::compile(text, &namespaces) {
            Ok(compiled) => compiled,
            Err(problem) => return Answer::Failure(Failure::Syntax, problem.message),
        };
        let scope = Scope { message: &self.message, surroundings: &Nothing, parameters: None };
        match compiled.expression.value_at(scope, context) {
            Ok(object) => {
                if let Some(constant) = compiled.expression.constant() {
                    assert_eq!(object.boolean(), constant, "{text} is not always {constant}");
                }
                shown(object)
            }
            Err(error) => failure(&compiled, error),
        }
    }
}

fn shown(object: Object<'_>) -> Answer {
    match object {
        Object::Nodes(nodes) => Answer::Nodes(nodes.into_iter().map(path).collect()),
        Object::Text(text) => Answer::Text(text.into_owned()),
        Object::Number(number) => Answer::number(number),
        Object::Boolean(flag) => Answer::Boolean(flag),
        Object::Missing => Answer::Nodes(Vec::new()),
        Object::Property(value) => Answer::Text(format!("a property {value:?}")),
    }
}

/// What does not exist is known when the expression is compiled, and is an error when it is evaluated.
fn failure(compiled: &Compiled, error: EvaluationError) -> Answer {
    let unresolvable =
        |code| [codes::UNKNOWN_FUNCTION, codes::UNKNOWN_VARIABLE, codes::UNBOUND_PREFIX].contains(&code);
    let mut warnings = compiled.warnings.iter().filter(|warning| warning.message == error.reason);
    let is_call = error.reason.contains(" takes ");
    match warnings.next() {
        Some(warning) if unresolvable(warning.code) && !is_call => {
            Answer::Failure(Failure::Unresolvable, error.reason)
        }
        _ => Answer::Failure(Failure::Evaluation, error.reason),
    }
}

/// The place of a node: indexes of children from the document down, then the name of an attribute.
fn path(node: Node<'_>) -> String {
    let Some(parent) = node.parent() else { return ".".to_owned() };
    let above = path(parent);
    match (node.item(), node.name()) {
        (Item::Attribute(_), Some(name)) if name.prefix.is_empty() => format!("{above}/@{}", name.local),
        (Item::Attribute(_), Some(name)) => format!("{above}/@{}:{}", name.prefix, name.local),
        (Item::Namespace { .. }, Some(name)) => format!("{above}/namespace::{}", name.local),
        _ => {
            let before = std::iter::successors(node.previous_sibling(), |node| node.previous_sibling());
            format!("{above}/{}", before.count() + 1)
        }
    }
}

/// No surroundings.
struct Nothing;

impl Surroundings for Nothing {
    fn local_entry(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::default()
    }

    fn system_property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
