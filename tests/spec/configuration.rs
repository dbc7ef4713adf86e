//! Cases of configuration.md §14, by their numbers.

use sinew::testing::{Event, Flows, Reply, Request, Transcript};

use crate::support::{BACK_END, answer, errors, flows, folder, forward, header, proxy};

fn get(flows: &Flows, target: &str) -> Transcript {
    flows.send(Request::get(target))
}

fn calls(transcript: &Transcript) -> Vec<(&str, &str)> {
    let calls = transcript.events.iter().filter_map(|event| match event {
        Event::Call { method, address, .. } => Some((method.as_str(), address.as_str())),
        _ => None,
    });
    calls.collect()
}

fn visited(transcript: &Transcript) -> Vec<&str> {
    let visited = transcript.events.iter().filter_map(|event| match event {
        Event::Visited { address, .. } => Some(address.as_str()),
        _ => None,
    });
    visited.collect()
}

#[test]
fn c01_an_empty_folder_answers_202() {
    let transcript = get(&flows(&[]), "/anything");
    assert_eq!((transcript.status, transcript.body.as_str()), (202, ""));
}

#[test]
fn c02_a_missing_folder_is_an_error() {
    let folder = folder(&[]);
    assert!(Flows::try_load(folder.path().join("missing")).is_err());
}

/// A case's number, its files, and the codes of their errors.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

/// C3, C4, C5, C11, C13, C25, C27, C28: what is wrong, and its code.
#[test]
fn c03_to_c28_mistakes_have_their_codes() {
    let no_target = "<proxy NS name=\"P\"><target/></proxy>";
    let key_and_on_error = proxy("P", "<sequence key=\"a\" onError=\"b\"/>");
    let table: &[Case<'_>] = &[
        ("C3", &[("synapse.xml", "<definition NS/>")], &["E0105"]),
        ("C4", &[("synapse.xml", "<definitions NS><foo/></definitions>")], &["E0304"]),
        ("C5", &[("synapse.xml", "<definitions NS>")], &["E0102"]),
        ("C11", &[("proxy-services/P.xml", no_target)], &["E0303"]),
        ("C13", &[("proxy-services/P.xml", "<proxy NS")], &["E0102"]),
        (
            "C25",
            &[(
                "synapse.xml",
                "<definitions NS><registry provider=\"a\"/><registry provider=\"b\"/></definitions>",
            )],
            &["E0201"],
        ),
        ("C27", &[("synapse.xml", "<definitions NS><sequence key=\"x\"/></definitions>")], &["E0202"]),
        ("C28", &[("proxy-services/P.xml", &key_and_on_error)], &["E0305"]),
    ];
    for (case, files, expected) in table {
        assert_eq!(errors(files), *expected, "{case}");
    }
}

#[test]
fn c06_a_reflecting_proxy_answers_itself() {
    let echo = proxy(
        "Echo",
        "<header name=\"To\" action=\"remove\"/><property name=\"RESPONSE\" value=\"true\"/><send/>",
    );
    let flows = flows(&[("proxy-services/Echo.xml", &echo)]);
    let transcript = flows.send(Request::get("/services/Echo").header("X-Mine", "1"));
    assert_eq!(transcript.status, 200);
    assert_eq!(header(&transcript, "x-mine"), Some("1"));
    assert!(calls(&transcript).is_empty());
}

#[test]
fn c07_an_endpoint_only_proxy_forwards() {
    let flows =
        flows(&[("proxy-services/Fwd.xml", &forward("Fwd", BACK_END))]).stub(BACK_END, Reply::ok("hi"));
    let transcript = get(&flows, "/services/Fwd");
    assert_eq!((transcript.status, transcript.body.as_str()), (200, "hi"));
}

#[test]
fn c08_the_suffix_is_appended() {
    let flows = flows(&[("proxy-services/Fwd.xml", &forward("Fwd", "http://127.0.0.1:9000/base"))])
        .stub(BACK_END, Reply::ok("hi"));
    let transcript = get(&flows, "/services/Fwd/a/b?x=1");
    assert_eq!(calls(&transcript), [("GET", "http://127.0.0.1:9000/base/a/b?x=1")]);
}

