//! Trees written and read again are the same; no input makes the parser panic.

use proptest::prelude::*;

use super::{document, xml};
use crate::xml::{Document, Limits, NodeId, NodeKind, namespaces, parse, parse_bytes, write_indented};

/// One step in building a tree.
#[derive(Debug, Clone)]
enum Step {
    Open { prefix: &'static str, local: &'static str, namespace: &'static str },
    Close,
    Attribute { prefix: &'static str, local: &'static str, namespace: &'static str, value: String },
    Declare { prefix: &'static str, namespace: &'static str },
    Text(String),
    Comment(String),
    Instruction(String),
}

fn step() -> impl Strategy<Value = Step> {
    let prefix = || prop::sample::select(vec!["", "p", "q", "xml", "soapenv"]);
    let namespace = || {
        prop::sample::select(vec![
            "",
            "u",
            "v",
            "http://schemas.xmlsoap.org/soap/envelope/",
            namespaces::XML,
            namespaces::XMLNS,
        ])
    };
    let local = || prop::sample::select(vec!["a", "b", "Envelope", "é", "x-y.z"]);
    let text = || "[ -~\t\n\ré\u{1F600}\u{FF5E}]{0,12}";
    prop_oneof![
        3 => (prefix(), local(), namespace())
            .prop_map(|(prefix, local, namespace)| Step::Open { prefix, local, namespace }),
        2 => Just(Step::Close),
        2 => (prefix(), local(), namespace(), text())
            .prop_map(|(prefix, local, namespace, value)| Step::Attribute { prefix, local, namespace, value }),
        1 => (prefix(), namespace()).prop_map(|(prefix, namespace)| Step::Declare { prefix, namespace }),
        2 => text().prop_map(Step::Text),
        1 => "[ a-z\n&<>-]{0,8}".prop_map(Step::Comment),
        1 => "[ a-z\n&<?]{0,8}".prop_map(Step::Instruction),
    ]
}

fn tree(steps: Vec<Step>) -> Document {
    let mut document = Document::new();
    let mut current = document.create_element("", "root", "");
    document.append_child(document.document_node(), current);
    for step in steps {
        let last_is_text =
            document.last_child(current).is_some_and(|child| document.kind(child) == NodeKind::Text);
        match step {
            Step::Open { prefix, local, namespace } => {
                let element = document.create_element(prefix, local, namespace);
                document.append_child(current, element);
                current = element;
            }
            Step::Close => {
                let parent = document.parent(current).filter(|&parent| document.is_element(parent));
                current = parent.unwrap_or(current);
            }
            Step::Attribute { prefix, local, namespace, value } => {
                document.set_attribute(current, prefix, local, namespace, &value);
            }
            Step::Declare { prefix, namespace } => {
                document.declare_namespace(current, prefix, namespace);
            }
            Step::Text(text) if !text.is_empty() && !last_is_text => {
                let text = document.create_text(&text);
                document.append_child(current, text);
            }
            Step::Text(_) => {}
            Step::Comment(text) => {
                let text = text.replace("--", "- ").replace('\r', "");
                let text = text.strip_suffix('-').unwrap_or(&text);
                let comment = document.create_comment(text);
                document.append_child(current, comment);
            }
            Step::Instruction(data) => {
                let instruction = document.create_processing_instruction("p", &data);
                document.append_child(current, instruction);
            }
        }
    }
    document
}

/// What two equal documents have in common: structure, names, attributes and texts, but not prefixes' places.
fn meaning(document: &Document) -> Vec<String> {
    let describe = |node: NodeId| {
        let depth = document.ancestors(node).count();
        let name = document.name(node).map_or(("", ""), |name| (name.local, name.namespace));
        let attributes: Vec<_> =
            document.attributes(node).map(|it| (it.local, it.namespace, it.value)).collect();
        format!("{depth} {:?} {name:?} {attributes:?} {:?}", document.kind(node), document.text(node))
    };
    document.descendants(document.document_node()).map(describe).collect()
}

/// Fragments that make interesting documents more likely than single letters do.
fn snippets() -> impl Strategy<Value = String> {
    let pieces = vec![
        "<",
        ">",
        "/",
        "</",
        "/>",
        "<a>",
        "</a>",
        "<a",
        " b='",
        "'",
        "\"",
        "=",
        "&",
        "&amp;",
        "&#x",
        ";",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE",
        "xmlns:p='u'",
        "xmlns",
        "p:",
        ":",
        " ",
        "\r\n",
        "é",
        "\u{feff}",
        "\u{0}",
        "x",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_tree_written_and_read_again_is_the_same(steps in prop::collection::vec(step(), 0..40)) {
        let before = tree(steps);
        let text = xml(&before, before.document_node());
        let after = document(&text);
        prop_assert_eq!(meaning(&before), meaning(&after), "{}", text);
        // Once everything is declared, writing changes nothing more.
        prop_assert_eq!(xml(&after, after.document_node()), text);
        let mut pretty = String::new();
        write_indented(&after, after.document_node(), &mut pretty);
        document(&pretty);
    }

    #[test]
    fn every_part_can_stand_alone(steps in prop::collection::vec(step(), 0..40)) {
        let whole = tree(steps);
        let text = xml(&whole, whole.document_node());
        let whole = document(&text);
        for node in whole.descendants(whole.document_node()).filter(|&node| whole.is_element(node)) {
            let part = document(&xml(&whole, node));
            prop_assert_eq!(part.descendants(part.document_node()).count(), whole.descendants(node).count() + 1);
            let mut copy = Document::new();
            let copied = copy.import(&whole, node);
            copy.append_child(copy.document_node(), copied);
            prop_assert_eq!(meaning(&copy), meaning(&part));
            prop_assert_eq!(meaning(&document(&xml(&copy, copy.document_node()))), meaning(&part));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse_bytes(&bytes, None, &Limits::default());
        let _ = parse_bytes(&bytes, Some("utf-16"), &Limits::default());
    }

    #[test]
    fn no_text_panics_and_what_is_accepted_round_trips(text in snippets()) {
        for text in [text.clone(), format!("<a>{text}</a>"), format!("<a {text}/>")] {
            if let Ok(before) = parse(&text, &Limits::default()) {
                let after = document(&xml(&before, before.document_node()));
                prop_assert_eq!(meaning(&before), meaning(&after));
            }
        }
    }
}
