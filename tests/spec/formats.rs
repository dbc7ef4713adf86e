//! Formats end to end: cases of message-and-expressions.md §14, E29 to E33 of endpoints.md, and what malformed payloads
//! lead to (hardening.md §2 rows 15, 16, 22).

use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};
use sinew::testing::{Event, Flows, Reply, Request, Transcript};
use sinew_core::message::formats::{self, Coded};

use crate::support::{BACK_END, answer, flows, header, proxy};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

fn envelope(namespace: &str, body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{namespace}\"><s:Body>{body}</s:Body></s:Envelope>")
}

/// A proxy service with an endpoint of this format.
fn formatted(format: &str, reply: Reply) -> Flows {
    let proxy = format!(
        "<proxy NS name=\"P\"><target><endpoint><address uri=\"{BACK_END}/x\" format=\"{format}\"/></endpoint>\
         </target></proxy>"
    );
    flows(&[("proxy-services/P.xml", &proxy)]).stub(BACK_END, reply)
}

/// A proxy service whose in-sequence ends by sending to the back end, with a fault sequence that tells the code.
fn sending(mediators: &str, reply: Reply) -> Flows {
    let proxy = format!(
        "<proxy NS name=\"P\"><target><inSequence>{mediators}<send><endpoint><address uri=\"{BACK_END}/x\"/>\
         </endpoint></send></inSequence><faultSequence>\
         <property name=\"X-Code\" expression=\"get-property('ERROR_CODE')\" scope=\"transport\"/>\
         <property name=\"X-Message\" expression=\"get-property('ERROR_MESSAGE')\" scope=\"transport\"/>{}\
         </faultSequence></target></proxy>",
        answer("fault")
    );
    flows(&[("proxy-services/P.xml", &proxy)]).stub(BACK_END, reply)
}

/// A proxy service whose out-sequence ends by sending to the client.
fn answering(mediators: &str, reply: Reply) -> Flows {
    let proxy = format!(
        "<proxy NS name=\"P\"><target><endpoint><address uri=\"{BACK_END}/x\"/></endpoint>\
         <outSequence>{mediators}<send/></outSequence></target></proxy>"
    );
    flows(&[("proxy-services/P.xml", &proxy)]).stub(BACK_END, reply)
}

struct Call<'t> {
    method: &'t str,
    address: &'t str,
    headers: &'t [String],
    body: &'t str,
}

impl Call<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn call(transcript: &Transcript) -> Call<'_> {
    let call = transcript.events.iter().find_map(|event| match event {
        Event::Call { method, address, headers, body, .. } => Some(Call { method, address, headers, body }),
        _ => None,
    });
    call.unwrap_or_else(|| panic!("nothing was called\n{transcript}"))
}

fn set(name: &str, value: &str) -> String {
    format!("<property name=\"{name}\" value=\"{value}\" scope=\"axis2\"/>")
}

/// Reads the payload.
const READ: &str = "<log level=\"full\"/>";

#[test]
fn e29_soap_formats_post_envelopes_without_the_suffix() {
    let body = "<a/>";
    for (format, namespace, content_type, action) in [
        ("soap11", SOAP11, "text/xml; charset=UTF-8", Some("\"urn:op\"")),
        ("soap12", SOAP12, "application/soap+xml; charset=UTF-8; action=\"urn:op\"", None),
    ] {
        let flows = formatted(format, Reply::ok(""));
        let request = Request::post("/services/P/y", "text/xml", &envelope(SOAP11, body));
        let transcript = flows.send(request.header("SOAPAction", "\"urn:op\""));
        let call = call(&transcript);
        assert_eq!((call.method, call.address), ("POST", &*format!("{BACK_END}/x")), "{format}");
        assert_eq!(call.body, envelope(namespace, body));
        assert_eq!((call.header("content-type"), call.header("soapaction")), (Some(content_type), action));
    }
}

