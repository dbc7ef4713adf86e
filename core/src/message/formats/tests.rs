//! Reading and writing by content type: cases of message-and-expressions.md §14, and endpoints.md §2.4.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use proptest::prelude::*;

use super::{FormatError, Formatter, must_read, read, write, write_as};
use crate::message::{Body, Dialect, Message, Payload, Received, SOAP_ACTION, SoapVersion, Towards};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

fn headers(content_type: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !content_type.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(content_type).expect("a header value"));
    }
    headers
}

/// A POST that streams.
fn unread(content_type: &str, body: &[u8]) -> Message {
    let received = Received::new(Method::POST, Uri::from_static("/services/P"));
    let payload = Payload::from(Body::full(body.to_vec()));
    Message::request(received, headers(content_type), payload)
}

fn attempt(content_type: &str, body: &[u8]) -> Result<Message, FormatError> {
    let mut message = unread(content_type, body);
    message.payload = read(Bytes::copy_from_slice(body), &message)?;
    Ok(message)
}

fn message(content_type: &str, body: &str) -> Message {
    attempt(content_type, body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn soap(version: SoapVersion, body: &str) -> Message {
    let namespace = version.namespace();
    let envelope = format!("<s:Envelope xmlns:s=\"{namespace}\"><s:Body>{body}</s:Body></s:Envelope>");
    let mut message = unread(version.media_type(), envelope.as_bytes());
    message.headers.insert(SOAP_ACTION, HeaderValue::from_static("\"urn:op\""));
    message.client = Dialect::Soap(version);
    message.payload = read(Bytes::from(envelope), &message).expect("an envelope");
    message
}

trait Configured {
    fn set(self, name: &str, value: &str) -> Self;
}

impl Configured for Message {
    fn set(mut self, name: &str, value: &str) -> Self {
        self.axis2.set(name, value);
        self
    }
}

/// Body and content type, `None` for the one received.
fn written(message: &Message) -> (String, Option<String>) {
    let written = write(message, Towards::Endpoint).expect("it can be written");
    (String::from_utf8(written.bytes.to_vec()).expect("UTF-8"), written.content_type)
}

fn check(message: &Message, body: &str, content_type: &str) {
    let expected = (body.to_owned(), Some(content_type.to_owned()).filter(|it| !it.is_empty()));
    assert_eq!(written(message), expected);
}

#[test]
fn case_026_plain_xml_is_written_with_its_charset() {
    check(&message("application/xml", "<a/>"), "<a/>", "application/xml; charset=UTF-8");
    check(
        &message("application/atom+xml; type=feed", "<a/>"),
        "<a/>",
        "application/atom+xml; type=feed; charset=UTF-8",
    );
}

#[test]
fn case_027_no_bytes_are_no_payload() {
    for content_type in ["application/xml", "text/xml", "application/json", "text/plain"] {
        assert!(matches!(message(content_type, "").payload, Payload::Empty), "{content_type}");
    }
}

#[test]
fn case_028_envelopes_belong_to_their_content_types() {
    let envelope = |namespace: &str| format!("<e:Envelope xmlns:e='{namespace}'><e:Body/></e:Envelope>");
    for (content_type, body, found) in [
        ("text/xml", envelope(SOAP12), "soap12"),
        ("application/soap+xml", envelope(SOAP11), "soap11"),
        ("application/soap+xml", "<a/>".to_owned(), "no envelope"),
    ] {
        let error = attempt(content_type, body.as_bytes()).expect_err(content_type);
        assert!(error.to_string().ends_with(found), "{error}");
    }
    assert!(attempt("application/xml", envelope(SOAP12).as_bytes()).is_ok());
}

#[test]
fn case_029_text_xml_without_an_action_is_plain_xml() {
    check(&message("text/xml", "<a/>"), "<a/>", "text/xml; charset=UTF-8");
    let mut with_action = unread("text/xml", b"<a/>");
    with_action.headers.insert(SOAP_ACTION, HeaderValue::from_static("\"\""));
    assert!(matches!(
        read(Bytes::from_static(b"<a/>"), &with_action),
        Err(FormatError::SoapVersion { expected: "soap11", .. })
    ));
}

/// Cases 30, 32 and 34: text, and bytes that are passed on as they came.
#[test]
fn case_030_032_034_text_and_bytes() {
    check(&message("text/plain", "hi"), "hi", "");
    check(&message("text/plain; charset=UTF-8; x=y", "hi"), "hi", "");
    check(&message("application/octet-stream; odd=\"a b\"", "X"), "X", "");
    check(&message("multipart/form-data; boundary=b", "--b--"), "--b--", "");
    check(&message("application/xop+xml", "<"), "<", "");
    check(&message("", "X"), "X", "");
}

#[test]
fn case_036_forms_are_written_as_forms() {
    let form = message("application/x-www-form-urlencoded", "a=1&a=2&b=x+y");
    assert!(
        matches!(&form.payload, Payload::Xml(xml) if xml.document.to_xml().starts_with("<xformValues><a>1</a>"))
    );
    check(&form, "a=1&a=2&b=x%20y", "application/x-www-form-urlencoded; charset=UTF-8");
    check(
        &form.set("messageType", "application/json"),
        "{\"xformValues\":{\"a\":[1,2],\"b\":\"x y\"}}",
        "application/json; charset=UTF-8",
    );
}

#[test]
fn case_039_case_040_untouched_json_is_the_same_bytes() {
    for text in ["{\"a\":1,\"b\":[1,2]}", "[1]", " { \"a\" : 1.0 } "] {
        check(&message("application/json", text), text, "");
        check(&message("application/hal+json; charset=utf-8", text), text, "");
    }
    let mut touched = message("application/json", "{\"a\":1}");
    let xml = touched.payload.xml_mut().expect("a tree");
    let document = std::sync::Arc::make_mut(&mut xml.document);
    let root = document.root_element().expect("jsonObject");
    let added = document.create_element("", "b", "");
    document.append_child(root, added);
    check(&touched, "{\"a\":1,\"b\":\"\"}", "application/json; charset=UTF-8");
}

#[test]
fn case_041_no_charset_where_none_is_wanted() {
    let quiet = message("application/xml; charset=ISO-8859-1", "<a/>").set("setCharacterEncoding", "false");
    check(&quiet, "<a/>", "application/xml");
}

/// Cases 24, 25 and 42, and what else `messageType` and `ContentType` do together (§5.2, §5.3).
#[test]
fn case_024_025_042_message_type_and_content_type() {
    let xml = || message("application/xml", "<a><b>1</b></a>");
    let json = || message("application/json", "{\"b\":1}");
    for (subject, message_type, content_type, body, header) in [
        (xml(), "application/json", "", "{\"a\":{\"b\":1}}", "application/json; charset=UTF-8"),
        (xml(), "application/xml", "text/html", "<a><b>1</b></a>", "text/html; charset=UTF-8"),
        (
            xml(),
            "application/xml",
            "application/soap+xml",
            "<a><b>1</b></a>",
            "application/xml; charset=UTF-8",
        ),
        (xml(), "text/plain", "", "1", "text/plain; charset=UTF-8"),
        (
            xml(),
            "application/x-www-form-urlencoded",
            "",
            "b=1",
            "application/x-www-form-urlencoded; charset=UTF-8",
        ),
        // REST: text/xml is written by the formatter of application/xml.
        (xml(), "text/xml", "text/xml", "<a><b>1</b></a>", "text/xml; charset=UTF-8"),
        // Relays: ContentType verbatim, the body as it would be anyway.
        (xml(), "text/html", "text/html", "<a><b>1</b></a>", "text/html"),
        (xml(), "text/html", "", "<a><b>1</b></a>", "application/xml; charset=UTF-8"),
        (json(), "text/html", "", "{\"b\":1}", ""),
        (
            json(),
            "application/xml",
            "",
            "<jsonObject><b>1</b></jsonObject>",
            "application/xml; charset=UTF-8",
        ),
        (json(), "text/plain", "", "{\"b\":1}", "text/plain; charset=UTF-8"),
        (json(), "application/vnd.x+json", "", "{\"b\":1}", "application/vnd.x+json; charset=UTF-8"),
        (
            message("text/plain", "hi"),
            "application/xml",
            "",
            "<text xmlns=\"http://ws.apache.org/commons/ns/payload\">hi</text>",
            "application/xml; charset=UTF-8",
        ),
        (message("application/octet-stream", "X"), "application/xml", "", "X", ""),
        (message("application/octet-stream", "X"), "", "image/png", "X", "image/png"),
    ] {
        let case = format!("{message_type} {content_type}");
        let mut subject = subject;
        for (name, value) in [("messageType", message_type), ("ContentType", content_type)] {
            if !value.is_empty() {
                subject = subject.set(name, value);
            }
        }
        let expected = (body.to_owned(), Some(header.to_owned()).filter(|header| !header.is_empty()));
        assert_eq!(written(&subject), expected, "{case}");
    }
}

#[test]
fn envelopes_have_the_content_type_of_their_version() {
    let envelope = |ns: &str| format!("<s:Envelope xmlns:s=\"{ns}\"><s:Body><a/></s:Body></s:Envelope>");
    let (soap11, soap12) = (soap(SoapVersion::Soap11, "<a/>"), soap(SoapVersion::Soap12, "<a/>"));
    check(&soap11, &envelope(SOAP11), "text/xml; charset=UTF-8");
    check(&soap12, &envelope(SOAP12), "application/soap+xml; charset=UTF-8; action=\"urn:op\"");
    let labelled = soap11.set("ContentType", "text/html");
    check(&labelled, &envelope(SOAP11), "text/xml; charset=UTF-8");
    check(&labelled.set("messageType", "application/xml"), "<a/>", "text/html; charset=UTF-8");
    // An envelope keeps its version; a bare tree gets the one asked for.
    check(
        &soap12.set("messageType", "text/xml"),
        &envelope(SOAP12),
        "application/soap+xml; charset=UTF-8; action=\"urn:op\"",
    );
    let bare = message("application/xml", "<a/>").set("messageType", "application/soap+xml");
    let (body, content_type) = written(&bare);
    assert!(body.contains(SOAP12) && body.contains("<soapenv:Body><a/></soapenv:Body>"), "{body}");
    assert_eq!(content_type.as_deref(), Some("application/soap+xml; charset=UTF-8"));
}

#[test]
fn case_044_what_rest_clients_see_of_a_fault() {
    let fault11 = |detail: &str| {
        soap(
            SoapVersion::Soap11,
            &format!(
                "<s:Fault><faultcode>s:Server</faultcode><faultstring>down</faultstring>{detail}</s:Fault>"
            ),
        )
    };
    let fault12 = |detail: &str| {
        soap(
            SoapVersion::Soap12,
            &format!(
                "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">down</s:Text></s:Reason>{detail}</s:Fault>"
            ),
        )
    };
    for (fault, body) in [
        (fault11("<detail><d xmlns=\"urn:d\">1</d><e/></detail>"), "<d xmlns=\"urn:d\">1</d>"),
        (fault11("<detail>text</detail>"), "<Exception>down</Exception>"),
        (fault11(""), "<Exception>down</Exception>"),
        (fault12("<s:Detail><d/></s:Detail>"), "<d/>"),
        (fault12(""), "<Exception>down</Exception>"),
    ] {
        let mut answer = fault;
        let seen = |answer: &Message| {
            let written = write(answer, Towards::Client).expect("it can be written");
            (String::from_utf8(written.bytes.to_vec()).expect("UTF-8"), written.content_type)
        };
        assert!(seen(&answer).0.contains("Envelope"));
        answer.client = Dialect::Rest;
        assert_eq!(seen(&answer), (body.to_owned(), Some("application/xml; charset=UTF-8".to_owned())));
        assert!(seen(&answer.set("FORCE_SOAP_FAULT", "true")).0.contains("Envelope"));
    }
}

#[test]
fn charsets_both_ways() {
    let latin1 = attempt("application/xml; charset=ISO-8859-1", b"<a>\xE9</a>").expect("Latin-1");
    check(&latin1, "<a>\u{e9}</a>", "application/xml; charset=UTF-8");
    let json = attempt("application/json; charset=ISO-8859-1", b"\"\xE9\"").expect("Latin-1");
    check(&json, "\"\u{e9}\"", "application/json; charset=UTF-8");
    let text = attempt("text/plain; charset=ISO-8859-1", b"\xE9").expect("Latin-1");
    check(&text, "\u{e9}", "text/plain; charset=UTF-8");
    let declared = attempt("application/xml", b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>")
        .expect("declared");
    check(&declared, "<a>\u{e9}</a>", "application/xml; charset=UTF-8");

    let subject = message("application/xml", "<a>\u{e9}\u{4e2d}</a>")
        .set("CHARACTER_SET_ENCODING", "ISO-8859-1")
        .set("WRITE_XML_DECLARATION", "true");
    let out = write(&subject, Towards::Endpoint).expect("a known charset");
    assert_eq!(&*out.bytes, b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE9&#20013;</a>");
    assert_eq!(out.content_type.as_deref(), Some("application/xml; charset=ISO-8859-1"));
    let unknown = message("application/xml", "<a/>").set("CHARACTER_SET_ENCODING", "nonsense");
    assert!(matches!(write(&unknown, Towards::Endpoint), Err(FormatError::UnknownCharset(_))));
    // Text that names no charset and is not UTF-8 can still be passed on.
    assert!(matches!(attempt("text/plain", b"\xE9").expect("bytes").payload, Payload::Bytes(_)));
}

/// endpoints.md §2.4: envelopes of either version, and none, from anything that has a tree.
#[test]
fn formats_of_endpoints() {
    let wrapped = |ns: &str, content: &str| {
        format!(
            "<soapenv:Envelope xmlns:soapenv=\"{ns}\"><soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
        )
    };
    let envelope = |ns: &str| format!("<s:Envelope xmlns:s=\"{ns}\"><s:Body><a/></s:Body></s:Envelope>");
    let (to11, to12) = (Formatter::Soap(SoapVersion::Soap11), Formatter::Soap(SoapVersion::Soap12));
    for (subject, formatter, body) in [
        (message("application/xml", "<a/>"), to11, wrapped(SOAP11, "<a/>")),
        (
            message("application/json", "{\"a\":1}"),
            to12,
            wrapped(SOAP12, "<jsonObject><a>1</a></jsonObject>"),
        ),
        (
            message("application/xml", ""),
            to11,
            wrapped(SOAP11, "").replace("<soapenv:Body></soapenv:Body>", "<soapenv:Body/>"),
        ),
        (soap(SoapVersion::Soap11, "<a/>"), to12, envelope(SOAP12)),
        (soap(SoapVersion::Soap12, "<a/>"), to11, envelope(SOAP11)),
        (soap(SoapVersion::Soap11, "<a/>"), Formatter::Xml, "<a/>".to_owned()),
        (soap(SoapVersion::Soap11, ""), Formatter::Xml, String::new()),
        (soap(SoapVersion::Soap11, "<a><k>v</k><l>x y</l></a>"), Formatter::Form, "k=v&l=x%20y".to_owned()),
        (message("application/json", "{\"k\":\"v\"}"), Formatter::Form, "k=v".to_owned()),
    ] {
        let written = write_as(&subject, formatter).expect("it has a tree");
        assert_eq!(written.bytes, body, "{formatter:?}");
    }
    let bytes = message("image/png", "X");
    assert!(matches!(write_as(&bytes, to11), Err(FormatError::NoTree)));
}

#[test]
fn header_blocks_and_faults_are_translated_between_versions() {
    let soap11 = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:x=\"urn:x\"><s:Header>\
                  <h:a xmlns:h=\"urn:h\" s:mustUnderstand=\"1\" s:actor=\"urn:me\" t=\"x:y\"/></s:Header><s:Body><s:Fault>\
                  <faultcode>s:Client.Bad</faultcode><faultstring>no</faultstring><faultactor>urn:it</faultactor>\
                  <detail><d/></detail></s:Fault></s:Body></s:Envelope>";
    let soap12 = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:x=\"urn:x\"><s:Header>\
                  <h:a xmlns:h=\"urn:h\" t=\"x:y\" s:mustUnderstand=\"true\" s:role=\"urn:me\"/></s:Header><s:Body><s:Fault>\
                  <s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason>\
                  <s:Role>urn:it</s:Role><s:Detail><d/></s:Detail></s:Fault></s:Body></s:Envelope>";
    let converted = |text: &str, version| {
        let message = message("application/xml", text);
        let Payload::Xml(xml) = &message.payload else { panic!("{text}") };
        xml.in_envelope(version).document.to_xml()
    };
    let up = converted(soap11, SoapVersion::Soap12);
    assert_eq!(up, soap12);
    let down = converted(&up, SoapVersion::Soap11);
    assert!(down.contains("<faultcode>s:Client</faultcode><faultstring>no</faultstring>"), "{down}");
    assert!(down.contains("s:mustUnderstand=\"1\" s:actor=\"urn:me\""), "{down}");
    assert!(down.contains("<faultactor>urn:it</faultactor><detail><d/></detail>"), "{down}");
}

#[test]
fn prefixes_that_only_values_use_stay_declared() {
    let body = "<a xsi:type=\"xsd:int\">1</a>";
    let text = format!(
        "<s:Envelope xmlns:s=\"{SOAP11}\" xmlns:xsd=\"urn:xsd\" xmlns:xsi=\"urn:xsi\" xmlns:u=\"urn:u\"><s:Body>{body}</s:Body></s:Envelope>"
    );
    let subject = message("application/xml", &text);
    let written = write_as(&subject, Formatter::Xml).expect("a tree");
    let text = String::from_utf8(written.bytes.to_vec()).expect("UTF-8");
    assert!(text.contains("xmlns:xsd=\"urn:xsd\"") && text.contains("xmlns:xsi=\"urn:xsi\""), "{text}");
    assert!(!text.contains("urn:u") && !text.contains(SOAP11), "{text}");
}

/// Streams are read for a `messageType` only when their bytes are in another form.
#[test]
fn message_type_reads_what_it_must() {
    for (received, message_type, reads) in [
        ("application/xml", "application/json", true),
        ("application/json", "application/json", false),
        ("application/json", "application/xml", true),
        ("application/xml", "text/xml", false),
        ("text/xml", "text/xml", false),
        ("text/xml", "application/xml", true),
        ("application/json", "text/html", false),
        ("image/png", "application/xml", false),
        ("", "application/xml", false),
    ] {
        let message = unread(received, b"x").set("messageType", message_type);
        assert_eq!(must_read(&message), reads, "{received} as {message_type}");
        assert!(!must_read(&unread(received, b"x")));
    }
    // For a SOAP client text/xml is an envelope.
    let mut answer = unread("text/xml", b"x");
    answer.client = Dialect::Soap(SoapVersion::Soap11);
    answer.become_response(StatusCode::OK, headers("application/xml"), Payload::from(Body::full("<a/>")));
    assert!(must_read(&answer.set("messageType", "text/xml")));
}

/// hardening.md §2 rows 15, 16 and 22: what is refused, and why.
#[test]
fn malformed_payloads_are_refused() {
    let nested = "<a>".repeat(100_000);
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=''")).collect();
    for (content_type, body, reason) in [
        ("application/xml", "<a>".to_owned(), "the payload is not well-formed XML"),
        ("application/xml", "{}".to_owned(), "the payload is not well-formed XML"),
        ("text/xml", "<!DOCTYPE a SYSTEM 'http://127.0.0.1/x'><a/>".to_owned(), "DOCTYPE"),
        ("application/xml", "<a>&x;</a>".to_owned(), "is not defined"),
        ("application/xml", nested, "exceeds a limit: elements are nested more than 256 deep"),
        (
            "application/xml",
            format!("<a{attributes}/>"),
            "exceeds a limit: an element has more than 256 attributes",
        ),
        ("application/json", "<a/>".to_owned(), "the payload is not JSON"),
        ("application/json", "[".repeat(100_000), "nested more than 127 deep"),
        ("application/json", "  ".to_owned(), "the payload is not JSON"),
        ("application/xml; charset=nonsense", "<a/>".to_owned(), "\"nonsense\" is not known"),
        ("application/json; charset=nonsense", "1".to_owned(), "\"nonsense\" is not known"),
        ("text/plain; charset=nonsense", "1".to_owned(), "\"nonsense\" is not known"),
        ("application/x-www-form-urlencoded", "a=%FF".to_owned(), "not valid UTF-8"),
    ] {
        let error = attempt(content_type, body.as_bytes()).expect_err(content_type).to_string();
        assert!(error.contains(reason), "{content_type}: {error}");
    }
    for content_type in ["application/xml", "application/json", "text/plain; charset=utf-8"] {
        let error = attempt(content_type, b"<a>\xFF</a>").expect_err(content_type).to_string();
        assert!(error.contains("not valid UTF-8"), "{content_type}: {error}");
    }
    let mut packed = unread("application/json", b"x");
    packed.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    assert!(matches!(read(Bytes::from_static(b"x"), &packed), Err(FormatError::ForeignCoding)));
}

fn content_types() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "text/xml",
        "application/soap+xml",
        "application/xml",
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain; charset=UTF-16",
        "text/plain",
        "application/json; charset=shift_jis",
        "image/png",
        "; charset=",
    ])
}

proptest! {
    /// Whatever arrives is read or refused, and what was read can be written in every form it has.
    #[test]
    fn nothing_panics(
        content_type in content_types(),
        message_type in content_types(),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            "[<>/a-c=&;%0-9{}\\[\\]\":,'! ?-]{0,48}".prop_map(String::into_bytes),
        ],
    ) {
        let Ok(message) = attempt(content_type, &body) else { return Ok(()) };
        for towards in [Towards::Endpoint, Towards::Client] {
            prop_assert!(write(&message, towards).is_ok());
        }
        let converted = message.set("messageType", message_type);
        prop_assert!(write(&converted, Towards::Client).is_ok());
    }

    /// Whatever is read and written is read again as the same.
    #[test]
    fn what_is_written_can_be_read(
        content_type in content_types(),
        body in "<a( b='[a-z&;]{0,3}')?>([a-z <>/]|&lt;){0,8}</a>|[a-z=&%0-9]{1,12}|\\{\"[a-z]\":[0-9\\[\\]]{1,3}\\}",
    ) {
        let Ok(message) = attempt(content_type, body.as_bytes()) else { return Ok(()) };
        let first = write(&message, Towards::Endpoint).expect("it has its own form");
        let content_type = first.content_type.as_deref().unwrap_or(content_type);
        let again = attempt(content_type, &first.bytes).expect("what is written can be read");
        let second = write(&again, Towards::Endpoint).expect("it has its own form");
        prop_assert_eq!(second.bytes, first.bytes);
    }
}
