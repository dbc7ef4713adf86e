//! Cases of endpoints.md §12 that need neither suspension nor other endpoints, by their numbers.

use sinew::testing::{Event, Flows, Reply, Request, Transcript};

use crate::support::{BACK_END, answer, called, errors, flows, header};

/// A proxy service around an endpoint whose fault sequence answers with the error code.
pub(crate) fn proxy(endpoint: &str) -> String {
    format!(
        "<proxy NS name=\"P\"><target>{endpoint}<faultSequence>\
         <property name=\"X-Code\" expression=\"get-property('ERROR_CODE')\" scope=\"transport\"/>{}\
         </faultSequence></target></proxy>",
        answer("fault")
    )
}

pub(crate) fn address(uri: &str, children: &str) -> String {
    format!("<endpoint><address uri=\"{uri}\">{children}</address></endpoint>")
}

pub(crate) fn load(endpoint: &str) -> Flows {
    flows(&[("proxy-services/P.xml", &proxy(endpoint))])
}

pub(crate) fn get(flows: &Flows, target: &str) -> Transcript {
    flows.send(Request::get(target))
}

/// E1, E2, E15, E16, E22: outcomes of one request.
#[test]
fn e01_e02_e15_e16_e22_outcomes_and_their_codes() {
    let timeout = "<timeout><duration>1000</duration><responseAction>fault</responseAction></timeout>";
    for (case, children, reply, status, code) in [
        ("E1", "", Reply::ok("B1"), 200, None),
        ("E2", "", Reply::refused(), 200, Some("101503")),
        ("E15", "", Reply::status(500), 500, None),
        ("E16", timeout, Reply::timed_out(), 200, Some("101504")),
        ("E21", "", Reply::timed_out(), 200, Some("101504")),
        ("E22", "", Reply::closed(), 200, Some("101505")),
    ] {
        let flows = load(&address(BACK_END, children)).stub(BACK_END, reply);
        let transcript = get(&flows, "/services/P");
        assert_eq!((transcript.status, header(&transcript, "x-code")), (status, code), "{case}");
    }
}

#[test]
fn e17_discard_runs_no_handler_and_answers_504() {
    let discard = "<timeout><duration>1000</duration><responseAction>discard</responseAction></timeout>";
    let flows = load(&address(BACK_END, discard)).stub(BACK_END, Reply::timed_out());
    let transcript = get(&flows, "/services/P");
    assert_eq!((transcript.status, header(&transcript, "x-code")), (504, None));
}

/// E18, E19, E33: what loads and what does not.
#[test]
fn e18_e19_e33_values() {
    let timeout = |inner: &str| address(BACK_END, &format!("<timeout>{inner}</timeout>"));
    let bogus = address(BACK_END, "").replace("<address ", "<address format=\"bogus\" ");
    for (case, endpoint, expected) in [
        ("E18", timeout("<responseAction>never</responseAction>"), vec![]),
        ("E19", timeout("<duration>abc</duration>"), vec!["E0602"]),
        ("E33", bogus, vec![]),
        ("unknown action", timeout("<responseAction>retry</responseAction>"), vec!["E0602"]),
        ("no kind", "<endpoint/>".to_owned(), vec!["E0601"]),
        ("no uri", "<endpoint><address/></endpoint>".to_owned(), vec!["E0301"]),
        ("no address", address("not an address", ""), vec!["E0602"]),
    ] {
        assert_eq!(errors(&[("proxy-services/P.xml", &proxy(&endpoint))]), expected, "{case}");
    }
}

#[test]
fn e23_the_endpoints_own_handler_runs_instead_of_the_proxys() {
    let endpoint = address(BACK_END, "").replace("<endpoint>", "<endpoint onError=\"oe\">");
    let handler = format!("<sequence NS name=\"oe\">{}</sequence>", answer("oe"));
    let flows = flows(&[("proxy-services/P.xml", &proxy(&endpoint)), ("sequences/oe.xml", &handler)])
        .stub(BACK_END, Reply::refused());
    assert_eq!(header(&get(&flows, "/services/P"), "x-answer"), Some("oe"));
}

