//! The cases of mediators.md §12.7 about `payloadFactory`.

use sinew_core::message::{Message, Payload, Value};
use sinew_core::xml::{Limits, parse};

use crate::testing::{Bench, Outcome, assert_problems, is_clean, is_refused, request, soap_request};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// A `<payloadFactory>` with a format and arguments.
fn factory(format: &str, arguments: &str) -> String {
    format!(
        "<syn:payloadFactory xmlns:syn='http://ws.apache.org/ns/synapse' xmlns=''><syn:format>{format}</syn:format>
           <syn:args>{}</syn:args></syn:payloadFactory>",
        arguments.replace("<arg", "<syn:arg")
    )
}

fn in_body(content: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{SOAP11}\"><s:Body>{content}</s:Body></s:Envelope>")
}

fn pox(body: &str) -> Message {
    request("POST", "application/xml", body)
}

/// What a format makes of a POX message.
fn made(format: &str, arguments: &str, body: &str) -> String {
    Bench::new(&factory(format, arguments)).message(pox(body)).run().xml()
}

/// The payload as JSON text.
fn written(outcome: &Outcome) -> String {
    match &outcome.exchange.message.payload {
        Payload::Json(json) => json.text().to_owned(),
        other => panic!("no JSON: {other:?}"),
    }
}

fn media_types(outcome: &Outcome) -> (Option<String>, Option<String>, Vec<&str>) {
    (outcome.axis2("messageType"), outcome.axis2("ContentType"), outcome.headers("content-type"))
}

#[test]
fn case_128_an_argument_fills_its_place() {
    let format = "<m:q xmlns:m='urn:m'>
        <m:s>$1</m:s>
      </m:q>";
    let argument = "<arg expression='//m:Code' xmlns:m='urn:m'/>";
    let expected = "<m:q xmlns:m=\"urn:m\"><m:s>IBM</m:s></m:q>";
    let content = "<m:Code xmlns:m='urn:m'>IBM</m:Code>";
    let outcome = Bench::new(&factory(format, argument)).message(soap_request(content)).run();
    assert_eq!(outcome.xml(), in_body(expected));
    assert_eq!(outcome.headers("content-type"), ["text/xml"]);
    assert_eq!(outcome.flow.ok(), Some(sinew_core::mediation::Flow::Continue));
    assert_eq!(made(format, argument, content), expected);
}

#[test]
fn case_129_and_130_values_are_text_whatever_is_in_them() {
    for text in ["a&b", "$x", "$1", "\\1", "<b/>", "]]>", "&lt;", "'\"", " "] {
        let outcome = Bench::new(&factory("<a b='$1'>$1</a>", "<arg expression='$ctx:text'/>"))
            .property("text", text)
            .run();
        let probe = parse(&outcome.xml(), &Limits::default()).expect("well-formed");
        let content = probe.descendants(probe.document_node()).find(|&node| probe.has_name(node, "", "a"));
        let content = content.expect("the element of the format");
        assert_eq!(probe.string_value(content), text);
        assert_eq!(probe.attribute(content, "", "b"), Some(text));
    }
    assert_eq!(made("<a>$1</a>", "<arg value='a&amp;b'/>", "<x/>"), "<a>a&amp;b</a>");
}

#[test]
fn case_131_without_an_argument_the_place_stays() {
    let table = [
        ("<a>$1$2</a>", "<arg value='1'/>", "<a>1$2</a>"),
        ("<a b='$2'>$0</a>", "<arg value='1'/>", "<a b=\"$2\">$0</a>"),
        ("<a>$1</a>", "", "<a>$1</a>"),
    ];
    for (format, arguments, expected) in table {
        assert_eq!(made(format, arguments, "<x/>"), expected);
    }
}

