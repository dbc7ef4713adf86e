//! XML formats.

use std::borrow::Cow;

use serde_json::Value;
use sinew_core::diagnostics::Span;
use sinew_core::message::{SoapVersion, json};
use sinew_core::xml::{Document, NodeId, NodeKind};

use super::argument::Content;
use super::placeholders::{Dangling, Pattern, Piece};
use crate::parts::{envelope_version, selected_element};

/// A tree with places for arguments in texts and attribute values.
#[derive(Clone, Debug)]
pub(super) struct XmlTemplate {
    document: Document,
    texts: Vec<(NodeId, Pattern)>,
    attributes: Vec<AttributePlace>,
    soap: Option<SoapVersion>,
}

#[derive(Clone, Debug)]
struct AttributePlace {
    element: NodeId,
    local: Box<str>,
    namespace: Box<str>,
    value: Pattern,
}

/// A placeholder without an argument, and the text or attribute value it stands in.
pub(super) type DanglingPlace = (Dangling, Span);

impl XmlTemplate {
    /// A template of elements of a document, in which texts of white space alone are left out, as indentation.
    pub(super) fn new(
        source: &Document,
        elements: impl Iterator<Item = NodeId>,
        arguments: usize,
        dangling: &mut Vec<DanglingPlace>,
    ) -> Self {
        let mut document = Document::new();
        for element in elements {
            let copy = document.import(source, element);
            document.append_child(document.document_node(), copy);
        }
        let (mut texts, mut attributes, mut indentation) = (Vec::new(), Vec::new(), Vec::new());
        let mut pattern = |text: &str, span: Span| {
            let mut found = Vec::new();
            let pattern = Pattern::parse(text, arguments, &mut found);
            dangling.extend(found.into_iter().map(|one| (one, span)));
            pattern.has_arguments().then_some(pattern)
        };
        for node in document.descendants(document.document_node()) {
            for attribute in document.attributes(node) {
                attributes.extend(pattern(attribute.value, attribute.span).map(|value| AttributePlace {
                    element: node,
                    local: attribute.local.into(),
                    namespace: attribute.namespace.into(),
                    value,
                }));
            }
            if document.kind(node) == NodeKind::Text {
                let text = document.text(node);
                if text.trim().is_empty() {
                    indentation.push(node);
                } else {
                    texts.extend(pattern(text, document.span(node)).map(|text| (node, text)));
                }
            }
        }
        indentation.into_iter().for_each(|node| document.detach(node));
        let soap = envelope_version(&document);
        Self { document, texts, attributes, soap }
    }

    /// The SOAP version when the format is a whole envelope (case 133).
    pub(super) fn soap(&self) -> Option<SoapVersion> {
        self.soap
    }

    /// The tree with the arguments in their places.
    pub(super) fn fill(&self, arguments: &[Content<'_>]) -> Document {
        let mut document = self.document.clone();
        let text = |index: usize| arguments.get(index).map_or(Cow::Borrowed(""), Content::text);
        for AttributePlace { element, local, namespace, value } in &self.attributes {
            document.set_attribute(*element, "", local, namespace, &value.fill(text));
        }
        for (place, pattern) in &self.texts {
            fill_text(&mut document, *place, pattern, arguments);
        }
        document
    }
}

/// Puts texts and elements where a text with placeholders stands.
fn fill_text(document: &mut Document, place: NodeId, pattern: &Pattern, arguments: &[Content<'_>]) {
    let mut text = String::new();
    for piece in pattern.pieces() {
        let index = match piece {
            Piece::Text(written) => {
                text.push_str(written);
                continue;
            }
            Piece::Argument(index) => *index,
        };
        match arguments.get(index) {
            Some(Content::Text(argument) | Content::Literal(argument)) => text.push_str(argument),
            Some(Content::Nodes(nodes)) => {
                for node in nodes {
                    let Some(element) = selected_element(*node) else {
                        text.push_str(&node.text());
                        continue;
                    };
                    insert_text(document, place, &mut text);
                    let copy = document.import(&element, element.document_node());
                    document.insert_before(place, copy);
                }
            }
            Some(Content::Json(value @ (Value::Array(_) | Value::Object(_)))) => {
                insert_elements(document, place, &mut text, &json::document_of(value));
            }
            Some(content @ Content::Json(_)) => text.push_str(&content.text()),
            None => {}
        }
    }
    if text.is_empty() {
        document.detach(place);
    } else {
        document.set_text(place, &text);
    }
}

/// Puts the elements of a list or the members of an object, without the wrapper that stands for the whole, behind the
/// text before them (mediators.md §5.3).
fn insert_elements(document: &mut Document, place: NodeId, text: &mut String, tree: &Document) {
    insert_text(document, place, text);
    let members = tree.root_element().into_iter().flat_map(|root| tree.children(root));
    for member in members {
        let copy = document.import(tree, member);
        document.insert_before(place, copy);
    }
}

fn insert_text(document: &mut Document, place: NodeId, text: &mut String) {
    if !text.is_empty() {
        let before = document.create_text(text);
        document.insert_before(place, before);
        text.clear();
    }
}