/// E24, E25: `${name}` is the property, or stays as it is.
#[test]
fn e24_e25_properties_in_addresses() {
    let endpoint = address("http://127.0.0.1:${p}/x", "");
    let with = format!("<inSequence><property name=\"p\" value=\"9000\"/></inSequence>{endpoint}");
    let set = load(&with).stub(BACK_END, Reply::ok(""));
    assert_eq!(called(&get(&set, "/services/P")), ["http://127.0.0.1:9000/x"]);
    let transcript = get(&load(&endpoint), "/services/P");
    assert_eq!(header(&transcript, "x-code"), Some("0"));
    assert!(called(&transcript).is_empty());
}

/// E26 to E28, E32, and message-and-expressions.md cases 83 to 86.
#[test]
fn e26_e27_e28_e32_suffixes() {
    for (case, uri, target, expected) in [
        ("E26", "http://127.0.0.1:9000/x", "/services/P/y?z=1", "http://127.0.0.1:9000/x/y?z=1"),
        ("E27", "http://127.0.0.1:9000/x/", "/services/P/y?z=1", "http://127.0.0.1:9000/x/y?z=1"),
        ("E28", "http://127.0.0.1:9000/x", "/services/P?z=1", "http://127.0.0.1:9000/x?z=1"),
        ("83", "http://127.0.0.1:9000/base", "/services/P/x?y=1", "http://127.0.0.1:9000/base/x?y=1"),
    ] {
        let flows = load(&address(uri, "")).stub(BACK_END, Reply::ok(""));
        assert_eq!(called(&get(&flows, target)), [expected], "{case}");
        let rest = address(uri, "").replace("<address ", "<address format=\"rest\" ");
        let flows = load(&rest).stub(BACK_END, Reply::ok(""));
        assert_eq!(called(&get(&flows, target)), [expected], "E32 {case}");
    }
}

#[test]
fn case_086_a_removed_suffix_is_not_appended() {
    let endpoint = address("http://127.0.0.1:9000/base", "");
    let removing =
        "<inSequence><property name=\"REST_URL_POSTFIX\" scope=\"axis2\" action=\"remove\"/></inSequence>";
    let flows = load(&format!("{removing}{endpoint}")).stub(BACK_END, Reply::ok(""));
    assert_eq!(called(&get(&flows, "/services/P/x?y=1")), ["http://127.0.0.1:9000/base"]);
}

#[test]
fn case_087_soap_requests_get_no_suffix() {
    let flows = load(&address("http://127.0.0.1:9000/base", "")).stub(BACK_END, Reply::ok(""));
    let soap = Request::post("/services/P/x", "text/xml", "<x/>").header("SOAPAction", "urn:op");
    assert_eq!(called(&flows.send(soap)), ["http://127.0.0.1:9000/base"]);
}

#[test]
fn e34_the_default_endpoint_follows_to() {
    let inside = "<inSequence><header name=\"To\" value=\"http://127.0.0.1:9000/there\"/>\
                  <property name=\"REST_URL_POSTFIX\" scope=\"axis2\" action=\"remove\"/></inSequence>";
    let flows = load(&format!("{inside}<endpoint><default/></endpoint>")).stub(BACK_END, Reply::ok(""));
    assert_eq!(called(&get(&flows, "/services/P")), ["http://127.0.0.1:9000/there"]);
}

#[test]
fn endpoints_by_key_and_missing_ones() {
    let endpoint = format!("<endpoint NS name=\"e\"><address uri=\"{BACK_END}\"/></endpoint>");
    let by_key = "<proxy NS name=\"P\"><target endpoint=\"e\"/></proxy>";
    let with = flows(&[("proxy-services/P.xml", by_key), ("endpoints/e.xml", &endpoint)])
        .stub(BACK_END, Reply::ok("e"));
    assert_eq!(get(&with, "/services/P").body, "e");

    let missing = proxy("<endpoint key=\"f\"/>");
    let files = [("proxy-services/P.xml", &*missing), ("endpoints/e.xml", &*endpoint)];
    assert_eq!(errors(&files), ["E0208"]);
    assert_eq!(header(&get(&flows(&files), "/services/P"), "x-code"), Some("305100"));
}