#[test]
fn places_are_in_texts_and_attribute_values_and_may_be_many() {
    let three = "<arg value='1'/><arg value='2'/><arg value=''/>";
    let table = [
        ("<a b='x$2y'><!--$1-->$1-$2-$1</a>", "<a b=\"x2y\"><!--$1-->1-2-1</a>"),
        ("<a>$3</a>", "<a/>"),
        ("<a>$3$3</a>", "<a/>"),
        ("<a><![CDATA[<$1>]]></a>", "<a>&lt;1&gt;</a>"),
        ("<a xml:lang='$1' m:b='$2' xmlns:m='urn:m'/>", "<a xmlns:m=\"urn:m\" xml:lang=\"1\" m:b=\"2\"/>"),
        ("<a> x$1 <b> </b> </a>", "<a> x1 <b/></a>"),
    ];
    for (format, expected) in table {
        assert_eq!(made(format, three, "<x/>"), expected, "{format}");
    }
    let twelve = "<arg value='x'/>".repeat(11) + "<arg value='twelve'/>";
    assert_eq!(made("<a>$12</a>", &twelve, "<x/>"), "<a>twelve</a>");
}

#[test]
fn elements_go_in_as_elements_and_their_text_as_text() {
    let body = "<r><o><p>1</p></o><n>2</n><n>3</n><e/><t c='4'> x </t><m:q xmlns:m='urn:m'><m:z/></m:q></r>";
    let table = [
        ("//o", "<a>-<o><p>1</p></o>-</a>"),
        ("//p", "<a>-1-</a>"),
        ("//n", "<a>-<n>2</n><n>3</n>-</a>"),
        ("//n/text()", "<a>-23-</a>"),
        ("//e", "<a>-<e/>-</a>"),
        ("//t", "<a>- x -</a>"),
        ("//t/@c", "<a>-4-</a>"),
        ("//n | //n/text()", "<a>-<n>2</n>2<n>3</n>3-</a>"),
        ("//*[local-name()=\"q\"]", "<a>-<m:q xmlns:m=\"urn:m\"><m:z/></m:q>-</a>"),
        ("//none", "<a>--</a>"),
        ("$ctx:none", "<a>--</a>"),
        ("count(//n)", "<a>-2.0-</a>"),
        ("string(//o)", "<a>-1-</a>"),
        ("$ctx:om", "<a>-<om><i/></om>-</a>"),
        ("$ctx:text", "<a>-&lt;om/&gt;-</a>"),
        ("$body/r/e", "<a>-<e/>-</a>"),
    ];
    let om = Value::Xml(parse("<om><i/></om>", &Limits::default()).expect("well-formed").into());
    for (expression, expected) in table {
        let argument = format!("<arg expression='{expression}'/>");
        let bench = Bench::new(&factory("<a>-$1-</a>", &argument)).message(pox(body));
        let outcome = bench.property("om", om.clone()).property("text", "<om/>").run();
        assert_eq!(outcome.xml(), expected, "{expression}");
    }
    assert_eq!(
        made("<a b='$1'/>", "<arg expression='//o'/>", body),
        "<a b=\"&lt;o>&lt;p>1&lt;/p>&lt;/o>\"/>"
    );
}

#[test]
fn the_imagined_envelope_goes_in_too() {
    let envelope =
        |content: &str| format!("<soapenv:Body xmlns:soapenv=\"{SOAP11}\">{content}</soapenv:Body>");
    let run = |message| Bench::new(&factory("<a>$1</a>", "<arg expression='$body'/>")).message(message).run();
    assert_eq!(run(pox("<x><y/></x>")).xml(), format!("<a>{}</a>", envelope("<x><y/></x>")));
    let text = run(request("POST", "text/plain", "<y/>")).xml();
    assert!(text.contains(">&lt;y/&gt;</"), "{text}");
}

#[test]
fn case_133_an_envelope_replaces_the_envelope() {
    let format = format!(
        "<s:Envelope xmlns:s='{SOAP12}'><s:Header><h xmlns=''>$1</h></s:Header><s:Body><x xmlns=''/></s:Body></s:Envelope>"
    );
    let header = "<header name='m:old' value='1' xmlns:m='urn:m'/>";
    let outcome = Bench::new(&(header.to_owned() + &factory(&format, "<arg value='1'/>")))
        .message(soap_request("<a/>"))
        .run();
    assert_eq!(outcome.xml(), format.replace("$1", "1").replace('\'', "\""));
    let Payload::Xml(payload) = &outcome.exchange.message.payload else { panic!("no XML") };
    assert_eq!(payload.soap.map(|version| version.word()), Some("soap12"));
}

