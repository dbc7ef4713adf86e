//! E54: `<loadbalance>` with members.

use std::time::Duration;

use sinew::testing::{Flows, Reply, Request};
use tokio::time::advance;

use super::{B1, B2, answering, ask, called, load_with, outcome, outcomes, sent};
use crate::support::{folder, write};

fn endpoint(session: &str, attributes: &str, hosts: &[&str]) -> String {
    let member = |host: &&str| format!("<member hostName=\"{host}\" httpPort=\"80\" httpsPort=\"443\"/>");
    let members: String = hosts.iter().map(member).collect();
    format!("<endpoint>{session}<loadbalance {attributes}>{members}</loadbalance></endpoint>")
}

const BOTH: [&str; 2] = ["10.0.0.1", "10.0.0.2"];

/// Here a member comes back when its suspension is over; that it does sooner is for the tests of health checks, and for
/// the real program.
#[tokio::test(start_paused = true)]
async fn e54_members_fail_over_and_come_back() {
    let flows = load_with(&endpoint("", "failover=\"true\"", &BOTH), &[]);
    let flows = answering(flows.stub(B1, Reply::refused()));
    let first = flows.exchange(ask("h")).await;
    assert_eq!(outcome(&first), "B2");
    assert_eq!(called(&first), [format!("{B1}/p?q=1"), format!("{B2}/p?q=1")]);
    assert_eq!(outcomes(&flows, ask("h"), 3).await, ["B2", "B2", "B2"]);
    advance(Duration::from_secs(10)).await;
    let mut again = outcomes(&flows, ask("h"), 2).await;
    again.sort();
    assert_eq!(again, ["B1", "B2"]);
}

/// §5.1: round robin, the port of the scheme, and every member once.
#[tokio::test(start_paused = true)]
async fn members_take_turns_by_scheme() {
    let listener = "10.9.9.9:8243".parse().expect("an address");
    let flows = answering(load_with(&endpoint("", "", &BOTH), &[]));
    let flows = flows.stub("https://10.0.0.1", Reply::ok("S1")).stub("https://10.0.0.2", Reply::ok("S2"));
    assert_eq!(outcomes(&flows, ask("h"), 3).await, ["B1", "B2", "B1"]);
    assert_eq!(outcomes(&flows, ask("h").at(listener, true), 2).await, ["S2", "S1"]);

    let hosts: Vec<String> = (1..=7).map(|number| format!("10.0.0.{number}")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let flows = load_with(&endpoint("", "", &hosts), &[]).stub("http://10.0.0.", Reply::refused());
    let transcript = flows.exchange(ask("h")).await;
    assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("ERR 303001", 7));

    let flows =
        answering(load_with(&endpoint("", "failover=\"false\"", &BOTH), &[]).stub(B1, Reply::refused()));
    assert_eq!(outcome(&flows.exchange(ask("h")).await), "ERR 101503");
}

/// Members get requests like `<address>` endpoints do: nobody tells them of a balancer.
#[tokio::test(start_paused = true)]
async fn members_are_told_nothing_of_the_client() {
    let flows = answering(load_with(&endpoint("", "", &BOTH), &[]));
    let from = "192.0.2.9:5000".parse().expect("an address");
    let transcript = flows.exchange(ask("h").from(from)).await;
    assert!(!sent(&transcript).iter().any(|header| header.starts_with("x-forwarded")), "{transcript}");
    let location = format!("{B1}/next");
    let moved = Reply::status(302).header("Location", &location);
    let flows = load_with(&endpoint("", "", &BOTH[..1]), &[]).stub(B1, moved);
    let transcript = flows.exchange(ask("h")).await;
    assert!(transcript.headers.contains(&format!("location: {location}")), "{transcript}");
}

#[tokio::test(start_paused = true)]
async fn sessions_that_clients_begin_stick_to_members() {
    let session = "<session type=\"simpleClientSession\"/>";
    let flows = answering(load_with(&endpoint(session, "", &BOTH), &[]));
    let request = |id: &str| {
        let body = crate::sessions::client_envelope(id);
        Request::post("/p", "text/xml", &body).header("Host", "h")
    };
    assert_eq!(outcomes(&flows, request("c1"), 3).await, ["B1", "B1", "B1"]);
    assert_eq!(outcomes(&flows, request("c2"), 2).await, ["B2", "B2"]);
}

/// Members that an edit takes away are gone, those that stay keep what is known of them.
#[tokio::test(start_paused = true)]
async fn edits_change_the_members() {
    let main = |hosts: &[&str]| {
        format!(
            "<sequence NS name=\"main\"><in><send>{}</send></in><out><send/></out></sequence>",
            endpoint("", "", hosts)
        )
    };
    let folder = folder(&[("sequences/main.xml", &main(&BOTH))]);
    let mut flows = answering(Flows::load(folder.path()).stub(B1, Reply::refused()));
    assert_eq!(flows.exchange(ask("h")).await.body, "B2");
    write(folder.path(), "sequences/main.xml", &main(&["10.0.0.3", "10.0.0.1"]));
    flows.reload().expect("a readable folder");
    assert_eq!(outcomes(&flows, ask("h"), 2).await, ["B3", "B3"], "B1 is still suspended");
}
