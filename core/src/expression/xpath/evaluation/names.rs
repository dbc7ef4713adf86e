//! Functions of names and languages.

use std::borrow::Cow;
use std::iter::successors;

use super::engine::Evaluated;
use crate::expression::xpath::node::{Budget, Item, Node};
use crate::expression::xpath::program::Function;
use crate::xml::namespaces;

/// `local-name()`, `namespace-uri()` or `name()` of a node; "" when it has none (XPath 1.0 §4.1).
pub(super) fn name_part(function: Function, node: Node<'_>) -> Cow<'_, str> {
    let Some(name) = node.name() else { return Cow::Borrowed("") };
    match function {
        Function::LocalName => Cow::Borrowed(name.local),
        Function::NamespaceUri => Cow::Borrowed(name.namespace),
        _ if name.prefix.is_empty() => Cow::Borrowed(name.local),
        _ => Cow::Owned(name.to_string()),
    }
}

/// `lang()`: the nearest `xml:lang` is the wanted language or a sublanguage of it (XPath 1.0 §4.3).
pub(super) fn has_language(node: Node<'_>, wanted: &str, budget: &mut Budget) -> Evaluated<bool> {
    for around in successors(Some(node), |node| node.parent()) {
        budget.spend(1)?;
        if let Some(language) = language(around) {
            // Languages are named in ASCII, but Jaxen folds every letter.
            let (language, wanted) = (language.to_lowercase(), wanted.to_lowercase());
            let rest = language.strip_prefix(&*wanted);
            return Ok(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
        }
    }
    Ok(false)
}

fn language(node: Node<'_>) -> Option<&str> {
    match (node.item(), node.document()) {
        (Item::Node(node), Some(document)) => document.attribute(node, namespaces::XML, "lang"),
        _ => None,
    }
}
