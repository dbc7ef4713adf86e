//! Sizes at which quadratic work or recursion would show: hardening.md §2 row 16.

use std::fmt::Write;

use super::{root, xml};
use crate::xml::{Document, Limits, XmlErrorKind, parse};

const MANY: usize = 100_000;

/// Limits that let everything through.
const NONE: Limits = Limits {
    depth: usize::MAX,
    attributes: usize::MAX,
    name_length: usize::MAX,
    nodes: usize::MAX,
    input: usize::MAX,
};

fn kind(text: &str) -> Option<XmlErrorKind> {
    parse(text, &Limits::default()).err().map(|error| error.kind)
}

#[test]
fn depth() {
    let text = "<a>".repeat(MANY) + &"</a>".repeat(MANY);
    assert_eq!(kind(&text), Some(XmlErrorKind::TooDeep(256)));
    let document = parse(&text, &NONE).expect("well-formed");
    assert_eq!(document.descendants(document.document_node()).count(), MANY);
    assert_eq!(document.string_value(root(&document)), "");
    let written = xml(&document, document.document_node());
    assert_eq!(written.len(), text.len() - "<a></a>".len() + "<a/>".len());
    let mut other = Document::new();
    let copied = other.import(&document, root(&document));
    assert_eq!(other.descendants(copied).count(), MANY - 1);
}

#[test]
fn attributes() {
    let mut text = String::from("<a");
    for number in 0..MANY {
        write!(text, " a{number}=''").expect("a string takes everything");
    }
    text.push_str("/>");
    assert_eq!(kind(&text), Some(XmlErrorKind::TooManyAttributes(256)));
    let document = parse(&text, &NONE).expect("well-formed");
    assert_eq!(document.attributes(root(&document)).count(), MANY);

    let twice = text.replace("/>", " a7=''/>");
    let refused = parse(&twice, &NONE).expect_err("a duplicate");
    assert_eq!(refused.kind, XmlErrorKind::DuplicateAttribute("a7".to_owned()));
}

/// All prefixes are in scope of as many elements, each of which looks one up.
#[test]
fn prefixes() {
    let mut text = String::from("<a");
    for number in 0..MANY {
        write!(text, " xmlns:p{number}='u{number}'").expect("a string takes everything");
    }
    text.push('>');
    for number in 0..MANY {
        write!(text, "<p{number}:b/>").expect("a string takes everything");
    }
    text.push_str("</a>");
    assert_eq!(kind(&text), Some(XmlErrorKind::TooManyAttributes(256)));
    let document = parse(&text, &NONE).expect("well-formed");
    let last = document.last_child(root(&document)).expect("a child");
    assert!(document.has_name(last, &format!("u{}", MANY - 1), "b"));
    assert_eq!(document.namespaces_in_scope(last).len(), MANY + 1);
    assert_eq!(xml(&document, document.document_node()).len(), text.len());
}

/// Prefixes declared one on each level and all undone again.
#[test]
fn prefixes_in_depth() {
    let mut text = String::new();
    for number in 0..MANY {
        write!(text, "<a xmlns:p{number}='u' xmlns:q='v{number}'>").expect("a string takes everything");
    }
    text.push_str("<q:b/>");
    text.push_str(&"</a>".repeat(MANY));
    let document = parse(&text, &NONE).expect("well-formed");
    let deepest = document.descendants(document.document_node()).last().expect("b");
    assert!(document.has_name(deepest, &format!("v{}", MANY - 1), "b"));
}

#[test]
fn texts_of_many_pieces() {
    let text = format!("<a>{}</a>", "&amp;<![CDATA[x]]>".repeat(MANY));
    let document = parse(&text, &Limits::default()).expect("well-formed");
    assert_eq!(document.children(root(&document)).count(), 1);
    assert_eq!(document.string_value(root(&document)).len(), 2 * MANY);
    let many_nodes = format!("<a>{}</a>", "<b/>".repeat(1_000_000));
    assert_eq!(kind(&many_nodes), Some(XmlErrorKind::TooManyNodes(1_000_000)));
}
