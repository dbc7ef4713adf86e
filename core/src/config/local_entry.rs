//! Local entries: texts and XML by key (configuration.md §6.4).

use std::sync::Arc;

use super::{Attributes, ParseContext};
use crate::diagnostics::{Diagnostic, Location, codes};
use crate::xml::Element;

/// A local entry.
#[derive(Clone, Debug)]
pub struct LocalEntryDefinition {
    /// The key.
    pub key: Arc<str>,
    /// The value.
    pub content: LocalEntryContent,
    /// Where the element starts.
    pub location: Location,
}

/// The value of a local entry.
#[derive(Clone, Debug)]
pub enum LocalEntryContent {
    /// Text as written.
    Text(Arc<str>),
    /// An element, serialised.
    Xml(Arc<str>),
}

impl LocalEntryContent {
    /// The value as text.
    pub fn text(&self) -> &str {
        match self {
            LocalEntryContent::Text(text) | LocalEntryContent::Xml(text) => text,
        }
    }
}

impl LocalEntryDefinition {
    /// Reads `<localEntry>`.
    pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let key = attributes.required("key", context);
        let src = attributes.optional("src");
        attributes.finish(context);
        if src.is_some() {
            context.push(
                Diagnostic::error(
                    codes::ARTIFACT_NOT_SUPPORTED,
                    "local entries with src are not supported yet",
                )
                .at(element.attribute_location("src"))
                .label("not supported yet"),
            );
            return None;
        }
        let child = element.children().find(|child| child.local_name() != "description");
        let content = match child {
            Some(child) => LocalEntryContent::Xml(child.to_xml().into()),
            None => LocalEntryContent::Text(element.text().into()),
        };
        Some(Self { key: key?.trim().into(), content, location: element.location() })
    }
}