#[test]
fn endpoints_that_lead_to_each_other_are_reported() {
    let files = [
        ("endpoints/a.xml", "<endpoint NS name=\"a\" key=\"b\"/>"),
        ("endpoints/b.xml", "<endpoint NS name=\"b\" key=\"a\"/>"),
    ];
    assert_eq!(errors(&files), ["E0204"]);
}

#[test]
fn endpoint_properties_are_set_at_each_send() {
    let endpoint = format!(
        "<endpoint><address uri=\"{BACK_END}\"/><property name=\"X-From\" value=\"sinew\" scope=\"transport\"/>\
         <property name=\"seen\" expression=\"get-property('To')\"/></endpoint>"
    );
    let flows = load(&endpoint).stub(BACK_END, Reply::ok(""));
    let transcript = get(&flows, "/services/P");
    let sent = transcript.events.iter().any(
        |event| matches!(event, Event::Call { headers, .. } if headers.contains(&"x-from: sinew".to_owned())),
    );
    assert!(sent, "{transcript}");
}

/// hardening.md §2 row 20: an absolute request target is no address to send to.
#[test]
fn send_without_an_endpoint_does_not_follow_the_client() {
    let main = "<sequence NS name=\"main\"><send/></sequence>";
    let flows = flows(&[("sequences/main.xml", main)]).stub("http://", Reply::ok("stolen"));
    let transcript = get(&flows, "http://169.254.169.254/latest");
    assert_eq!((transcript.status, called(&transcript).len()), (503, 0), "{transcript}");
}

/// The same for one that `rewrite` passed on, until a rule says what host it is.
#[test]
fn send_without_an_endpoint_does_not_follow_a_rewritten_address() {
    let rewritten = |action: &str| {
        let main = format!(
            "<sequence NS name=\"main\"><rewrite><rewriterule>{action}</rewriterule></rewrite><send/></sequence>"
        );
        let flows = flows(&[("sequences/main.xml", &main)])
            .stub("http://", Reply::ok("x"))
            .stub("https://", Reply::ok("x"));
        let transcript = get(&flows, "http://169.254.169.254/latest");
        (transcript.status, called(&transcript).into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    for action in
        ["", "<action fragment=\"path\" value=\"/x\"/>", "<action fragment=\"protocol\" value=\"https\"/>"]
    {
        assert_eq!(rewritten(action), (503, vec![]), "{action}");
    }
    let host = "<action fragment=\"host\" value=\"ours\"/>";
    // The suffix follows an address (endpoints.md §4.2), here once more.
    assert_eq!(rewritten(host), (200, vec!["http://ours/latest/latest".to_owned()]));
}

/// The same for an address in the envelope, and for one that `makefault` takes from there.
#[test]
fn send_without_an_endpoint_does_not_follow_the_envelope() {
    let envelope = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"
        xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><s:Header><wsa:To>http://169.254.169.254/latest</wsa:To>
        <wsa:FaultTo><wsa:Address>http://169.254.169.254/fault</wsa:Address></wsa:FaultTo></s:Header><s:Body/></s:Envelope>";
    let fault = "<makefault version=\"soap11\" response=\"false\"><code value=\"s:Server\"
        xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/><reason value=\"r\"/></makefault>";
    for mediators in ["<log level=\"full\"/>", fault] {
        let main = format!("<sequence NS name=\"main\">{mediators}<send/></sequence>");
        let flows = flows(&[("sequences/main.xml", &main)]).stub("http://", Reply::ok("stolen"));
        let request = Request::post("/p", "text/xml", envelope).header("SOAPAction", "urn:op");
        let transcript = flows.send(request);
        assert_eq!((transcript.status, called(&transcript).len()), (503, 0), "{mediators}\n{transcript}");
    }
    // What the configuration takes from the envelope is the configuration's word.
    let main = "<sequence NS name=\"main\"><header name=\"To\" expression=\"string($header/wsa:To)\"
        xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"/><send/></sequence>";
    let flows = flows(&[("sequences/main.xml", main)]).stub("http://", Reply::ok("asked"));
    let request = Request::post("/p", "text/xml", envelope).header("SOAPAction", "urn:op");
    assert_eq!(called(&flows.send(request)), ["http://169.254.169.254/latest"]);
}
