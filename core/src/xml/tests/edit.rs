//! Changing trees.

use std::cmp::Ordering;

use super::{document, root, xml};
use crate::xml::{Document, NodeId};

fn shown(document: &Document) -> String {
    xml(document, document.document_node())
}

fn named(document: &Document, local: &str) -> NodeId {
    let is_it = |&node: &NodeId| document.name(node).is_some_and(|name| name.local == local);
    document.descendants(document.document_node()).find(is_it).expect(local)
}

#[test]
fn puts_nodes_in_their_places() {
    let mut document = document("<a><b/></a>");
    let (a, b) = (root(&document), named(&document, "b"));
    let first = document.create_text("1");
    let second = document.create_element("", "c", "");
    let third = document.create_text("3");
    document.insert_before(b, first);
    document.insert_after(b, second);
    document.append_child(a, third);
    assert_eq!(shown(&document), "<a>1<b/><c/>3</a>");
    document.append_child(a, first);
    assert_eq!(shown(&document), "<a><b/><c/>31</a>");
    document.insert_before(b, second);
    assert_eq!(shown(&document), "<a><c/><b/>31</a>");
    document.replace(b, first);
    assert_eq!(shown(&document), "<a><c/>13</a>");
    document.detach(third);
    document.detach(third);
    assert_eq!(shown(&document), "<a><c/>1</a>");
    assert_eq!(document.parent(third), None);
    document.detach(a);
    assert_eq!(document.root_element(), None);
    assert_eq!(xml(&document, a), "<a><c/>1</a>");
}

#[test]
fn moves_that_would_make_no_tree_do_nothing() {
    let text = "<a><b><c/></b>t</a>";
    let mut document = document(text);
    let [a, b, c] = ["a", "b", "c"].map(|name| named(&document, name));
    let t = document.last_child(a).expect("t");
    let top = document.document_node();
    document.append_child(c, a);
    document.append_child(b, b);
    document.append_child(t, c);
    document.append_child(a, top);
    document.insert_before(b, b);
    document.insert_after(b, b);
    document.insert_before(c, a);
    document.insert_after(top, b);
    document.replace(c, b);
    document.replace(b, b);
    document.detach(top);
    assert_eq!(shown(&document), text);
}

#[test]
fn a_child_can_replace_its_parent() {
    let mut document = document("<a><b><c/></b></a>");
    let (b, c) = (named(&document, "b"), named(&document, "c"));
    document.replace(b, c);
    assert_eq!(shown(&document), "<a><c/></a>");
}

#[test]
fn sets_texts() {
    let mut document = document("<a>x<b/>y<!--z--></a>");
    let (a, b) = (root(&document), named(&document, "b"));
    let comment = document.last_child(a).expect("comment");
    document.set_text(b, "1<2");
    document.set_text(comment, "new");
    assert_eq!(shown(&document), "<a>x<b>1&lt;2</b>y<!--new--></a>");
    document.set_text(a, "all");
    assert_eq!(shown(&document), "<a>all</a>");
    document.set_text(a, "");
    assert_eq!(shown(&document), "<a/>");
    document.set_text(document.document_node(), "nothing");
    assert_eq!(shown(&document), "<a/>");
}

