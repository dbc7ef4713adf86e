//! Nodes as text: the string-value of XPath, and the text that mediators see.

use std::borrow::Cow;
use std::iter::successors;
use std::ops::ControlFlow;

use super::{Item, Node, Tree};
use crate::expression::xpath::Failure;
use crate::expression::xpath::syntax::Axis;
use crate::xml::{Document, NodeKind, write};

/// The prefix of the imagined envelope.
pub(super) const ENVELOPE_PREFIX: &str = "soapenv";

/// How much one evaluation may still do, in nodes looked at.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u64,
}

impl Budget {
    pub(crate) fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Takes from the budget.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Failure> {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Failure::new("it takes too many steps on this message")),
        }
    }

    /// Takes for work on text: bytes are cheaper than nodes.
    pub(crate) fn spend_bytes(&mut self, bytes: usize) -> Result<(), Failure> {
        self.spend(bytes / 64)
    }
}

impl<'a> Node<'a> {
    /// The string-value (XPath 1.0 §5), borrowed when it is one piece.
    pub(crate) fn string_value(self, budget: &mut Budget) -> Result<Cow<'a, str>, Failure> {
        let mut value = Cow::Borrowed("");
        self.pieces(&mut |piece| {
            budget.spend(1 + piece.len() / 64)?;
            append(&mut value, piece);
            Ok(())
        })?;
        Ok(value)
    }

    /// Hands over the pieces that make up the string-value, "" for each node without text in between.
    pub(crate) fn pieces<E>(self, take: &mut impl FnMut(&'a str) -> Result<(), E>) -> Result<(), E> {
        match self.own_text() {
            Some(text) => take(text),
            None => {
                let end = self.walk(Axis::Descendant, &mut |below| {
                    let text = match below.kind() {
                        Some(NodeKind::Text) => below.own_text().unwrap_or(""),
                        _ => "",
                    };
                    match take(text) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(error) => ControlFlow::Break(error),
                    }
                });
                match end {
                    ControlFlow::Continue(()) => Ok(()),
                    ControlFlow::Break(error) => Err(error),
                }
            }
        }
    }

    /// The text of a node that has no children; none for elements and documents.
    fn own_text(self) -> Option<&'a str> {
        match (self.item, self.tree) {
            (Item::Node(node), tree) => {
                let document = tree.document()?;
                match document.kind(node) {
                    NodeKind::Document | NodeKind::Element => None,
                    _ => Some(document.text(node)),
                }
            }
            (Item::Attribute(id), tree) => Some(tree.document()?.attribute_by_id(id).value),
            (Item::Namespace { .. }, _) => self.namespace().map(|(_, uri)| uri),
            (Item::Text, Tree::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The text as mediators see it (message-and-expressions.md §7.4): of an element the text directly in it, or, when
    /// that is blank, the whole element as XML.
    pub fn text(self) -> Cow<'a, str> {
        if let Some(text) = self.own_text() {
            return Cow::Borrowed(text);
        }
        let mut direct = Cow::Borrowed("");
        for child in successors(self.first_child(), |child| child.next_sibling()) {
            if child.kind() == Some(NodeKind::Text) {
                append(&mut direct, child.own_text().unwrap_or(""));
            }
        }
        if direct.trim().is_empty() { Cow::Owned(self.to_xml()) } else { direct }
    }

    /// An element, or the root element of a document, as XML that can stand alone. It declares the namespaces that it
    /// uses and no others that happen to be in scope (mediators.md case 12), which takes a copy.
    fn to_xml(self) -> String {
        let mut xml = String::new();
        match (self.item, self.tree.document()) {
            (Item::Node(node), Some(document)) => {
                let element = match document.kind(node) {
                    NodeKind::Document => document.root_element().unwrap_or(node),
                    _ => node,
                };
                let mut alone = Document::new();
                let copy = alone.import(document, element);
                write(&alone, copy, &mut xml);
            }
            _ => self.write_imagined(&mut xml),
        }
        xml
    }

    /// Writes an imagined element, which is at most three levels above something real.
    fn write_imagined(self, out: &mut String) {
        let Some(name) = self.name() else { return };
        let (declared, tag) = match name.prefix {
            "" => (format!("xmlns=\"{}\"", name.namespace), name.local.to_owned()),
            prefix => (format!("xmlns:{prefix}=\"{}\"", name.namespace), format!("{prefix}:{}", name.local)),
        };
        out.push_str(&format!("<{tag} {declared}"));
        if self.first_child().is_none() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in successors(self.first_child(), |child| child.next_sibling()) {
            match child.item {
                Item::Text => escape(child.own_text().unwrap_or(""), out),
                _ => out.push_str(&child.to_xml()),
            }
        }
        out.push_str(&format!("</{tag}>"));
    }
}

fn append<'a>(text: &mut Cow<'a, str>, piece: &'a str) {
    if piece.is_empty() {
        return;
    }
    if text.is_empty() {
        *text = Cow::Borrowed(piece);
    } else {
        text.to_mut().push_str(piece);
    }
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
}
