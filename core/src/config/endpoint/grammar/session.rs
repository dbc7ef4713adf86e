//! `<session>` beside a load balancer (endpoints.md §6).

use super::values::{ignored_child, milliseconds};
use crate::config::endpoint::{SessionDefinition, SessionKind};
use crate::config::{Attributes, ParseContext};
use crate::xml::Element;

/// The kinds by the word of `type`.
const KINDS: [(&str, SessionKind); 3] = [
    ("http", SessionKind::Http),
    ("soap", SessionKind::Soap),
    ("simpleClientSession", SessionKind::SimpleClient),
];

/// Reads the session if there is one; the outer `None` means that it was there and wrong. A missing or unknown type
/// fails at the first message in the original, and here when it is read (case E78).
pub(super) fn parse(
    element: Option<Element<'_>>,
    allowed: &[SessionKind],
    context: &mut ParseContext<'_>,
) -> Option<Option<SessionDefinition>> {
    let Some(element) = element else { return Some(None) };
    let mut attributes = Attributes::of(element);
    let word = attributes.required("type", context);
    let kinds = KINDS.iter().filter(|(_, kind)| allowed.contains(kind));
    let kind = word.and_then(|word| kinds.clone().find(|(known, _)| *known == word.trim()));
    if let (Some(word), None) = (word, kind) {
        let words: Vec<&str> = kinds.map(|(word, _)| *word).collect();
        let message = format!("there are no sessions of the type \"{word}\" here");
        attributes.invalid("type", message, words.join(" or "), context);
    }
    attributes.finish(context);
    let mut timeout = None;
    let mut readable = true;
    for child in element.children() {
        match child.local_name() {
            "sessionTimeout" => {
                timeout = milliseconds(child, context);
                readable &= timeout.is_some();
            }
            "description" => {}
            _ => ignored_child(child, context),
        }
    }
    let (_, kind) = *kind?;
    readable.then(|| Some(SessionDefinition { kind, timeout, location: element.location() }))
}
