//! The cases of elastic-load-balancer.md §9.6, as far as they concern sessions and not hosts (135).

use std::time::Duration;

use http::header::COOKIE;
use tokio::time::{Instant, advance};

use super::support::{Cluster, bindings, request, shop_c};
use crate::balancing::affinity::identification::session_cookies;
use crate::balancing::affinity::{Standing, Sticky, Window, session_timeout};

const X: &str = "JSESSIONID=X";

/// Cluster shop.c after C1 handed out session X.
fn shop_c_with_x() -> Cluster {
    let shop = shop_c();
    assert_eq!(shop.exchange("", &[], &["JSESSIONID=X; Path=/"]), "C1");
    shop
}

#[tokio::test(start_paused = true)]
async fn case_121_a_session_stays_and_moves_no_cursor() {
    let shop = shop_c_with_x();
    assert_eq!(shop.turns.get(), 1);
    for _ in 0..3 {
        assert_eq!(shop.get(X), "C1");
    }
    assert_eq!(shop.turns.get(), 1);
    assert_eq!(shop.get(""), "C2");
}

#[tokio::test(start_paused = true)]
async fn case_122_the_session_is_found_among_other_cookies_which_stay() {
    let shop = shop_c_with_x();
    let headers = request(&["a=1; JSESSIONID=X; b=2"]);
    let choice =
        shop.affinity.choose(session_cookies(&headers), Instant::now(), |member| shop.standing(member));
    assert_eq!(choice.target(), Some(&"C1"));
    assert_eq!(headers[COOKIE], "a=1; JSESSIONID=X; b=2");
}

#[tokio::test(start_paused = true)]
async fn case_123_an_unknown_session_is_balanced() {
    let shop = shop_c_with_x();
    let members: Vec<_> = (0..3).map(|_| shop.get("JSESSIONID=unknown")).collect();
    assert_eq!(members, ["C2", "C3", "C1"]);
    assert_eq!(bindings(&shop.affinity.table).len(), 1, "what a client sends is not learned");
}

#[tokio::test(start_paused = true)]
async fn case_124_a_session_ends_when_it_was_not_used() {
    let shop = shop_c_with_x();
    for _ in 0..3 {
        advance(Duration::from_secs(90)).await;
        assert_eq!(shop.get(X), "C1");
    }
    advance(Duration::from_millis(90_001)).await;
    assert_eq!(shop.get(X), "C2");
    assert_eq!(shop.statistics().expired, 1);
}

