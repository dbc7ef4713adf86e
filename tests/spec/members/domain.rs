//! E95: `<dynamicLoadbalance>`.

use sinew::testing::{Flows, Reply};

use super::{B1, B2, B3, answering, ask, called, configuration, load, load_with, members, outcome, outcomes};
use crate::support::errors;

fn endpoint(session: &str, attributes: &str) -> String {
    format!(
        "<endpoint>{session}<dynamicLoadbalance {attributes}>\
         <membershipHandler class=\"org.apache.synapse.core.axis2.Axis2LoadBalanceMembershipHandler\">\
         <property name=\"applicationDomain\" value=\"d1\"/></membershipHandler></dynamicLoadbalance></endpoint>"
    )
}

fn dynamic(attributes: &str, numbers: &[u8]) -> Flows {
    load(&endpoint("", attributes), numbers)
}

#[tokio::test(start_paused = true)]
async fn e95_the_next_member_is_tried_at_once() {
    let flows = answering(dynamic("", &[1, 2]).stub(B1, Reply::refused()));
    let before = tokio::time::Instant::now();
    let transcript = flows.exchange(ask("any.host")).await;
    assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("B2", 2));
    assert!(before.elapsed().is_zero(), "without a pause");
    assert_eq!(outcomes(&flows, ask("any.host"), 2).await, ["B2", "B2"]);
}

/// §7.2: `failover`, and D1: each member once.
#[tokio::test(start_paused = true)]
async fn failover_is_a_switch_and_ends() {
    let flows = answering(dynamic("failover=\"false\"", &[1, 2]).stub(B1, Reply::refused()));
    let transcript = flows.exchange(ask("h")).await;
    assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("ERR 101503", 1));
    let all = [B1, B2, B3];
    let flows = dynamic("failover=\"true\"", &[1, 2, 3]);
    let flows = all.into_iter().fold(flows, |flows, address| flows.stub(address, Reply::refused()));
    let transcript = flows.exchange(ask("h")).await;
    assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("ERR 303001", 3));
    assert_eq!(outcome(&dynamic("", &[]).exchange(ask("h")).await), "ERR 303001", "no members");
}

#[tokio::test(start_paused = true)]
async fn the_algorithm_and_the_settings_of_the_cluster_count() {
    let weighted =
        "members {\nm1 { host 10.0.0.1; httpPort 80; weight 2; }\nm2 { host 10.0.0.2; httpPort 80; }\n}";
    for (attributes, lines, expected) in [
        ("", weighted.to_owned(), ["B1", "B2", "B1"]),
        ("algorithm=\"weighted_round_robin\"", weighted.to_owned(), ["B1", "B2", "B1"]),
        ("", format!("maintenance true;\n{weighted}"), ["ERR 303001"; 3]),
    ] {
        let configuration = configuration("", &[("d1", &lines)]);
        let flows = load_with(&endpoint("", attributes), &[("loadbalancer.conf", &configuration)]);
        let found = outcomes(&answering(flows), ask("h"), 3).await;
        if attributes.is_empty() {
            assert_eq!(found, expected, "{lines}");
        } else {
            // Two of three, in whatever order.
            assert_eq!(found.iter().filter(|name| **name == "B1").count(), 2, "{found:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_stick_to_members() {
    let flows = answering(load(&endpoint("<session type=\"http\"/>", ""), &[1, 2]))
        .stub(&format!("{B1}/p?login"), Reply::ok("B1").header("Set-Cookie", "JSESSIONID=B11"));
    flows.exchange(sinew::testing::Request::get("/p?login")).await;
    let cookie = ask("h").header("Cookie", "JSESSIONID=B11");
    assert_eq!(outcomes(&flows, cookie, 3).await, ["B1", "B1", "B1"]);
}

/// A composite passes over a cluster in which nobody is ready, and finds the message as it was.
#[tokio::test(start_paused = true)]
async fn a_cluster_inside_a_failover() {
    let spare = format!("<endpoint><address uri=\"{B3}\"/></endpoint>");
    let endpoint = format!("<endpoint><failover>{}{spare}</failover></endpoint>", endpoint("", ""));
    let d1 = members(&[1, 2]);
    let configuration = configuration("", &[("d1", &d1)]);
    let flows = load_with(&endpoint, &[("loadbalancer.conf", &configuration)]);
    let flows = answering(flows.stub(B1, Reply::refused()).stub(B2, Reply::refused()));
    let first = flows.exchange(ask("h").from("192.0.2.9:5000".parse().expect("an address"))).await;
    assert_eq!((outcome(&first).as_str(), called(&first).len()), ("B3", 3));
    assert!(!super::sent(&first).iter().any(|header| header.starts_with("x-forwarded")), "{first}");
    let second = flows.exchange(ask("h")).await;
    assert_eq!((outcome(&second).as_str(), called(&second).len()), ("B3", 1));
}

#[test]
fn another_handler_is_an_error() {
    let endpoint = endpoint("", "").replace("Axis2LoadBalanceMembershipHandler", "MyHandler");
    let main = format!("<sequence NS name=\"main\"><in><send>{endpoint}</send></in></sequence>");
    assert_eq!(errors(&[("sequences/main.xml", &main)]), ["E0302"]);
}