/// A REST client in front of a SOAP service: an envelope goes, plain XML comes.
#[test]
fn rest_clients_of_soap_services() {
    let reply = Reply::status(200).header("Content-Type", "text/xml").body(&envelope(SOAP11, "<r>1</r>"));
    let flows = formatted("soap11", reply);
    for (request, sent) in [
        (Request::get("/services/P/y?q=1"), "<soapenv:Body/>"),
        (Request::post("/services/P", "application/xml", "<a/>"), "<soapenv:Body><a/></soapenv:Body>"),
        (
            Request::post("/services/P", "application/json", "{\"a\":1}"),
            "<soapenv:Body><jsonObject><a>1</a></jsonObject></soapenv:Body>",
        ),
    ] {
        let transcript = flows.send(request);
        let call = call(&transcript);
        assert_eq!((call.method, call.header("soapaction")), ("POST", Some("\"\"")));
        assert!(call.body.contains(sent), "{}", call.body);
        assert_eq!(transcript.body, "<r>1</r>");
        assert_eq!(header(&transcript, "content-type"), Some("application/xml; charset=UTF-8"));
    }
}

#[test]
fn e30_pox_sends_the_content_of_the_body() {
    let reply = Reply::status(200).header("Content-Type", "application/xml").body("<r/>");
    let flows = formatted("pox", reply);
    let request = Request::post("/services/P", "text/xml", &envelope(SOAP11, "<a/>"));
    let transcript = flows.send(request.header("SOAPAction", "urn:op"));
    let call = call(&transcript);
    assert_eq!((call.method, call.body), ("POST", "<a/>"));
    assert_eq!(call.header("content-type"), Some("application/xml; charset=UTF-8"));
    assert_eq!(call.header("soapaction"), None);
    // The client speaks SOAP, so it is answered in an envelope.
    assert!(transcript.body.contains("<soapenv:Body><r/></soapenv:Body>"), "{}", transcript.body);
    assert_eq!(header(&transcript, "content-type"), Some("text/xml; charset=UTF-8"));
}

#[test]
fn e31_get_sends_the_children_as_query() {
    let flows = formatted("get", Reply::ok("r"));
    for (target, body, address) in [
        ("/services/P", "<a><k>v</k></a>", "/x?k=v"),
        ("/services/P/y?q=1", "<a><k>v w</k><l>&amp;</l></a>", "/x/y?q=1&k=v%20w&l=%26"),
        ("/services/P", "<a/>", "/x"),
    ] {
        let transcript = flows.send(Request::post(target, "application/xml", body));
        let call = call(&transcript);
        assert_eq!((call.method, call.body), ("GET", ""));
        assert_eq!(call.address, format!("{BACK_END}{address}"));
        assert_eq!(call.header("content-type"), None);
    }
}

#[test]
fn e32_e33_other_formats_leave_the_payload_alone() {
    for format in ["rest", "bogus"] {
        let flows = formatted(format, Reply::ok("r"));
        let transcript = flows.send(Request::post("/services/P/y", "application/xml", "<a />"));
        let call = call(&transcript);
        assert_eq!((call.address, call.body), (&*format!("{BACK_END}/x/y"), "<a />"), "{format}");
        assert_eq!(call.header("content-type"), Some("application/xml"));
    }
}

#[test]
fn an_endpoints_encoding_is_that_of_what_it_sends() {
    let endpoint = formatted("pox\" encoding=\"ISO-8859-1", Reply::ok(""));
    let transcript = endpoint.send(Request::post("/services/P", "application/xml", "<a>\u{4e2d}</a>"));
    assert_eq!(call(&transcript).body, "<a>&#20013;</a>");
    assert_eq!(call(&transcript).header("content-type"), Some("application/xml; charset=ISO-8859-1"));
}

#[test]
fn case_024_xml_becomes_json() {
    let flows = sending(&set("messageType", "application/json"), Reply::ok(""));
    let transcript = flows.send(Request::post("/services/P", "application/xml", "<a><b>1</b></a>"));
    assert_eq!(call(&transcript).body, "{\"a\":{\"b\":1}}");
    assert_eq!(call(&transcript).header("content-type"), Some("application/json; charset=UTF-8"));
}

#[test]
fn case_025_the_content_type_names_what_the_message_type_writes() {
    let both = set("messageType", "application/xml") + &set("ContentType", "text/html") + READ;
    let transcript =
        sending(&both, Reply::ok("")).send(Request::post("/services/P", "application/xml", "<a />"));
    assert_eq!(call(&transcript).body, "<a/>");
    assert_eq!(call(&transcript).header("content-type"), Some("text/html; charset=UTF-8"));
}

