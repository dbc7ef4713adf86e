//! The cases of endpoints.md §12 that are decided by sessions: E72 to E77, E90 to E92.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, advance};

use super::support::{Cluster, answer, bindings, request, shop_c, table};
use crate::balancing::affinity::identification::{learned_cookies, session_cookies};
use crate::balancing::affinity::{Affinity, ChildChoice, SessionKind, Standing, Sticky, Window};

/// The sessions of a static `loadbalance` endpoint; children are told by their positions.
fn lb(timeout: u64) -> Affinity<usize> {
    Affinity {
        table: table(),
        scope: "lb".into(),
        window: Window::after_start(Duration::from_millis(timeout)),
        sticky: Sticky::Strict,
    }
}

fn child(lb: &Affinity<usize>, cookie: &str, ready: &[bool]) -> ChildChoice<usize> {
    let headers = request(&[cookie]);
    lb.child(session_cookies(&headers), Instant::now(), |&child| ready.get(child).copied())
}

fn learn(lb: &Affinity<usize>, choice: &ChildChoice<usize>, answered: usize, set_cookie: &str) {
    let headers = answer(&[set_cookie]);
    let learned = learned_cookies(&headers, SystemTime::now());
    lb.learn(choice.session(), learned, &answered, Instant::now());
}

const UP: &[bool] = &[true, true];

#[tokio::test(start_paused = true)]
async fn e72_a_session_stays_at_one_backend() {
    let lb = lb(60_000);
    let first = child(&lb, "", UP);
    assert!(matches!(first, ChildChoice::Open));
    learn(&lb, &first, 1, "JSESSIONID=B21");
    for _ in 0..4 {
        let choice = child(&lb, "JSESSIONID=B21", UP);
        assert!(matches!(&choice, ChildChoice::Bound(session) if *session.target() == 1));
        learn(&lb, &choice, 1, "JSESSIONID=B21");
    }
}

/// §6.2: the expiry of a static session is not renewed.
#[tokio::test(start_paused = true)]
async fn e73_a_session_ends_after_its_time_out_however_used() {
    let lb = lb(500);
    learn(&lb, &ChildChoice::Open, 0, "JSESSIONID=B11");
    for _ in 0..2 {
        advance(Duration::from_millis(250)).await;
        let choice = child(&lb, "JSESSIONID=B11", UP);
        assert!(matches!(choice, ChildChoice::Bound(_)));
        learn(&lb, &choice, 0, "JSESSIONID=B11");
    }
    advance(Duration::from_millis(1)).await;
    let choice = child(&lb, "JSESSIONID=B11", UP);
    assert!(matches!(choice, ChildChoice::Open));
    learn(&lb, &choice, 1, "JSESSIONID=B11");
    assert!(
        matches!(child(&lb, "JSESSIONID=B11", UP), ChildChoice::Bound(session) if *session.target() == 1)
    );
}

#[tokio::test(start_paused = true)]
async fn e75_a_bound_backend_that_is_down_is_not_replaced() {
    let lb = lb(60_000);
    learn(&lb, &ChildChoice::Open, 0, "JSESSIONID=B11");
    assert!(matches!(child(&lb, "JSESSIONID=B11", UP), ChildChoice::Bound(_)));
    assert!(matches!(child(&lb, "JSESSIONID=B11", &[false, true]), ChildChoice::NotReady(_)));
    assert!(matches!(child(&lb, "JSESSIONID=B11", &[]), ChildChoice::InvalidPath(_)));
    assert!(matches!(child(&lb, "JSESSIONID=B11", UP), ChildChoice::Bound(_)));
    assert_eq!(lb.table.statistics().hits, 2);
}

/// The first request is bound to who answered it, not to who refused it.
#[tokio::test(start_paused = true)]
async fn e76_a_first_request_is_bound_by_its_answer() {
    let lb = lb(60_000);
    let choice = child(&lb, "", UP);
    learn(&lb, &choice, 1, "JSESSIONID=B21");
    assert!(
        matches!(child(&lb, "JSESSIONID=B21", UP), ChildChoice::Bound(session) if *session.target() == 1)
    );
}

#[tokio::test(start_paused = true)]
async fn e77_a_client_session_is_bound_when_it_is_sent() {
    assert!(SessionKind::SimpleClient.starts_at_client() && !SessionKind::Soap.starts_at_client());
    let lb = lb(60_000);
    let post = || lb.child(["c1"], Instant::now(), |_| Some(true));
    assert!(matches!(post(), ChildChoice::Open));
    lb.start("c1", &1, Instant::now());
    for _ in 0..2 {
        assert!(matches!(post(), ChildChoice::Bound(session) if *session.target() == 1));
    }
}

#[tokio::test(start_paused = true)]
async fn e90_sessions_stick_within_their_service() {
    let shop = shop_c();
    let set_cookie = &["JSESSIONID=B11"][..];
    assert_eq!(shop.exchange("", &[], set_cookie), "C1");
    assert_eq!((shop.get("JSESSIONID=B11"), shop.get("JSESSIONID=B11")), ("C1", "C1"));
    let other = Cluster::new(&Arc::clone(&shop.affinity.table), "other.domain", &["O1", "O2"]);
    assert_eq!((other.get("JSESSIONID=B11"), other.get("JSESSIONID=B11")), ("O1", "O2"));
}

#[tokio::test(start_paused = true)]
async fn e91_sessions_of_clusters_are_renewed() {
    let mut shop = shop_c();
    shop.affinity.window = Window::after_use(Duration::from_millis(1000));
    shop.exchange("", &[], &["JSESSIONID=B11"]);
    for _ in 0..4 {
        advance(Duration::from_millis(600)).await;
        assert_eq!(shop.get("JSESSIONID=B11"), "C1");
    }
}

#[tokio::test(start_paused = true)]
async fn e92_a_bound_member_that_refuses_loses_the_session() {
    let shop = shop_c();
    shop.exchange("", &[], &["JSESSIONID=B11"]);
    shop.set("C1", Standing::Suspended);
    assert_eq!(shop.exchange("JSESSIONID=B11", &["C1"], &["JSESSIONID=B21"]), "C2");
    assert_eq!(bindings(&shop.affinity.table), [("JSESSIONID=B21".to_owned(), "C2")].into());
    assert_eq!(shop.get("JSESSIONID=B21"), "C2");
}
