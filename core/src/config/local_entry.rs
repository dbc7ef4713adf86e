//! Local entries: texts and XML by key (configuration.md §6.4).
//!
//! One that holds a sequence, an endpoint or a template can be used where a key of such is wanted
//! (configuration.md §5 step 3).

use std::sync::Arc;

use super::endpoint::EndpointDefinition;
use super::{Attributes, NAMESPACE, ParseContext, SequenceDefinition, TemplateDefinition};
use crate::diagnostics::{Diagnostic, Location, SourceFile, codes};
use crate::xml::{Element, Limits, SourceDocument};

/// A local entry.
#[derive(Clone, Debug)]
pub struct LocalEntryDefinition {
    /// The key.
    pub key: Arc<str>,
    /// The value.
    pub content: LocalEntryContent,
    /// The artifact that the value is, if it is one that can be used by key.
    pub artifact: Option<EntryArtifact>,
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

/// An artifact in a local entry.
#[derive(Clone, Debug)]
pub enum EntryArtifact {
    /// `<sequence>`.
    Sequence(Arc<SequenceDefinition>),
    /// `<endpoint>`.
    Endpoint(Arc<EndpointDefinition>),
    /// `<template>`.
    Template(Arc<TemplateDefinition>),
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
    /// Reads `<localEntry>`, and the file that its `src` names.
    pub fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        let key = attributes.required("key", context);
        let src = attributes.optional("src");
        attributes.finish(context);
        let (content, artifact) = match src {
            Some(src) => from_file(element, src, context)?,
            None => inline(element, context)?,
        };
        Some(Self { key: key?.trim().into(), content, artifact, location: element.location() })
    }
}

/// What stands in the element: its first child element other than `<description>`, else its text.
fn inline(
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<(LocalEntryContent, Option<EntryArtifact>)> {
    match element.children().find(|child| child.local_name() != "description") {
        Some(child) => xml(child, context),
        None => Some((LocalEntryContent::Text(element.text().into()), None)),
    }
}

/// What the file holds: an element if it is XML, else its text.
fn from_file(
    element: Element<'_>,
    src: &str,
    context: &mut ParseContext<'_>,
) -> Option<(LocalEntryContent, Option<EntryArtifact>)> {
    let location = element.attribute_location("src");
    let path = match scheme(src) {
        Some("file") | None => src.trim(),
        Some(scheme) => {
            context.push(
                Diagnostic::error(
                    codes::ARTIFACT_NOT_SUPPORTED,
                    format!("local entries cannot be fetched by {scheme}: their content would change unseen"),
                )
                .at(location)
                .label("only files are read")
                .help("keep a copy of the file and name it as file:…"),
            );
            return None;
        }
    };
    let file = match context.read(path) {
        Ok(file) => file,
        Err(reason) => {
            context.push(
                Diagnostic::error(
                    codes::FILE_UNREADABLE,
                    format!("cannot read the file of this local entry: {reason}"),
                )
                .at(location)
                .label("not read"),
            );
            return None;
        }
    };
    let text = || (LocalEntryContent::Text(file.text().into()), None);
    if !looks_like_xml(&file) {
        return Some(text());
    }
    match SourceDocument::parse(file.clone(), &Limits::default()) {
        Ok(document) => xml(document.root(), context),
        Err(diagnostic) => {
            let line = diagnostic.location.as_ref().map_or(1, |place| place.position().line);
            let message = format!("{} (line {line} of {})", diagnostic.message, file.name());
            context
                .push(Diagnostic::warning(diagnostic.code, message).at(location).label("the entry is text"));
            Some(text())
        }
    }
}

/// An element, and the artifact that it is; `None` when it is a wrong one.
fn xml(
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<(LocalEntryContent, Option<EntryArtifact>)> {
    let artifact = match element.local_name() {
        _ if element.namespace() != NAMESPACE => None,
        "sequence" => {
            Some(EntryArtifact::Sequence(Arc::new(SequenceDefinition::parse_named(element, context)?)))
        }
        "endpoint" => Some(EntryArtifact::Endpoint(Arc::new(context.endpoint(element)?))),
        "template" => Some(EntryArtifact::Template(Arc::new(TemplateDefinition::parse(element, context)?))),
        _ => None,
    };
    Some((LocalEntryContent::Xml(element.to_xml().into()), artifact))
}

/// The scheme of a URL. A single letter is a drive.
pub(super) fn scheme(src: &str) -> Option<&str> {
    let (scheme, _) = src.trim().split_once(':')?;
    (scheme.len() > 1 && scheme.chars().all(|letter| letter.is_ascii_alphanumeric())).then_some(scheme)
}

fn looks_like_xml(file: &SourceFile) -> bool {
    file.text().trim_start_matches('\u{feff}').trim_start().starts_with('<')
}