/// Cases 26, 32, 34, 36, 39 and 40: what a mediator has read goes out as it was, or in its own form.
#[test]
fn case_026_032_034_036_039_040_what_was_read_is_forwarded() {
    let flows = sending(READ, Reply::ok(""));
    for (content_type, body, sent, sent_type) in [
        ("application/xml", "<a b='1'/>", "<a b=\"1\"/>", "application/xml; charset=UTF-8"),
        ("application/x-odd; p=\" q\"", "\u{1}X", "\u{1}X", "application/x-odd; p=\" q\""),
        ("multipart/form-data; boundary=b", "--b--", "--b--", "multipart/form-data; boundary=b"),
        (
            "application/x-www-form-urlencoded",
            "a=1&a=2&b=x+y",
            "a=1&a=2&b=x%20y",
            "application/x-www-form-urlencoded; charset=UTF-8",
        ),
        ("application/json", " {\"a\": 1.0 }", " {\"a\": 1.0 }", "application/json"),
        ("application/json", "[1]", "[1]", "application/json"),
        ("text/plain", "hi", "hi", "text/plain"),
    ] {
        let transcript = flows.send(Request::post("/services/P", content_type, body));
        assert_eq!(call(&transcript).body, sent);
        assert_eq!(call(&transcript).header("content-type"), Some(sent_type), "{body}");
    }
}

/// Cases 36, 38, 39, 40 and 30: paths into payloads that are no XML.
#[test]
fn case_030_036_038_039_040_paths_see_every_format() {
    let reads = |path: &str| {
        format!("<property name=\"X-Value\" expression=\"string({path})\" scope=\"transport\"/>")
    };
    for (content_type, body, path, value) in [
        ("application/x-www-form-urlencoded", "a=1&a=2&b=x%20y", "//b", "x y"),
        ("application/x-www-form-urlencoded", "a=1&a=2&b=x%20y", "count(/*/xformValues/a)", "2"),
        ("application/x-www-form-urlencoded", "1k=v&$z=w", "//_JsonReader_PD_1k", "v"),
        ("application/x-www-form-urlencoded", "1k=v&$z=w", "//_JsonReader_PS_z", "w"),
        ("application/json", "{\"a\":1,\"b\":[1,2]}", "$body/jsonObject/a", "1"),
        ("application/json", "{\"a\":1,\"b\":[1,2]}", "count($body/jsonObject/b)", "2"),
        ("application/json", "{\"a\":1,\"b\":[1,2]}", "name(//a/../..)", "soapenv:Body"),
        ("application/json", "[1]", "$body/jsonArray/jsonElement", "1"),
        ("text/plain", "hi", "//*[local-name()='text']", "hi"),
    ] {
        let transcript =
            sending(&reads(path), Reply::ok("")).send(Request::post("/services/P", content_type, body));
        assert_eq!(call(&transcript).header("x-value"), Some(value), "{body} {path}");
        if content_type == "application/json" {
            assert_eq!(call(&transcript).body, body);
        }
    }
}

/// The ELB labels what it relays: the bytes and the member's content type stay, and nothing is read.
#[test]
fn the_relay_idiom_leaves_answers_alone() {
    let reply = Reply::status(200).header("Content-Type", "application/xml; odd=1").body("<a  />");
    let transcript = answering(&set("messageType", "text/html"), reply).send(Request::get("/services/P"));
    assert_eq!(transcript.body, "<a  />");
    assert_eq!(header(&transcript, "content-type"), Some("application/xml; odd=1"));
}

/// Case 44, 45: a SOAP fault for a REST client.
#[test]
fn case_044_045_faults_for_rest_clients() {
    let fault = "<s:Fault><faultcode>s:Server</faultcode><faultstring>down</faultstring><detail><d/></detail></s:Fault>";
    let reply =
        |status| Reply::status(status).header("Content-Type", "text/xml").body(&envelope(SOAP11, fault));
    let transcript = answering(READ, reply(500)).send(Request::get("/services/P"));
    assert_eq!((transcript.status, &*transcript.body), (500, "<d/>"));
    assert_eq!(header(&transcript, "content-type"), Some("application/xml; charset=UTF-8"));
    // Nobody read it: it passes through.
    let unread = answering("", reply(500)).send(Request::get("/services/P"));
    assert_eq!(unread.body, envelope(SOAP11, fault));
    // A SOAP client gets it as it is.
    let request = Request::post("/services/P", "text/xml", "<x/>").header("SOAPAction", "urn:x");
    assert_eq!(answering(READ, reply(500)).send(request).body, envelope(SOAP11, fault));

    let makefault = "<makefault version=\"soap11\"><code xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
                     value=\"s:Server\"/><reason value=\"down\"/></makefault>";
    let as_200 = |value| (set("FAULTS_AS_HTTP_200", value), 200);
    for (property, status) in [(String::new(), 500), as_200("TRUE"), as_200("true")] {
        let proxy = proxy("P", &(makefault.to_owned() + &property + &answer("made")));
        let transcript = flows(&[("proxy-services/P.xml", &proxy)]).send(Request::get("/services/P"));
        assert_eq!((transcript.status, &*transcript.body), (status, "<Exception>down</Exception>"));
    }
}

