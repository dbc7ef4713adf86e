//! The cases of mediators.md §12.3.

use sinew_core::message::{Destination, Message, SoapVersion};

use crate::testing::{Bench, Compiled, assert_problems, is_clean, is_refused, request, soap_request};

/// The text of an addressing field.
fn field(mediators: &str, name: &str) -> String {
    let probe = format!("<property name='probe' expression=\"get-property('{name}')\"/>");
    Bench::new(&format!("{mediators}{probe}")).run().default("probe").expect("never null")
}

#[test]
fn case_063_and_066_addressing_headers_are_set_and_removed() {
    for name in ["To", "From", "Action", "FaultTo", "ReplyTo", "RelatesTo"] {
        let set = format!("<header name='{name}' value='http://x/y'/>");
        assert_eq!(field(&set, name), "http://x/y");
        let computed = format!("<header name='{name}' expression=\"'http://x/y'\"/>");
        assert_eq!(field(&computed, name), "http://x/y");
        let removed = format!("{set}<header name='{name}' action='remove'/>");
        assert_eq!(field(&removed, name), "");
    }
    let outcome = Bench::new("<header name='To' action='remove'/>").run();
    assert_eq!(outcome.exchange.message.addressing.to, Destination::Cleared);
}

const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// A request whose envelope names addresses (message-and-expressions.md §12.2).
fn addressed_request() -> Message {
    let envelope = format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:wsa='{WSA}'><s:Header>
           <wsa:To>http://named/p</wsa:To><wsa:Action>urn:named</wsa:Action><wsa:MessageID>urn:m</wsa:MessageID>
           <wsa:ReplyTo><wsa:Address>http://reply/</wsa:Address></wsa:ReplyTo>
           <wsa:From><wsa:Address>http://from/</wsa:Address></wsa:From></s:Header><s:Body/></s:Envelope>"
    );
    let mut message = request("POST", "text/xml", &envelope);
    message.addressing.to = Destination::Received;
    message.headers.insert("soapaction", "\"urn:header\"".parse().expect("a header value"));
    message
}

#[test]
fn what_the_envelope_names_counts_until_the_configuration_says_otherwise() {
    let read = |mediators: &str, expression: &str| {
        let probe = format!("<property name='probe' expression=\"{expression}\" xmlns:wsa='{WSA}'/>");
        let outcome = Bench::new(&format!("{mediators}{probe}")).message(addressed_request()).run();
        outcome.default("probe").expect("never null")
    };
    // `From` reads the payload, and with it what the envelope says of the others.
    let envelope = "<property name='from' expression=\"get-property('From')\"/>";
    let table = [
        ("", "get-property('From')", "http://from/"),
        ("", "get-property('ReplyTo')", "http://reply/"),
        ("", "get-property('FaultTo')", ""),
        ("", "$header/wsa:To", "http://named/p"),
        ("", "get-property('Action')", "urn:header"),
        (envelope, "get-property('To')", "http://named/p"),
        (envelope, "get-property('Action')", "urn:named"),
        (envelope, "get-property('MessageID')", "urn:m"),
        ("<header name='From' value='mine'/>", "get-property('From')", "mine"),
        ("<header name='From' action='remove'/>", "get-property('From')", ""),
        (
            "<header name='To' value='http://mine/'/>",
            "concat(get-property('To'), get-property('From'))",
            "http://mine/http://from/",
        ),
        (
            "<header name='Action' action='remove'/>",
            "concat(get-property('From'), get-property('Action'))",
            "http://from/",
        ),
        (
            "<header name='ReplyTo' expression=\"get-property('From')\"/>",
            "get-property('ReplyTo')",
            "http://from/",
        ),
    ];
    for (mediators, expression, expected) in table {
        assert_eq!(read(mediators, expression), expected, "{mediators} {expression}");
    }
}

