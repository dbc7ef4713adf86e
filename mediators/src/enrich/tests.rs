//! The cases of mediators.md §12.7 about `enrich`.

use sinew_core::mediation::Flow;
use sinew_core::message::{Message, Payload, Towards, Value, formats};
use sinew_core::xml::{Limits, parse};

use crate::testing::{Bench, Outcome, assert_problems, is_clean, is_refused, request, soap_request};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// An `<enrich>` of these attributes; what is written inside the source has no namespace unless it declares one.
fn enrich(source: &str, inside: &str, target: &str) -> String {
    format!(
        "<syn:enrich xmlns:syn='http://ws.apache.org/ns/synapse' xmlns=''>
           <syn:source {source}>{inside}</syn:source><syn:target {target}/></syn:enrich>"
    )
}

fn inline(inside: &str, target: &str) -> String {
    enrich("type='inline'", inside, target)
}

fn in_body(content: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{content}</s:Body></s:Envelope>")
}

fn pox(body: &str) -> Message {
    request("POST", "application/xml", body)
}

fn om(xml: &str) -> Value {
    Value::Xml(parse(xml, &Limits::default()).expect("well-formed").into())
}

/// What comes of a SOAP body and of the same POX payload.
fn both(mediators: &str, body: &str) -> (String, String) {
    let bench = |message| Bench::new(mediators).message(message).run().xml();
    (bench(soap_request(body)), bench(pox(body)))
}

fn assert_both(mediators: &str, body: &str, expected: &str) {
    let (soap, pox) = both(mediators, body);
    assert_eq!(soap, in_body(expected), "{mediators}");
    assert_eq!(pox, expected, "{mediators}");
}

fn unchanged(outcome: &Outcome, xml: &str) {
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Continue));
    assert_eq!(outcome.xml(), xml);
}

#[test]
fn case_135_inline_replaces_the_body() {
    let mediator = inline("<test>12345</test>", "type='body'");
    assert_both(&mediator, "<empty/>", "<test>12345</test>");
    let outcome = Bench::new(&mediator).run();
    unchanged(&outcome, &in_body("<test>12345</test>"));
    let outcome = Bench::new(&mediator).message(request("GET", "", "")).run();
    unchanged(&outcome, "<test>12345</test>");
    assert_eq!(outcome.axis2("NO_ENTITY_BODY"), None);
}

#[test]
fn case_136_children_of_the_element_in_a_property() {
    let mediator = inline("<test/>", "type='property' property='foo' action='child'");
    for value in [Value::from("<property/>"), om("<property/>")] {
        let outcome = Bench::new(&mediator).message(soap_request("<a/>")).property("foo", value).run();
        assert_eq!(outcome.typed("foo"), Some(("OM", "<property><test/></property>".to_owned())));
        assert!(outcome.streams(), "nothing of the message is needed");
    }
    let outcome = Bench::new(&mediator).run();
    assert_eq!(outcome.typed("foo"), Some(("OM", "<test/>".to_owned())));
    let outcome = Bench::new(&mediator).property("foo", "text").run();
    assert_eq!(outcome.fault_message(), Some("property \"foo\" is no XML to put children into"));
}

#[test]
fn case_136_the_original_value_of_a_property_is_not_shared() {
    let copy = enrich("type='property' property='foo'", "", "type='property' property='bar'");
    let change = inline("<test/>", "type='property' property='foo' action='child'");
    let outcome = Bench::new(&(copy + &change)).property("foo", om("<property/>")).run();
    assert_eq!(outcome.default("bar").as_deref(), Some("<property/>"));
}

#[test]
fn case_137_a_property_goes_into_an_attribute() {
    let mediator = enrich("type='property' property='gender'", "", "xpath='//student/@gender'");
    for message in [soap_request("<student gender='?'/>"), pox("<student gender='?'/>")] {
        let outcome = Bench::new(&mediator).message(message).property("gender", "m&\"<").run();
        assert!(outcome.xml().contains("<student gender=\"m&amp;&quot;&lt;\"/>"), "{}", outcome.xml());
    }
}

#[test]
fn case_138_a_property_goes_into_the_body() {
    let mediator = enrich("type='property' property='b' clone='false'", "", "type='body'");
    let outcome = Bench::new(&mediator).property("b", om("<student/>")).run();
    unchanged(&outcome, &in_body("<student/>"));
    assert_eq!(outcome.default("b").as_deref(), Some("<student/>"));
}

