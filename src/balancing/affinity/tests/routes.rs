//! The stateless cookie (elastic-load-balancer.md §3.5, W45; hardening.md §2 row 24).

use tokio::time::Instant;

use super::support::request;
use crate::balancing::affinity::{
    AffinityCookie, AffinityCookieError, RouteChoice, Routes, Standing, Sticky,
};

const M1: &str = "10.0.3.1:9763";
const M2: &str = "10.0.3.2:9763";

fn cookie(secret: Option<&[u8]>) -> AffinityCookie {
    AffinityCookie::new("LB", secret).expect("a cookie")
}

fn routes(cluster: &str) -> Routes<&'static str> {
    cookie(None).routes(cluster, [(M1, "C1"), (M2, "C2")])
}

fn choose<'r>(routes: &'r Routes<&'static str>, cookies: &[&str]) -> RouteChoice<'r, &'static str> {
    routes.choose(&request(cookies), Sticky::Strict, Instant::now(), |_| Some(Standing::Ready))
}

/// Values computed with another implementation of RFC 2104: they must never change, or clients lose their members.
#[test]
fn route_ids_are_stable() {
    for (secret, cluster, member, expected) in [
        (None, "shop.c.domain", M1, "25ce6d5990799870"),
        (None, "shop.c.domain", M2, "f47b46c6501ef2f0"),
        (None, "", "", "f6a036fc757934d7"),
        (Some(&b"s3cret"[..]), "shop.c.domain", M1, "f4ffdef915a587c4"),
        (Some(&[b'k'; 100]), "esb.domain/worker", "\u{e9}", "83edcb1a0b6d7ea5"),
    ] {
        assert_eq!(cookie(secret).route_id(cluster, member).to_string(), expected);
    }
}

#[test]
fn cluster_and_member_are_kept_apart() {
    let cookie = cookie(None);
    assert_ne!(cookie.route_id("ab", "c"), cookie.route_id("a", "bc"));
}

#[test]
fn a_client_without_cookie_gets_one_and_comes_back_with_it() {
    let routes = routes("shop.c.domain");
    let first = choose(&routes, &["a=1"]);
    assert_eq!(first, RouteChoice { presented: None, member: None });
    let plain = routes.set_cookie(first.presented, M2, false).expect("a cookie");
    assert_eq!(plain, "LB=f47b46c6501ef2f0; Path=/; HttpOnly; SameSite=Lax");
    let secure = routes.set_cookie(first.presented, M2, true).expect("a cookie");
    assert_eq!(secure, "LB=f47b46c6501ef2f0; Path=/; HttpOnly; SameSite=Lax; Secure");

    let next = choose(&routes, &["a=1; LB=f47b46c6501ef2f0"]);
    assert_eq!(next.member, Some(&"C2"));
    assert_eq!(routes.set_cookie(next.presented, M2, false), None);
    assert!(routes.set_cookie(next.presented, M1, false).is_some(), "another answered");
    assert_eq!(routes.set_cookie(next.presented, "10.0.3.9:9763", false), None, "a member that left");
}

/// Another process with the same configuration knows the same routes, in whatever order its members joined.
#[test]
fn another_balancer_understands_the_cookie() {
    let there = cookie(None).routes("shop.c.domain", [(M2, 2), (M1, 1)]);
    let headers = request(&["LB=f47b46c6501ef2f0"]);
    let ready = |_: &i32| Some(Standing::Ready);
    assert_eq!(there.choose(&headers, Sticky::Strict, Instant::now(), ready).member, Some(&2));
    let with_secret = cookie(Some(b"s3cret")).routes("shop.c.domain", [(M2, 2), (M1, 1)]);
    assert_eq!(with_secret.choose(&headers, Sticky::Strict, Instant::now(), ready).member, None);
}

/// Row 24: what is no route of this cluster is a normal choice, and the client gets a good cookie.
#[test]
fn forged_and_foreign_ids_lead_nowhere() {
    let routes = routes("shop.c.domain");
    for value in [
        "",
        "0",
        "0000000000000000",
        "F47B46C6501EF2F0",
        "+47b46c6501ef2f0",
        "f47b46c6501ef2f",
        "f47b46c6501ef2f00",
        "00f47b46c6501ef2f0",
        " f47b46c6501ef2f",
        "\"f47b46c6501ef2f0\"",
        "10.0.3.2:9763",
        "f47b46c6\u{1ef}ef2f0",
    ] {
        let choice = choose(&routes, &[&format!("LB={value}")]);
        assert_eq!(choice, RouteChoice { presented: None, member: None }, "{value}");
        assert!(routes.set_cookie(choice.presented, M1, false).is_some());
    }
    let foreign = self::routes("shop.a.domain").set_cookie(None, M1, false).expect("a cookie");
    let foreign = foreign.to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    assert_eq!(choose(&routes, &[&foreign]).member, None);
    assert_eq!(choose(&routes, &["lb=f47b46c6501ef2f0"]).member, None);
}

#[test]
fn of_several_cookies_the_first_known_counts() {
    let routes = routes("shop.c.domain");
    let choice = choose(&routes, &["LB=old; LB=f47b46c6501ef2f0", "LB=25ce6d5990799870"]);
    assert_eq!(choice.member, Some(&"C2"));
}

/// The cookie of a member that must not be used: the algorithm chooses, and the answer brings the new cookie.
#[tokio::test(start_paused = true)]
async fn members_that_must_not_be_used() {
    let routes = routes("shop.c.domain");
    let headers = request(&["LB=f47b46c6501ef2f0"]);
    let now = Instant::now();
    for (standing, strict, failover) in [
        (Some(Standing::Ready), true, true),
        (Some(Standing::Suspended), true, false),
        (Some(Standing::Draining { until: now }), false, false),
        (Some(Standing::Closed), false, false),
        (None, false, false),
    ] {
        for (sticky, expected) in [(Sticky::Strict, strict), (Sticky::Failover, failover)] {
            let choice = routes.choose(&headers, sticky, now, |_| standing);
            assert_eq!(choice.member.is_some(), expected, "{standing:?} {sticky:?}");
            assert!(routes.set_cookie(choice.presented, M1, false).is_some());
        }
    }
}

#[test]
fn names_and_secrets_that_cannot_be() {
    let error = |name: &str, secret| AffinityCookie::new(name, secret).expect_err("no cookie");
    for name in ["", "a b", "a;b", "a=b", "a\r\nSet-Cookie: b", "\u{e9}", "a\"", "(a)"] {
        assert_eq!(error(name, None), AffinityCookieError::Name(name.to_owned()));
    }
    assert_eq!(error(&"x".repeat(65), None), AffinityCookieError::LongName(65));
    assert_eq!(error("LB", Some(&[])), AffinityCookieError::EmptySecret);
    assert!(AffinityCookie::new("__Host-LB.1", None).is_ok());
}