#[test]
fn case_134_what_a_format_and_its_arguments_need() {
    assert!(is_refused("<payloadFactory/>"));
    assert!(is_refused("<payloadFactory><args><arg value='1'/></args></payloadFactory>"));
    assert!(is_refused("<payloadFactory><format/></payloadFactory>"));
    assert!(is_refused(&factory("<a/>", "<arg/>")));
    assert!(is_refused(&factory("<a/>", "<arg expression=' '/>")));
    assert!(is_refused(&factory("<a/>", "<arg expression='//['/>")));
    assert!(is_clean(&factory("<a>$1</a>", "<arg value=''/>")));
    assert!(is_clean("<payloadFactory><format><a/></format></payloadFactory>"));
}

#[test]
fn the_envelope_stays_and_all_of_the_body_goes() {
    let message = request(
        "POST",
        "application/soap+xml",
        &format!(
            "<s:Envelope xmlns:s='{SOAP12}'><s:Header><h/></s:Header><s:Body>text<a/><b/></s:Body></s:Envelope>"
        ),
    );
    let outcome = Bench::new(&factory("<x/><y/>", "")).message(message).run();
    assert_eq!(
        outcome.xml(),
        format!(
            "<s:Envelope xmlns:s=\"{SOAP12}\"><s:Header><h/></s:Header><s:Body><x/><y/></s:Body></s:Envelope>"
        )
    );
    assert_eq!(made("<x/><y/>", "", "<a/>"), "<x/>");
    let mut empty = request("POST", "text/xml", "");
    empty.headers.insert("soapaction", "\"\"".parse().expect("a header value"));
    let outcome = Bench::new(&factory("<x/>", "")).message(empty).run();
    assert_eq!(
        outcome.xml(),
        format!(
            "<soapenv:Envelope xmlns:soapenv=\"{SOAP11}\"><soapenv:Body><x/></soapenv:Body></soapenv:Envelope>"
        )
    );
}

#[test]
fn the_configuration_s_own_namespace_is_kept_unless_undeclared() {
    let mediators = "<payloadFactory><format><a/></format></payloadFactory>";
    let outcome = Bench::new(mediators).message(pox("<x/>")).run();
    assert_eq!(outcome.xml(), "<a xmlns=\"http://ws.apache.org/ns/synapse\"/>");
}

#[test]
fn the_media_type_says_what_the_payload_has_become() {
    let xml = Some("application/xml".to_owned());
    let outcome = Bench::new(&factory("<x/>", "")).message(request("GET", "", "")).run();
    assert_eq!(media_types(&outcome), (xml.clone(), xml.clone(), vec!["application/xml"]));
    assert_eq!(outcome.axis2("NO_ENTITY_BODY"), None);
    assert_eq!(outcome.xml(), "<x/>");
    for media_type in ["text/xml", "application/xml; charset=UTF-8", "application/atom+xml"] {
        let outcome = Bench::new(&factory("<x/>", "")).message(request("POST", media_type, "<a/>")).run();
        assert_eq!(outcome.headers("content-type"), [media_type]);
    }
    let outcome = Bench::new(&factory("<x/>", "")).message(request("POST", "text/plain", "a")).run();
    assert_eq!(media_types(&outcome), (xml.clone(), xml, vec!["application/xml"]));
}

/// What a JSON format makes of a POX message.
fn json(format: &str, arguments: &str, body: &str) -> Outcome {
    let mediators = format!(
        "<payloadFactory media-type='json'><format>{format}</format><args>{arguments}</args></payloadFactory>"
    );
    Bench::new(&mediators).message(pox(body)).property("text", "a\"b").run()
}

#[test]
fn case_132_texts_are_escaped_in_json() {
    let outcome = json("{\"n\":\"$1\"}", "<arg expression='$ctx:text'/>", "<x/>");
    assert_eq!(written(&outcome), "{\"n\":\"a\\\"b\"}");
    let json = Some("application/json".to_owned());
    assert_eq!(media_types(&outcome), (json.clone(), json, vec!["application/json"]));
    assert_eq!(outcome.axis2("NO_ENTITY_BODY"), None);
}

