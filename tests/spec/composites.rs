//! Cases of endpoints.md §12 about endpoints made of others.

use std::time::Duration;

use sinew::testing::{Event, Flows, Reply, Request, Transcript};
use tokio::time::advance;

use crate::endpoints::{load, proxy};
use crate::support::{answer, errors, flows, header};

const B1: &str = "http://127.0.0.1:9001";
const B2: &str = "http://127.0.0.1:9002";
const B3: &str = "http://127.0.0.1:9003";

fn child(uri: &str, inside: &str) -> String {
    format!("<endpoint><address uri=\"{uri}\">{inside}</address></endpoint>")
}

fn weighted(uri: &str, weight: u32) -> String {
    format!(
        "<endpoint><address uri=\"{uri}\"/><property name=\"loadbalance.weight\" value=\"{weight}\"/></endpoint>"
    )
}

fn balanced(attributes: &str, children: &[String]) -> String {
    format!("<endpoint><loadbalance {attributes}>{}</loadbalance></endpoint>", children.concat())
}

fn failover(attributes: &str, children: &[String]) -> String {
    format!("<endpoint><failover {attributes}>{}</failover></endpoint>", children.concat())
}

/// Back ends that answer with their names, but for those that have said otherwise before.
fn answering(flows: Flows) -> Flows {
    flows.stub(B1, Reply::ok("B1")).stub(B2, Reply::ok("B2")).stub(B3, Reply::ok("B3"))
}

async fn get(flows: &Flows) -> Transcript {
    flows.exchange(Request::get("/services/P")).await
}

/// What came back: the name of the back end, its status, or `ERR` with the code that the fault sequence saw.
fn outcome(transcript: &Transcript) -> String {
    match header(transcript, "x-code") {
        Some(code) => format!("ERR {code}"),
        None if transcript.status == 200 => transcript.body.clone(),
        None => transcript.status.to_string(),
    }
}

async fn outcomes(flows: &Flows, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    for _ in 0..count {
        found.push(outcome(&get(flows).await));
    }
    found
}

/// The back ends that were called, by the last digit of their ports.
fn called(transcript: &Transcript) -> Vec<String> {
    let calls = transcript.events.iter().filter_map(|event| match event {
        Event::Call { address, .. } => Some(format!("B{}", &address["http://127.0.0.1:900".len()..][..1])),
        _ => None,
    });
    calls.collect()
}

fn bodies(transcript: &Transcript) -> Vec<&str> {
    let calls = transcript.events.iter().filter_map(|event| match event {
        Event::Call { body, .. } => Some(body.as_str()),
        _ => None,
    });
    calls.collect()
}

#[tokio::test(start_paused = true)]
async fn e40_round_robin() {
    let children = [child(B1, ""), child(B2, ""), child(B3, "")];
    let flows = answering(load(&balanced("", &children)));
    assert_eq!(outcomes(&flows, 6).await, ["B1", "B2", "B3", "B1", "B2", "B3"]);
}

#[tokio::test(start_paused = true)]
async fn e41_e42_one_that_refuses_is_passed_over() {
    let children = [child(B1, ""), child(B2, "")];
    let flows = load(&balanced("", &children)).stub(B1, Reply::refused()).stub(B2, Reply::ok("B2"));
    let first = get(&flows).await;
    assert_eq!((outcome(&first).as_str(), called(&first)), ("B2", vec!["B1".to_owned(), "B2".to_owned()]));
    let states = flows.endpoint_states();
    assert_eq!(
        states.get("proxy:P/endpoint/1").map(|view| view.availability.state.as_str()),
        Some("suspended")
    );
    assert_eq!(states.get("proxy:P/endpoint").map(|view| view.availability.state.as_str()), Some("active"));
    assert_eq!(outcomes(&flows, 3).await, ["B2", "B2", "B2"]);
}

