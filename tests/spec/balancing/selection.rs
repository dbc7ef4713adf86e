//! Cases 99–104, 115 and 116: who gets a request.

use std::time::Duration;

use sinew::testing::{Flows, Reply};
use tokio::time::advance;

use super::{A1, C1, C2, C3, Fixture, ask, called};

const SHOP: &str = "shop.example.org";

/// The body of the answer to one request, which is the member's address.
fn answer(flows: &Flows, target: &str) -> String {
    flows.send(ask(SHOP, target)).body
}

#[test]
fn case_099_members_take_turns() {
    let flows = Fixture::default().load();
    let answers: Vec<String> = (0..4).map(|_| answer(&flows, "/")).collect();
    assert_eq!(answers, ["10.0.3.1", "10.0.3.2", "10.0.3.3", "10.0.3.1"]);
}

#[test]
fn case_100_each_cluster_has_turns_of_its_own() {
    let flows = Fixture::default().load();
    let answers = ["/", "/t/acme/x", "/", "/t/acme/x"].map(|target| answer(&flows, target));
    assert_eq!(answers, ["10.0.3.1", "10.0.1.1", "10.0.3.2", "10.0.1.2"]);
}

#[tokio::test(start_paused = true)]
async fn case_101_102_a_member_that_refuses_is_away_for_ten_seconds() {
    let flows =
        Fixture { shop_c: &[C1, "c9 { host 10.0.3.9; httpPort 9763; }", C3], ..Fixture::default() }.load();
    let flows =
        flows.stub("http://10.0.3.9:9763", Reply::refused()).stub("http://10.0.3.9:9763", Reply::ok("back"));
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(flows.exchange(ask(SHOP, "/")).await.body);
    }
    assert_eq!(answers, ["10.0.3.1", "10.0.3.3", "10.0.3.1", "10.0.3.3", "10.0.3.1"], "case 101");
    advance(Duration::from_secs(10)).await;
    assert_eq!(flows.exchange(ask(SHOP, "/")).await.body, "back", "case 102");
}

#[test]
fn case_104_one_member_is_always_its_turn() {
    let flows = Fixture { shop_a: &[A1], ..Fixture::default() }.load();
    for _ in 0..3 {
        assert_eq!(answer(&flows, "/t/acme/"), "10.0.1.1");
    }
}

#[test]
fn case_115_a_status_is_an_answer() {
    let away = "c9 { host 10.0.3.9; httpPort 9763; }";
    let flows = Fixture { shop_c: &[away, C1], ..Fixture::default() }.load();
    let flows = flows.stub("http://10.0.3.9:9763", Reply::status(503));
    let transcript = flows.send(ask(SHOP, "/"));
    assert_eq!((transcript.status, called(&transcript).len()), (503, 1));
}

/// All refused once, at different times: the one whose suspension ends first is tried all the same.
#[tokio::test(start_paused = true)]
async fn case_116_of_suspended_members_the_one_that_comes_back_first() {
    let flows = Fixture { keys: "fail_over_max_attempts 1;", shop_c: &[C1, C2], ..Fixture::default() }.load();
    let flows = ["10.0.3.1", "10.0.3.2"].into_iter().fold(flows, |flows, host| {
        let prefix = format!("http://{host}:9763/away");
        flows.stub(&prefix, Reply::refused())
    });
    for _ in 0..2 {
        flows.exchange(ask(SHOP, "/away")).await;
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!(flows.exchange(ask(SHOP, "/")).await.body, "10.0.3.1");
}
