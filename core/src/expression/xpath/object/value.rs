//! The object an expression yields.

use std::borrow::Cow;

use crate::expression::xpath::Failure;
use crate::expression::xpath::node::{Node, NodeSet};
use crate::message::{Value, java_double};
use crate::xml::NodeKind;

/// What an expression yields (XPath 1.0 §1), plus what only Synapse has: properties of a type of their own, and
/// nothing at all.
#[derive(Clone, Debug)]
pub enum Object<'a> {
    /// Nodes in document order.
    Nodes(NodeSet<'a>),
    /// Text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// A truth value.
    Boolean(bool),
    /// A whole number or `FLOAT` of a property. It compares as a number and prints without a fraction
    /// (message-and-expressions.md §7.5, the lenient mode).
    Property(Cow<'a, Value>),
    /// A property or header that is not there: an empty node-set inside an expression, null outside.
    Missing,
}

impl<'a> Object<'a> {
    /// The object that a property's value is: texts, Booleans and doubles are those of XPath, XML is
    /// nodes: an element, or all that `enrich` put into the property (mediators.md §5.4).
    pub(crate) fn from_value(value: Cow<'a, Value>) -> Object<'a> {
        match value {
            Cow::Borrowed(Value::String(text)) => Object::Text(Cow::Borrowed(text)),
            Cow::Borrowed(Value::Xml(document)) => {
                let top = document.children(document.document_node());
                let nodes =
                    top.filter(|&node| matches!(document.kind(node), NodeKind::Element | NodeKind::Text));
                Object::Nodes(nodes.map(|node| Node::new(document, node)).collect())
            }
            value @ Cow::Owned(Value::String(_) | Value::Xml(_)) => Object::Text(property_text(value)),
            value => match *value {
                Value::Boolean(flag) => Object::Boolean(flag),
                Value::Double(number) => Object::Number(number),
                _ => Object::Property(value),
            },
        }
    }

    /// The text as mediators see it (mediators.md §2.3, profile A); `None` is null.
    pub fn into_text(self) -> Option<Cow<'a, str>> {
        self.text_within(usize::MAX).ok().flatten()
    }

    /// The same text, unless it has more than `most` bytes: nodes inside each other are shown as often as they are
    /// selected.
    pub(crate) fn text_within(self, most: usize) -> Result<Option<Cow<'a, str>>, Failure> {
        Ok(Some(match self {
            Object::Nodes(nodes) => match nodes.as_slice() {
                [] => Cow::Borrowed(""),
                [one] => one.text(),
                several => {
                    let mut all = String::new();
                    for node in several {
                        all.push_str(&node.text());
                        if all.len() > most {
                            return Err(Failure::new(format!("its text is longer than {most} bytes")));
                        }
                    }
                    Cow::Owned(all)
                }
            },
            Object::Text(text) => text,
            Object::Number(number) => Cow::Owned(java_double(number)),
            Object::Boolean(flag) => Cow::Borrowed(boolean_text(flag)),
            Object::Property(value) => property_text(value),
            Object::Missing => return Ok(None),
        }))
    }

    /// The truth value (XPath 1.0 §4.3): nodes, text that is not empty, and numbers but zero and NaN are true.
    pub fn boolean(&self) -> bool {
        match self {
            Object::Nodes(nodes) => !nodes.is_empty(),
            Object::Text(text) => !text.is_empty(),
            Object::Number(number) => is_true(*number),
            Object::Boolean(flag) => *flag,
            Object::Property(value) => is_true(numeric(value)),
            Object::Missing => false,
        }
    }

    /// A text or number in place of a property's value, which is neither for XPath.
    pub(crate) fn plain(self) -> Object<'a> {
        match self {
            Object::Property(value) => Object::Number(numeric(&value)),
            other => other,
        }
    }
}

/// `string()` of a truth value.
pub(crate) fn boolean_text(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// The text of a property's value.
pub(crate) fn property_text(value: Cow<'_, Value>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(value) => value.text(),
        Cow::Owned(value) => Cow::Owned(value.text().into_owned()),
    }
}

/// `boolean()` of a number.
fn is_true(number: f64) -> bool {
    number != 0.0 && !number.is_nan()
}

/// The number that a numeric property is; NaN for others.
pub(crate) fn numeric(value: &Value) -> f64 {
    match value {
        Value::Integer(number) => f64::from(*number),
        // The nearest double is meant: XPath knows no other numbers.
        Value::Long(number) => *number as f64,
        Value::Short(number) => f64::from(*number),
        Value::Float(number) => f64::from(*number),
        Value::Double(number) => *number,
        Value::Boolean(_) | Value::String(_) | Value::Xml(_) => f64::NAN,
    }
}