#[test]
fn sets_and_removes_attributes() {
    let mut document = document("<a b='1' c='2' d='3'/>");
    let a = root(&document);
    document.set_attribute(a, "", "c", "", "two");
    document.set_attribute(a, "", "e", "", "4");
    assert_eq!(shown(&document), r#"<a b="1" c="two" d="3" e="4"/>"#);
    assert!(document.remove_attribute(a, "", "b"));
    assert!(document.remove_attribute(a, "", "e"));
    assert!(!document.remove_attribute(a, "", "e"));
    document.set_attribute(a, "", "f", "", "5");
    assert_eq!(shown(&document), r#"<a c="two" d="3" f="5"/>"#);
    for name in ["c", "d", "f"] {
        assert!(document.remove_attribute(a, "", name));
    }
    assert_eq!(document.attributes(a).count(), 0);
    document.set_attribute(a, "", "g", "", "6");
    assert_eq!(shown(&document), r#"<a g="6"/>"#);
}

#[test]
fn attributes_with_a_namespace_get_a_usable_prefix() {
    let mut document = document("<a xmlns='u' xmlns:p='v'/>");
    let a = root(&document);
    document.set_attribute(a, "", "x", "v", "declared prefix");
    document.set_attribute(a, "p", "y", "w", "clashing prefix");
    document.set_attribute(a, "xmlns", "z", "w", "reserved prefix");
    document.set_attribute(a, "q", "lang", "http://www.w3.org/XML/1998/namespace", "de");
    let prefixes: Vec<_> = document.attributes(a).map(|it| it.prefix).collect();
    assert_eq!(prefixes, ["p", "ns0", "ns0", "xml"]);
    let again = super::document(&shown(&document));
    let a = root(&again);
    assert_eq!(again.attribute(a, "v", "x"), Some("declared prefix"));
    assert_eq!(again.attribute(a, "w", "y"), Some("clashing prefix"));
    assert_eq!(again.attribute(a, "w", "z"), Some("reserved prefix"));
}

#[test]
fn declares_namespaces_where_they_change_no_name() {
    let mut document = document("<p:a xmlns:p='u' p:x=''/>");
    let a = root(&document);
    assert!(document.declare_namespace(a, "q", "v"));
    assert!(document.declare_namespace(a, "q", "w"));
    assert!(document.declare_namespace(a, "", "d"));
    assert!(document.declare_namespace(a, "p", "u"));
    assert!(!document.declare_namespace(a, "p", "other"));
    assert!(!document.declare_namespace(a, "r", ""));
    assert!(!document.declare_namespace(a, "xmlns", "v"));
    assert!(!document.declare_namespace(a, "xml", "v"));
    assert!(!document.declare_namespace(a, "r", "http://www.w3.org/2000/xmlns/"));
    let declared: Vec<_> = document.namespace_declarations(a).collect();
    assert_eq!(declared, [("p", "u"), ("q", "w"), ("", "d")]);
}

#[test]
fn imports_with_the_namespaces_used() {
    let source = document("<a xmlns='u' xmlns:p='v' xmlns:q='w'><b p:x='1'><p:c/>t<!--k--><?i j?></b></a>");
    let b = named(&source, "b");
    let mut target = document("<z/>");
    let copied = target.import(&source, b);
    assert_eq!(target.parent(copied), None);
    assert_eq!(xml(&target, copied), r#"<b xmlns="u" xmlns:p="v" p:x="1"><p:c/>t<!--k--><?i j?></b>"#);
    target.append_child(root(&target), copied);
    let again = document(&shown(&target));
    assert!(again.has_name(named(&again, "b"), "u", "b"));
    assert!(again.has_name(named(&again, "z"), "", "z"));

    let whole = target.import(&source, source.document_node());
    assert_eq!(xml(&target, whole), shown(&source));
    let text = target.import(&source, source.descendants(b).find(|&n| source.text(n) == "t").expect("t"));
    assert_eq!(target.text(text), "t");
    let inner_declared = document("<a xmlns:p='u'><b><p:c xmlns:p='v'/><p:d/></b></a>");
    let copied = target.import(&inner_declared, named(&inner_declared, "b"));
    assert_eq!(xml(&target, copied), r#"<b xmlns:p="u"><p:c xmlns:p="v"/><p:d/></b>"#);
}

#[test]
fn a_clone_does_not_see_later_changes() {
    let mut document = document("<a><b/></a>");
    let before = document.clone();
    let b = named(&document, "b");
    document.set_text(b, "changed");
    assert_eq!(shown(&before), "<a><b/></a>");
    assert_eq!(shown(&document), "<a><b>changed</b></a>");
}

#[test]
fn order_follows_the_tree_also_after_edits() {
    let mut document = document("<a><b/><c><d/></c><e/></a>");
    let order = |document: &Document| {
        let mut nodes: Vec<_> = ["a", "b", "c", "d", "e"].iter().map(|name| named(document, name)).collect();
        nodes.sort_by(|&left, &right| document.document_order(right, left));
        nodes.reverse();
        nodes
            .into_iter()
            .map(|node| document.name(node).expect("a name").local.to_owned())
            .collect::<String>()
    };
    assert_eq!(order(&document), "abcde");
    let [b, c, e] = ["b", "c", "e"].map(|name| named(&document, name));
    document.insert_before(b, e);
    assert_eq!(order(&document), "aebcd");
    document.append_child(c, b);
    assert_eq!(order(&document), "aecdb");
    assert_eq!(document.document_order(document.document_node(), e), Ordering::Less);
    assert_eq!(document.document_order(e, e), Ordering::Equal);
    document.detach(e);
    assert_eq!(document.document_order(e, b), Ordering::Greater);
}