#[test]
fn c09_the_out_sequence_sees_the_response() {
    let proxy = format!(
        "<proxy NS name=\"Fwd\"><target><endpoint><address uri=\"{BACK_END}\"/></endpoint><outSequence>\
         <property name=\"X-A\" value=\"1\" scope=\"transport\"/><send/></outSequence></target></proxy>"
    );
    let flows = flows(&[("proxy-services/Fwd.xml", &proxy)]).stub(BACK_END, Reply::ok("hi"));
    let transcript = get(&flows, "/services/Fwd");
    assert_eq!((transcript.status, transcript.body.as_str()), (200, "hi"));
    assert_eq!(header(&transcript, "x-a"), Some("1"));
}

#[test]
fn c10_nobody_answers_202() {
    let flows = flows(&[("proxy-services/P.xml", &proxy("P", "<log/>"))]);
    let transcript = get(&flows, "/services/P");
    assert_eq!((transcript.status, transcript.body.as_str()), (202, ""));
}

#[test]
fn c11_a_broken_proxy_leaves_its_path_to_main_and_its_neighbours_alone() {
    let flows = flows(&[
        ("proxy-services/P.xml", "<proxy NS name=\"P\"><target/></proxy>"),
        ("proxy-services/Q.xml", &proxy("Q", &answer("Q"))),
        ("sequences/main.xml", &format!("<sequence NS name=\"main\">{}</sequence>", answer("main"))),
    ]);
    assert_eq!(header(&get(&flows, "/services/P"), "x-answer"), Some("main"));
    assert_eq!(header(&get(&flows, "/services/Q"), "x-answer"), Some("Q"));
}

#[test]
fn c14_a_missing_sequence_is_a_fault_at_message_time() {
    let missing = "<proxy NS name=\"P\"><target inSequence=\"missing\"/></proxy>";
    let files = [("proxy-services/P.xml", missing)];
    assert_eq!(errors(&files), ["E0207"]);
    let transcript = get(&flows(&files), "/services/P");
    assert_eq!(transcript.status, 500);
    assert!(
        visited(&transcript).iter().any(|address| address.starts_with("sequence:fault/")),
        "{transcript}"
    );
}

#[test]
fn c15_the_key_wins_over_the_inline_sequence() {
    let both = format!(
        "<proxy NS name=\"P\"><target inSequence=\"s1\"><inSequence>{}</inSequence></target></proxy>",
        answer("inline")
    );
    let flows = flows(&[
        ("proxy-services/P.xml", &both),
        ("sequences/s1.xml", &format!("<sequence NS name=\"s1\">{}</sequence>", answer("s1"))),
    ]);
    assert_eq!(header(&get(&flows, "/services/P"), "x-answer"), Some("s1"));
}

/// C16, C17: the service is known but does not serve; main does not run.
#[test]
fn c16_c17_services_that_do_not_serve_answer_500() {
    let main = format!("<sequence NS name=\"main\">{}</sequence>", answer("main"));
    for (case, attributes, text) in [
        ("C16", "transports=\"https\"", "The service cannot be found for the endpoint reference (EPR)\n"),
        ("C17", "startOnLoad=\"false\"", "The service P is inactive\n"),
    ] {
        let proxy = proxy("P", "<log/>").replace("name=\"P\"", &format!("name=\"P\" {attributes}"));
        let flows = flows(&[("proxy-services/P.xml", &proxy), ("sequences/main.xml", &main)]);
        let transcript = get(&flows, "/services/P");
        assert_eq!((transcript.status, transcript.body.as_str()), (500, text), "{case}");
        let soap = Request::post("/services/P", "text/xml", "<x/>").header("SOAPAction", "a");
        let transcript = flows.send(soap);
        assert!(transcript.body.contains("<faultstring>"), "{case}: {}", transcript.body);
    }
}

