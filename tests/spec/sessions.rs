//! The cases of endpoints.md §12 about `<loadbalance>` with a `<session>`: E72 to E78.

use std::time::Duration;

use sinew::testing::{Event, Flows, Reply, Request, Transcript};
use tokio::time::advance;

use crate::endpoints::{load, proxy};
use crate::support::{errors, flows, folder, header, write};

const B1: &str = "http://127.0.0.1:9001";
const B2: &str = "http://127.0.0.1:9002";

fn child(uri: &str) -> String {
    format!("<endpoint><address uri=\"{uri}\"/></endpoint>")
}

/// A load balancer over the two back ends, with this in its session.
fn balanced(kind: &str, inside: &str) -> String {
    with(kind, inside, &[child(B1), child(B2)])
}

fn with(kind: &str, inside: &str, children: &[String]) -> String {
    format!(
        "<endpoint><session type=\"{kind}\">{inside}</session><loadbalance failover=\"false\">{}</loadbalance></endpoint>",
        children.concat()
    )
}

/// A back end that answers with its name and a session of its own.
fn session(name: &str) -> Reply {
    Reply::ok(name).header("Set-Cookie", &format!("JSESSIONID={name}1"))
}

fn answering(flows: Flows) -> Flows {
    flows.stub(B1, session("B1")).stub(B2, session("B2"))
}

fn cookie(value: &str) -> Request {
    Request::get("/services/P").header("Cookie", value)
}

async fn get(flows: &Flows) -> String {
    outcome(&flows.exchange(Request::get("/services/P")).await)
}

fn outcome(transcript: &Transcript) -> String {
    match header(transcript, "x-code") {
        Some(code) => format!("ERR {code}"),
        None => transcript.body.clone(),
    }
}

/// Each call with the header of this name that it had.
fn calls(transcript: &Transcript, name: &str) -> Vec<Option<String>> {
    let found = transcript.events.iter().filter_map(|event| match event {
        Event::Call { headers, .. } => {
            let line = headers.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            Some(line.map(str::to_owned))
        }
        _ => None,
    });
    found.collect()
}

#[tokio::test(start_paused = true)]
async fn e72_a_session_stays_where_it_began() {
    let flows = answering(load(&balanced("http", "")));
    assert_eq!(get(&flows).await, "B1");
    for _ in 0..4 {
        let transcript = flows.exchange(cookie("JSESSIONID=B11")).await;
        assert_eq!(outcome(&transcript), "B1");
        assert_eq!(calls(&transcript, "cookie"), [Some("JSESSIONID=B11".to_owned())], "the cookie stays");
    }
    assert_eq!(get(&flows).await, "B2", "the turns went on where they were");
    assert_eq!(outcome(&flows.exchange(cookie("JSESSIONID=B21")).await), "B2");
}