#[test]
fn case_139_several_elements_keep_their_order() {
    let body = "<r><o><a>1</a><a>2</a></o><t/></r>";
    let table = [
        ("xpath='//t'", "<r><o><a>1</a><a>2</a></o><a>1</a><a>2</a></r>"),
        ("xpath='//t' action='child'", "<r><o><a>1</a><a>2</a></o><t><a>1</a><a>2</a></t></r>"),
        ("xpath='//t' action='sibling'", "<r><o><a>1</a><a>2</a></o><t/><a>1</a><a>2</a></r>"),
        ("xpath='//o/a[1]' action='sibling'", "<r><o><a>1</a><a>1</a><a>2</a><a>2</a></o><t/></r>"),
    ];
    for (target, expected) in table {
        assert_both(&enrich("xpath='//a'", "", target), body, expected);
    }
    let (soap, pox) = both(&enrich("xpath='//a'", "", "type='body'"), body);
    assert_eq!(soap, in_body("<a>1</a><a>2</a>"));
    assert_eq!(pox, "<a>1</a>", "a payload without an envelope is one element");
}

#[test]
fn case_140_a_target_must_be_there_and_a_source_need_not() {
    let body = "<a/>";
    let run = |source: &str, target: &str| {
        Bench::new(&enrich(source, "", target)).message(soap_request(body)).run()
    };
    for target in ["//none", "count(//a)", "$ctx:none", "//comment()", "$header"] {
        let outcome = run("xpath='//a'", &format!("xpath='{target}'"));
        assert_eq!(outcome.fault_message(), Some("Invalid Target object to enrich"), "{target}");
        assert_eq!(outcome.xml(), in_body(body));
    }
    for source in ["xpath='//none'", "xpath='$ctx:none'", "type='property' property='none'"] {
        unchanged(&run(source, "xpath='//a'"), &in_body(body));
        unchanged(&run(source, "xpath='//none'"), &in_body(body));
        unchanged(&run(source, "type='body'"), &in_body(body));
    }
}

#[test]
fn case_141_a_body_is_kept_in_a_property_and_put_back() {
    let keep = enrich("type='body'", "", "type='property' property='p'");
    let change = inline("<changed/>", "type='body'");
    let back = enrich("type='property' property='p'", "", "type='body'");
    assert_both(&(keep.clone() + &change + &back), "<a>1</a>", "<a>1</a>");
    let outcome = Bench::new(&(keep + &change)).message(soap_request("<a>1</a>")).run();
    unchanged(&outcome, &in_body("<changed/>"));
    assert_eq!(outcome.typed("p"), Some(("OM", "<a>1</a>".to_owned())));
}

#[test]
fn case_141_plain_text_comes_back_as_the_element_that_stands_for_it() {
    let keep = enrich("type='body'", "", "type='property' property='p'");
    let outcome = Bench::new(&keep).message(request("POST", "text/plain", "a<b")).run();
    let element = "<text xmlns=\"http://ws.apache.org/commons/ns/payload\">a&lt;b</text>";
    assert_eq!(outcome.default("p").as_deref(), Some(element));
    assert!(matches!(&outcome.exchange.message.payload, Payload::Text(text) if &**text == "a<b"));
}

#[test]
fn case_142_an_empty_body_is_an_empty_source() {
    for target in ["type='body'", "xpath='//none'"] {
        let outcome = Bench::new(&enrich("type='body'", "", target)).run();
        unchanged(&outcome, &in_body("").replace("></s:Body>", "/>"));
    }
    let outcome = Bench::new(&enrich("type='body'", "", "type='property' property='p'")).run();
    assert_eq!(outcome.default("p").as_deref(), Some(""));
}

#[test]
fn case_143_the_envelope_goes_into_an_element() {
    let mediator = enrich("type='envelope'", "", "type='custom' xpath='//t' action='child'");
    assert!(is_clean(&mediator));
    let outcome = Bench::new(&mediator).message(soap_request("<t/>")).run();
    unchanged(&outcome, &in_body(&format!("<t>{}</t>", in_body("<t/>"))));
    let outcome = Bench::new(&mediator).message(pox("<t/>")).run();
    let imagined = in_body("<t/>").replace("s:", "soapenv:").replace("xmlnsoapenv:s", "xmlns:soapenv");
    unchanged(&outcome, &format!("<t>{imagined}</t>"));
}

/// The message on its way to an endpoint.
fn sent(outcome: &Outcome) -> String {
    let written = formats::write(&outcome.exchange.message, Towards::Endpoint).expect("it can be written");
    String::from_utf8(written.bytes.to_vec()).expect("UTF-8")
}

