//! From text to trees: structure, text, names, places, encodings.

use super::{document, root};
use crate::diagnostics::Span;
use crate::xml::XmlErrorKind::{NotDecodable, UnknownEncoding};
use crate::xml::{Document, Limits, NodeId, NodeKind, namespaces, parse_bytes};

const ENVELOPE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="urn:stock">
  <soapenv:Header/>
  <soapenv:Body><m:getQuote m:kind="fast" id="7">IBM<!-- note --><?go now?></m:getQuote></soapenv:Body>
</soapenv:Envelope>"#;

/// Every node below the document node as (kind, local name, own text).
fn outline(document: &Document) -> Vec<(NodeKind, &str, &str)> {
    let describe = |node| {
        let name = document.name(node).map_or("", |name| name.local);
        (document.kind(node), name, document.text(node))
    };
    document.descendants(document.document_node()).map(describe).collect()
}

fn text_of_root(text: &str) -> String {
    let document = document(text);
    document.string_value(root(&document)).into_owned()
}

fn nth(document: &Document, local: &str) -> NodeId {
    let named = |&node: &NodeId| document.name(node).is_some_and(|name| name.local == local);
    document.descendants(document.document_node()).find(named).expect(local)
}

#[test]
fn builds_the_tree_of_an_envelope() {
    use NodeKind::{Comment, Element, ProcessingInstruction, Text};
    let document = document(ENVELOPE);
    assert_eq!(
        outline(&document),
        [
            (Element, "Envelope", ""),
            (Text, "", "\n  "),
            (Element, "Header", ""),
            (Text, "", "\n  "),
            (Element, "Body", ""),
            (Element, "getQuote", ""),
            (Text, "", "IBM"),
            (Comment, "", " note "),
            (ProcessingInstruction, "go", "now"),
            (Text, "", "\n"),
        ]
    );
    let envelope = root(&document);
    assert!(document.has_name(envelope, namespaces::SOAP11, "Envelope"));
    assert!(!document.has_name(envelope, "", "Envelope"));
    assert!(!document.has_name(envelope, namespaces::SOAP11, "Body"));
    assert_eq!(document.name(envelope).map(|name| name.to_string()).as_deref(), Some("soapenv:Envelope"));
}

#[test]
fn walks_in_every_direction() {
    let document = document("<a>1<b/>2<c><d/></c></a>");
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| nth(&document, name));
    assert_eq!(document.parent(a), Some(document.document_node()));
    assert_eq!(document.parent(document.document_node()), None);
    assert_eq!(document.child_elements(a).collect::<Vec<_>>(), [b, c]);
    assert_eq!(document.children(a).count(), 4);
    assert_eq!(document.last_child(a), Some(c));
    assert_eq!(document.previous_sibling(c).map(|node| document.text(node)), Some("2"));
    assert_eq!(document.next_sibling(c), None);
    assert_eq!(document.first_child(a).and_then(|text| document.next_sibling(text)), Some(b));
    assert_eq!(document.ancestors(d).collect::<Vec<_>>(), [c, a, document.document_node()]);
    assert_eq!(document.descendants(c).collect::<Vec<_>>(), [d]);
    assert_eq!(document.descendants(b).count(), 0);
    assert_eq!(document.string_value(a), "12");
    assert_eq!(document.string_value(document.document_node()), "12");
    assert_eq!(document.string_value(d), "");
}

#[test]
fn reads_attributes_and_namespaces() {
    let document = document(ENVELOPE);
    let quote = nth(&document, "getQuote");
    assert_eq!(document.attribute(quote, "", "id"), Some("7"));
    assert_eq!(document.attribute(quote, "urn:stock", "kind"), Some("fast"));
    assert_eq!(document.attribute(quote, "", "kind"), None);
    assert_eq!(document.attributes(quote).map(|it| it.local).collect::<Vec<_>>(), ["kind", "id"]);
    assert_eq!(document.namespace_declarations(quote).count(), 0);
    assert_eq!(
        document.namespaces_in_scope(quote),
        [("soapenv", namespaces::SOAP11), ("m", "urn:stock"), ("xml", namespaces::XML)]
    );
    assert_eq!(document.lookup_namespace(quote, "m"), Some("urn:stock"));
    assert_eq!(document.lookup_namespace(quote, "xml"), Some(namespaces::XML));
    assert_eq!(document.lookup_namespace(quote, "n"), None);
    assert_eq!(document.lookup_namespace(quote, ""), None);
    let owner = document.find_attribute(quote, "", "id").map(|id| document.attribute_owner(id));
    assert_eq!(owner, Some(quote));
}