#[tokio::test(start_paused = true)]
async fn e73_a_dead_session_is_balanced_anew_without_its_cookie() {
    let flows = answering(load(&balanced("http", "<sessionTimeout>500</sessionTimeout>")));
    get(&flows).await;
    // It is not renewed by use.
    advance(Duration::from_millis(400)).await;
    assert_eq!(outcome(&flows.exchange(cookie("JSESSIONID=B11")).await), "B1");
    advance(Duration::from_millis(600)).await;
    let transcript = flows.exchange(cookie("JSESSIONID=B11; a=b")).await;
    assert_eq!(outcome(&transcript), "B2");
    assert_eq!(calls(&transcript, "cookie"), [Some("a=b".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn e74_other_cookies_reach_the_back_end() {
    let flows = answering(load(&balanced("http", "")));
    let transcript = flows.exchange(cookie("a=b")).await;
    assert_eq!(calls(&transcript, "cookie"), [Some("a=b".to_owned())]);
}

/// The third outcome: when its suspension is over, the session goes on where it was.
#[tokio::test(start_paused = true)]
async fn e75_the_back_end_of_a_session_is_not_replaced() {
    let down = format!("{B1}/down");
    let flows = answering(load(&balanced("http", ""))).stub(&down, Reply::refused());
    get(&flows).await;
    let bound = || cookie("JSESSIONID=B11");
    let request = Request::get("/services/P/down").header("Cookie", "JSESSIONID=B11");
    let failed = flows.exchange(request).await;
    assert_eq!((outcome(&failed).as_str(), calls(&failed, "host").len()), ("ERR 101503", 1));
    let refused = flows.exchange(bound()).await;
    assert_eq!((outcome(&refused).as_str(), calls(&refused, "host").len()), ("ERR 309001", 0));
    advance(Duration::from_secs(30)).await;
    assert_eq!(outcome(&flows.exchange(bound()).await), "B1");
}

/// Whatever `failover` says.
#[tokio::test(start_paused = true)]
async fn e76_the_first_message_goes_elsewhere_when_it_must() {
    let flows = answering(load(&balanced("http", "")).stub(B1, Reply::refused()));
    assert_eq!(get(&flows).await, "B2");
    assert_eq!(outcome(&flows.exchange(cookie("JSESSIONID=B21")).await), "B2");
}

/// A SOAP message with a header block.
fn envelope(block: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>{block}</s:Header>\
         <s:Body><a/></s:Body></s:Envelope>"
    )
}

/// A SOAP message of a session that its client began.
pub(crate) fn client_envelope(id: &str) -> String {
    envelope(&format!("<ClientID xmlns=\"http://ws.apache.org/ns/synapse\">{id}</ClientID>"))
}

fn soap(body: &str) -> Request {
    Request::post("/services/P", "text/xml", body).header("SOAPAction", "\"\"")
}

#[tokio::test(start_paused = true)]
async fn e77_sessions_that_clients_begin() {
    let flows = answering(load(&balanced("simpleClientSession", "")));
    for (id, expected) in [("c1", "B1"), ("c1", "B1"), ("c2", "B2"), ("c1", "B1"), ("c2", "B2")] {
        assert_eq!(outcome(&flows.exchange(soap(&client_envelope(id))).await), expected, "{id}");
    }
    // Its time is over however it was used.
    let flows = answering(load(&balanced("simpleClientSession", "<sessionTimeout>500</sessionTimeout>")));
    for (after, expected) in [(0, "B1"), (400, "B1"), (400, "B2")] {
        advance(Duration::from_millis(after)).await;
        assert_eq!(outcome(&flows.exchange(soap(&client_envelope("c1"))).await), expected, "{after}");
    }
}

/// A session that reached nobody is bound to nobody.
#[tokio::test(start_paused = true)]
async fn a_session_that_did_not_begin() {
    let flows =
        load(&balanced("simpleClientSession", "")).stub(B1, Reply::refused()).stub(B2, Reply::refused());
    let first = flows.exchange(soap(&client_envelope("c1"))).await;
    assert_eq!((outcome(&first).as_str(), calls(&first, "host").len()), ("ERR 101503", 2));
    assert_eq!(outcome(&flows.exchange(soap(&client_envelope("c1"))).await), "ERR 303000");
    // Moved by the first answer, and bound to who gave it.
    let flows = answering(load(&balanced("simpleClientSession", "")).stub(B1, Reply::refused()));
    for _ in 0..3 {
        assert_eq!(outcome(&flows.exchange(soap(&client_envelope("c1"))).await), "B2");
    }
}

#[test]
fn e78_kinds_of_sessions_that_are_none() {
    assert_eq!(errors(&[("proxy-services/P.xml", &proxy(&balanced("bogus", "")))]), ["E0302"]);
}

/// §6.1: the group that a member hands out, and that a first message must not carry.
#[tokio::test(start_paused = true)]
async fn groups_of_axis2_are_sessions() {
    const AXIS2: &str = "xmlns:x=\"http://ws.apache.org/namespaces/axis2\"";
    let group = |id: &str| format!("<x:ServiceGroupId {AXIS2}>{id}</x:ServiceGroupId>");
    let handed_out = |id: &str| {
        envelope(&format!(
            "<w:ReplyTo xmlns:w=\"http://www.w3.org/2005/08/addressing\"><w:ReferenceParameters>{}\
             </w:ReferenceParameters></w:ReplyTo>",
            group(id)
        ))
    };
    let reply = |name: &str| {
        Reply::status(200).header("Content-Type", "text/xml").header("X-Name", name).body(&handed_out(name))
    };
    let flows = load(&balanced("soap", "")).stub(B1, reply("B1")).stub(B2, reply("B2"));
    let name = |transcript: &Transcript| header(transcript, "x-name").map(str::to_owned);
    let first = flows.exchange(soap(&envelope(&group("old")))).await;
    assert_eq!(name(&first).as_deref(), Some("B1"));
    let body = |transcript: &Transcript| {
        transcript.events.iter().find_map(|event| match event {
            Event::Call { body, .. } => Some(body.clone()),
            _ => None,
        })
    };
    assert!(body(&first).is_some_and(|body| !body.contains("ServiceGroupId")), "{first}");
    for _ in 0..2 {
        let next = flows.exchange(soap(&envelope(&group("B1")))).await;
        assert_eq!(name(&next).as_deref(), Some("B1"));
        assert!(body(&next).is_some_and(|body| body.contains("ServiceGroupId")), "{next}");
    }
    assert_eq!(name(&flows.exchange(soap(&envelope(""))).await).as_deref(), Some("B2"));
}

/// §6.3: one inside another keeps its part of the path.
#[tokio::test(start_paused = true)]
async fn sessions_inside_sessions() {
    let inner = |one: &str, two: &str| with("http", "", &[child(one), child(two)]);
    let [b3, b4] = ["http://127.0.0.1:9003", "http://127.0.0.1:9004"];
    let flows = answering(load(&with("http", "", &[inner(B1, B2), inner(b3, b4)])));
    let flows = flows.stub(b3, session("B3")).stub(b4, session("B4"));
    let mut names = Vec::new();
    for _ in 0..4 {
        names.push(get(&flows).await);
    }
    assert_eq!(names, ["B1", "B3", "B2", "B4"]);
    for name in ["B4", "B1", "B3", "B2", "B4"] {
        assert_eq!(outcome(&flows.exchange(cookie(&format!("JSESSIONID={name}1"))).await), name);
    }
}

/// What sessions are bound to is the child, not its position; one that is gone is 309002.
#[tokio::test(start_paused = true)]
async fn sessions_outlive_edits() {
    let service = |children: &[String]| proxy(&with("http", "", children));
    let folder = folder(&[("proxy-services/P.xml", &service(&[child(B1), child(B2)]))]);
    let mut flows = answering(Flows::load(folder.path()));
    assert_eq!(get(&flows).await, "B1");
    write(
        folder.path(),
        "proxy-services/P.xml",
        &service(&[child("http://127.0.0.1:9003"), child(B2), child(B1)]),
    );
    flows.reload().expect("a readable folder");
    assert_eq!(outcome(&flows.exchange(cookie("JSESSIONID=B11")).await), "B1");
    write(folder.path(), "proxy-services/P.xml", &service(&[child(B2)]));
    flows.reload().expect("a readable folder");
    assert_eq!(outcome(&flows.exchange(cookie("JSESSIONID=B11")).await), "ERR 309002");
}

/// Sessions belong to their endpoint.
#[tokio::test(start_paused = true)]
async fn sessions_of_other_endpoints_do_not_count() {
    let (p, q) = (proxy(&balanced("http", "")), proxy(&balanced("http", "")).replace("\"P\"", "\"Q\""));
    let flows = answering(flows(&[("proxy-services/P.xml", &p), ("proxy-services/Q.xml", &q)]));
    assert_eq!([get(&flows).await, get(&flows).await], ["B1", "B2"]);
    let other = Request::get("/services/Q").header("Cookie", "JSESSIONID=B21");
    assert_eq!(outcome(&flows.exchange(other).await), "B1");
}
