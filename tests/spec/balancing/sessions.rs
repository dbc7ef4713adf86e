//! Cases 121–135: sticky sessions.

use std::time::Duration;

use sinew::testing::{Flows, Reply, Request};
use tokio::time::advance;

use super::{C1, C2, C3, Fixture, ask, sent};

const SHOP: &str = "shop.example.org";

/// Members of shop.c that hand out a session at `/login`.
fn load(keys: &str) -> Flows {
    let flows = Fixture { keys, shop_c: &[C1, C2, C3], ..Fixture::default() }.load();
    ["10.0.3.1", "10.0.3.2", "10.0.3.3", "10.0.1.1", "10.0.1.2"].into_iter().fold(flows, |flows, host| {
        let session = format!("JSESSIONID={host}; Path=/");
        flows.stub(&format!("http://{host}:9763/login"), Reply::ok(host).header("Set-Cookie", &session))
    })
}

fn with(cookie: &str) -> Request {
    ask(SHOP, "/").header("Cookie", cookie)
}

async fn answer(flows: &Flows, request: Request) -> String {
    flows.exchange(request).await.body
}

#[tokio::test(start_paused = true)]
async fn case_121_a_session_stays_and_moves_no_turn() {
    let flows = load("");
    assert_eq!(answer(&flows, ask(SHOP, "/login")).await, "10.0.3.1");
    for _ in 0..3 {
        assert_eq!(answer(&flows, with("JSESSIONID=10.0.3.1")).await, "10.0.3.1");
    }
    assert_eq!(answer(&flows, ask(SHOP, "/")).await, "10.0.3.2", "the turns went on where they were");
}

#[tokio::test(start_paused = true)]
async fn case_122_123_132_which_cookies_count() {
    let flows = load("");
    flows.exchange(ask(SHOP, "/login")).await;
    let transcript = flows.exchange(with("a=1; JSESSIONID=10.0.3.1; b=2")).await;
    assert_eq!(transcript.body, "10.0.3.1", "case 122");
    assert!(sent(&transcript).contains(&"cookie: a=1; JSESSIONID=10.0.3.1; b=2".to_owned()), "case 122");
    assert_eq!(answer(&flows, with("JSESSIONID=unknown")).await, "10.0.3.2", "case 123");
    assert_eq!(answer(&flows, with("JSESSIONID=dead; JSESSIONID=10.0.3.1")).await, "10.0.3.1", "case 132");
}

#[tokio::test(start_paused = true)]
async fn case_124_sessions_end() {
    let flows = load("");
    flows.exchange(ask(SHOP, "/login")).await;
    advance(Duration::from_secs(89)).await;
    assert_eq!(answer(&flows, with("JSESSIONID=10.0.3.1")).await, "10.0.3.1", "and is renewed");
    advance(Duration::from_secs(91)).await;
    assert_eq!(answer(&flows, with("JSESSIONID=10.0.3.1")).await, "10.0.3.2");
}

#[tokio::test(start_paused = true)]
async fn case_127_a_bound_member_that_fails_gives_its_session_up() {
    let flows = load("").stub("http://10.0.3.1:9763/away", Reply::refused());
    flows.exchange(ask(SHOP, "/login")).await;
    let moved = flows.exchange(ask(SHOP, "/away").header("Cookie", "JSESSIONID=10.0.3.1")).await;
    assert_eq!(moved.body, "10.0.3.2");
    for _ in 0..2 {
        assert_eq!(answer(&flows, with("JSESSIONID=10.0.3.1")).await, "10.0.3.2", "bound anew");
    }
}

#[tokio::test(start_paused = true)]
async fn case_130_131_sessions_belong_to_their_cluster() {
    let flows = load("");
    flows.exchange(ask(SHOP, "/login")).await;
    let elsewhere = ask("esb.example.org", "/").header("Cookie", "JSESSIONID=10.0.3.1");
    assert_eq!(answer(&flows, elsewhere).await, "e1", "case 130");
    let tenant = ask(SHOP, "/t/acme/").header("Cookie", "JSESSIONID=10.0.3.1");
    assert_eq!(answer(&flows, tenant).await, "10.0.1.1", "case 131");
}

#[tokio::test(start_paused = true)]
async fn case_133_134_cookies_of_php_and_deleted_ones() {
    let flows = load("")
        .stub("http://10.0.3.1:9763/php", Reply::ok("php").header("Set-Cookie", "PHPSESSID=Q"))
        .stub("http://10.0.3.1:9763/logout", Reply::ok("bye").header("Set-Cookie", "PHPSESSID=Q; Max-Age=0"));
    flows.exchange(ask(SHOP, "/php")).await;
    assert_eq!(answer(&flows, with("PHPSESSID=Q")).await, "10.0.3.1", "case 133");
    flows.exchange(ask(SHOP, "/logout").header("Cookie", "PHPSESSID=Q")).await;
    assert_eq!(answer(&flows, with("PHPSESSID=Q")).await, "10.0.3.2", "case 134");
}

#[tokio::test(start_paused = true)]
async fn case_135_the_host_comes_first() {
    let flows = load("");
    flows.exchange(ask(SHOP, "/login")).await;
    let unknown = ask("nowhere.test", "/").header("Cookie", "JSESSIONID=10.0.3.1");
    assert_eq!(flows.exchange(unknown).await.status, 404);
}

/// The balancer's own cookie binds without memory: another process understands it.
#[tokio::test(start_paused = true)]
async fn a_cookie_of_the_balancer_survives_a_restart() {
    let keys = "affinity_cookie SINEW_ROUTE;";
    let first = load(keys).exchange(ask(SHOP, "/")).await;
    let cookie =
        first.headers.iter().find_map(|header| header.strip_prefix("set-cookie: ")).expect("a cookie");
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    let other = load(keys);
    other.exchange(ask(SHOP, "/")).await;
    for _ in 0..3 {
        let transcript = other.exchange(with(&pair)).await;
        assert_eq!(transcript.body, first.body);
        assert!(!transcript.headers.iter().any(|header| header.starts_with("set-cookie")));
    }
    assert_eq!(
        answer(&other, with("SINEW_ROUTE=0123456789abcdef")).await,
        "10.0.3.2",
        "a forged one is no choice"
    );
}