#[test]
fn envelopes_replace_envelopes_and_nothing_else_does() {
    let keep = enrich("type='envelope'", "", "type='property' property='p'");
    let header = "<header name='m:h' value='1' xmlns:m='urn:m'/>";
    let back = enrich("type='property' property='p'", "", "type='envelope'");
    let outcome = Bench::new(&(keep.clone() + header + &inline("<b/>", "type='body'") + &back))
        .message(soap_request("<a/>"))
        .run();
    unchanged(&outcome, &in_body("<a/>"));
    let outcome = Bench::new(&inline(&in_body("<a/>"), "type='envelope'")).message(pox("<x/>")).run();
    let Payload::Xml(payload) = &outcome.exchange.message.payload else { panic!("no XML") };
    assert_eq!(payload.soap.map(|version| version.word()), Some("soap11"));
    assert_eq!(sent(&outcome), "<a/>", "the message goes out in the format it came in");
    let outcome = Bench::new(&(keep + &back)).message(pox("<x/>")).run();
    assert_eq!(sent(&outcome), "<x/>");
    for source in [inline("<a/>", "type='envelope'"), inline("a", "type='envelope'"), back.clone()] {
        let outcome = Bench::new(&source).message(soap_request("<x/>")).run();
        assert!(outcome.fault_message().is_some_and(|text| text.contains("no SOAP envelope")), "{source}");
        assert_eq!(outcome.xml(), in_body("<x/>"));
    }
}

#[test]
fn texts_go_into_elements_attributes_and_texts() {
    let body = "<r><a b='1'>x<c/></a></r>";
    let table = [
        ("xpath='//a'", "<r><a b=\"1\">T</a></r>"),
        ("xpath='//a' action='child'", "<r><a b=\"1\">x<c/>T</a></r>"),
        ("xpath='//a' action='sibling'", "<r><a b=\"1\">x<c/></a>T</r>"),
        ("xpath='//a/@b'", "<r><a b=\"T\">x<c/></a></r>"),
        ("xpath='//a/text()'", "<r><a b=\"1\">T</a></r>"),
        ("type='body'", "<r>T</r>"),
    ];
    for (target, expected) in table {
        assert_both(&inline("T", target), body, expected);
    }
}

#[test]
fn elements_go_in_the_place_of_texts_and_attributes_take_their_text() {
    let body = "<r><a b='1'>x</a></r>";
    assert_both(&inline("<e>2</e>", "xpath='//a/text()'"), body, "<r><a b=\"1\"><e>2</e></a></r>");
    assert_both(&inline("<e>2</e>", "xpath='//a/@b'"), body, "<r><a b=\"2\">x</a></r>");
}

#[test]
fn elements_move_when_they_are_not_cloned() {
    let body = "<r><a>1</a><t/></r>";
    let table = [
        ("xpath='//t'", "<r><a>1</a></r>"),
        ("xpath='//t' action='child'", "<r><t><a>1</a></t></r>"),
        ("xpath='//r' action='child'", "<r><t/><a>1</a></r>"),
        ("xpath='//a'", "<r><a>1</a><t/></r>"),
        ("type='body'", "<a>1</a>"),
    ];
    for (target, expected) in table {
        assert_both(&enrich("xpath='//a' clone='false'", "", target), body, expected);
    }
    // What holds the target cannot move into it.
    let mediator = enrich("type='body' clone='false'", "", "xpath='//t' action='child'");
    assert_both(&mediator, body, "<r><a>1</a><t><r><a>1</a><t/></r></t></r>");
    let to_property = enrich("xpath='//a' clone='false'", "", "type='property' property='p'");
    assert_both(&to_property, body, body);
}

#[test]
fn a_property_is_no_part_of_the_message_even_when_it_shares_its_tree() {
    let keep = enrich("type='body'", "", "type='property' property='p'");
    let change = inline("<n/>", "xpath='$ctx:p//a'");
    let outcome = Bench::new(&(keep + &change)).message(pox("<r><a/></r>")).run();
    assert_eq!(outcome.fault_message(), Some("Invalid Target object to enrich"));
    assert_eq!(outcome.xml(), "<r><a/></r>");
}

#[test]
fn what_the_source_selects_can_be_removed() {
    let table = [
        ("//a", "<r b=\"1\"><t/></r>"),
        ("//t | //@b", "<r><a>1</a></r>"),
        ("//a/text()", "<r b=\"1\"><a/><t/></r>"),
        ("//none", "<r b=\"1\"><a>1</a><t/></r>"),
    ];
    for (source, expected) in table {
        let mediator = enrich(&format!("xpath='{source}'"), "", "type='body' action='remove'");
        assert_both(&mediator, "<r b='1'><a>1</a><t/></r>", expected);
    }
    let outcome = Bench::new(&enrich("xpath='//r'", "", "action='remove'")).message(pox("<r/>")).run();
    assert!(matches!(outcome.exchange.message.payload, Payload::Empty));
}