/// Local entries that mediators read are looked for like sequences and endpoints.
#[test]
fn keys_of_local_entries_are_checked() {
    let entry = "<localEntry NS key=\"known\">function mediate(mc) {}</localEntry>";
    for (mediator, codes) in [
        ("<script language=\"js\" key=\"known\"/>", &[][..]),
        ("<script language=\"js\" key=\"knwn\"/>", &["E0209"]),
        (
            "<script language=\"js\" key=\"known\"><include key=\"a\"/><include key=\"b\"/></script>",
            &["E0209", "E0209"],
        ),
        ("<script language=\"js\" key=\"{$ctx:key}\"/>", &[]),
        ("<payloadFactory><format key=\"none\"/></payloadFactory>", &["E0209"]),
        ("<enrich><source type=\"inline\" key=\"none\"/><target type=\"body\"/></enrich>", &["E0209"]),
        ("<enrich><source type=\"inline\" key=\"known\"/><target type=\"body\"/></enrich>", &[]),
    ] {
        let main = format!("<sequence NS name=\"main\">{mediator}</sequence>");
        let files = [("sequences/main.xml", main.as_str()), ("local-entries/known.xml", entry)];
        assert_eq!(errors(&files), codes, "{mediator}");
    }
    let main = "<sequence NS name=\"main\"><script language=\"js\" key=\"knwn\"/></sequence>";
    let flows = flows(&[("sequences/main.xml", main), ("local-entries/known.xml", entry)]);
    let found = flows.status().diagnostics.iter().find(|found| found.severity.is_error()).expect("an error");
    assert_eq!(found.message, "local entry \"knwn\" is not defined");
    assert!(
        found.help.as_deref().is_some_and(|help| help.starts_with("a local entry \"known\" is defined in "))
    );
}

/// What asks for protection that is not there is not in service: the request finds no such service.
#[test]
fn proxy_services_that_ask_for_security_are_not_served_without() {
    let main = format!("<sequence NS name=\"main\">{}</sequence>", answer("main"));
    for (asked, codes) in [
        ("<enableSec/>", &["E0702"][..]),
        ("<policy key=\"p\"/>", &["E0702"]),
        ("<enableRM/>", &["E0702"]),
        ("<enableSec/><policy key=\"p\"/>", &["E0702", "E0702"]),
        ("<enableAddressing separateListener=\"true\"/>", &["E0702"]),
        ("<enableAddressing/>", &[]),
        ("<publishWSDL uri=\"file:a.wsdl\"/>", &[]),
    ] {
        let proxy = proxy("P", &answer("P")).replace("</proxy>", &format!("{asked}</proxy>"));
        let files = [("proxy-services/P.xml", proxy.as_str()), ("sequences/main.xml", &main)];
        assert_eq!(errors(&files), codes, "{asked}");
        let answered_by = if codes.is_empty() { "P" } else { "main" };
        assert_eq!(header(&get(&flows(&files), "/services/P"), "x-answer"), Some(answered_by), "{asked}");
    }
}

#[test]
fn c18_a_service_pinned_elsewhere_is_not_there() {
    let proxy = proxy("P", &answer("P")).replace("name=\"P\"", "name=\"P\" pinnedServers=\"other\"");
    let main = format!("<sequence NS name=\"main\">{}</sequence>", answer("main"));
    let flows = flows(&[("proxy-services/P.xml", &proxy), ("sequences/main.xml", &main)]);
    assert_eq!(header(&get(&flows, "/services/P"), "x-answer"), Some("main"));
}

#[test]
fn c19_unknown_services_go_to_main() {
    let main = format!("<sequence NS name=\"main\">{}</sequence>", answer("main"));
    let flows =
        flows(&[("proxy-services/E.xml", &proxy("Echo", &answer("Echo"))), ("sequences/main.xml", &main)]);
    assert_eq!(header(&get(&flows, "/services/Unknown"), "x-answer"), Some("main"));
    assert_eq!(header(&get(&flows, "/services/Echo"), "x-answer"), Some("Echo"));
}

#[test]
fn c20_a_service_may_have_a_path_of_its_own() {
    let proxy = proxy("Echo", &answer("Echo"))
        .replace("</target>", "</target><parameter name=\"ServiceURI\">health</parameter>");
    let flows = flows(&[("proxy-services/E.xml", &proxy)]);
    assert_eq!(header(&get(&flows, "/health"), "x-answer"), Some("Echo"));
    assert_eq!(header(&get(&flows, "/health/x"), "x-answer"), None);
}

#[test]
fn c21_names_with_slashes_and_the_shortest_wins() {
    let long = ("proxy-services/ab.xml", &*forward("a/b", BACK_END));
    let flows_long = flows(&[long]).stub(BACK_END, Reply::ok(""));
    let transcript = get(&flows_long, "/services/a/b/c");
    assert_eq!(calls(&transcript), [("GET", "http://127.0.0.1:9000/c")]);
    let flows_both = flows(&[long, ("proxy-services/a.xml", &proxy("a", &answer("a")))]);
    assert_eq!(header(&get(&flows_both, "/services/a/b/c"), "x-answer"), Some("a"));
}

