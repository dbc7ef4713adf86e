//! No argument breaks out of its place.

use proptest::prelude::*;
use sinew_core::xml::{Document, Limits, NodeId, NodeKind, parse};

use super::argument::Content;
use super::json::JsonTemplate;
use crate::testing::{Compiled, request};

/// Texts that mean something to XML, JSON or placeholders, and any others.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "<|>|&|'|\"|]]>|<!--|-->|<\\?|&lt;|&#0;|<b/>|</a>|<!DOCTYPE x>|xmlns=''",
        "\\$[0-9]{1,2}|\\$\\{x\\}|\\\\|\\\\u0022|\\{|\\}|\\[|\\]|,|:|null|true|1e9",
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// The text as XML can carry it: what XML has no way to write is U+FFFD.
fn in_xml(text: &str) -> String {
    let allowed = |letter: char| matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().map(|letter| if allowed(letter) { letter } else { '\u{FFFD}' }).collect()
}

fn only_text(document: &Document, element: NodeId) -> Option<&str> {
    let mut children = document.children(element);
    match (children.next(), children.next()) {
        (None, None) => Some(""),
        (Some(text), None) if document.kind(text) == NodeKind::Text => Some(document.text(text)),
        _ => None,
    }
}

proptest! {
    #[test]
    fn texts_stay_texts_in_xml(first in hostile_text(), second in hostile_text()) {
        let factory = Compiled::new(
            "<syn:payloadFactory xmlns:syn='http://ws.apache.org/ns/synapse' xmlns=''>
               <syn:format><r><a b='$1 $2'>$1</a><c>$2-$1</c></r></syn:format>
               <syn:args><syn:arg expression='$ctx:first'/><syn:arg expression='$ctx:second'/></syn:args>
             </syn:payloadFactory>",
            &[],
        );
        let mut message = request("POST", "application/xml", "<x/>");
        message.properties.set("first", first.as_str());
        message.properties.set("second", second.as_str());
        let xml = factory.run(message).xml();
        let document = parse(&xml, &Limits::default()).expect("well-formed");
        let root = document.root_element().expect("a root");
        let children: Vec<NodeId> = document.children(root).collect();
        let [a, c] = children.as_slice() else { panic!("two children in {xml}") };
        let (first, second) = (in_xml(&first), in_xml(&second));
        let (joined, turned) = (format!("{first} {second}"), format!("{second}-{first}"));
        prop_assert_eq!(document.attributes(*a).count(), 1);
        prop_assert_eq!(document.attribute(*a, "", "b"), Some(joined.as_str()));
        prop_assert_eq!(only_text(&document, *a), Some(first.as_str()));
        prop_assert_eq!(only_text(&document, *c), Some(turned.as_str()));
    }

    #[test]
    fn texts_stay_in_their_place_in_json(first in hostile_text(), second in hostile_text()) {
        let mut dangling = Vec::new();
        let format = r#"{"a": "$1 $2", "b": [$1, 2], "c": {"d$1": "$2"}, "e": 1}"#;
        let template = JsonTemplate::parse(format, 2, &mut dangling).expect("JSON");
        let arguments = [Content::Text(first.as_str().into()), Content::Literal(second.as_str().into())];
        let written = template.fill(&arguments).to_string();
        let read: serde_json::Value = serde_json::from_str(&written).expect("JSON");
        let alone = match serde_json::from_str::<serde_json::Value>(first.trim()) {
            Ok(value) if !value.is_string() => value,
            _ => first.as_str().into(),
        };
        let expected = serde_json::json!({
            "a": format!("{first} {second}"),
            "b": [alone, 2],
            "c": { format!("d{first}"): second },
            "e": 1,
        });
        prop_assert_eq!(read, expected);
    }
}
