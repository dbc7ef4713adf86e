//! Whether `main` rewrites locations itself.

use sinew_core::config::{ArtifactKind, Definition, SequenceDefinition, SourceKind, parse_file};
use sinew_core::diagnostics::SourceFile;

use sinew_core::config::balancer::LocationRewriting;

use super::*;

/// The sequence `main` of a file.
fn main_of(text: &str, kind: SourceKind) -> SequenceDefinition {
    let file = SourceFile::new("main.xml", text);
    let (artifacts, _) = parse_file(&file, kind, &sinew_mediators::registry());
    let main = artifacts.into_iter().find(|artifact| &*artifact.name == "main").expect("main");
    match main.definition {
        Definition::Sequence(sequence) => sequence,
        _ => panic!("main is a sequence"),
    }
}

fn sequence(inside: &str) -> SequenceDefinition {
    let text =
        format!("<sequence xmlns=\"http://ws.apache.org/ns/synapse\" name=\"main\">{inside}</sequence>");
    main_of(&text, SourceKind::Artifact(ArtifactKind::Sequence))
}

#[test]
fn location_logic_is_found_in_the_out_part() {
    for (inside, found) in [
        ("<in><send/></in><out><send/></out>", false),
        ("", false),
        // The shape of the shipped main sequence (§7.2).
        (
            "<in><send/></in><out><filter source=\"$trp:Location\" regex=\".+\"><drop/></filter><send/></out>",
            true,
        ),
        ("<out><property name=\"Location\" scope=\"transport\" value=\"/x\"/></out>", true),
        ("<out><property name=\"x\" expression=\"get-property('transport', 'Location')\"/></out>", true),
        ("<out><property name=\"x\" expression='get-property(\"transport\",\"location\")'/></out>", true),
        ("<out><header name=\"Location\" scope=\"transport\" action=\"remove\"/></out>", true),
        ("<filter source=\"$trp:location\" regex=\".+\"><then><send/></then></filter>", true),
        ("<out><script language=\"js\">var l = h.get('Location');</script></out>", true),
        // What is something else.
        ("<in><property name=\"Location\" scope=\"transport\" value=\"/x\"/></in><out><send/></out>", false),
        ("<out><log><property name=\"l\" expression=\"$trp:Location\"/></log><send/></out>", false),
        ("<out><!-- $trp:Location --><send/></out>", false),
        ("<out><property name=\"LB_Location_Host\" value=\"x\"/></out>", false),
        ("<out><property name=\"x\" expression=\"$trp:Location-Hint\"/></out>", false),
        ("<out><property name=\"x\" expression=\"//address/location\"/></out>", false),
    ] {
        assert_eq!(has_location_logic(&sequence(inside)), found, "{inside}");
    }
}

#[test]
fn only_the_sequence_itself_is_looked_into() {
    let other =
        "<sequence name=\"other\"><property name=\"Location\" scope=\"transport\" value=\"/x\"/></sequence>";
    let definitions = |main: &str| {
        format!(
            "<definitions xmlns=\"http://ws.apache.org/ns/synapse\">{other}<sequence name=\"main\">{main}</sequence></definitions>"
        )
    };
    let plain = main_of(&definitions("<sequence key=\"other\"/>"), SourceKind::Definitions);
    assert!(!has_location_logic(&plain));
    let own = main_of(
        &definitions("<filter source=\"$trp:Location\" regex=\".+\"><drop/></filter>"),
        SourceKind::Definitions,
    );
    assert!(has_location_logic(&own));
}

#[test]
fn the_key_decides() {
    let plain = sequence("<send/>");
    let own = sequence("<filter source=\"$trp:Location\" regex=\".+\"><drop/></filter>");
    for (text, with_plain, with_own) in [("auto", true, false), ("on", true, true), ("off", false, false)] {
        let mode: LocationRewriting = text.parse().expect(text);
        assert_eq!((rewrites(mode, &plain), rewrites(mode, &own)), (with_plain, with_own), "{text}");
    }
}
