//! Formats of every media type.

use std::str::FromStr;
use std::sync::OnceLock;

use serde_json::Value;
use sinew_core::config::ResourceKey;
use sinew_core::expression::{Scope, ValueSource};
use sinew_core::mediation::Fault;
use sinew_core::message::SoapVersion;
use sinew_core::xml::{Document, Limits, parse};

use super::argument::Content;
use super::json::JsonTemplate;
use super::placeholders::{Dangling, Pattern};
use super::xml::XmlTemplate;

/// `media-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    Xml,
    Json,
    Text,
}

/// What is made of arguments.
#[derive(Debug)]
pub(super) enum Template {
    Xml(Box<XmlTemplate>),
    Json(JsonTemplate),
    Text(Pattern),
}

/// Where the template is.
#[derive(Debug)]
pub(super) enum Format {
    /// Written in place.
    Inline(Template),
    /// In the local entry with this key, read when first needed: entries do not change while a configuration is in
    /// service.
    Entry(EntryFormat),
}

/// A format that is a local entry.
#[derive(Debug)]
pub(super) struct EntryFormat {
    pub(super) key: ValueSource,
    /// The key, when it is the same for every message.
    pub(super) written: Option<ResourceKey>,
    pub(super) media_type: MediaType,
    pub(super) arguments: usize,
    pub(super) cache: OnceLock<Template>,
}

/// A new payload.
#[derive(Debug)]
pub(super) enum Made {
    /// The elements for the body.
    Content(Document),
    /// A whole envelope.
    Envelope(Document, SoapVersion),
    Json(Value),
    Text(String),
}

impl Format {
    /// The payload for this message.
    ///
    /// # Errors
    /// The local entry is missing or is no format of the media type.
    pub(super) fn make(&self, arguments: &[Content<'_>], scope: Scope<'_>) -> Result<Made, Fault> {
        match self {
            Format::Inline(template) => Ok(template.make(arguments)),
            Format::Entry(entry) => entry.make(arguments, scope),
        }
    }
}

impl Template {
    fn make(&self, arguments: &[Content<'_>]) -> Made {
        match self {
            Template::Xml(template) => match template.soap() {
                Some(version) => Made::Envelope(template.fill(arguments), version),
                None => Made::Content(template.fill(arguments)),
            },
            Template::Json(template) => Made::Json(template.fill(arguments)),
            Template::Text(pattern) => {
                let empty = Content::Text("".into());
                Made::Text(pattern.fill(|index| arguments.get(index).unwrap_or(&empty).text()))
            }
        }
    }
}

impl EntryFormat {
    fn make(&self, arguments: &[Content<'_>], scope: Scope<'_>) -> Result<Made, Fault> {
        match &self.key {
            ValueSource::Literal(key) => match self.cache.get() {
                Some(template) => Ok(template.make(arguments)),
                None => {
                    let template = self.read(key, scope)?;
                    Ok(self.cache.get_or_init(|| template).make(arguments))
                }
            },
            ValueSource::Computed(expression) => {
                let key = expression.string(scope)?.unwrap_or_default();
                Ok(self.read(&key, scope)?.make(arguments))
            }
        }
    }

    fn read(&self, key: &str, scope: Scope<'_>) -> Result<Template, Fault> {
        let text = scope
            .surroundings
            .local_entry(key)
            .ok_or_else(|| Fault::mediation(format!("the format \"{key}\" is no local entry")))?;
        match self.media_type {
            MediaType::Text => {
                let mut dangling = Vec::new();
                let pattern = Pattern::parse(&text, self.arguments, &mut dangling);
                log_dangling(key, dangling.iter());
                Ok(Template::Text(pattern))
            }
            MediaType::Xml => {
                let document = parse(&text, &Limits::default()).map_err(|error| {
                    Fault::mediation(format!("the format \"{key}\" is not well-formed XML"))
                        .detail(error.to_string())
                })?;
                let elements = document.child_elements(document.document_node());
                let mut dangling = Vec::new();
                let template = XmlTemplate::new(&document, elements, self.arguments, &mut dangling);
                log_dangling(key, dangling.iter().map(|(one, _)| one));
                Ok(Template::Xml(Box::new(template)))
            }
            MediaType::Json => {
                let mut dangling = Vec::new();
                let template =
                    JsonTemplate::parse(&text, self.arguments, &mut dangling).map_err(|error| {
                        Fault::mediation(format!("the format \"{key}\" is no JSON")).detail(error.to_string())
                    })?;
                log_dangling(key, dangling.iter());
                Ok(Template::Json(template))
            }
        }
    }
}

/// What a check reports of formats that are written in place (case 131).
fn log_dangling<'d>(key: &str, dangling: impl Iterator<Item = &'d Dangling>) {
    for one in dangling {
        tracing::error!(target: "mediation", "the format \"{key}\" has no argument for {one}; it stays as it is");
    }
}

impl FromStr for MediaType {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "xml" => Ok(MediaType::Xml),
            "json" => Ok(MediaType::Json),
            "text" => Ok(MediaType::Text),
            _ => Err(()),
        }
    }
}