/// E43, E44, E45: when no other is tried. The state of the first has learned of its failure.
#[tokio::test(start_paused = true)]
async fn e43_to_e45_no_failover() {
    let retry = |inner: &str| format!("<retryConfig>{inner}</retryConfig>");
    let disabled = retry("<disabledErrorCodes>101503</disabledErrorCodes>");
    let enabled = retry("<enabledErrorCodes>101500</enabledErrorCodes>");
    for (case, attributes, first) in [
        ("E43", "failover=\"false\"", child(B1, "")),
        ("E44", "", child(B1, &disabled)),
        ("E45", "", child(B1, &enabled)),
    ] {
        let flows = load(&balanced(attributes, &[first, child(B2, "")]))
            .stub(B1, Reply::refused())
            .stub(B2, Reply::ok("B2"));
        let transcript = get(&flows).await;
        assert_eq!(
            (outcome(&transcript).as_str(), called(&transcript)),
            ("ERR 101503", vec!["B1".to_owned()]),
            "{case}"
        );
        let state = flows.endpoint_states().get("proxy:P/endpoint/1");
        assert_eq!(state.map(|view| view.availability.state.as_str()), Some("suspended"), "{case}");
    }
}

/// E46, E47, and E48 with codes that never suspend: each once (D1).
#[tokio::test(start_paused = true)]
async fn e46_to_e48_when_all_refuse() {
    let refusing = |inside: &str| {
        load(&balanced("", &[child(B1, inside), child(B2, inside)]))
            .stub(B1, Reply::refused())
            .stub(B2, Reply::refused())
    };
    let flows = refusing("");
    let first = get(&flows).await;
    assert_eq!((outcome(&first).as_str(), called(&first).len()), ("ERR 101503", 2), "E46");
    let second = get(&flows).await;
    assert_eq!((outcome(&second).as_str(), called(&second).len()), ("ERR 303000", 0), "E47");

    let flows = refusing("<suspendOnFailure><errorCodes>101504</errorCodes></suspendOnFailure>");
    for _ in 0..3 {
        let transcript = get(&flows).await;
        assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("ERR 101503", 2), "E48");
    }
}

#[tokio::test(start_paused = true)]
async fn e49_an_error_status_is_an_answer() {
    let flows = load(&balanced("", &[child(B1, ""), child(B2, "")]))
        .stub(B1, Reply::status(500))
        .stub(B2, Reply::ok("B2"));
    assert_eq!(outcomes(&flows, 3).await, ["500", "B2", "500"]);
}

#[tokio::test(start_paused = true)]
async fn e50_weighted_round_robin() {
    let class = "algorithm=\"org.apache.synapse.endpoints.algorithms.WeightedRoundRobin\"";
    let flows = answering(load(&balanced(class, &[weighted(B1, 2), weighted(B2, 1)])));
    assert_eq!(outcomes(&flows, 6).await, ["B1", "B1", "B2", "B1", "B1", "B2"]);
}

/// E55, E56, E57: who is first, and whether it comes back.
#[tokio::test(start_paused = true)]
async fn e55_to_e57_failover() {
    let suspension = "<suspendOnFailure><initialDuration>300</initialDuration></suspendOnFailure>";
    let children = [child(B1, suspension), child(B2, "")];
    let flows = answering(load(&failover("", &children)));
    assert_eq!(outcomes(&flows, 3).await, ["B1", "B1", "B1"], "E55");
    for (case, attributes, expected) in
        [("E56", "", ["B2", "B1"]), ("E57", "dynamic=\"false\"", ["B2", "B2"])]
    {
        let flows = answering(load(&failover(attributes, &children)).stub(B1, Reply::refused()));
        assert_eq!(outcome(&get(&flows).await), expected[0], "{case}");
        // With `dynamic="false"` the next message makes the second one current, while the first is suspended.
        assert_eq!(outcome(&get(&flows).await), "B2", "{case}");
        advance(Duration::from_millis(300)).await;
        assert_eq!(outcome(&get(&flows).await), expected[1], "{case}");
    }
}

fn post(method: &str, body: &str) -> Request {
    Request::new(method, "/services/P")
        .header("Content-Type", "application/octet-stream")
        .body(body.to_owned())
}

