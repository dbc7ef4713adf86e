//! Keys that lead nowhere, or round in a circle, with what people want to know about them.

use std::sync::Arc;

use sinew_core::config::{ArtifactKind, Configuration, ResourceKey};
use sinew_core::diagnostics::{Code, Diagnostic, Location, codes, nearest};

/// What a key is meant to stand for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    Sequence,
    Endpoint,
    Template,
    LocalEntry,
    EndpointTemplate,
}

impl Wanted {
    /// The word people use for it.
    fn word(self) -> &'static str {
        match self {
            Wanted::Sequence => "sequence",
            Wanted::Endpoint => "endpoint",
            Wanted::Template => "template",
            Wanted::LocalEntry => "local entry",
            Wanted::EndpointTemplate => "endpoint template",
        }
    }

    fn not_defined(self) -> Code {
        match self {
            Wanted::Sequence => codes::SEQUENCE_NOT_DEFINED,
            Wanted::Endpoint => codes::ENDPOINT_NOT_DEFINED,
            Wanted::Template | Wanted::EndpointTemplate => codes::TEMPLATE_NOT_DEFINED,
            Wanted::LocalEntry => codes::LOCAL_ENTRY_NOT_DEFINED,
        }
    }

    /// Where what a key stands for is defined.
    fn find(self, key: &str, configuration: &Configuration) -> Option<Location> {
        match self {
            Wanted::Sequence => configuration.sequence(key).map(|found| found.location.clone()),
            Wanted::Endpoint => configuration.endpoint(key).map(|found| found.location.clone()),
            Wanted::Template => {
                let template = configuration.template(key).filter(|found| found.body.is_some());
                template.map(|found| found.location.clone())
            }
            Wanted::EndpointTemplate => {
                let template = configuration.template(key).filter(|found| found.endpoint.is_some());
                template.map(|found| found.location.clone())
            }
            Wanted::LocalEntry => configuration.local_entries.get(key).map(|found| found.location.clone()),
        }
    }

    /// Every key that stands for such.
    pub(super) fn keys(self, configuration: &Configuration) -> Vec<Arc<str>> {
        configuration.keys().filter(|key| self.find(key, configuration).is_some()).cloned().collect()
    }
}

/// What is to be said of a key that nothing has: an error, or a warning where a registry may have it.
pub(super) fn missing(key: &ResourceKey, wanted: Wanted, configuration: &Configuration) -> Diagnostic {
    let (text, what) = (&key.text, wanted.word());
    let diagnostic = if configuration.has_registry {
        Diagnostic::warning(
            codes::RESOLVED_AT_RUN_TIME,
            format!("{what} \"{text}\" is not defined here; using it is a fault unless the registry has it"),
        )
    } else {
        Diagnostic::error(wanted.not_defined(), format!("{what} \"{text}\" is not defined"))
    };
    let diagnostic = diagnostic.at(key.location.clone()).label(format!("no {what} with this key"));
    match help(text, wanted, configuration) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// What has this name and is something else, or has a similar one.
fn help(text: &str, wanted: Wanted, configuration: &Configuration) -> Option<String> {
    let what = wanted.word();
    let keyed =
        [ArtifactKind::LocalEntry, ArtifactKind::Endpoint, ArtifactKind::Sequence, ArtifactKind::Template];
    let other =
        configuration.artifacts.iter().find(|found| *found.name == *text && keyed.contains(&found.kind));
    if let Some(other) = other {
        let kind = other.kind.words();
        let place = place(&other.location);
        return Some(match other.kind {
            ArtifactKind::LocalEntry => format!("the {kind} \"{text}\" in {place} holds no <{what}>"),
            _ => format!("\"{text}\" is the {kind} in {place}"),
        });
    }
    let keys = wanted.keys(configuration);
    let near = nearest(text, keys.iter().map(|key| &**key))?;
    let place = wanted.find(near, configuration).map(|location| format!(" in {}", place(&location)));
    Some(format!("a {what} \"{near}\" is defined{}", place.unwrap_or_default()))
}

/// What is to be said of a key that leads back to where it stands.
pub(super) fn cycle(key: &ResourceKey, wanted: Wanted) -> Diagnostic {
    let (text, what) = (&key.text, wanted.word());
    let code = match wanted {
        Wanted::Endpoint | Wanted::EndpointTemplate => codes::ENDPOINT_CYCLE,
        Wanted::Sequence | Wanted::Template | Wanted::LocalEntry => codes::SEQUENCE_CYCLE,
    };
    let diagnostic = Diagnostic::error(code, format!("{what} \"{text}\" comes back to itself"))
        .at(key.location.clone())
        .label("closes the circle");
    match wanted {
        Wanted::Endpoint | Wanted::EndpointTemplate => diagnostic,
        _ => diagnostic.help(format!("a {what} that calls itself, directly or through others, never ends")),
    }
}

fn place(location: &Location) -> String {
    format!("{}:{}", location.file.name(), location.position().line)
}
