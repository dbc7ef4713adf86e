//! Any text: nothing panics, every problem lies inside the text, and what is written is read as the same tree.

use proptest::prelude::*;

use super::super::tree::Block;
use super::super::{parse, read};
use super::Known;
use crate::diagnostics::{SourceFile, render};

/// Pieces of the language and of its XML, so that most texts come near to something.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "loadbalancer",
        "services",
        "defaults",
        "domains",
        "members",
        "mgt",
        "worker",
        "hosts",
        "tenant_range",
        "sub_domain",
        "instances",
        "algorithm",
        "url_suffix",
        "strict",
        "tenant_id",
        "a",
        "b.test",
        "1-5",
        "*",
        "{",
        "}",
        ";",
        "#",
        "\n",
        "\r\n",
        " ",
        "\t",
        "${A}",
        "${",
        ":",
        ",",
        "-",
        "0",
        "7",
        "\u{feff}",
        "\u{a0}",
        "é",
        "<task",
        "<loadBalancerConfig>",
        "</loadBalancerConfig>",
        "<services>",
        "/>",
        "<property name=\"",
        "\"",
    ];
    prop_oneof![
        8 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read(pieces in proptest::collection::vec(piece(), 0..120)) {
        check(&pieces.concat());
    }

    #[test]
    fn any_characters_are_read(text in any::<String>()) {
        check(&text);
    }
}

fn check(text: &str) {
    let file = SourceFile::new("lb.conf", text);
    let (configuration, found) = read(&file, &Known::default());
    assert_eq!(configuration.is_none(), found.has_errors(), "{text:?}");
    for diagnostic in &found {
        let span = diagnostic.location.as_ref().expect("a place").span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?} in {text:?}");
        assert!(!render(diagnostic, false).is_empty());
    }
    let (tree, found) = parse(&file);
    let Some(mut tree) = tree.filter(|_| !found.has_errors()) else { return };
    let written = tree.to_string();
    let (again, found) = parse(&SourceFile::new("written", written.clone()));
    assert!(!found.has_errors(), "{written:?}");
    let again = again.expect("a tree");
    // Properties that are never written are not read again.
    show(&mut tree.root);
    assert_eq!(again, tree, "{written:?}");
    assert_eq!(again.to_string(), written);
    let (same, _) = read(&SourceFile::new("written", written), &Known::default());
    if let (Some(one), Some(other)) = (configuration, same) {
        assert_eq!(one, other, "{text:?}");
    }
}

fn show(block: &mut Block) {
    block.properties.retain(|property| !["tenant_id", "alias"].contains(&&*property.key));
    block.blocks.iter_mut().for_each(show);
}
