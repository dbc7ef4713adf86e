//! Cases of endpoints.md §12 about the states of endpoints. Time is that of a paused clock.

use std::time::Duration;

use sinew::endpoints::EndpointView;
use sinew::testing::{Flows, Reply, Request, Transcript};
use tempfile::TempDir;
use tokio::time::advance;

use crate::endpoints::{address, load, proxy};
use crate::support::called;
use crate::support::{BACK_END, flows, folder, header, write};

/// The name of the endpoint written in the proxy service of [`proxy`].
const INLINE: &str = "proxy:P/endpoint";

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

async fn get(flows: &Flows) -> Transcript {
    flows.exchange(Request::get("/services/P")).await
}

/// The code that the fault sequence saw, or "200" for an answer of the back end.
async fn code(flows: &Flows) -> String {
    let transcript = get(flows).await;
    match header(&transcript, "x-code") {
        Some(code) => code.to_owned(),
        None => transcript.status.to_string(),
    }
}

fn view(flows: &Flows, name: &str) -> EndpointView {
    flows.endpoint_states().get(name).unwrap_or_else(|| panic!("an endpoint {name}"))
}

/// State and milliseconds until the next try.
type Pause = (&'static str, u64);

fn state(flows: &Flows) -> Pause {
    let view = view(flows, INLINE);
    (
        view.availability.state.as_str(),
        view.availability.next_retry.map_or(0, |left| u64::try_from(left.as_millis()).expect("few")),
    )
}

/// `sof(initial, factor, maximum)` and `mfs(codes;retries;delay)` of the cases.
fn sof(initial: u64, factor: &str, maximum: u64) -> String {
    format!(
        "<suspendOnFailure><initialDuration>{initial}</initialDuration><progressionFactor>{factor}\
         </progressionFactor><maximumDuration>{maximum}</maximumDuration></suspendOnFailure>"
    )
}

fn mfs(codes: &str, retries: u32, delay: u64) -> String {
    format!(
        "<markForSuspension><errorCodes>{codes}</errorCodes><retriesBeforeSuspension>{retries}\
         </retriesBeforeSuspension><retryDelay>{delay}</retryDelay></markForSuspension>"
    )
}

fn refusing(children: &str) -> Flows {
    load(&address(BACK_END, children)).stub(BACK_END, Reply::refused())
}

/// E2 and E3: the default is 30 s; meanwhile nothing is sent.
#[tokio::test(start_paused = true)]
async fn e02_e03_a_refused_connection_suspends() {
    let flows = refusing("");
    assert_eq!(code(&flows).await, "101503");
    assert_eq!(state(&flows), ("suspended", 30_000));
    advance(ms(29_999)).await;
    let transcript = get(&flows).await;
    assert_eq!((header(&transcript, "x-code"), called(&transcript).len()), (Some("303001"), 0));
    advance(ms(1)).await;
    assert_eq!(code(&flows).await, "101503");
}

/// E4, E5, E6, E9, E12: the states and pauses after failures at the moments when it is ready.
#[tokio::test(start_paused = true)]
async fn e04_to_e12_failures_at_ready_times() {
    let marked = format!("{}{}", mfs("101503", 2, 50), sof(1000, "1", 1000));
    let at_once = format!("{}{}", mfs("101503", 0, 50), sof(700, "1", 1000));
    let rows: [(&str, String, &[Pause]); 5] = [
        (
            "E4",
            sof(100, "2", 500),
            &[
                ("suspended", 100),
                ("suspended", 200),
                ("suspended", 400),
                ("suspended", 500),
                ("suspended", 500),
            ],
        ),
        ("E5", sof(100, "1.5", 10_000), &[("suspended", 100), ("suspended", 150), ("suspended", 225)]),
        ("E6", sof(0, "2", 1000), &[("suspended", 0), ("suspended", 0), ("suspended", 0)]),
        ("E9", marked, &[("timeout", 50), ("timeout", 50), ("suspended", 1000)]),
        ("E12", at_once, &[("suspended", 700)]),
    ];
    for (case, children, expected) in rows {
        let flows = refusing(&children);
        // States count milliseconds; the first is the one they were made in.
        advance(ms(1)).await;
        for pause in expected {
            assert_eq!(code(&flows).await, "101503", "{case}");
            assert_eq!(state(&flows), *pause, "{case}");
            advance(ms(pause.1)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn e07_success_makes_it_active_and_the_next_suspension_short_again() {
    let flows = load(&address(BACK_END, &sof(100, "2", 10_000)))
        .stub(BACK_END, Reply::refused())
        .stub(BACK_END, Reply::refused())
        .stub(BACK_END, Reply::ok("B1"))
        .stub(BACK_END, Reply::refused());
    assert_eq!(code(&flows).await, "101503");
    advance(ms(100)).await;
    assert_eq!((code(&flows).await.as_str(), state(&flows)), ("101503", ("suspended", 200)));
    advance(ms(200)).await;
    assert_eq!((code(&flows).await.as_str(), state(&flows)), ("200", ("active", 0)));
    assert_eq!((code(&flows).await.as_str(), state(&flows)), ("101503", ("suspended", 100)));
}

/// E8: a code that is not listed. A negative one lists none at all.
#[tokio::test(start_paused = true)]
async fn e08_codes_that_are_not_listed_do_not_suspend() {
    for codes in ["101504", "-1"] {
        let flows =
            refusing(&format!("<suspendOnFailure><errorCodes>{codes}</errorCodes></suspendOnFailure>"));
        for _ in 0..2 {
            assert_eq!((code(&flows).await.as_str(), state(&flows)), ("101503", ("active", 0)), "{codes}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn e10_e11_forgiven_failures() {
    let children = format!("{}{}", mfs("101503", 2, 50), sof(1000, "1", 1000));
    let flows = refusing(&children);
    assert_eq!(code(&flows).await, "101503");
    advance(ms(10)).await;
    assert_eq!((code(&flows).await.as_str(), state(&flows)), ("303001", ("timeout", 40)), "E10");

    let flows = load(&address(BACK_END, &children))
        .stub(BACK_END, Reply::refused())
        .stub(BACK_END, Reply::ok("B1"))
        .stub(BACK_END, Reply::refused());
    let mut states = Vec::new();
    for _ in 0..4 {
        let _ = code(&flows).await;
        states.push(state(&flows).0);
        advance(ms(50)).await;
    }
    assert_eq!(states, ["timeout", "active", "timeout", "timeout"], "E11");
}

/// E13: a failure of another kind suspends; a time-out in the try after it puts it back (consequence 4).
#[tokio::test(start_paused = true)]
async fn e13_a_time_out_while_suspended() {
    let flows = load(&address(BACK_END, &mfs("101503", 2, 50)))
        .stub(BACK_END, Reply::closed())
        .stub(BACK_END, Reply::refused());
    assert_eq!((code(&flows).await.as_str(), state(&flows).0), ("101505", "suspended"));
    advance(ms(30_000)).await;
    assert_eq!((code(&flows).await.as_str(), state(&flows)), ("101503", ("timeout", 50)));
}

/// E15, E16, E17, E22: statuses never suspend; time-outs do, also those that no handler sees.
#[tokio::test(start_paused = true)]
async fn e15_to_e17_states_after_outcomes() {
    let timeout = |action: &str| {
        format!("<timeout><duration>1000</duration><responseAction>{action}</responseAction></timeout>")
    };
    for (case, children, reply, expected) in [
        ("E15", String::new(), Reply::status(500), ("active", 0)),
        ("consequence 10", String::new(), Reply::status(503), ("active", 0)),
        ("E16", timeout("fault"), Reply::timed_out(), ("suspended", 30_000)),
        ("E17", timeout("discard"), Reply::timed_out(), ("suspended", 30_000)),
        ("E22", String::new(), Reply::closed(), ("suspended", 30_000)),
    ] {
        let flows = load(&address(BACK_END, &children)).stub(BACK_END, reply);
        get(&flows).await;
        assert_eq!(state(&flows), expected, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn e64_e65_a_named_endpoint_has_one_state_and_inline_ones_their_own() {
    let by_key = |name: &str| proxy("<endpoint key=\"e\"/>").replace("\"P\"", &format!("\"{name}\""));
    let named = format!("<endpoint NS name=\"e\"><address uri=\"{BACK_END}\"/></endpoint>");
    let inline = |name: &str| proxy(&address(BACK_END, "")).replace("\"P\"", &format!("\"{name}\""));
    let flows = flows(&[
        ("proxy-services/A.xml", &by_key("A")),
        ("proxy-services/B.xml", &by_key("B")),
        ("proxy-services/C.xml", &inline("C")),
        ("proxy-services/D.xml", &inline("D")),
        ("endpoints/e.xml", &named),
    ])
    .stub(BACK_END, Reply::refused());
    for (service, expected) in [("A", "101503"), ("B", "303001"), ("C", "101503"), ("D", "101503")] {
        let transcript = flows.exchange(Request::get(&format!("/services/{service}"))).await;
        assert_eq!(header(&transcript, "x-code"), Some(expected), "{service}");
    }
}

/// E70, E71, and that a switch holds whatever is in flight (endpoints.md §3.6).
#[tokio::test(start_paused = true)]
async fn e70_e71_switches() {
    let flows = load(&address(BACK_END, "")).stub(BACK_END, Reply::ok("B1"));
    assert!(flows.endpoint_states().switch_off(INLINE));
    assert_eq!(code(&flows).await, "303001");
    advance(ms(31_000)).await;
    assert_eq!((code(&flows).await.as_str(), state(&flows).0), ("303001", "off"));
    assert!(flows.endpoint_states().switch_on(INLINE));
    assert_eq!((code(&flows).await.as_str(), state(&flows).0), ("200", "active"));
}

fn suspended_and_used_twice() -> TempDir {
    let lb = "<endpoint NS name=\"lb\"><failover><endpoint key=\"e\"/></failover></endpoint>";
    let named = format!("<endpoint NS name=\"e\"><address uri=\"{BACK_END}\"/></endpoint>");
    folder(&[
        ("proxy-services/P.xml", &proxy("<endpoint key=\"e\"/>")),
        ("proxy-services/Q.xml", &proxy("<endpoint key=\"lb\"/>").replace("\"P\"", "\"Q\"")),
        ("endpoints/e.xml", &named),
        ("endpoints/lb.xml", lb),
    ])
}

/// E96: a definition that was read again starts anew, for everybody who uses it; one that was not keeps its state.
#[tokio::test(start_paused = true)]
async fn e96_a_changed_endpoint_starts_anew_and_the_others_stay() {
    let folder = suspended_and_used_twice();
    let mut flows = Flows::try_load(folder.path())
        .expect("a readable folder")
        .stub(BACK_END, Reply::refused())
        .stub(BACK_END, Reply::ok("B1"));
    assert_eq!(code(&flows).await, "101503");
    assert_eq!(code(&flows).await, "303001");

    write(folder.path(), "endpoints/other.xml", "<endpoint NS name=\"other\"><default/></endpoint>");
    flows.reload().expect("a readable folder");
    assert_eq!(view(&flows, "e").availability.state.as_str(), "suspended", "another file changed");
    assert_eq!(code(&flows).await, "303001");

    let changed = format!("<endpoint NS name=\"e\"><address uri=\"{BACK_END}/\"/></endpoint>");
    write(folder.path(), "endpoints/e.xml", &changed);
    flows.reload().expect("a readable folder");
    assert_eq!(code(&flows).await, "200");
    let through_composite = flows.exchange(Request::get("/services/Q")).await;
    assert_eq!(through_composite.body, "B1", "by key from a composite that did not change");
}

#[tokio::test(start_paused = true)]
async fn e97_what_is_counted() {
    let flows = load(&address(BACK_END, ""))
        .stub(BACK_END, Reply::ok("B1"))
        .stub(BACK_END, Reply::ok("B1"))
        .stub(BACK_END, Reply::ok("B1"))
        .stub(BACK_END, Reply::refused());
    for _ in 0..4 {
        get(&flows).await;
    }
    let view = view(&flows, INLINE);
    assert_eq!(view.availability.counts.suspensions, 1);
    let found = view.statistics;
    assert_eq!((found.sent, found.received, found.fault_count()), (3, 3, 1));
    assert_eq!(found.faults.into_iter().collect::<Vec<_>>(), [(101_503, 1)]);
    assert_eq!(found.responses.into_iter().collect::<Vec<_>>(), [(200, 3)]);
}
