//! `mc`: the message as scripts see it.

use sinew_core::message::{Destination, Direction, Payload, Value};

use super::{Bench, run, script};
use crate::testing::{request, soap_request};

#[test]
fn scripts_that_do_not_name_the_payload_leave_it_a_stream() {
    let free = [
        "mc.setProperty('a', mc.getProperty('b'));",
        "mc.setTo('http://x/y'); 'getPayloadXML' // mc.getPayloadXML()",
        "mc.getMessageID() == mc.getTo()",
        "print('x')",
    ];
    for source in free {
        assert!(run(source).streams(), "{source}");
    }
    let aware = [
        "mc.getPayloadXML()",
        "mc . getEnvelopeXML()",
        "var m = mc; m.getProperty('a')",
        "(function (x) {})(mc)",
        "mc['getProperty']('a')",
        "arguments[0].getProperty('a')",
        "<a>{mc.getPayloadXML()}</a>; true",
        "mc.setPayloadXML(<a/>)",
    ];
    for source in aware {
        assert!(!run(source).streams(), "{source}");
    }
}

#[test]
fn properties_have_types() {
    let table = [
        ("5", "INTEGER", "5"),
        ("-2147483648", "INTEGER", "-2147483648"),
        ("2147483648", "LONG", "2147483648"),
        ("1.5", "DOUBLE", "1.5"),
        ("1e300", "DOUBLE", "1.0E300"),
        ("0/0", "DOUBLE", "NaN"),
        ("true", "BOOLEAN", "true"),
        ("'x'", "STRING", "x"),
        ("new Date(0).getTime() + ''", "STRING", "0"),
        ("<a>{1}</a>", "OM", "<a>1</a>"),
        ("<a><b>1</b></a>.b.text()", "STRING", "1"),
        ("<a b='1'/>.@b", "STRING", "1"),
        ("[1, 2]", "STRING", "1,2"),
    ];
    for (value, type_name, text) in table {
        let outcome = run(&format!("mc.setProperty('p', {value})"));
        assert_eq!(outcome.fault_message(), None, "{value}");
        assert_eq!(outcome.typed("p"), Some((type_name, text.to_owned())), "{value}");
    }
}

#[test]
fn properties_are_read_as_what_they_are() {
    let bench = |source: &str| {
        Bench::new(&script(&format!("mc.setProperty('r', String({source}));")))
            .property("text", "t")
            .property("number", Value::Integer(101_504))
            .property("flag", Value::Boolean(false))
            .property("xml", sinew_core::message::ValueType::Om.convert("<a><b>1</b></a>").expect("XML"))
            .axis2("text", "a")
            .header("x-text", "h")
            .run()
            .default("r")
    };
    let table = [
        ("mc.getProperty('text')", "t"),
        ("mc.getProperty('text', 'default')", "t"),
        ("mc.getProperty('text', 'axis2')", "a"),
        ("mc.getProperty('X-Text', 'transport')", "h"),
        ("mc.getProperty('none')", "null"),
        ("mc.getProperty('none', 'transport')", "null"),
        ("mc.getProperty('number') + 1", "101505"),
        ("mc.getProperty('flag') === false", "true"),
        ("mc.getProperty('xml').b", "1"),
        ("mc.getProperty('HTTP_METHOD', 'axis2')", "POST"),
        ("mc.getEntry('entry') + mc.getLocalEntry('none')", "localnull"),
    ];
    for (source, expected) in table {
        assert_eq!(bench(source).as_deref(), Some(expected), "{source}");
    }
}

#[test]
fn properties_are_removed_and_null_is_a_special_case() {
    let outcome = Bench::new(&script(
        "mc.removeProperty('a'); mc.setProperty('b', null); mc.setProperty('c', null, 'transport');
         mc.removeProperty('HTTP_METHOD', 'axis2'); mc.setProperty('RESPONSE', 'true');",
    ))
    .property("a", "1")
    .property("b", "2")
    .header("c", "3")
    .run();
    assert_eq!(outcome.default("a"), None);
    assert_eq!(outcome.default("b").as_deref(), Some("2"));
    assert!(outcome.headers("c").is_empty());
    assert_eq!(outcome.axis2("HTTP_METHOD"), None);
    assert_eq!(outcome.operation("RESPONSE_WRITTEN").as_deref(), Some("SKIP"));
    assert!(outcome.exchange.message.is_response());
}

#[test]
fn addresses_are_read_and_set() {
    let outcome = run(
        "mc.setReplyTo('http://r'); mc.setFrom(mc.getReplyTo()); mc.setFaultTo(mc.getTo().getAddress());
         mc.setProperty('none', String(mc.getRelatesTo())); mc.setWSAAction('urn:a'); mc.setMessageID('urn:m');
         mc.setProperty('id', mc.getMessageID()); mc.setTo(null); mc.setResponse(true);",
    );
    let message = &outcome.exchange.message;
    assert_eq!(outcome.fault_message(), None);
    assert_eq!(message.addressing.reply_to.as_deref(), Some("http://r"));
    assert_eq!(message.addressing.from.as_deref(), Some("http://r"));
    assert_eq!(message.addressing.fault_to.as_deref(), Some("http://h/p"));
    assert_eq!(message.addressing.to, Destination::Cleared);
    assert_eq!(message.action(), Some("urn:a"));
    assert_eq!(message.direction, Direction::Response);
    assert_eq!(outcome.default("none").as_deref(), Some("null"));
    assert_eq!(outcome.default("id").as_deref(), Some("urn:m"));
}