#[test]
fn an_address_of_the_client_stays_one() {
    for mediators in ["<log level='full'/>", "<makefault response='false' version='soap11'>
        <code value='s:Server' xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/><reason value='r'/></makefault>"] {
        let outcome = Bench::new(mediators).message(addressed_request()).run();
        assert_eq!(outcome.exchange.message.addressing.to, Destination::Received, "{mediators}");
    }
}

#[test]
fn a_removed_action_is_not_found_in_the_soap_action() {
    let probe = "<property name='probe' expression=\"get-property('Action')\"/>";
    let run = |mediators: &str| {
        let mut message = soap_request("");
        message.headers.insert("soapaction", "\"urn:a\"".parse().expect("a header value"));
        Bench::new(&format!("{mediators}{probe}")).message(message).run().default("probe")
    };
    assert_eq!(run("").as_deref(), Some("urn:a"));
    assert_eq!(run("<header name='Action' action='remove'/>").as_deref(), Some(""));
}

#[test]
fn case_065_every_other_name_needs_a_declared_prefix() {
    assert!(is_refused("<header name='MyHeader' value='v'/>"));
    assert!(is_refused("<header name='m:MyHeader' value='v'/>"));
    assert!(is_clean("<header name='m:MyHeader' value='v' xmlns:m='urn:m'/>"));
}

const M: &str = "xmlns:m='urn:m'";

#[test]
fn case_067_every_set_adds_a_block_and_remove_takes_all_of_a_name() {
    let set = format!("<header name='m:h' value='1' {M}/>");
    let other = format!("<header name='m:i' expression=\"'2'\" {M}/>");
    let read = "<log level='headers'/>";
    let outcome =
        Bench::new(&format!("{set}{set}{other}{read}<header name='m:h' action='remove' {M}/>{read}")).run();
    assert_eq!(outcome.log(), ["h : 1, h : 1, i : 2", "i : 2"]);
    assert_eq!(
        outcome.xml(),
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>\
         <m:i xmlns:m=\"urn:m\">2</m:i></s:Header><s:Body/></s:Envelope>"
    );
}

#[test]
fn case_068_implicit_blocks_are_everybodys_own() {
    let compiled = Compiled::new(&format!("<header><m:c {M}>T</m:c></header>"), &[]);
    let mut first = compiled.run(soap_request(""));
    if let sinew_core::message::Payload::Xml(xml) = &mut first.exchange.message.payload {
        let document = std::sync::Arc::make_mut(&mut xml.document);
        let block = document
            .descendants(document.document_node())
            .find(|&node| document.has_name(node, "urn:m", "c"));
        document.set_text(block.expect("the block"), "U");
    }
    let second = compiled.run(soap_request(""));
    assert!(first.xml().contains(">U</m:c>"), "{}", first.xml());
    assert!(second.xml().contains("<m:c xmlns:m=\"urn:m\">T</m:c>"), "{}", second.xml());
}

#[test]
fn case_069_and_072_http_headers_are_set_and_removed_without_the_body() {
    let set = "<header name='User-Agent' value='S' scope='transport'/>";
    let outcome = Bench::new(set).run();
    assert_eq!(outcome.headers("user-agent"), ["S"]);
    assert!(outcome.streams());
    let outcome = Bench::new("<header name='User-Agent' expression='$ctx:a' scope='Transport'/>")
        .property("a", "T")
        .run();
    assert_eq!(outcome.headers("user-agent"), ["T"]);
    let outcome =
        Bench::new(&format!("{set}<header name='user-agent' action='remove' scope='transport'/>")).run();
    assert!(outcome.headers("user-agent").is_empty());
    assert!(Bench::new("<header name='To' value='http://x/y'/>").run().streams());
}

#[test]
fn case_070_scopes() {
    assert!(is_refused("<header name='To' value='v' scope='soap'/>"));
    assert!(is_clean(&format!("<header name='m:h' value='v' scope='soap' {M}/>")));
    assert!(is_clean("<header name='To' value='v' scope='default'/>"));
    assert!(is_refused("<header name='To' value='v' scope='axis2'/>"));
}

