//! Whether a configuration rewrites `Location` itself (elastic-load-balancer.md §2.8).

use sinew_core::config::balancer::LocationRewriting;
use sinew_core::config::{NAMESPACE, SequenceDefinition};
use sinew_core::xml::{Element, Limits, SourceDocument};

/// Whether to rewrite, by the key `rewrite_location` and the `main` sequence that is deployed. Asked once per deployment.
pub fn rewrites(mode: LocationRewriting, main: &SequenceDefinition) -> bool {
    match mode {
        LocationRewriting::On => true,
        LocationRewriting::Off => false,
        LocationRewriting::Auto => !has_location_logic(main),
    }
}

/// Whether a sequence has logic for the `Location` header of answers.
///
/// It has when something in it, outside of `<in>` and `<log>`, is called `Location`, or when an expression reads that
/// header: `$trp:Location`, or `Location` in quotes. Sequences that it refers to by key are not looked into: who keeps
/// the logic elsewhere says `rewrite_location off`.
///
/// The definition's mediators are closed to others, so the file that it came from is read again.
pub fn has_location_logic(sequence: &SequenceDefinition) -> bool {
    let Ok(document) = SourceDocument::parse(sequence.location.file.clone(), &Limits::default()) else {
        return false;
    };
    find(document.root(), sequence).is_some_and(|element| element.children().any(handles_location))
}

/// The element that the definition was read from.
fn find<'a>(element: Element<'a>, sequence: &SequenceDefinition) -> Option<Element<'a>> {
    if element.location().span == sequence.location.span {
        return Some(element);
    }
    element.children().find_map(|child| find(child, sequence))
}

fn handles_location(element: Element<'_>) -> bool {
    if element.is(NAMESPACE, "in") || element.is(NAMESPACE, "log") {
        return false;
    }
    let named = element.attribute("name").is_some_and(|name| name.trim().eq_ignore_ascii_case("location"));
    named
        || element.attributes().any(|attribute| reads_location(attribute.value))
        || reads_location(&element.text())
        || element.children().any(handles_location)
}

/// Whether a text reads or writes the header.
fn reads_location(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let read_by_variable = text.match_indices("$trp:location").any(|(at, found)| {
        let behind = text.get(at + found.len()..).and_then(|rest| rest.chars().next());
        !behind.is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
    });
    read_by_variable || text.contains("'location'") || text.contains("\"location\"")
}