#[test]
fn json_values_and_xml_go_in_where_json_wants_a_value() {
    let body = "<r><n>7</n><o><p>1</p></o></r>";
    let table = [
        ("{\"n\":$1}", "<arg expression='//n'/>", "{\"n\":7}"),
        ("{\"n\":\"$1\"}", "<arg expression='//n'/>", "{\"n\":\"7\"}"),
        ("{\"n\":$1}", "<arg value='{\"a\":[1]}'/>", "{\"n\":{\"a\":[1]}}"),
        ("{\"n\":$1}", "<arg value='{\"a\":[1]}' literal='true'/>", "{\"n\":\"{\\\"a\\\":[1]}\"}"),
        ("{\"n\":\"$1\"}", "<arg value='R&amp;D'/>", "{\"n\":\"R&D\"}"),
        ("{\"n\":$1}", "<arg expression='//o'/>", "{\"n\":{\"o\":{\"p\":1}}}"),
        ("[$1]", "<arg expression='//n | //p'/>", "[{\"n\":7,\"p\":1}]"),
        ("[$1, $2]", "<arg value='null'/><arg expression='$ctx:none'/>", "[null,\"\"]"),
    ];
    for (format, arguments, expected) in table {
        assert_eq!(written(&json(format, arguments, body)), expected, "{format} {arguments}");
    }
}

/// What a format makes of a JSON payload.
fn of_json(factory: &str, payload: &str) -> Outcome {
    Bench::new(factory).message(request("POST", "application/json", payload)).run()
}

#[test]
fn json_arguments_are_what_a_path_finds() {
    let payload = "{\"a\":{\"b\":1.0},\"s\":\"I\\\"M\",\"l\":[1,2],\"n\":null,\"t\":\"7\"}";
    let table = [
        ("{\"x\":$1}", "$.a", "{\"x\":{\"b\":1.0}}"),
        ("{\"x\":$1}", "json-eval($.a)", "{\"x\":{\"b\":1.0}}"),
        ("{\"x\":\"$1\"}", "$.s", "{\"x\":\"I\\\"M\"}"),
        ("{\"x\":$1}", "$.s", "{\"x\":\"I\\\"M\"}"),
        ("{\"x\":$1}", "$.t", "{\"x\":\"7\"}"),
        ("{\"x\":\"$1\"}", "$.l", "{\"x\":\"[1,2]\"}"),
        ("[$1]", "$..b", "[[1.0]]"),
        ("[$1]", "$.n", "[null]"),
        ("[$1]", "$.none", "[\"\"]"),
        ("[$1]", "$ctx:p.q", "[true]"),
        ("[\"$1\"]", "$trp:X-Json", "[\"{\\\"h\\\":1}\"]"),
    ];
    for (format, path, expected) in table {
        let factory = format!(
            "<payloadFactory media-type='json'><format>{format}</format>
               <args><arg evaluator='json' expression='{path}'/></args></payloadFactory>"
        );
        let message = request("POST", "application/json", payload);
        let outcome = Bench::new(&factory)
            .message(message)
            .property("p", "{\"q\":true}")
            .header("x-json", "{\"h\":1}")
            .run();
        assert_eq!(written(&outcome), expected, "{format} {path}");
    }
}

#[test]
fn json_arguments_of_xml_formats_become_elements_and_texts() {
    let payload = "{\"a\":{\"b\":1,\"c\":\"<\"},\"l\":[1,2],\"s\":\"a<b\",\"e\":{}}";
    let table = [
        ("$.a", "<r>-<b>1</b><c>&lt;</c>-</r>"),
        ("$.s", "<r>-a&lt;b-</r>"),
        ("$.e", "<r>--</r>"),
        ("$.none", "<r>--</r>"),
    ];
    for (path, expected) in table {
        let argument = format!("<arg evaluator='json' expression='{path}'/>");
        let outcome = of_json(&factory("<r>-$1-</r>", &argument), payload);
        assert_eq!(outcome.xml(), expected, "{path}");
        let outcome = of_json(
            &factory(
                "<r>-$1-</r>",
                &argument
                    .replace("evaluator='json'", "")
                    .replace("$.", "json-eval($.")
                    .replace("'/>", ")'/>"),
            ),
            payload,
        );
        assert_eq!(outcome.xml(), expected, "json-eval({path})");
    }
    let outcome = of_json(&factory("<r>$1</r>", "<arg evaluator='json' expression='$.l'/>"), payload);
    let elements = outcome.xml();
    assert!(elements.contains("<jsonElement>1</jsonElement><jsonElement>2</jsonElement>"), "{elements}");
    let literal = "<arg evaluator='json' literal='true' expression='$.a'/>";
    let outcome = of_json(&factory("<r>$1</r>", literal), payload);
    assert_eq!(outcome.xml(), "<r>{\"b\":1,\"c\":\"&lt;\"}</r>");
}