/// C23, C24: the artifact that is loaded first keeps the name.
#[test]
fn c23_c24_names_are_unique() {
    let endpoint = format!("<endpoint NS name=\"x\"><address uri=\"{BACK_END}\"/></endpoint>");
    let files = [("sequences/a.xml", "<sequence NS name=\"x\"/>"), ("endpoints/b.xml", &*endpoint)];
    assert_eq!(errors(&files), ["E0201"]);
    assert!(!flows(&files).has_sequence("x"));

    let main = |name: &str| format!("<sequence NS name=\"main\">{}</sequence>", answer(name));
    let definitions = format!("<definitions NS>{}</definitions>", main("synapse.xml"));
    let flows = flows(&[("synapse.xml", &definitions), ("sequences/main.xml", &main("file"))]);
    assert_eq!(header(&get(&flows, "/"), "x-answer"), Some("synapse.xml"));
}

#[test]
fn c26_the_registry_of_synapse_xml_counts() {
    let files = [
        ("synapse.xml", "<definitions NS><registry provider=\"a\"/></definitions>"),
        ("registry.xml", "<registry NS provider=\"b\"/>"),
    ];
    assert_eq!(errors(&files), ["E0201"]);
}

#[test]
fn c29_the_name_counts_not_the_file() {
    let files = [("sequences/foo.xml", "<sequence NS name=\"bar\"/>")];
    assert!(flows(&files).has_sequence("bar"));
    assert!(!flows(&files).has_sequence("foo"));
}

#[test]
fn c30_files_in_deeper_folders_are_not_read() {
    assert!(!flows(&[("sequences/sub/foo.xml", "<sequence NS name=\"foo\"/>")]).has_sequence("foo"));
}

/// C31 with the status of http-transport.md §17 rule 6: a refused connection is a bad gateway.
#[test]
fn c31_a_failure_that_nobody_answers_is_answered() {
    let main = format!(
        "<sequence NS name=\"main\"><send><endpoint><address uri=\"{BACK_END}\"/></endpoint></send></sequence>"
    );
    for (reply, status) in [(Reply::refused(), 502), (Reply::closed(), 502), (Reply::timed_out(), 504)] {
        let flows = flows(&[("sequences/main.xml", &main)]).stub(BACK_END, reply);
        let transcript = get(&flows, "/");
        assert_eq!(transcript.status, status);
        assert!(transcript.to_string().contains("Executing default"), "{transcript}");
    }
}

#[test]
fn c32_the_fault_sequence_answers() {
    let main = format!(
        "<sequence NS name=\"main\"><send><endpoint><address uri=\"{BACK_END}\"/></endpoint></send></sequence>"
    );
    let fault = "<sequence NS name=\"fault\"><makefault version=\"soap11\">\
                 <code xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" value=\"s:Server\"/>\
                 <reason value=\"down\"/></makefault><send/></sequence>";
    let flows = flows(&[("sequences/main.xml", &main), ("sequences/fault.xml", fault)])
        .stub(BACK_END, Reply::refused());
    let request = Request::post("/", "text/xml", "<x/>").header("SOAPAction", "urn:x");
    let transcript = flows.send(request);
    assert_eq!(transcript.status, 500);
    assert!(transcript.body.contains("<faultstring>down</faultstring>"), "{}", transcript.body);
    assert_eq!(header(&transcript, "content-type"), Some("text/xml; charset=UTF-8"));
}