#[test]
fn the_payload_is_replaced_where_it_is() {
    let set = script("mc.setPayloadXML(<m:a xmlns:m=\"urn:m\"><m:b/></m:a>);");
    let content = "<m:a xmlns:m=\"urn:m\"><m:b/></m:a>";
    let soap = Bench::new(&set).message(soap_request("<old/><second/>")).run();
    assert!(soap.xml().contains(&format!("<s:Body>{content}<second/></s:Body>")), "{}", soap.xml());
    let empty = Bench::new(&set).message(soap_request("")).run();
    assert!(empty.xml().contains(&format!("<s:Body>{content}</s:Body>")), "{}", empty.xml());
    let pox = Bench::new(&set).message(request("POST", "application/xml", "<old/>")).run();
    assert_eq!(pox.xml(), content);
    let get = Bench::new(&set).message(request("GET", "", "")).run();
    assert_eq!(get.xml(), content);
    // The envelope of a SOAP request has gone to an endpoint; its fault sequence makes a new one.
    let mut sent = soap_request("");
    sent.payload = Payload::Sent;
    let sent = Bench::new(&set).message(sent).run();
    assert_eq!(
        sent.xml(),
        format!(
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>{content}\
             </soapenv:Body></soapenv:Envelope>"
        )
    );
}

#[test]
fn only_an_element_is_a_payload() {
    for value in ["'text'", "<><a/><b/></>", "<a b='1'/>.@b", "<a/>.b", "null"] {
        assert!(run(&format!("mc.setPayloadXML({value})")).fault.is_some(), "{value}");
    }
    let outcome = Bench::new(&script("mc.setPayloadXML('<a>1</a>')")).message(request("GET", "", "")).run();
    assert_eq!(outcome.xml(), "<a>1</a>");
}

#[test]
fn text_is_seen_in_its_wrapper_and_nothing_is_empty() {
    let args = "var a = mc.getPayloadXML().toString().split(' '); mc.setProperty('r', a[1] + mc.getPayloadXML().name())";
    let outcome = Bench::new(&script(args)).message(request("POST", "text/plain", "1 2 3")).run();
    assert_eq!(outcome.default("r").as_deref(), Some("2http://ws.apache.org/commons/ns/payload::text"));
    let outcome = Bench::new(&script("mc.setProperty('r', mc.getPayloadXML().length())"))
        .message(request("GET", "", ""))
        .run();
    assert_eq!(outcome.default("r").as_deref(), Some("0"));
}

#[test]
fn envelopes_and_header_blocks() {
    let outcome = Bench::new(&script(
        "mc.addHeader(true, <m:h xmlns:m=\"urn:m\">{1}</m:h>); mc.addHeader(false, <i/>);
         var envelope = mc.getEnvelopeXML(); mc.setProperty('r', envelope.*::Header.*.length() + ':' + envelope..*::a);",
    ))
    .message(soap_request("<a>x</a>"))
    .run();
    assert_eq!(outcome.default("r").as_deref(), Some("2:x"));
    let xml = outcome.xml();
    assert!(
        xml.contains("<m:h xmlns:m=\"urn:m\" soapenv:mustUnderstand=\"1\"")
            || xml.contains("mustUnderstand=\"1\""),
        "{xml}"
    );
    assert!(xml.contains("<i/></s:Header>"), "{xml}");
    let outcome = Bench::new(&script("mc.setProperty('r', mc.getEnvelopeXML().*::Body.a)"))
        .message(request("POST", "application/xml", "<a>x</a>"))
        .run();
    assert_eq!(outcome.default("r").as_deref(), Some("<a>x</a>"));
}

#[test]
fn json_is_read_and_set() {
    let outcome = Bench::new(&script(
        "var json = mc.getPayloadJSON(); json.n += 1; mc.setPayloadJSON(json); mc.setProperty('r', json.n)",
    ))
    .message(request("POST", "text/plain", "{\"n\": 1}"))
    .run();
    assert_eq!(outcome.default("r").as_deref(), Some("2"));
    assert!(matches!(&outcome.exchange.message.payload, Payload::Json(json) if json.text() == "{\"n\":2}"));
    assert_eq!(outcome.axis2("messageType").as_deref(), Some("application/json"));
    let malformed = Bench::new(&script("mc.getPayloadJSON()")).message(request("POST", "text/plain", "{"));
    assert!(malformed.run().fault.is_some());
}

#[test]
fn what_is_printed_goes_to_the_mediation_log() {
    let outcome = run("print('a', 1); mc.getServiceLog().warn(<b>2</b>);");
    assert_eq!(outcome.log(), ["a 1", "2"]);
}

#[test]
fn facts_about_the_message() {
    let facts = "mc.setProperty('r', [mc.isResponse(), mc.isFaultResponse(), mc.isDoingREST(), mc.isDoingGET(), \
                 mc.isSOAP11(), String(mc.getSoapAction())].join())";
    let read = |message| Bench::new(&script(facts)).message(message).run().default("r");
    assert_eq!(read(soap_request("")).as_deref(), Some("false,false,false,false,true,null"));
    assert_eq!(read(request("GET", "", "")).as_deref(), Some("false,false,true,true,false,null"));
    let fault = "<s:Fault><faultcode>s:Server</faultcode><faultstring>r</faultstring></s:Fault>";
    assert_eq!(read(soap_request(fault)).as_deref(), Some("false,true,false,false,true,null"));
}

#[test]
fn every_function_that_is_known_exists() {
    let outcome = run("mc.setProperty('r', Object.keys(mc).sort().join())");
    let names = outcome.default("r").expect("names");
    for name in names.split(',') {
        assert!(crate::testing::is_clean(&script(&format!("if (0) mc.{name}()"))), "{name}");
    }
}