#[test]
fn inner_declarations_hide_outer_ones() {
    let document = document("<a xmlns='u' xmlns:p='v'><b xmlns='' xmlns:p='w'><c p:x=''/></b><d/></a>");
    let namespace = |name| document.name(nth(&document, name)).map(|name| name.namespace);
    assert_eq!(["a", "b", "c", "d"].map(namespace), [Some("u"), Some(""), Some(""), Some("u")]);
    let c = nth(&document, "c");
    assert_eq!(document.attribute(c, "w", "x"), Some(""));
    assert_eq!(document.namespaces_in_scope(c), [("p", "w"), ("xml", namespaces::XML)]);
    assert_eq!(document.lookup_namespace(c, ""), None);
}

#[test]
fn unprefixed_attributes_have_no_namespace() {
    let document = document("<a xmlns='u' xmlns:p='u' b='1' p:b='2' xml:lang='de'/>");
    let a = root(&document);
    assert_eq!(document.attribute(a, "", "b"), Some("1"));
    assert_eq!(document.attribute(a, "u", "b"), Some("2"));
    assert_eq!(document.attribute(a, namespaces::XML, "lang"), Some("de"));
}

/// XML 1.0 §4.1, §4.6, §2.7.
#[test]
fn references_and_cdata_become_one_text() {
    let text = "<a>1&lt;2&#x26;<![CDATA[<b>&amp;]]>&#51;&quot;&apos;&gt;</a>";
    let document = document(text);
    assert_eq!(document.children(root(&document)).count(), 1);
    assert_eq!(document.string_value(root(&document)), "1<2&<b>&amp;3\"'>");
    assert_eq!(text_of_root("<a><![CDATA[]]></a>"), "");
    assert_eq!(text_of_root("<a>&#x1F600;\u{1F600}</a>"), "\u{1F600}\u{1F600}");
    assert_eq!(text_of_root("<a><![CDATA[]]]]><![CDATA[>]]></a>"), "]]>");
}

/// XML 1.0 §2.11.
#[test]
fn line_ends_become_line_feeds() {
    assert_eq!(text_of_root("<a>1\r\n2\r3\n4\r\r\n5&#13;6<![CDATA[\r\n]]></a>"), "1\n2\n3\n4\n\n5\r6\n");
    let document = document("<a><!--1\r\n2--><?p 1\r2?></a>");
    let texts: Vec<_> = document.children(root(&document)).map(|node| document.text(node)).collect();
    assert_eq!(texts, ["1\n2", "1\n2"]);
}

/// XML 1.0 §3.3.3, whose table of examples this follows for attributes without a declared type.
#[test]
fn attribute_values_are_normalised() {
    let value = |text: &str| {
        let document = document(text);
        document.attribute(root(&document), "", "b").map(str::to_owned)
    };
    assert_eq!(value("<a b='\r\n\r\nxyz'/>").as_deref(), Some("  xyz"));
    assert_eq!(value("<a b='\t\n\r x'/>").as_deref(), Some("    x"));
    assert_eq!(value("<a b='&#xd;&#xd;A&#xa;&#xa;B&#xd;&#xa;'/>").as_deref(), Some("\r\rA\n\nB\r\n"));
    assert_eq!(value("<a b='&lt;&amp;\">&quot;&apos;'/>").as_deref(), Some("<&\">\"'"));
    assert_eq!(value("<a b=\"'\"/>").as_deref(), Some("'"));
    assert_eq!(value("<a\n b\t=\r\n'1' />").as_deref(), Some("1"));
    assert_eq!(value("<a b='>'/>").as_deref(), Some(">"));
}

#[test]
fn accepts_what_is_well_formed_though_unusual() {
    for text in [
        "\u{feff}<a/>",
        "<?xml version='1.1' standalone='yes' ?><a/>",
        "<?xml\tversion = \"1.0\"\nencoding='latin1'?><a/>",
        "<!-- a - b --><a></a \n>",
        "<!----><a/>\n<?x?>\n<!--end-->\n",
        "<é.ü-1·/>",
        "<_:_ xmlns:_='u'/>",
        "<a xmlns='u' xmlns:b='u'/>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a>]] ]> ]&gt;</a>",
        "<a>\u{85}\u{7f}\u{fffd}\u{10ffff}\u{ff5e}</a>",
        "<a xmlns:x='u' x:b='' b=''/>",
        "<a><?xml-model x?></a>",
    ] {
        document(text);
    }
}