/// C33, C34: `pre-mediate` runs first in both directions, and can end the flow.
#[test]
fn c33_c34_pre_mediate() {
    let main = format!("<sequence NS name=\"main\">{}</sequence>", answer("main"));
    let dropping = flows(&[
        ("sequences/pre.xml", "<sequence NS name=\"pre-mediate\"><drop/></sequence>"),
        ("sequences/main.xml", &main),
    ]);
    let transcript = get(&dropping, "/");
    assert_eq!((transcript.status, header(&transcript, "x-answer")), (202, None));

    let pre = "<sequence NS name=\"pre-mediate\"><property name=\"p\" value=\"1\"/><log level=\"custom\"/></sequence>";
    let both = flows(&[("sequences/pre.xml", pre), ("proxy-services/F.xml", &forward("F", BACK_END))])
        .stub(BACK_END, Reply::ok("hi"));
    let transcript = get(&both, "/services/F");
    let runs = visited(&transcript)
        .iter()
        .filter(|address| **address == "sequence:pre-mediate/1.Property[p]")
        .count();
    assert_eq!((transcript.status, runs), (200, 2), "{transcript}");
}

#[test]
fn c88_the_proxys_fault_sequence_sees_the_error() {
    let proxy = format!(
        "<proxy NS name=\"P\"><target faultSequence=\"f\"><endpoint><address uri=\"{BACK_END}\"/></endpoint></target></proxy>"
    );
    let fault = format!(
        "<sequence NS name=\"f\"><property name=\"X-Code\" expression=\"get-property('ERROR_CODE')\" scope=\"transport\"/>\
         <property name=\"X-Sending\" expression=\"get-property('axis2','SENDING_FAULT')\" scope=\"transport\"/>{}</sequence>",
        answer("f")
    );
    let flows = flows(&[("proxy-services/P.xml", &proxy), ("sequences/f.xml", &fault)])
        .stub(BACK_END, Reply::refused());
    let transcript = get(&flows, "/services/P");
    assert_eq!(header(&transcript, "x-code"), Some("101503"));
    assert_eq!(header(&transcript, "x-sending"), Some("true"));
}

/// C89, C90: the innermost handler runs; when it fails itself, the next one does.
#[test]
fn c89_c90_nested_error_handlers() {
    let failing =
        "<header name=\"To\" value=\"nowhere\"/><property name=\"n\" expression=\"'x'\" type=\"INTEGER\"/>";
    let inner = format!("<sequence NS name=\"inner\" onError=\"ie\">{failing}</sequence>");
    let proxy = proxy("P", "<sequence key=\"outer\"/>");
    let outer = "<sequence NS name=\"outer\" onError=\"oe\"><sequence key=\"inner\"/></sequence>";
    let good = |name: &str| format!("<sequence NS name=\"{name}\">{}</sequence>", answer(name));
    let bad = format!("<sequence NS name=\"ie\">{failing}</sequence>");
    for (ie, expected) in [(good("ie"), "ie"), (bad, "oe")] {
        let flows = flows(&[
            ("proxy-services/P.xml", &proxy),
            ("sequences/outer.xml", outer),
            ("sequences/inner.xml", &inner),
            ("sequences/ie.xml", &ie),
            ("sequences/oe.xml", &good("oe")),
        ]);
        assert_eq!(header(&get(&flows, "/services/P"), "x-answer"), Some(expected));
    }
}

#[test]
fn c96_a_query_with_a_slash_stays_a_query() {
    let flows = flows(&[("proxy-services/Fwd.xml", &forward("Fwd", "http://127.0.0.1:9000/base"))])
        .stub(BACK_END, Reply::ok(""));
    let transcript = get(&flows, "/services/Fwd?u=a/b");
    assert_eq!(calls(&transcript), [("GET", "http://127.0.0.1:9000/base?u=a/b")]);
}

#[test]
fn sequences_that_call_themselves_are_reported() {
    let files = [
        ("sequences/a.xml", "<sequence NS name=\"a\"><sequence key=\"b\"/></sequence>"),
        ("sequences/b.xml", "<sequence NS name=\"b\"><sequence key=\"a\"/></sequence>"),
    ];
    assert_eq!(errors(&files), ["E0203"]);
}

#[test]
fn dot_segments_cannot_reach_another_service() {
    let flows = flows(&[("proxy-services/Fwd.xml", &forward("Fwd", "http://127.0.0.1:9000/base"))])
        .stub(BACK_END, Reply::ok(""));
    let transcript = get(&flows, "/services/Fwd/../../admin");
    assert_eq!((transcript.status, calls(&transcript).len()), (202, 0), "{transcript}");
    let transcript = get(&flows, "/services/Fwd/a/%2e%2e/b");
    assert_eq!(calls(&transcript), [("GET", "http://127.0.0.1:9000/base/b")]);
}
