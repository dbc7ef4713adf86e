//! Elements of configuration files, which know where they stand.

use std::borrow::Cow;
use std::sync::Arc;

use super::document::{Document, NodeId, NodeKind};
use super::navigation::Attribute;
use super::{Limits, XmlError, XmlErrorKind, parse, write};
use crate::diagnostics::{Diagnostic, Location, SourceFile, Span, codes};

/// A configuration file and the document in it.
#[derive(Debug)]
pub struct SourceDocument {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The document parsed from the file's text, whose spans are offsets in that text.
    pub document: Document,
}

impl SourceDocument {
    /// Parses a file.
    ///
    /// # Errors
    ///
    /// E0103 for a DOCTYPE, E0104 for what exceeds a limit, E0102 for everything else, at the place found.
    pub fn parse(file: Arc<SourceFile>, limits: &Limits) -> Result<Arc<SourceDocument>, Box<Diagnostic>> {
        match parse(file.text(), limits) {
            Ok(document) => Ok(Arc::new(SourceDocument { file, document })),
            Err(error) => Err(Box::new(diagnostic(file, &error))),
        }
    }

    /// The root element.
    pub fn root<'a>(self: &'a Arc<SourceDocument>) -> Element<'a> {
        let root = self.document.root_element().unwrap_or(self.document.document_node());
        Element { source: self, node: root }
    }
}

fn diagnostic(file: Arc<SourceFile>, error: &XmlError) -> Diagnostic {
    let (code, message) = match &error.kind {
        XmlErrorKind::Doctype => (codes::DOCTYPE_REFUSED, error.to_string()),
        kind if kind.is_limit() => (codes::LIMIT_EXCEEDED, error.to_string()),
        _ => (codes::XML_MALFORMED, format!("the file is not well-formed XML: {error}")),
    };
    let diagnostic = Diagnostic::error(code, message).at(Location::new(file, Span::point(error.offset)));
    match error.kind {
        XmlErrorKind::Doctype => diagnostic.help("remove the document type declaration"),
        _ => diagnostic,
    }
}

/// An element of a configuration file.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    source: &'a Arc<SourceDocument>,
    node: NodeId,
}

impl<'a> Element<'a> {
    /// The element at a node of a file's document.
    pub fn new(source: &'a Arc<SourceDocument>, node: NodeId) -> Element<'a> {
        Element { source, node }
    }

    /// The file and its document.
    pub fn source(&self) -> &'a Arc<SourceDocument> {
        self.source
    }

    /// The document the element stands in.
    pub fn document(&self) -> &'a Document {
        &self.source.document
    }

    /// The element's node.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The namespace, "" for none.
    pub fn namespace(&self) -> &'a str {
        self.document().name(self.node).map_or("", |name| name.namespace)
    }

    /// The name after the prefix.
    pub fn local_name(&self) -> &'a str {
        self.document().name(self.node).map_or("", |name| name.local)
    }

    /// Whether the element has this name; `namespace` is "" for none.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.document().has_name(self.node, namespace, local)
    }

    /// The value of an attribute without a namespace.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.document().attribute(self.node, "", name)
    }

    /// All attributes in order, those with a namespace included, namespace declarations not.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + 'a {
        self.document().attributes(self.node)
    }

    /// Where the value of an attribute without a namespace stands, or the element's name when there is none.
    pub fn attribute_location(&self, name: &str) -> Location {
        self.locate(self.find_attribute(name).map_or(self.name_span(), |attribute| attribute.span))
    }

    /// Where the name of an attribute without a namespace stands, or the element's name when there is none.
    pub fn attribute_name_location(&self, name: &str) -> Location {
        self.locate(self.find_attribute(name).map_or(self.name_span(), |attribute| attribute.name_span))
    }

    fn find_attribute(&self, name: &str) -> Option<Attribute<'a>> {
        let document = self.document();
        document.find_attribute(self.node, "", name).map(|id| document.attribute_by_id(id))
    }

    /// Where the start tag stands.
    pub fn location(&self) -> Location {
        self.locate(self.document().span(self.node))
    }

    /// Where the name in the start tag stands.
    pub fn name_location(&self) -> Location {
        self.locate(self.name_span())
    }

    fn name_span(&self) -> Span {
        self.document().name_span(self.node)
    }

    /// Where the element stands, from its start tag through its end tag.
    pub fn full_location(&self) -> Location {
        self.locate(self.document().full_span(self.node))
    }

    /// A stretch of the file the element stands in, for places inside a value or text.
    pub fn locate(&self, span: Span) -> Location {
        Location::new(Arc::clone(&self.source.file), span)
    }

    /// The element around this one.
    pub fn parent(&self) -> Option<Element<'a>> {
        let parent = self.document().parent(self.node).filter(|&parent| self.document().is_element(parent));
        parent.map(|node| Element { source: self.source, node })
    }

    /// The child elements in order.
    pub fn children(&self) -> impl Iterator<Item = Element<'a>> + 'a {
        let source = self.source;
        self.document().child_elements(self.node).map(move |node| Element { source, node })
    }

    /// The first child element of this name; `namespace` is "" for none.
    pub fn child(&self, namespace: &str, local: &str) -> Option<Element<'a>> {
        self.children().find(|child| child.is(namespace, local))
    }

    /// The text directly inside the element, untrimmed, without that of child elements.
    pub fn text(&self) -> String {
        self.texts().map(|text| self.document().text(text)).collect()
    }

    /// Where the text directly inside the element stands, from its first character that is not white space
    /// to its last; the element's start tag when there is no such text.
    pub fn text_location(&self) -> Location {
        let trimmed = |node| {
            let Span { start, end } = self.document().span(node);
            let written = self.source.file.text().get(start as usize..end as usize).unwrap_or_default();
            let before = written.len() - written.trim_start().len();
            let after = written.len() - written.trim_end().len();
            let shift = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
            Span::new(start.saturating_add(shift(before)), end.saturating_sub(shift(after)))
        };
        let filled = |&text: &NodeId| !self.document().text(text).trim().is_empty();
        let span = match (self.texts().find(filled), self.texts().filter(filled).last()) {
            (Some(first), Some(last)) => Span::new(trimmed(first).start, trimmed(last).end),
            _ => self.document().span(self.node),
        };
        self.locate(span)
    }

    fn texts(&self) -> impl Iterator<Item = NodeId> + 'a {
        let document = self.document();
        document.children(self.node).filter(|&child| document.kind(child) == NodeKind::Text)
    }

    /// Every (prefix, namespace) in scope, innermost declarations first, then `xml`.
    pub fn namespaces_in_scope(&self) -> Vec<(&'a str, &'a str)> {
        self.document().namespaces_in_scope(self.node)
    }

    /// The namespace a prefix means here.
    pub fn lookup_namespace(&self, prefix: &str) -> Option<&'a str> {
        self.document().lookup_namespace(self.node, prefix)
    }

    /// The string value of XPath: all text inside, that of child elements included.
    pub fn string_value(&self) -> Cow<'a, str> {
        self.document().string_value(self.node)
    }

    /// The element as XML that can stand alone.
    pub fn to_xml(&self) -> String {
        let mut xml = String::new();
        write(self.document(), self.node, &mut xml);
        xml
    }
}