#[test]
fn nodes_know_their_places() {
    let text = "\u{feff}<!--é-->\n<p:a xmlns:p='u'\n   p:b = \"x&amp;y\">t&lt;<![CDATA[u]]><b/></p:a >\n";
    let document = document(text);
    let written =
        |span: Span| text.get(span.start as usize..span.end as usize).expect("a span on boundaries");
    let a = root(&document);
    assert_eq!(written(document.span(a)), "<p:a xmlns:p='u'\n   p:b = \"x&amp;y\">");
    assert_eq!(written(document.name_span(a)), "p:a");
    let from_start_to_end = "<p:a xmlns:p='u'\n   p:b = \"x&amp;y\">t&lt;<![CDATA[u]]><b/></p:a >";
    assert_eq!(written(document.full_span(a)), from_start_to_end);
    let attribute = document.attributes(a).next().expect("an attribute");
    assert_eq!(written(attribute.span), "x&amp;y");
    assert_eq!(written(attribute.name_span), "p:b");
    let text_node = document.first_child(a).expect("a text");
    assert_eq!(written(document.span(text_node)), "t&lt;<![CDATA[u]]>");
    let b = nth(&document, "b");
    assert_eq!(written(document.span(b)), "<b/>");
    assert_eq!(written(document.full_span(b)), "<b/>");
    let comment = document.first_child(document.document_node()).expect("a comment");
    assert_eq!(written(document.span(comment)), "<!--é-->");
}

#[test]
fn decodes_by_mark_then_charset_then_declaration() {
    let limits = Limits::default();
    let read = |bytes: &[u8], charset| {
        parse_bytes(bytes, charset, &limits)
            .map(|document| document.string_value(document.document_node()).into_owned())
            .map_err(|error| error.kind)
    };
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    let is = |text: &str| Ok(text.to_owned());
    assert_eq!(read("<a>é</a>".as_bytes(), None), is("é"));
    assert_eq!(read(b"<a>\xE9</a>", Some("ISO-8859-1")), is("é"));
    assert_eq!(read(b"<?xml version='1.0' encoding='iso-8859-15'?><a>\xA4</a>", None), is("€"));
    // The charset of the Content-Type outweighs the declaration, a byte order mark both (RFC 7303 §3.2).
    let declared_latin = "<?xml version='1.0' encoding='iso-8859-1'?><a>é</a>";
    assert_eq!(read(declared_latin.as_bytes(), Some("utf-8")), is("é"));
    let marked = format!("\u{feff}{declared_latin}");
    assert_eq!(read(marked.as_bytes(), Some("iso-8859-1")), is("é"));
    for big in [true, false] {
        assert_eq!(read(&utf16("\u{feff}<a>é€</a>", big), None), is("é€"));
        assert_eq!(read(&utf16("\u{feff}<a>é€</a>", big), Some("utf-8")), is("é€"));
        assert_eq!(read(&utf16("<a>é</a>", big), Some("UTF-16")), is("é"));
        assert_eq!(read(&utf16("<?xml version='1.0' encoding='UTF-16'?><a>é</a>", big), None), is("é"));
    }
    assert_eq!(read(b"<?xml version='1.0' encoding='UTF-16'?><a>x</a>", None), is("x"));
    assert_eq!(read(b"<a/>", Some("klingon")), Err(UnknownEncoding("klingon".to_owned())));
    let declared_klingon = b"<?xml version='1.0' encoding='klingon'?><a/>";
    assert_eq!(read(declared_klingon, None), Err(UnknownEncoding("klingon".to_owned())));
    assert_eq!(read(b"<a>\xE9</a>", None), Err(NotDecodable("UTF-8")));
    assert_eq!(read(b"\xFF\xFE<\0a", None).map_err(|_| ()), Err(()));
    assert_eq!(read(&[0xFE, 0xFF, 0x00], None), Err(NotDecodable("UTF-16BE")));
    let offset = parse_bytes(b"<a>\xE9</a>", None, &limits).map(|_| ()).map_err(|error| error.offset);
    assert_eq!(offset, Err(3));
}

#[test]
fn documents_can_be_shared_between_threads() {
    fn is_shareable<T: Send + Sync + Clone + 'static>() {}
    is_shareable::<Document>();
}