#[test]
fn json_arguments_see_xml_as_json() {
    let argument = "<arg evaluator='json' expression='$.r.a'/>";
    assert_eq!(written(&json("[$1]", argument, "<r><a>1</a></r>")), "[1]");
    assert_eq!(written(&json("[\"$1\"]", "<arg evaluator='json' value='x'/>", "<r/>")), "[\"x\"]");
}

#[test]
fn text_formats_make_text() {
    let mediators = "<payloadFactory media-type='text'><format>Hi $1 &amp; $2\n</format>
        <args><arg value='R&amp;D'/><arg expression='//n'/></args></payloadFactory>";
    let outcome = Bench::new(mediators).message(pox("<r><n><a/></n></r>")).run();
    let Payload::Text(text) = &outcome.exchange.message.payload else { panic!("no text") };
    assert_eq!(&**text, "Hi R&D & <n><a/></n>\n");
    let text = Some("text/plain".to_owned());
    assert_eq!(media_types(&outcome), (text.clone(), text, vec!["text/plain"]));
}

#[test]
fn a_format_may_be_a_local_entry() {
    let run = |key: &str| {
        let mediators = format!(
            "<payloadFactory><format key='{key}'/><args><arg value='&lt;1&gt;'/></args></payloadFactory>"
        );
        Bench::new(&mediators).message(pox("<x/>")).property("key", "xml-entry").run()
    };
    let expected = "<entry a=\"&lt;1>\">&lt;1&gt;</entry>";
    assert_eq!(run("xml-entry").xml(), expected);
    assert_eq!(run("{$ctx:key}").xml(), expected);
    assert_eq!(run("missing").fault_message(), Some("the format \"missing\" is no local entry"));
    assert_eq!(run("entry").fault_message(), Some("the format \"entry\" is not well-formed XML"));
}

#[test]
fn an_argument_that_fails_fails_the_mediator() {
    let outcome =
        Bench::new(&factory("<a>$1</a>", "<arg expression='//m:a'/>")).message(soap_request("<a/>")).run();
    assert!(outcome.fault.is_some());
    assert_eq!(outcome.xml(), in_body("<a/>"));
}

#[test]
fn wrong_factories_are_explained() {
    assert_problems!(
        "<payloadFactory/>
<payloadFactory><format/><args><arg/></args></payloadFactory>
<payloadFactory media-type=\"yaml\"><format>a</format></payloadFactory>
<payloadFactory media-type=\"json\"><format>{\"a\": $1}</format></payloadFactory>
<payloadFactory media-type=\"json\"><format>{\"a\": $1 $1}</format></payloadFactory>
<payloadFactory media-type=\"json\"><format><a/></format></payloadFactory>
<payloadFactory template-type=\"freemarker\"><format><a/></format></payloadFactory>
<payloadFactory template-type=\"velocity\"><format><a/></format></payloadFactory>
<payloadFactory><format><a b=\"x$1\">
  $1 &amp; $3
</a></format>
<args><arg evaluator=\"xml\" value=\"1\"/><arg value=\"2\"/></args></payloadFactory>
<payloadFactory><format><a>${payload.x}</a></format></payloadFactory>
<payloadFactory><format><a>$1</a></format><args><arg evaluator=\"json\" expression=\"$.a[\"/><argument/></args></payloadFactory>
<payloadFactory><format><a/></format><args><arg evaluator=\"yaml\" expression=\"1 +\"/></args><argument/></payloadFactory>
<payloadFactory media-type=\"text\"><format>&amp; $1</format></payloadFactory>
<payloadFactory><format key=\"{//}\"/></payloadFactory>"
    );
}
