//! Configuration files and the places in them.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Location, SourceFile, codes};
use crate::xml::{Element, Limits, SourceDocument};

const PROXY: &str = "<proxy xmlns=\"http://ws.apache.org/ns/synapse\" name=\"Orders\">
  <target>
    <log level = 'full' separator=\"&#10;\"/>
    some <b/>  text &amp; more
  </target>
</proxy>";

fn source(text: &str) -> Arc<SourceDocument> {
    let file = SourceFile::new("proxy-services/Orders.xml", text);
    SourceDocument::parse(file, &Limits::default()).expect("well-formed")
}

fn problem(text: &str, limits: &Limits) -> Diagnostic {
    *SourceDocument::parse(SourceFile::new("a.xml", text), limits).expect_err("not a document")
}

fn written(location: &Location) -> &str {
    let span = location.span;
    location.file.text().get(span.start as usize..span.end as usize).expect("a span on boundaries")
}

#[test]
fn elements_know_their_names_values_and_places() {
    const SYNAPSE: &str = crate::xml::namespaces::SYNAPSE;
    let source = source(PROXY);
    let proxy = source.root();
    assert!(proxy.is(SYNAPSE, "proxy"));
    assert_eq!((proxy.namespace(), proxy.local_name()), (SYNAPSE, "proxy"));
    assert_eq!(proxy.attribute("name"), Some("Orders"));
    assert_eq!(proxy.attribute("xmlns"), None);
    assert_eq!(proxy.location().to_string(), "proxy-services/Orders.xml:1:1");
    assert_eq!(written(&proxy.full_location()), PROXY);
    assert_eq!(written(&proxy.name_location()), "proxy");

    let target = proxy.child(SYNAPSE, "target").expect("target");
    assert!(proxy.child("", "target").is_none());
    assert_eq!(target.children().map(|child| child.local_name()).collect::<Vec<_>>(), ["log", "b"]);
    assert_eq!(target.parent().map(|parent| parent.node()), Some(proxy.node()));
    assert!(proxy.parent().is_none());
    assert_eq!(target.text(), "\n    \n    some   text & more\n  ");
    assert_eq!(written(&target.text_location()), "some <b/>  text &amp; more");

    let log: Element<'_> = target.child(SYNAPSE, "log").expect("log");
    assert_eq!(written(&log.location()), "<log level = 'full' separator=\"&#10;\"/>");
    assert_eq!(log.location().to_string(), "proxy-services/Orders.xml:3:5");
    assert_eq!(log.attribute("separator"), Some("\n"));
    assert_eq!(written(&log.attribute_location("separator")), "&#10;");
    assert_eq!(written(&log.attribute_location("level")), "full");
    assert_eq!(written(&log.attribute_name_location("level")), "level");
    assert_eq!(written(&log.attribute_location("missing")), "log");
    assert_eq!(written(&log.text_location()), written(&log.location()));
    assert_eq!(log.attributes().map(|it| it.local).collect::<Vec<_>>(), ["level", "separator"]);
}

#[test]
fn broken_files_become_diagnostics() {
    let limits = Limits::default();
    let broken = problem("<a>\n  <b></c>\n</a>", &limits);
    assert_eq!(broken.code, codes::XML_MALFORMED);
    assert_eq!(broken.location.as_ref().map(ToString::to_string).as_deref(), Some("a.xml:2:6"));
    assert_eq!(broken.message, "the file is not well-formed XML: expected </b>, found </c>");

    let doctype = problem("<!DOCTYPE a><a/>", &limits);
    assert_eq!(doctype.code, codes::DOCTYPE_REFUSED);
    assert!(doctype.help.is_some());

    let deep = problem("<a><b/></a>", &Limits { depth: 1, ..limits });
    assert_eq!(deep.code, codes::LIMIT_EXCEEDED);
    assert_eq!(deep.location.as_ref().map(ToString::to_string).as_deref(), Some("a.xml:1:4"));
}
