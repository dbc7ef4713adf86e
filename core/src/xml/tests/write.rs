//! From trees to text.

use super::{document, root, xml};
use crate::xml::{Document, Element, SourceDocument, namespaces, write_indented};

fn rewritten(text: &str) -> String {
    let document = document(text);
    xml(&document, document.document_node())
}

fn indented(text: &str) -> String {
    let document = document(text);
    let mut out = String::new();
    write_indented(&document, document.document_node(), &mut out);
    out
}

#[test]
fn writes_what_it_read() {
    for text in [
        "<a/>",
        "<a b=\"1\" c=\"2\">x<b/>y<!--z--><?p q?><?r?></a>",
        "<!--before--><a/><?after?>",
        "<p:a xmlns:p=\"u\" xmlns=\"v\" p:x=\"\"><b xmlns=\"\"/><p:c/></p:a>",
        "<a>&lt;&amp;&gt;\"'é\u{1F600}</a>",
        "<a b=\"&lt;&amp;>&quot;'&#9;&#10;&#13;\"/>",
        "<a>1&#13;\n2</a>",
        "<a xml:lang=\"de\"/>",
    ] {
        assert_eq!(rewritten(text), text);
    }
}

#[test]
fn a_part_declares_what_was_in_scope() {
    let document = document("<a xmlns='u' xmlns:p='v' xmlns:q='w'><b p:x='' xmlns:q='z'><c/></b></a>");
    let b = document.child_elements(root(&document)).next().expect("b");
    assert_eq!(xml(&document, b), r#"<b xmlns:q="z" xmlns="u" xmlns:p="v" p:x=""><c/></b>"#);
    let c = document.child_elements(b).next().expect("c");
    assert_eq!(xml(&document, c), r#"<c xmlns="u" xmlns:q="z" xmlns:p="v"/>"#);
}

#[test]
fn an_undeclared_default_namespace_stays_undeclared() {
    let document = document("<a xmlns='u'><b xmlns=''><c/></b></a>");
    let b = document.child_elements(root(&document)).next().expect("b");
    let c = document.child_elements(b).next().expect("c");
    let part = xml(&document, c);
    let again = super::document(&part);
    assert_eq!(again.name(root(&again)).map(|name| name.namespace), Some(""));
}

#[test]
fn made_names_get_their_declarations() {
    let mut document = Document::new();
    let a = document.create_element("p", "a", "u");
    let b = document.create_element("", "b", "v");
    let c = document.create_element("", "c", "");
    let d = document.create_element("p", "d", "w");
    document.append_child(document.document_node(), a);
    document.append_child(a, b);
    document.append_child(b, c);
    document.append_child(c, d);
    document.set_attribute(d, "p", "x", "w", "1");
    document.set_attribute(d, "p", "y", "u", "2");
    let text = xml(&document, document.document_node());
    let again = super::document(&text);
    let names: Vec<_> =
        again.descendants(again.document_node()).filter_map(|node| again.name(node)).collect();
    assert_eq!(
        names.iter().map(|name| (name.local, name.namespace)).collect::<Vec<_>>(),
        [("a", "u"), ("b", "v"), ("c", ""), ("d", "w")]
    );
    let d = again.descendants(again.document_node()).last().expect("d");
    assert_eq!((again.attribute(d, "w", "x"), again.attribute(d, "u", "y")), (Some("1"), Some("2")));
}

/// An attribute's declaration must not change what the element's own inherited prefix means.
#[test]
fn attributes_do_not_steal_the_prefix_of_their_element() {
    let mut document = document("<p:a xmlns:p='u'><p:b/></p:a>");
    let b = document.child_elements(root(&document)).next().expect("b");
    document.set_attribute(b, "p", "x", "v", "1");
    let again = super::document(&xml(&document, document.document_node()));
    let b = again.child_elements(root(&again)).next().expect("b");
    assert!(again.has_name(b, "u", "b"));
    assert_eq!(again.attribute(b, "v", "x"), Some("1"));
}

#[test]
fn nothing_put_in_breaks_the_output() {
    let mut document = Document::new();
    let a = document.create_element("1p", "a><evil", "u\"<&");
    document.append_child(document.document_node(), a);
    document.set_attribute(a, "", "x y='z'", "", "<\u{1}\u{ffff}&\"");
    document.set_attribute(a, "", "", "", "no name");
    let text = document.create_text("]]>\u{0}</a>");
    let comment = document.create_comment("a--b---");
    let instruction = document.create_processing_instruction("xml", " a?>b?>");
    for child in [text, comment, instruction] {
        document.append_child(a, child);
    }
    let again = super::document(&xml(&document, document.document_node()));
    let a = root(&again);
    assert_eq!(again.name(a).map(|name| (name.local, name.namespace)), Some(("a__evil", "u\"<&")));
    assert_eq!(again.attribute(a, "", "x_y__z_"), Some("<\u{fffd}\u{fffd}&\""));
    let texts: Vec<_> = again.children(a).map(|child| again.text(child)).collect();
    assert_eq!(texts, ["]]>\u{fffd}</a>", "a- -b- - - ", "a? >b? >"]);
}

#[test]
fn indents_for_people() {
    assert_eq!(
        indented(
            "<!--x--><a><b c='1'><d/>  <e>text</e></b>\n\n<f> </f><!--y--><g>one <h><i/></h> two</g></a>"
        ),
        "<!--x-->\n<a>\n  <b c=\"1\">\n    <d/>\n    <e>text</e>\n  </b>\n  <f> </f>\n  <!--y-->\n  \
         <g>one <h><i/></h> two</g>\n</a>"
    );
    let preserved = "<a xml:space=\"preserve\"> <b/> </a>";
    assert_eq!(indented(preserved), preserved);
    assert_eq!(indented("<a>\n <b/>\n</a>"), "<a>\n  <b/>\n</a>");
}

#[test]
fn single_nodes_can_be_written() {
    let document = document("<a>x&amp;<!--c--><?p q?></a>");
    let written: Vec<_> = document.children(root(&document)).map(|node| xml(&document, node)).collect();
    assert_eq!(written, ["x&amp;", "<!--c-->", "<?p q?>"]);
    let mut out = String::new();
    write_indented(&document, document.first_child(root(&document)).expect("text"), &mut out);
    assert_eq!(out, "x&amp;");
}

#[test]
fn configuration_elements_write_themselves() {
    let file = crate::diagnostics::SourceFile::new("a.xml", "<s:a xmlns:s='u'><s:b/></s:a>");
    let source = SourceDocument::parse(file, &Default::default()).expect("well-formed");
    let b: Element<'_> = source.root().child("u", "b").expect("b");
    assert_eq!(b.to_xml(), r#"<s:b xmlns:s="u"/>"#);
    assert_eq!(b.namespaces_in_scope(), [("s", "u"), ("xml", namespaces::XML)]);
}