/// Sample 152 of Apache Synapse: the answer of a POX service goes back as SOAP.
#[test]
fn message_type_wraps_answers_for_soap_clients() {
    let reply = || Reply::status(200).header("Content-Type", "application/xml").body("<r/>");
    let flows = answering(&set("messageType", "text/xml"), reply());
    let soap = Request::post("/services/P", "text/xml", "<x/>").header("SOAPAction", "urn:x");
    let transcript = flows.send(soap);
    assert!(transcript.body.contains("<soapenv:Body><r/></soapenv:Body>"), "{}", transcript.body);
    assert_eq!(header(&transcript, "content-type"), Some("text/xml; charset=UTF-8"));
    let rest = flows.send(Request::get("/services/P"));
    assert_eq!(rest.body, "<r/>");
}

/// Case 52, and the last line of what malformed input must lead to: a fault with a code, through the fault sequence.
#[test]
fn case_052_malformed_payloads_run_the_fault_sequence() {
    let flows = sending(READ, Reply::ok(""));
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"\"")).collect();
    for (content_type, body, reason) in [
        ("application/xml", "<a>".to_owned(), "not well-formed"),
        ("application/xml", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/\"><a/>".to_owned(), "DOCTYPE"),
        ("application/xml", "<a>".repeat(100_000), "256 deep"),
        ("application/xml", format!("<a{attributes}/>"), "256 attributes"),
        ("application/json", "{\"a\":".repeat(100_000), "127 deep"),
        ("application/json", "{".to_owned(), "not JSON"),
        ("application/xml; charset=nonsense", "<a/>".to_owned(), "not known"),
        ("application/xml", "x".repeat(17 * 1024 * 1024), "larger than"),
    ] {
        let transcript = flows.send(Request::post("/services/P", content_type, &body));
        assert_eq!(header(&transcript, "x-code"), Some("601000"), "{content_type}");
        let message = header(&transcript, "x-message").unwrap_or_default();
        assert!(message.contains(reason), "{message}");
    }
    let raw = "<property name=\"X-Raw\" expression=\"$axis2:RAW_PAYLOAD\" scope=\"transport\"/>";
    let proxy = proxy("P", READ)
        .replace("</target>", &format!("<faultSequence>{raw}{}</faultSequence></target>", answer("fault")));
    let transcript = crate::support::flows(&[("proxy-services/P.xml", &proxy)]).send(Request::post(
        "/services/P",
        "application/xml",
        "<a>",
    ));
    assert_eq!(header(&transcript, "x-raw"), Some("<a>"));
}

