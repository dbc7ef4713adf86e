//! The request side of elastic-load-balancer.md §3.5, row by row.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, advance};

use super::support::{Cluster, request, shop_c, table};
use crate::balancing::affinity::decide::{Verdict, verdict};
use crate::balancing::affinity::identification::{MOST_IDS, session_cookies};
use crate::balancing::affinity::{Standing, Sticky};

/// S1: what is a session cookie. The id is the whole trimmed piece.
#[test]
fn s1_which_cookies_are_sessions() {
    let long = format!("JSESSIONID={}", "x".repeat(246));
    for (cookies, expected) in [
        (&["JSESSIONID=X"][..], &["JSESSIONID=X"][..]),
        (
            &["a=1;JSESSIONID=X ;\t PHPSESSID=Q; phpMyAdmin=p;wordpress_test_cookie=W"],
            &["JSESSIONID=X", "PHPSESSID=Q", "phpMyAdmin=p", "wordpress_test_cookie=W"],
        ),
        (
            &["JSESSIONID=abc.node1=; JSESSIONIDSSO=s; SHOP_JSESSIONID=t"],
            &["JSESSIONID=abc.node1=", "JSESSIONIDSSO=s", "SHOP_JSESSIONID=t"],
        ),
        (&["JSESSIONID=X", "JSESSIONID=Y"], &["JSESSIONID=X", "JSESSIONID=Y"]),
        (&["back=/?JSESSIONID; jsessionid=x; JSESSIONID; JSESSIONID=; =JSESSIONID"], &[]),
        (&["", ";;; ;", "="], &[]),
        (&[&long], &[]),
        (&[&long[..256]], &[&long[..256]]),
    ] {
        let headers = request(cookies);
        assert_eq!(session_cookies(&headers).collect::<Vec<_>>(), expected, "{cookies:?}");
    }
}

/// S2, S4: over or without member: skipped, and gone.
#[tokio::test(start_paused = true)]
async fn s2_and_s4_dead_sessions_are_removed_and_skipped() {
    let shop = shop_c();
    shop.exchange("", &[], &["JSESSIONID=old"]);
    advance(Duration::from_secs(91)).await;
    shop.exchange("", &[], &["JSESSIONID=left"]);
    shop.exchange("", &[], &["JSESSIONID=X"]);
    let ids = ["JSESSIONID=old", "JSESSIONID=left", "JSESSIONID=X"];
    let standing = |member: &&str| (*member != "C2").then_some(Standing::Ready);
    assert_eq!(shop.affinity.choose(ids, Instant::now(), standing).target(), Some(&"C3"));
    let statistics = shop.statistics();
    assert_eq!((statistics.size, statistics.expired), (1, 1));
}

/// S3, W57: the cluster is what counts, not the history of hosts.
#[tokio::test(start_paused = true)]
async fn s3_one_cluster_behind_two_hosts_has_one_set_of_sessions() {
    let table = table();
    let by_one_host = Cluster::new(&table, "shop.c.domain", &["C1", "C2"]);
    let by_the_other = Cluster::new(&table, "shop.c.domain", &["C1", "C2"]);
    by_one_host.get("");
    by_one_host.exchange("", &[], &["JSESSIONID=X"]);
    assert_eq!(by_the_other.get("JSESSIONID=X"), "C2");
}

/// S6, W44, §5.8: which targets may be used.
#[tokio::test(start_paused = true)]
async fn s6_verdicts() {
    use Standing::{Closed, Draining, Ready, Suspended};
    use Verdict::{Forget, PassOver, Use};

    let now = Instant::now() + Duration::from_secs(1);
    let still = Draining { until: now + Duration::from_millis(1) };
    for (standing, strict, failover) in [
        (None, Forget, Forget),
        (Some(Ready), Use, Use),
        (Some(Suspended), Use, PassOver),
        (Some(still), Use, Use),
        (Some(Draining { until: now }), PassOver, PassOver),
        (Some(Closed), PassOver, PassOver),
    ] {
        assert_eq!(verdict(standing, Sticky::Strict, now), strict, "{standing:?}");
        assert_eq!(verdict(standing, Sticky::Failover, now), failover, "{standing:?}");
    }
}

/// A session that must be passed over does not hide the next.
#[tokio::test(start_paused = true)]
async fn s6_the_next_session_may_be_usable() {
    let mut shop = shop_c();
    shop.affinity.sticky = Sticky::Failover;
    shop.exchange("", &[], &["JSESSIONID=one"]);
    shop.exchange("", &[], &["JSESSIONID=two"]);
    shop.set("C1", Standing::Suspended);
    assert_eq!(shop.get("JSESSIONID=one; JSESSIONID=two"), "C2");
}

/// A request without session costs no look at the members, and one with many sessions is not worth all of them.
#[tokio::test(start_paused = true)]
async fn the_number_of_ids_is_bounded() {
    let shop = shop_c();
    for number in 0..100 {
        shop.exchange("", &[], &[&format!("JSESSIONID={number}")]);
    }
    let looks = Cell::new(0);
    let count = |_: &&str| {
        looks.set(looks.get() + 1);
        Some(Standing::Closed)
    };
    let none: [&str; 0] = [];
    shop.affinity.choose(none, Instant::now(), count);
    assert_eq!(looks.get(), 0);
    let ids: Vec<String> = (0..100).map(|number| format!("JSESSIONID={number}")).collect();
    shop.affinity.choose(&ids, Instant::now(), count);
    assert_eq!(looks.get(), MOST_IDS);
}
