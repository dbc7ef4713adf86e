//! Cases 105–114 and 117: what happens when members fail.

use sinew::testing::{Flows, Reply, Request, Transcript};

use super::{C1, C2, Fixture, ask, called};

const SHOP: &str = "shop.example.org";

/// A cluster of so many members, each with this behaviour; the others of F1 are as they were.
fn cluster(keys: &str, replies: &[Reply]) -> Flows {
    let blocks: Vec<String> =
        (1..=replies.len()).map(|n| format!("m{n} {{ host 10.0.9.{n}; httpPort 80; }}")).collect();
    let blocks: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let flows = Fixture { keys, shop_c: &blocks, ..Fixture::default() }.load();
    replies.iter().enumerate().fold(flows, |flows, (index, reply)| {
        flows.stub(&format!("http://10.0.9.{}:80", index + 1), reply.clone())
    })
}

fn get(flows: &Flows) -> Transcript {
    flows.send(ask(SHOP, "/x"))
}

fn post(flows: &Flows, body: &str) -> Transcript {
    flows.send(Request::post("/x", "text/plain", body).header("Host", SHOP))
}

/// How many members were asked, and with which status and code it ended.
fn outcome(transcript: &Transcript) -> (usize, u16, Option<&str>) {
    let code = transcript.body.split("(error ").nth(1).and_then(|rest| rest.split(')').next());
    (called(transcript).len(), transcript.status, code)
}

#[test]
fn case_105_a_cluster_without_members() {
    let transcript = Fixture { shop_b: &[], ..Fixture::default() }.load().send(ask(SHOP, "/t/beta/"));
    assert_eq!(outcome(&transcript), (0, 503, Some("303001")));
}

/// Cases 106 to 110, 112 to 114, 117 and 118: the outcome of a GET by what each member does.
#[test]
fn outcomes_of_a_get() {
    for (case, keys, replies, expected) in [
        ("106", "", vec![Reply::refused()], (1, 503, Some("303001"))),
        ("107", "", vec![Reply::refused(); 2], (2, 503, Some("303001"))),
        ("108", "", vec![Reply::refused(); 7], (5, 503, Some("303001"))),
        ("112", "", vec![Reply::closed(), Reply::ok("second")], (2, 200, None)),
        ("113", "", vec![Reply::timed_out(), Reply::ok("second")], (1, 504, Some("101504"))),
        (
            "112 without a buffer",
            "fail_over_replay_buffer 0;",
            vec![Reply::closed(), Reply::ok("second")],
            (2, 200, None),
        ),
        ("117", "fail_over false;", vec![Reply::refused(), Reply::ok("second")], (1, 502, Some("101503"))),
        ("118", "", vec![Reply::refused(), Reply::ok("second")], (2, 200, None)),
    ] {
        let transcript = get(&cluster(keys, &replies));
        assert_eq!(outcome(&transcript), expected, "case {case}: {transcript}");
    }
}

/// The wait until the first of them may be tried again.
#[test]
fn who_is_told_that_all_are_away_is_told_for_how_long() {
    let transcript = get(&cluster("", &[Reply::refused()]));
    assert!(transcript.headers.contains(&"retry-after: 10".to_owned()), "{transcript}");
}

#[test]
fn case_111_a_post_that_was_sent_is_not_sent_again() {
    let flows = cluster("", &[Reply::closed(), Reply::ok("second")]);
    assert_eq!(outcome(&post(&flows, "body")), (1, 502, Some("101505")));
}

/// Nothing of it was sent: it goes to the next member as it came.
#[test]
fn a_post_that_was_not_sent_goes_to_the_next() {
    let body = "x".repeat(10_000);
    let flows = cluster("", &[Reply::refused(), Reply::ok("second")]);
    let transcript = post(&flows, &body);
    assert_eq!(outcome(&transcript), (2, 200, None));
    let bodies: Vec<&String> = transcript
        .events
        .iter()
        .filter_map(|event| match event {
            sinew::testing::Event::Call { body, .. } => Some(body),
            _ => None,
        })
        .collect();
    assert_eq!(bodies, [&body, &body]);
}

/// The fault sequence runs once, whatever was tried before (W3, W4).
#[test]
fn one_fault_for_one_request() {
    let main = "<in><send/></in><out><send/></out>";
    let flows = Fixture { main, shop_c: &[C1, C2], ..Fixture::default() }.load();
    let flows = flows
        .stub("http://10.0.3.1:9763/x", Reply::refused())
        .stub("http://10.0.3.2:9763/x", Reply::refused());
    let transcript = get(&flows);
    let faults = transcript.events.iter().filter(|event| {
        matches!(event, sinew::testing::Event::Visited { address, .. } if address.starts_with("sequence:fault"))
    });
    let steps: Vec<_> = faults.collect();
    let first = steps.first().map(|event| format!("{event:?}"));
    assert!(steps.iter().skip(1).all(|event| Some(format!("{event:?}")) != first), "{transcript}");
    assert_eq!(outcome(&transcript), (2, 503, Some("303001")));
}

/// §3.4 (W1): the first further attempt comes at once; 100 ms, 200 ms and 400 ms before the others are at least half waited.
#[tokio::test(start_paused = true)]
async fn pauses_before_further_attempts() {
    for (members, least, most) in [(2, 0, 0), (3, 50, 100), (7, 350, 700)] {
        let flows = cluster("", &vec![Reply::refused(); members]);
        let started = tokio::time::Instant::now();
        flows.exchange(ask(SHOP, "/x")).await;
        let waited = started.elapsed().as_millis();
        assert!((least..=most).contains(&waited), "{members} members: {waited} ms");
    }
}