/// A format or messageType that the payload cannot be read for is a fault as well, on both ways.
#[test]
fn malformed_payloads_of_endpoints_and_answers() {
    let proxy = format!(
        "<proxy NS name=\"P\"><target><endpoint><address uri=\"{BACK_END}\" format=\"soap11\"/></endpoint>\
         <outSequence>{}<send/></outSequence><faultSequence>\
         <property name=\"X-Code\" expression=\"get-property('ERROR_CODE')\" scope=\"transport\"/>{}\
         </faultSequence></target></proxy>",
        set("messageType", "application/json"),
        answer("fault")
    );
    let reply = Reply::status(200).header("Content-Type", "application/xml").body("<a>");
    let flows = flows(&[("proxy-services/P.xml", &proxy)]).stub(BACK_END, reply);
    for body in ["<a>", "<a/>"] {
        let transcript = flows.send(Request::post("/services/P", "application/xml", body));
        assert_eq!(header(&transcript, "x-code"), Some("601000"), "{body}");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
    let Coded::AsSaid(bytes) = formats::compress(text.to_owned().into(), &headers) else {
        panic!("gzip is known")
    };
    bytes.to_vec()
}

#[test]
fn case_043_compressed_payloads() {
    let packed = |body: &str| {
        let request = Request::post("/services/P", "application/xml", "").body(gzip(body));
        request.header("Content-Encoding", "gzip")
    };
    let encoding =
        |action: &str| format!("<property name=\"Content-Encoding\" {action} scope=\"transport\"/>");
    let plain = "<a>hello</a>";
    let remove = encoding("action=\"remove\"");
    let set = encoding("value=\"gzip\"");
    for (case, mediators, is_packed) in [
        ("untouched", String::new(), true),
        ("read", READ.to_owned(), false),
        ("removed", remove.clone(), false),
        ("set again", READ.to_owned() + &set, true),
        ("set", set.clone(), true),
    ] {
        let transcript = sending(&mediators, Reply::ok("")).send(packed(plain));
        let call = call(&transcript);
        assert_eq!(call.header("content-encoding"), is_packed.then_some("gzip"), "{case}");
        assert_eq!(call.body == plain, !is_packed, "{case}: {}", call.body);
    }
    // A plain answer is compressed when the configuration sets the header, and says so.
    let reply = Reply::status(200).header("Content-Type", "application/xml").body(plain);
    let transcript = answering(&set, reply).send(Request::get("/services/P"));
    assert_eq!(header(&transcript, "content-encoding"), Some("gzip"));
    assert_ne!(transcript.body, plain);
}

/// hardening.md §2 row 22: 8 MiB of the same in 8 KiB.
#[test]
fn compressed_bombs_run_the_fault_sequence() {
    let bomb = format!("<a>{}</a>", " ".repeat(8 * 1024 * 1024));
    let flows = sending(READ, Reply::ok(""));
    for (body, reason) in [
        (gzip(&bomb), "compressed more than 1:100"),
        (b"no gzip".to_vec(), "not valid gzip"),
        (gzip("<a>"), "not well-formed"),
    ] {
        let request = Request::post("/services/P", "application/xml", "").body(body);
        let transcript = flows.send(request.header("Content-Encoding", "gzip"));
        assert_eq!(header(&transcript, "x-code"), Some("601000"), "{reason}");
        assert!(
            header(&transcript, "x-message").is_some_and(|message| message.contains(reason)),
            "{transcript}"
        );
    }
}

/// mediators.md case 84, message-and-expressions.md §12.2: envelopes lose the addressing headers that they came with.
#[test]
fn case_084_addressing_headers_end_here() {
    let wsa = "http://www.w3.org/2005/08/addressing";
    let with = |header: &str| {
        format!(
            "<s:Envelope xmlns:s=\"{SOAP11}\"><s:Header>{header}</s:Header><s:Body><a/></s:Body></s:Envelope>"
        )
    };
    let action = format!("<w:Action xmlns:w=\"{wsa}\">urn:a</w:Action>");
    let other = "<m:h xmlns:m=\"urn:m\">1</m:h>";
    let keep = "<property name=\"PRESERVE_WS_ADDRESSING\" value=\"true\"/>";
    let (both, without) = (with(&format!("{action}{other}")), with(other));
    let alone = envelope(SOAP11, "<a/>");
    for (mediators, received, expected) in [
        (READ.to_owned(), &both, &without),
        (READ.to_owned(), &with(&action), &alone),
        (format!("{READ}{keep}"), &both, &both),
        // Nobody looked inside.
        (String::new(), &both, &both),
    ] {
        let proxy = format!(
            "<proxy NS name=\"P\"><target><inSequence>{mediators}<send><endpoint><address uri=\"{BACK_END}\"/></endpoint></send>
               </inSequence><outSequence>{mediators}<send/></outSequence></target></proxy>"
        );
        let answer = Reply::status(200).header("Content-Type", "text/xml").body(received);
        let flows = flows(&[("proxy-services/P.xml", &proxy)]).stub(BACK_END, answer);
        let request = Request::post("/services/P", "text/xml", received).header("SOAPAction", "urn:op");
        let transcript = flows.send(request);
        assert_eq!(call(&transcript).body, *expected, "{mediators}");
        assert_eq!(transcript.body, *expected, "{mediators}");
    }
}