#[test]
fn case_125_which_time_out_counts() {
    let ms = |ms| Some(Duration::from_millis(ms));
    for (endpoint, balancer, property, expected) in [
        (None, None, ms(600_000), 600_000),
        (None, None, None, 120_000),
        (None, ms(90_000), ms(600_000), 90_000),
        (ms(1000), ms(90_000), ms(600_000), 1000),
        (None, ms(0), ms(600_000), 600_000),
        (None, ms(0), ms(0), 120_000),
    ] {
        assert_eq!(Some(session_timeout(endpoint, balancer, property)), ms(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn case_126_the_member_of_a_session_leaves() {
    let shop = shop_c_with_x();
    shop.leave("C1").await;
    assert!(bindings(&shop.affinity.table).is_empty());
    let other = shop.exchange(X, &[], &["JSESSIONID=Y; Path=/"]);
    assert_ne!(other, "C1");
    assert_eq!(shop.get("JSESSIONID=Y"), other);
}

/// W8: the answer of the new member counts, even when the table still had the session.
#[tokio::test(start_paused = true)]
async fn case_126_a_session_of_a_member_that_left_unnoticed_is_forgotten() {
    let shop = shop_c_with_x();
    let choice = shop.affinity.choose([X], Instant::now(), |_| None);
    assert!(choice.session().is_none());
    shop.answer(&choice, "C2", &["JSESSIONID=Y; Path=/"]);
    assert_eq!(bindings(&shop.affinity.table), [("JSESSIONID=Y".to_owned(), "C2")].into());
}

#[tokio::test(start_paused = true)]
async fn case_127_a_suspended_member_is_tried_and_the_session_moves() {
    for set_cookie in ["", "JSESSIONID=X; Path=/"] {
        let shop = shop_c_with_x();
        shop.set("C1", Standing::Suspended);
        assert_eq!(shop.choose(X).target(), Some(&"C1"), "strict");
        assert_eq!(shop.exchange(X, &["C1"], &[set_cookie]), "C2");
        assert_eq!(shop.get(X), "C2");
    }
}

/// W44: `sticky failover` does not try the suspended member.
#[tokio::test(start_paused = true)]
async fn case_127_with_failover_another_member_is_chosen_at_once() {
    let mut shop = shop_c_with_x();
    shop.affinity.sticky = Sticky::Failover;
    shop.set("C1", Standing::Suspended);
    assert_eq!(shop.choose(X).target(), None);
    assert_eq!(shop.get(X), "C2");
    shop.set("C1", Standing::Ready);
    assert_eq!(shop.get(X), "C2");
}

#[tokio::test(start_paused = true)]
async fn case_128_a_changed_id_replaces_the_old_one() {
    let shop = shop_c_with_x();
    assert_eq!(shop.exchange(X, &[], &["JSESSIONID=Y; Path=/"]), "C1");
    assert_eq!(bindings(&shop.affinity.table), [("JSESSIONID=Y".to_owned(), "C1")].into());
}

#[tokio::test(start_paused = true)]
async fn case_129_an_id_for_another_path_is_added() {
    let shop = shop_c_with_x();
    assert_eq!(shop.exchange(X, &[], &["JSESSIONID=Z; Path=/other"]), "C1");
    let expected = [("JSESSIONID=X".to_owned(), "C1"), ("JSESSIONID=Z".to_owned(), "C1")];
    assert_eq!(bindings(&shop.affinity.table), expected.into());
}

#[tokio::test(start_paused = true)]
async fn cases_130_and_131_a_session_counts_in_its_cluster_only() {
    let shop = shop_c_with_x();
    for (domain, member) in [("esb.domain", "E1"), ("shop.a.domain", "A1")] {
        let other = Cluster::new(&shop.affinity.table, domain, &[member]);
        assert_eq!(other.exchange(X, &[], &["JSESSIONID=X; Path=/", "PHPSESSID=; Max-Age=0"]), member);
        assert_eq!(other.turns.get(), 1);
        assert_eq!(other.exchange(X, &[], &["JSESSIONID=X; Max-Age=0"]), member);
        assert_eq!(other.turns.get(), 1, "the same id is another session there");
    }
    assert_eq!(shop.get(X), "C1", "nor did the other clusters touch this one");
}

#[tokio::test(start_paused = true)]
async fn case_132_the_first_session_that_is_known_counts() {
    let shop = shop_c_with_x();
    assert_eq!(shop.get("JSESSIONID=dead; JSESSIONID=X"), "C1");
    assert_eq!(shop.statistics().hits, 1);
}

#[tokio::test(start_paused = true)]
async fn case_133_php_sessions_stick_too() {
    let shop = shop_c();
    assert_eq!(shop.get(""), "C1");
    assert_eq!(shop.exchange("", &[], &["PHPSESSID=Q"]), "C2");
    assert_eq!(shop.get("PHPSESSID=Q"), "C2");
}

#[tokio::test(start_paused = true)]
async fn case_134_a_deleted_cookie_ends_the_session() {
    for set_cookie in [
        "JSESSIONID=X; Max-Age=0",
        "JSESSIONID=X; Max-Age=-1; Path=/",
        "JSESSIONID=deleted; Path=/; Expires=Thu, 01-Jan-1970 00:00:10 GMT",
        "JSESSIONID=; Path=/",
    ] {
        let shop = shop_c_with_x();
        assert_eq!(shop.exchange(X, &[], &[set_cookie]), "C1");
        assert!(bindings(&shop.affinity.table).is_empty(), "{set_cookie}");
    }
}

#[tokio::test(start_paused = true)]
async fn case_136_a_session_of_another_balancer() {
    let first = shop_c_with_x();
    advance(Duration::from_secs(30)).await;
    let second = shop_c();
    assert_eq!((second.get(""), second.get("")), ("C1", "C2"));
    for record in first.affinity.table.records(Instant::now()) {
        assert!(second.affinity.table.merge(record, Instant::now()));
    }
    assert_eq!(second.get(X), "C1");
}

/// §5.8: a draining member keeps its sessions until `drain_timeout` is over.
#[tokio::test(start_paused = true)]
async fn draining_keeps_sessions_for_a_while() {
    let shop = shop_c_with_x();
    let until = Instant::now() + Duration::from_secs(30);
    shop.set("C1", Standing::Draining { until });
    assert_eq!(shop.get(X), "C1");
    advance(Duration::from_secs(30)).await;
    assert_eq!(shop.get(X), "C2");
    assert_eq!(shop.get(X), "C2");
}

/// W56: a member that takes no requests gets none from sessions either.
#[tokio::test(start_paused = true)]
async fn a_closed_member_gets_no_sessions() {
    let shop = shop_c_with_x();
    shop.set("C1", Standing::Closed);
    assert_eq!(shop.get(X), "C2");
}

/// A table is not part of a configuration: new rules find the old sessions.
#[tokio::test(start_paused = true)]
async fn sessions_outlive_a_reload() {
    let shop = shop_c_with_x();
    let mut reloaded = Cluster::new(&shop.affinity.table, "shop.c.domain", &["C1", "C2", "C3"]);
    reloaded.affinity.window = Window::after_use(Duration::from_secs(5));
    drop(shop);
    assert_eq!(reloaded.get(""), "C1");
    assert_eq!(reloaded.get(X), "C1");
    advance(Duration::from_secs(6)).await;
    assert_eq!(reloaded.get(X), "C2", "the first use after the reload brought the new window");
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted() {
    let shop = shop_c_with_x();
    for cookie in ["", "a=1", X, "JSESSIONID=dead; PHPSESSID=dead", "JSESSIONID=dead; JSESSIONID=X"] {
        shop.get(cookie);
    }
    let statistics = shop.statistics();
    assert_eq!((statistics.size, statistics.hits, statistics.misses), (1, 2, 1));
}