#[test]
fn case_071_a_header_needs_a_name_and_a_value() {
    assert!(is_refused("<header/>"));
    assert!(is_refused(&format!("<header name='m:h' {M}/>")));
    assert!(is_refused(&format!("<header name='m:h' {M}><x/></header>")));
}

#[test]
fn null_removes_what_has_one_value_and_adds_an_empty_block() {
    assert_eq!(
        field("<header name='ReplyTo' value='a'/><header name='ReplyTo' expression='$ctx:none'/>", "ReplyTo"),
        ""
    );
    let outcome =
        Bench::new("<header name='X-A' expression='$ctx:none' scope='transport'/>").header("x-a", "1").run();
    assert!(outcome.headers("x-a").is_empty());
    let outcome = Bench::new(&format!("<header name='m:h' expression='$ctx:none' {M}/>")).run();
    assert!(outcome.xml().contains("<m:h xmlns:m=\"urn:m\"/>"), "{}", outcome.xml());
}

#[test]
fn an_element_can_stand_in_a_block() {
    for content in ["value='&lt;a>1&lt;/a>'", "expression='$ctx:x'"] {
        let mediators = format!("<header name='m:h' type='OM' {content} {M}/>");
        let outcome = Bench::new(&mediators).property("x", "<a>1</a>").run();
        assert!(outcome.xml().contains("<m:h xmlns:m=\"urn:m\"><a>1</a></m:h>"), "{}", outcome.xml());
    }
    let outcome = Bench::new(&format!("<header name='m:h' type='OM' expression='$ctx:x' {M}/>"))
        .property("x", "1")
        .run();
    assert_eq!(outcome.fault_message(), Some("\"1\" is no OM element"));
}

#[test]
fn messages_without_an_envelope_stay_as_they_are() {
    let mediators = format!("<header name='m:h' value='1' {M}/><header name='m:h' action='remove' {M}/>");
    let outcome = Bench::new(&mediators).message(request("POST", "application/xml", "<a/>")).run();
    assert_eq!(outcome.xml(), "<a/>");
}

#[test]
fn blocks_go_into_the_header_of_the_envelopes_own_version() {
    let envelope = "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Header/><Body/></Envelope>";
    let message = request("POST", "application/soap+xml", envelope);
    let outcome = Bench::new(&format!("<header name='m:h' value='1' {M}/>")).message(message).run();
    assert_eq!(
        outcome.xml(),
        format!(
            "<Envelope xmlns=\"{}\"><Header><m:h xmlns:m=\"urn:m\">1</m:h></Header><Body/></Envelope>",
            SoapVersion::Soap12.namespace()
        )
    );
}

#[test]
fn nobody_injects_headers() {
    for header in ["name='X-A' scope='transport'", "name='To'", "name='Action'"] {
        let mediators = format!("<header {header} expression='$ctx:evil'/>");
        let outcome = Bench::new(&mediators).property("evil", "a\r\nX-B: 1").run();
        assert!(
            outcome.fault_message().is_some_and(|text| text.ends_with("contains a control character")),
            "{header}"
        );
    }
}

#[test]
fn wrong_headers_are_explained() {
    assert_problems!(
        "<header/>
<header action=\"remove\"/>
<header name=\"To\"/>
<header name=\"X-Custom\" value=\"1\"/>
<header name=\"ReplyTO\" value=\"1\"/>
<header name=\"m:custom\" value=\"1\"/>
<header name=\":custom\" value=\"1\"/>
<header name=\"To\" value=\"a&#13;&#10;b\"/>
<header name=\"To\" value=\"1\" scope=\"soap\"/>
<header name=\"To\" value=\"1\" scope=\"axis2\"/>
<header name=\"a b\" value=\"1\" scope=\"transport\"/>
<header name=\"a\" value=\"&#10;\" scope=\"transport\"/>
<header name=\"m:h\" value=\"1\" type=\"OM\" xmlns:m=\"urn:m\"/>
<header name=\"To\" value=\"1\" expression=\"'2'\" acton=\"set\"/>"
    );
}