#[test]
fn properties_hold_what_was_gathered() {
    let body = "<r><a b='1'>x</a><a>y</a></r>";
    let table = [
        ("//a/text()[1]", "OM", "xy", "xy"),
        ("//a[1]/text()", "STRING", "x", "x"),
        ("//a/@b", "STRING", "1", "1"),
        ("//a", "OM", "<a b=\"1\">x</a><a>y</a>", "xy"),
        ("//a[2]", "OM", "<a>y</a>", "y"),
        ("count(//a)", "STRING", "2.0", "2.0"),
        ("//none", "OM", "", ""),
    ];
    for (source, kind, value, text) in table {
        let keep = enrich(&format!("xpath='{source}'"), "", "type='property' property='p'");
        let read = "<property name='q' expression=\"get-property('p')\"/>";
        let outcome = Bench::new(&(keep + read)).message(soap_request(body)).run();
        assert_eq!(outcome.typed("p"), Some((kind, value.to_owned())), "{source}");
        assert_eq!(outcome.default("q").as_deref(), Some(text), "{source}");
    }
    let keep = enrich("xpath='//a'", "", "type='property' property='p'");
    let back = enrich("type='property' property='p'", "", "xpath='//r' action='child'");
    assert_both(&(keep + &back), "<r><a/><a/></r>", "<r><a/><a/><a/><a/></r>");
}

#[test]
fn a_source_may_be_a_local_entry() {
    let entry = |key: &str, target: &str| enrich(&format!("type='inline' key='{key}'"), "", target);
    assert_both(&entry("xml-entry", "xpath='//a'"), "<r><a/></r>", "<r><entry a=\"$1\">$1</entry></r>");
    assert_both(&entry("entry", "xpath='//a'"), "<r><a/></r>", "<r><a>local</a></r>");
    let outcome = Bench::new(&entry("missing", "type='body'")).run();
    assert_eq!(outcome.fault_message(), Some("the source \"missing\" is no local entry"));
}

#[test]
fn the_body_of_a_message_without_an_envelope_is_its_root() {
    for target in ["xpath='$body'", "type='body'"] {
        let outcome = Bench::new(&inline("<n/>", target)).message(pox("<a/>")).run();
        unchanged(&outcome, "<n/>");
        let outcome = Bench::new(&inline("<n/>", target)).message(request("POST", "text/plain", "x")).run();
        unchanged(&outcome, "<n/>");
        let outcome = Bench::new(&inline("n", target)).message(request("POST", "text/plain", "x")).run();
        assert!(matches!(&outcome.exchange.message.payload, Payload::Text(text) if &**text == "n"));
        let outcome =
            Bench::new(&inline("<n/>", target)).message(request("POST", "application/pdf", "x")).run();
        unchanged(&outcome, "<n/>");
    }
    let outcome = Bench::new(&inline("<n/>", "type='body' action='sibling'")).message(pox("<a/>")).run();
    unchanged(&outcome, "<a/>");
    let outcome = Bench::new(&inline("<n/>", "type='body' action='child'")).message(pox("<a/>")).run();
    unchanged(&outcome, "<a><n/></a>");
}

fn json(mediators: &str, text: &str) -> Outcome {
    Bench::new(mediators).message(request("POST", "application/json", text)).run()
}