/// E58 and E59: a body goes to the next whole or not at all, and what could have been executed is not repeated unless that
/// is harmless, buffered or not.
#[tokio::test(start_paused = true)]
async fn e58_e59_bodies_are_sent_again() {
    let ten_kilobytes = "0123456789".repeat(1000);
    let much = "0123456789".repeat(10_000);
    let rows: [(&str, &str, Reply, &str, &str, &str, usize); 7] = [
        ("E58", "", Reply::refused(), "POST", &ten_kilobytes, "B2", 2),
        ("E59, buffered", "buildMessage=\"true\"", Reply::closed(), "POST", &ten_kilobytes, "ERR 101505", 1),
        ("E59, streamed", "", Reply::closed(), "POST", &ten_kilobytes, "ERR 101505", 1),
        ("PATCH", "", Reply::closed(), "PATCH", &ten_kilobytes, "ERR 101505", 1),
        ("idempotent", "", Reply::closed(), "PUT", &ten_kilobytes, "B2", 2),
        // The stub takes all of it before it refuses: more than is kept.
        ("too long", "", Reply::refused(), "PUT", &much, "ERR 101503", 1),
        ("long, buffered", "buildMessage=\"true\"", Reply::refused(), "PUT", &much, "B2", 2),
    ];
    for (case, attributes, reply, method, body, expected, calls) in rows {
        let children = [child(B1, ""), child(B2, "")];
        let flows = load(&failover(attributes, &children)).stub(B1, reply).stub(B2, Reply::ok("B2"));
        let transcript = flows.exchange(post(method, body)).await;
        assert_eq!(outcome(&transcript), expected, "{case}");
        let sent = bodies(&transcript);
        assert!(sent.len() == calls && sent.iter().all(|sent| *sent == body), "{case}: {} calls", sent.len());
    }
}

