//! Cases of endpoints.md §12 about http and wsdl endpoints.

use sinew::testing::{Event, Flows, Reply, Request, Transcript};

use crate::endpoints::{load, proxy};
use crate::support::{BACK_END, errors, folder, header};

/// A service that sets these properties and sends to an http endpoint with these attributes.
fn http(properties: &[(&str, &str)], attributes: &str) -> Flows {
    let properties: String = properties
        .iter()
        .map(|(name, value)| format!("<property name=\"{name}\" value=\"{value}\"/>"))
        .collect();
    let endpoint = format!("<endpoint><http {attributes}/></endpoint>");
    load(&format!("<inSequence>{properties}</inSequence>{endpoint}")).stub(BACK_END, Reply::ok(""))
}

fn lines(transcript: &Transcript) -> Vec<String> {
    let calls = transcript.events.iter().filter_map(|event| match event {
        Event::Call { method, address, .. } => Some(format!("{method} {address}")),
        _ => None,
    });
    calls.collect()
}

/// Names and values.
type Properties = [(&'static str, &'static str)];

/// E35, E37, E38, E39: what is sent.
#[test]
fn e35_to_e39_addresses_from_templates() {
    let rows: [(&str, &Properties, &str, &str, &str); 7] = [
        (
            "E35",
            &[("uri.var.a", "x y"), ("query.param.q", "x y")],
            "method=\"get\" uri-template=\"http://127.0.0.1:9000/{uri.var.a}?q={query.param.q}\"",
            "/services/P",
            "GET http://127.0.0.1:9000/x%20y?q=x%20y",
        ),
        (
            "E37",
            &[("uri.var.u", "http://127.0.0.1:9000/p")],
            "uri-template=\"{uri.var.u}\"",
            "/services/P",
            "GET http://127.0.0.1:9000/p",
        ),
        (
            "E38",
            &[],
            "method=\"post\" uri-template=\"http://127.0.0.1:9000/x\"",
            "/services/P/tail",
            "POST http://127.0.0.1:9000/x",
        ),
        (
            "E39",
            &[],
            "uri-template=\"http://127.0.0.1:9000/x\"",
            "/services/P/tail?q=1",
            "GET http://127.0.0.1:9000/x",
        ),
        (
            "one of two",
            &[("query.param.b", "1")],
            "uri-template=\"http://127.0.0.1:9000/x{?query.param.a,query.param.b}\"",
            "/services/P",
            "GET http://127.0.0.1:9000/x?query.param.b=1",
        ),
        (
            "no variable by its name",
            &[("b", "1"), ("uri.var.a", "2")],
            "uri-template=\"http://127.0.0.1:9000/{uri.var.a}{b}\"",
            "/services/P",
            "GET http://127.0.0.1:9000/2",
        ),
        (
            "the old encoding",
            &[("uri.var.a", "a%20b")],
            "uri-template=\"legacy-encoding:http://127.0.0.1:9000/{uri.var.a}\"",
            "/services/P",
            "GET http://127.0.0.1:9000/a%20b",
        ),
    ];
    for (case, properties, attributes, target, expected) in rows {
        let transcript = http(properties, attributes).send(Request::get(target));
        assert_eq!(lines(&transcript), [expected], "{case}");
    }
}

#[test]
fn e36_a_template_without_values_is_a_fault() {
    let flows = http(&[], "uri-template=\"http://127.0.0.1:9000/{uri.var.a}\"");
    let transcript = flows.send(Request::get("/services/P"));
    assert_eq!((header(&transcript, "x-code"), lines(&transcript).len()), (Some("0"), 0));
}

/// The endpoint's own properties are variables too, and win.
#[test]
fn properties_of_the_endpoint_are_variables() {
    let endpoint = "<inSequence><property name=\"uri.var.a\" value=\"message\"/></inSequence><endpoint>\
                    <http uri-template=\"http://127.0.0.1:9000/{uri.var.a}\"/>\
                    <property name=\"uri.var.a\" value=\"endpoint\"/></endpoint>";
    let flows = load(endpoint).stub(BACK_END, Reply::ok(""));
    let transcript = flows.send(Request::get("/services/P"));
    assert_eq!(lines(&transcript), ["GET http://127.0.0.1:9000/endpoint"]);
}

/// A body that becomes a GET's means nothing and stays behind.
#[test]
fn a_post_that_becomes_a_get_has_no_body() {
    let flows = http(&[], "method=\"get\" uri-template=\"http://127.0.0.1:9000/x\"");
    let transcript = flows.send(Request::post("/services/P", "text/plain", "abc"));
    let sent = transcript.events.iter().find_map(|event| match event {
        Event::Call { body, headers, .. } => Some((body.as_str(), headers)),
        _ => None,
    });
    let (body, headers) = sent.expect("a call");
    assert!(body.is_empty() && !headers.iter().any(|line| line.starts_with("content-type")), "{headers:?}");
}

/// endpoints.md §4.3: the address is that of a port in a local document.
#[test]
fn wsdl_endpoints_read_their_address_from_a_file() {
    let document = "<w:definitions xmlns:w=\"http://schemas.xmlsoap.org/wsdl/\" \
                    xmlns:s=\"http://schemas.xmlsoap.org/wsdl/soap/\"><w:service name=\"S\"><w:port name=\"P\">\
                    <s:address location=\"http://127.0.0.1:9000/services/S\"/></w:port></w:service></w:definitions>";
    let endpoint = |file: &str| {
        proxy(&format!("<endpoint><wsdl uri=\"file:{file}\" service=\"S\" port=\"P\"/></endpoint>"))
    };
    let files = [("proxy-services/P.xml", &*endpoint("s.wsdl")), ("s.wsdl", document)];
    let folder = folder(&files);
    let flows = Flows::load(folder.path()).stub(BACK_END, Reply::ok(""));
    let transcript = flows.send(Request::get("/services/P"));
    assert_eq!(lines(&transcript), ["GET http://127.0.0.1:9000/services/S"]);
    assert_eq!(errors(&[("proxy-services/P.xml", &endpoint("missing.wsdl"))]), ["E0101"]);
    let bad_port = proxy("<endpoint><wsdl uri=\"s.wsdl\" service=\"S\" port=\"Q\"/></endpoint>");
    assert_eq!(errors(&[("proxy-services/P.xml", &bad_port), ("s.wsdl", document)]), ["E0602"]);
}