fn written(outcome: &Outcome) -> String {
    match &outcome.exchange.message.payload {
        Payload::Json(json) => json.text().to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn json_goes_into_the_body_of_json() {
    let table = [
        ("{\"a\": 1}", "{\"b\": 2.0}", "", "{\"b\": 2.0}"),
        ("{\"a\": 1}", "[1]", "", "[1]"),
        ("{\"a\": 1}", "2", "", "{\"a\": 1}"),
        ("{\"a\": 1}", "{\"b\":", "", "{\"a\": 1}"),
        ("{\"a\": 1}", "{\"b\":2}", "action='child'", "{\"a\":1,\"b\":2}"),
        ("{\"a\": 1}", "2", "action='child'", "{\"a\": 1}"),
        ("[1]", "2", "action='child'", "[1,2]"),
        ("[1]", "x", "action='child'", "[1,\"x\"]"),
        ("[1]", "2", "action='sibling'", "[1]"),
    ];
    for (payload, text, action, expected) in table {
        let outcome = json(&inline(text, &format!("type='body' {action}")), payload);
        assert_eq!(written(&outcome), expected, "{payload} {text} {action}");
    }
}

#[test]
fn case_141_a_json_body_is_kept_as_text_and_put_back() {
    let keep = enrich("type='body'", "", "type='property' property='p'");
    let change = inline("{}", "type='body'");
    let back = enrich("type='property' property='p'", "", "type='body'");
    let outcome = json(&(keep + &change + &back), "{ \"a\": 1.0 }");
    assert_eq!(outcome.typed("p"), Some(("STRING", "{ \"a\": 1.0 }".to_owned())));
    assert_eq!(written(&outcome), "{ \"a\": 1.0 }");
}

#[test]
fn the_tree_of_json_can_be_changed() {
    let table = [
        (inline("x", "xpath='//b'"), "<jsonObject><a>1</a><b>x</b></jsonObject>"),
        (
            inline("<c>3</c>", "xpath='//b' action='sibling'"),
            "<jsonObject><a>1</a><b>2</b><c>3</c></jsonObject>",
        ),
        (
            inline("<c>3</c>", "type='body' action='child'"),
            "<jsonObject><a>1</a><b>2</b><c>3</c></jsonObject>",
        ),
        (inline("<c>3</c>", "type='body'"), "<c>3</c>"),
        (enrich("xpath='//a'", "", "action='remove'"), "<jsonObject><b>2</b></jsonObject>"),
    ];
    for (mediator, expected) in table {
        assert_eq!(json(&mediator, "{\"a\":1,\"b\":2}").xml(), expected, "{mediator}");
    }
    let outcome = json(&inline("<c>3</c>", "type='body' action='child'"), "{\"a\":1}");
    assert_eq!(sent(&outcome), "{\"a\":1,\"c\":3}");
    let keep = enrich("xpath='//a'", "", "type='property' property='p'");
    let outcome = json(&keep, "{\"a\":1}");
    assert_eq!(outcome.default("p").as_deref(), Some("<a>1</a>"));
    assert_eq!(written(&outcome), "{\"a\":1}");
}

#[test]
fn an_empty_json_message_takes_json() {
    let outcome = json(&inline("{\"a\":1}", "type='body'"), "");
    assert_eq!(written(&outcome), "{\"a\":1}");
}

#[test]
fn source_and_target_must_say_where() {
    let table = [
        ("<source/><target type='body'/>", false),
        ("<source type='custom'/><target type='body'/>", false),
        ("<source type='property'/><target type='body'/>", false),
        ("<source type='inline'/><target type='body'/>", false),
        ("<source type='inline'>a</source><target/>", false),
        ("<source type='inline'>a</source><target type='property'/>", false),
        ("<source type='body'/>", false),
        ("<target type='body'/>", false),
        ("<source type='bodi'/><target type='body'/>", false),
        ("<source type='body'/><target type='property' property='p' action='add'/>", false),
        ("<source type='body'/><target type='inline'/>", false),
        ("<source type='body'/><target type='body' action='remove'/>", false),
        ("<source xpath='//a'/><target type='envelope' action='remove'/>", false),
        ("<source xpath='//'/><target type='body'/>", false),
        ("<source xpath='//a'/><target type='body'/>", true),
        ("<source type='inline' key='k' clone='true'/><target xpath='//a' action='child'/>", true),
        ("<source type='property' property='p'/><target type='envelope' action='replace'/>", true),
    ];
    for (inside, is_right) in table {
        let mediator = format!("<enrich>{inside}</enrich>");
        assert_eq!(is_refused(&mediator), !is_right, "{mediator}");
        assert_eq!(is_clean(&mediator), is_right, "{mediator}");
    }
}

#[test]
fn wrong_enrichments_are_explained() {
    assert_problems!(
        "<enrich/>
<enrich><source type=\"bodi\"/><target type=\"inline\"/></enrich>
<enrich><source/><target type=\"property\"/></enrich>
<enrich><source type=\"inline\"> </source><target xpath=\"//a[\" action=\"add\"/></enrich>
<enrich><source type=\"body\" xpath=\"//a\" clone=\"no\"/><target type=\"body\"/></enrich>
<enrich><source type=\"body\"/><target type=\"body\"/><targets/></enrich>
<enrich action=\"child\"><source type=\"body\"/><target type=\"envelope\" action=\"child\"/></enrich>
<enrich><source type=\"body\"/><target type=\"property\" property=\"p\" action=\"remove\"/></enrich>
<enrich><source xpath=\"json-eval($.a)\"/><target type=\"body\"/></enrich>"
    );
}
