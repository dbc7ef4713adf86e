//! What a task says to its message injector.

use std::sync::Arc;

use http::Uri;
use sinew_core::config::{TaskDefinition, TaskProperty, TaskText};
use sinew_core::diagnostics::{Diagnostic, codes, nearest};

use super::message::{Content, Format, parse};
use super::{Sending, Source};
use crate::tasks::{Building, Door, Need, is_of_the_scheduler};

/// The properties that there are.
const PROPERTIES: [&str; 10] = [
    "message",
    "registryKey",
    "to",
    "format",
    "soapAction",
    "injectTo",
    "sequenceName",
    "proxyName",
    "sequential",
    "invokeHandlers",
];

/// Reads the properties; `None` when the task cannot run with them.
pub(super) fn sending(task: &TaskDefinition, building: &mut Building<'_>) -> Option<Sending> {
    let errors = building.diagnostics.error_count();
    unknown(task, building);
    without_effect(task, building);
    let content = content(task, building);
    let to = task.property("to").and_then(|property| to(property, building));
    let action = task.property("soapAction").map(|action| {
        if action.value.text().contains(char::is_control) {
            invalid(action, "an action has no control characters", "expected a URI", building);
        }
        action.value.text().into()
    });
    let door = door(task, building);
    let (content, door) = (content?, door?);
    let format = format(task, &content, &door, building);
    (building.diagnostics.error_count() == errors).then_some(Sending { content, format, to, action, door })
}

fn content(task: &TaskDefinition, building: &mut Building<'_>) -> Option<Source> {
    if let Some(message) = task.property("message") {
        return match parse(message.value.text()) {
            Ok(content) => Some(Source::Given(content)),
            Err(error) => {
                let what = format!("this message is not well-formed XML: {error}");
                invalid(message, what, "expected XML, or text", building);
                None
            }
        };
    }
    if let Some(key) = task.property("registryKey") {
        let text: Arc<str> = key.value.text().trim().into();
        let named = TaskText { text: text.clone(), location: key.location.clone() };
        building.needs.push(Need::LocalEntry(named));
        return Some(Source::LocalEntry(text));
    }
    missing(task, "message", "a message injector needs a message", building);
    None
}

/// The address: what `<send/>` without an endpoint sends to, so that it must be one.
fn to(property: &TaskProperty, building: &mut Building<'_>) -> Option<Uri> {
    let text = property.value.text().trim();
    let uri = text.parse::<Uri>().ok();
    let absolute = uri.filter(|uri| {
        uri.host().is_some_and(|host| !host.is_empty()) && matches!(uri.scheme_str(), Some("http" | "https"))
    });
    if absolute.is_none() {
        invalid(property, format!("\"{text}\" is no address"), "expected http://… or https://…", building);
    }
    absolute
}

fn door(task: &TaskDefinition, building: &mut Building<'_>) -> Option<Door> {
    let Some(property) = task.property("injectTo") else { return Some(Door::Main) };
    let door = match property.value.text().trim().to_ascii_lowercase().as_str() {
        "main" => Door::Main,
        "sequence" => {
            let named = named(task, "sequenceName", building)?;
            building.needs.push(Need::Sequence(named.clone()));
            Door::Sequence(named.text)
        }
        "proxy" => {
            let named = named(task, "proxyName", building)?;
            building.needs.push(Need::Proxy(named.clone()));
            Door::Proxy(named.text)
        }
        _ => {
            let message = format!("\"{}\" is no place: the main sequence counts", property.value.text());
            ignored(property, message, "expected main, sequence or proxy", building);
            Door::Main
        }
    };
    Some(door)
}

fn named(task: &TaskDefinition, name: &str, building: &mut Building<'_>) -> Option<TaskText> {
    let found = task.property(name).map(|property| TaskText {
        text: property.value.text().trim().into(),
        location: property.location.clone(),
    });
    let found = found.filter(|found| !found.text.is_empty());
    if found.is_none() {
        missing(task, name, "where the message goes in is not said", building);
    }
    found
}

/// The format; a word that is none counts as not given, but for a proxy service (configuration.md §6.6).
fn format(
    task: &TaskDefinition,
    content: &Source,
    door: &Door,
    building: &mut Building<'_>,
) -> Option<Format> {
    let property = task.property("format")?;
    let word = property.value.text().trim();
    let known = Format::from_word(word);
    match (known, door) {
        (None, Door::Proxy(_)) => {
            let message = format!("\"{word}\" is no format");
            invalid(property, message, "expected soap11, soap12, pox or get", building);
        }
        (None, _) => {
            let message = format!("\"{word}\" is no format, and counts as none");
            ignored(property, message, "expected soap11, soap12, pox or get", building);
        }
        (Some(_), _) if matches!(content, Source::Given(Content::Text(_))) => {
            ignored(
                property,
                "the message is text, which has no format".to_owned(),
                "has no effect",
                building,
            );
        }
        (Some(_), _) => {}
    }
    known
}

fn unknown(task: &TaskDefinition, building: &mut Building<'_>) {
    for property in &task.properties {
        if PROPERTIES.contains(&&*property.name) || is_of_the_scheduler(&property.name) {
            continue;
        }
        let diagnostic = Diagnostic::error(
            codes::ATTRIBUTE_INVALID,
            format!("message injectors have no property \"{}\"", property.name),
        )
        .at(property.location.clone())
        .label("for nothing");
        building.diagnostics.push(match nearest(&property.name, PROPERTIES) {
            Some(near) => diagnostic.help(format!("a property with a similar name exists: \"{near}\"")),
            None => diagnostic,
        });
    }
}

/// What the fork has and means nothing here: runs wait for their message, and there are no handlers.
fn without_effect(task: &TaskDefinition, building: &mut Building<'_>) {
    for (name, usual) in [("sequential", "true"), ("invokeHandlers", "false")] {
        if let Some(property) = task.property(name)
            && !property.value.text().trim().eq_ignore_ascii_case(usual)
        {
            let message = match name {
                "sequential" => "a run always lasts until its message has been mediated",
                _ => "there are no handlers that could be invoked",
            };
            ignored(property, message.to_owned(), "has no effect", building);
        }
    }
}

fn missing(task: &TaskDefinition, name: &str, message: &str, building: &mut Building<'_>) {
    let place = task.class.as_ref().map_or(&task.location, |class| &class.location);
    building.diagnostics.push(
        Diagnostic::error(codes::CHILD_MISSING, message.to_owned())
            .at(place.clone())
            .label(format!("<property name=\"{name}\"> is missing")),
    );
}

fn invalid(property: &TaskProperty, message: impl Into<String>, label: &str, building: &mut Building<'_>) {
    building.diagnostics.push(
        Diagnostic::error(codes::ATTRIBUTE_INVALID, message).at(property.location.clone()).label(label),
    );
}

fn ignored(property: &TaskProperty, message: String, label: &str, building: &mut Building<'_>) {
    building
        .diagnostics
        .push(Diagnostic::warning(codes::VALUE_IGNORED, message).at(property.location.clone()).label(label));
}
