//! `<property name value/>` as a property of a block.

use super::super::tree::{Block, Property};
use super::names::{Meaning, Row};
use crate::diagnostics::{Diagnostic, Diagnostics, Location, Span, codes, nearest};
use crate::xml::Element;

/// The blocks that properties go to.
pub(super) struct Blocks<'a> {
    /// `loadbalancer`.
    pub(super) balancer: &'a mut Block,
    /// `defaults`, or a service's.
    pub(super) service: &'a mut Block,
}

/// Puts the properties of an element where they belong; `skip` names those that somebody else reads.
pub(super) fn properties(
    element: Element<'_>,
    rows: &[Row],
    skip: &[&str],
    mut blocks: Blocks<'_>,
    diagnostics: &mut Diagnostics,
) {
    for property in named(element, "property") {
        let name = property.attribute("name").unwrap_or_default();
        if skip.contains(&name) {
            continue;
        }
        let Some((_, meaning)) = rows.iter().find(|(known, _)| *known == name) else {
            unknown(property, name, rows, diagnostics);
            continue;
        };
        if *meaning == Meaning::Cloud {
            let message = format!("\"{name}\" is about the cloud; loadbalancer.conf has no key for it");
            diagnostics.push(
                Diagnostic::warning(codes::BALANCER_IGNORED, message)
                    .at(property.attribute_location("name"))
                    .label("not kept"),
            );
            continue;
        }
        let Some(value) = value(property, name, diagnostics) else { continue };
        place(*meaning, &value, property, &mut blocks);
    }
}

/// The child elements of a name, whatever their namespace: inline configurations are written with and without.
pub(super) fn named<'a>(
    element: Element<'a>,
    name: &'static str,
) -> impl Iterator<Item = Element<'a>> + use<'a> {
    let (document, source) = (element.document(), element.source());
    let children = document.child_elements(element.node()).map(move |node| Element::new(source, node));
    children.filter(move |child| child.local_name() == name)
}

fn place(meaning: Meaning, value: &str, element: Element<'_>, blocks: &mut Blocks<'_>) {
    let key_span = element.attribute_location("name").span;
    let value_span = element.attribute_location("value").span;
    let property =
        |key: &str| Property { key: key.to_owned(), key_span, value: value.to_owned(), value_span };
    match meaning {
        Meaning::Balancer(key) => blocks.balancer.set(property(key)),
        Meaning::Service(key) => blocks.service.set(property(key)),
        Meaning::Both(key) => {
            blocks.balancer.set(property(key));
            blocks.service.set(property(key));
        }
        Meaning::Cloud => {}
    }
}

fn value(element: Element<'_>, name: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    let value = element.attribute("value").unwrap_or_default().trim();
    let location = element.attribute_location("value");
    if value.is_empty() {
        let message = format!("\"{name}\" has no value");
        let diagnostic = Diagnostic::error(codes::BALANCER_VALUE_MISSING, message);
        diagnostics.push(diagnostic.at(location).label("needs a value"));
        return None;
    }
    // There were no clusters without instances before 2.0 (elastic-load-balancer.md §1.11.2).
    if name == "minAppInstances" && value == "0" {
        let diagnostic = Diagnostic::error(codes::BALANCER_VALUE_INVALID, "minAppInstances cannot be \"0\"");
        diagnostics.push(diagnostic.at(location).label("expected a whole number from 1"));
        return None;
    }
    text(value, location, diagnostics)
}

/// A text that can stand in `loadbalancer.conf`.
pub(super) fn text(value: &str, location: Location, diagnostics: &mut Diagnostics) -> Option<String> {
    match value.contains([';', '#', '{', '}', '\n', '\r']) && !only_variables(value) {
        false => Some(value.to_owned()),
        true => {
            let message = format!("\"{value}\" cannot be a value of loadbalancer.conf");
            let diagnostic = Diagnostic::error(codes::BALANCER_VALUE_INVALID, message).at(location);
            diagnostics
                .push(diagnostic.label("it may not hold ';', '#', line ends, and braces but for ${NAME}"));
            None
        }
    }
}

/// Whether braces and the like occur as `${NAME}` only.
fn only_variables(value: &str) -> bool {
    let plain = |text: &str| !text.contains([';', '#', '{', '}', '\n', '\r']);
    let mut pieces = value.split("${");
    pieces.next().is_none_or(plain)
        && pieces.all(|piece| piece.split_once('}').is_some_and(|(name, rest)| plain(name) && plain(rest)))
}

fn unknown(element: Element<'_>, name: &str, rows: &[Row], diagnostics: &mut Diagnostics) {
    let message = format!("\"{name}\" is no property of this element");
    let diagnostic = Diagnostic::error(codes::BALANCER_UNKNOWN_KEY, message)
        .at(element.attribute_location("name"))
        .label("unknown property");
    diagnostics.push(match nearest(name, rows.iter().map(|(known, _)| *known)) {
        Some(near) => diagnostic.help(format!("a property with a similar name exists: \"{near}\"")),
        None => diagnostic,
    });
}

/// A property that the file does not write, because it was the default; it stands where its element is.
pub(super) fn implied(block: &mut Block, key: &str, value: &str, place: Span) {
    if block.property(key).is_none() {
        let (key, value) = (key.to_owned(), value.to_owned());
        block.set(Property { key, key_span: Span::point(place.start), value, value_span: place });
    }
}

/// A block that stands where an element is.
pub(super) fn block(name: &str, place: Span) -> Block {
    Block { name: name.to_owned(), name_span: place, ..Block::default() }
}

/// Reports that something must be there.
pub(super) fn missing(message: &str, place: Location, label: &str, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::error(codes::BALANCER_VALUE_MISSING, message).at(place).label(label));
}