#[tokio::test(start_paused = true)]
async fn e60_e61_composites_inside_composites() {
    let inner = balanced("", &[child(B1, ""), child(B2, "")]);
    let flows = load(&failover("", &[inner, child(B3, "")]))
        .stub(B1, Reply::refused())
        .stub(B2, Reply::refused())
        .stub(B3, Reply::ok("B3"));
    let first = get(&flows).await;
    assert_eq!(
        (outcome(&first).as_str(), called(&first)),
        ("B3", ["B1", "B2", "B3"].map(str::to_owned).to_vec())
    );
    let second = get(&flows).await;
    assert_eq!((outcome(&second).as_str(), called(&second)), ("B3", vec!["B3".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn e62_e63_keys_that_lead_nowhere() {
    let flows = answering(load(&failover("", &["<endpoint key=\"missing\"/>".to_owned(), child(B2, "")])));
    assert_eq!(outcomes(&flows, 2).await, ["B2", "B2"]);
    let flows = load("<endpoint key=\"missing\"/>");
    assert_eq!(outcomes(&flows, 1).await, ["ERR 305100"]);
}

#[tokio::test(start_paused = true)]
async fn e66_keys_from_the_message() {
    let named =
        |name: &str, uri: &str| format!("<endpoint NS name=\"{name}\"><address uri=\"{uri}\"/></endpoint>");
    let service = proxy("<endpoint key-expression=\"get-property('transport', 'X-Ep')\"/>");
    let flows = answering(flows(&[
        ("proxy-services/P.xml", &service),
        ("endpoints/e1.xml", &named("e1", B1)),
        ("endpoints/e2.xml", &named("e2", B2)),
        ("endpoints/circle.xml", "<endpoint NS name=\"circle\" key-expression=\"'circle'\"/>"),
    ]));
    for (key, expected) in
        [("e1", "B1"), ("e2", "B2"), ("", "ERR 305100"), ("e3", "ERR 305100"), ("circle", "ERR 0")]
    {
        let request = Request::get("/services/P");
        let request = if key.is_empty() { request } else { request.header("X-Ep", key) };
        assert_eq!(outcome(&flows.exchange(request).await), expected, "{key}");
    }
}

/// E67 and configuration.md C98: whole values that are `$parameter` are replaced; each instance has a state of its own.
#[tokio::test(start_paused = true)]
async fn e67_instances_of_templates() {
    let template = "<template NS name=\"t\"><parameter name=\"wait\"/><parameter name=\"u\"/><endpoint name=\"$name\">\
                    <address uri=\"$u\"><suspendOnFailure><initialDuration>$wait</initialDuration></suspendOnFailure>\
                    </address><property name=\"X-Literal\" value=\"x$u\" scope=\"transport\"/></endpoint></template>";
    let instance = |name: &str, uri: &str, wait: u32| {
        format!(
            "<endpoint NS name=\"{name}\" template=\"t\"><parameter name=\"u\" value=\"{uri}\"/>\
             <parameter name=\"wait\" value=\"{wait}\"/></endpoint>"
        )
    };
    let service = |name: &str, key: &str| {
        proxy(&format!("<endpoint key=\"{key}\"/>")).replace("\"P\"", &format!("\"{name}\""))
    };
    let files = [
        ("templates/t.xml", template),
        ("endpoints/a.xml", &instance("a", B1, 100)),
        ("endpoints/b.xml", &instance("b", B1, 200)),
        ("proxy-services/P.xml", &service("P", "a")),
        ("proxy-services/Q.xml", &service("Q", "b")),
    ];
    assert_eq!(errors(&files), Vec::<String>::new());
    let flows = flows(&files).stub(B1, Reply::refused());
    let transcript = get(&flows).await;
    assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("ERR 101503", 1));
    let literal = transcript.events.iter().any(
        |event| matches!(event, Event::Call { headers, .. } if headers.contains(&"x-literal: x$u".to_owned())),
    );
    assert!(literal, "{transcript}");
    let other = flows.exchange(Request::get("/services/Q")).await;
    assert_eq!(called(&other).len(), 1, "b is not suspended when a is");
    let waits = ["a", "b"]
        .map(|name| flows.endpoint_states().get(name).and_then(|view| view.availability.next_retry));
    assert_eq!(waits, [Some(Duration::from_millis(100)), Some(Duration::from_millis(200))]);
}

#[test]
fn templates_that_are_missing_wrong_or_inside_themselves() {
    let template = |inner: &str| format!("<template NS name=\"t\"><endpoint>{inner}</endpoint></template>");
    let instance = "<endpoint NS name=\"e\" template=\"t\"/>";
    let itself = "<template NS name=\"t\"><endpoint template=\"t\"/></template>".to_owned();
    let sequence = "<template NS name=\"t\"><sequence/></template>".to_owned();
    for (case, template, expected) in [
        ("a good one", template("<default/>"), vec![]),
        ("what it makes is wrong", template("<address/>"), vec!["E0301"]),
        ("of a sequence", sequence, vec!["E0210"]),
        ("inside itself", itself, vec!["E0204"]),
    ] {
        let files = [("templates/t.xml", template.as_str()), ("endpoints/e.xml", instance)];
        assert_eq!(errors(&files), expected, "{case}");
    }
    assert_eq!(errors(&[("endpoints/e.xml", instance)]), ["E0210"]);
}

#[tokio::test(start_paused = true)]
async fn e68_e69_recipient_lists() {
    let list = |children: &[String]| {
        format!("<endpoint><recipientlist>{}</recipientlist></endpoint>", children.concat())
    };
    let flows = answering(load(&list(&[child(B1, ""), child(B2, "")])));
    let transcript = flows.exchange(post("POST", "abc")).await;
    assert!(["B1", "B2"].contains(&outcome(&transcript).as_str()), "{transcript}");
    let mut called = called(&transcript);
    called.sort();
    assert_eq!((called, bodies(&transcript)), (vec!["B1".to_owned(), "B2".to_owned()], vec!["abc", "abc"]));

    let flows =
        load(&list(&[child(B1, ""), child(B2, "")])).stub(B1, Reply::refused()).stub(B2, Reply::refused());
    assert_eq!(outcomes(&flows, 2).await, ["ERR 101503", "ERR 303000"], "E69");
    // One that fails is no concern of the other.
    let flows =
        load(&list(&[child(B1, ""), child(B2, "")])).stub(B1, Reply::refused()).stub(B2, Reply::ok("B2"));
    assert_eq!(outcomes(&flows, 2).await, ["B2", "B2"]);
}

/// endpoints.md §5.3: the computed form, with a state for each address, and members.
#[tokio::test(start_paused = true)]
async fn recipients_that_are_computed_or_members() {
    let computed = "<endpoint><recipientlist><endpoints value=\"{get-property('transport', 'X-To')}\" max-cache=\"2\"/>\
                    </recipientlist></endpoint>";
    let flows = answering(load(computed));
    let to = |value: &str| Request::get("/services/P").header("X-To", value);
    let transcript = flows.exchange(to(&format!("{B1}/a, {B2}/b"))).await;
    let mut found = called(&transcript);
    found.sort();
    assert_eq!(found, ["B1", "B2"]);
    assert_eq!(outcome(&flows.exchange(to("no address")).await), "ERR 0");
    assert_eq!(outcome(&flows.exchange(Request::get("/services/P")).await), "ERR 303000");

    let members = "<endpoint><recipientlist><member hostName=\"127.0.0.1\" httpPort=\"9003\"/></recipientlist></endpoint>";
    let flows = answering(load(members));
    assert_eq!(outcomes(&flows, 1).await, ["B3"]);
}

/// endpoints.md §1.2: a child's own handler runs after the child's failure, before the parent would try another.
#[tokio::test(start_paused = true)]
async fn a_childs_own_handler_takes_its_failure() {
    let own = child(B1, "").replace("<endpoint>", "<endpoint onError=\"oe\">");
    let service = proxy(&failover("", &[own, child(B2, "")]));
    let handler = format!("<sequence NS name=\"oe\">{}</sequence>", answer("oe"));
    let flows = flows(&[("proxy-services/P.xml", &service), ("sequences/oe.xml", &handler)])
        .stub(B1, Reply::refused())
        .stub(B2, Reply::ok("B2"));
    let transcript = get(&flows).await;
    assert_eq!((header(&transcript, "x-answer"), called(&transcript).len()), (Some("oe"), 1));
}

/// endpoints.md §3.1: what is no address fails over like what cannot be reached.
#[tokio::test(start_paused = true)]
async fn an_address_that_is_none_fails_over() {
    let flows = answering(load(&failover("", &[child("http://127.0.0.1:${p}/", ""), child(B2, "")])));
    assert_eq!(outcomes(&flows, 2).await, ["B2", "B2"]);
}

/// A failed child leaves nothing behind on the message that the next one sends.
#[tokio::test(start_paused = true)]
async fn what_one_child_sets_the_next_does_not_send() {
    let marked = child(B1, "")
        .replace("</endpoint>", "<property name=\"X-First\" value=\"1\" scope=\"transport\"/></endpoint>");
    let flows =
        load(&failover("", &[marked, child(B2, "")])).stub(B1, Reply::refused()).stub(B2, Reply::ok("B2"));
    let transcript = get(&flows).await;
    let marks: Vec<bool> = transcript
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Call { headers, .. } => Some(headers.contains(&"x-first: 1".to_owned())),
            _ => None,
        })
        .collect();
    assert_eq!(marks, [true, false], "{transcript}");
}

/// A dead pool gets a fifth of the requests again, and no more than the reserve besides.
#[tokio::test(start_paused = true)]
async fn retries_are_limited() {
    let never = "<suspendOnFailure><errorCodes>-1</errorCodes></suspendOnFailure>";
    let flows = load(&balanced("", &[child(B1, never), child(B2, never)]))
        .stub(B1, Reply::refused())
        .stub(B2, Reply::refused());
    let mut retries = 0;
    for _ in 0..320 {
        retries += called(&get(&flows).await).len() - 1;
    }
    // 100 from the reserve of 10 s, and a fifth of 320 besides, less what the last 16 requests have not used yet.
    assert!((100 + 60..=100 + 64).contains(&retries), "{retries}");
}
