//! Members that come and go while the balancer runs, and what the configuration says of such times.

use std::time::Duration;

use sinew::availability::Rules;
use sinew::clusters::{ClusterKey, Layer, MemberDefinition, Phase, Source};
use sinew::testing::{Flows, Reply};
use tokio::time::{Instant, advance};

use super::{C1, C2, C3, Fixture, ask, called};

const SHOP: &str = "shop.example.org";

/// Case 224: a passive member gets nothing.
#[test]
fn case_224_passive_members() {
    let passive = "c9 { host 10.0.3.9; httpPort 9763; isActive false; }";
    let flows = Fixture { shop_c: &[passive, C1], ..Fixture::default() }.load();
    for _ in 0..3 {
        assert_eq!(flows.send(ask(SHOP, "/")).body, "10.0.3.1");
    }
}

/// §5.8: a cluster under maintenance answers 503, the others go on.
#[test]
fn a_cluster_under_maintenance() {
    let text =
        Fixture::default().configuration().replace("shop.c.domain {", "shop.c.domain {\nmaintenance true;");
    let main = "<sequence NS name=\"main\"><in><send/></in><out><send/></out></sequence>";
    let files = [("loadbalancer.conf", &*text), ("sequences/main.xml", main)];
    let flows = crate::support::flows(&files);
    let transcript = flows.send(ask(SHOP, "/"));
    assert_eq!(transcript.status, 503, "{transcript}");
    assert!(transcript.body.contains("303001"), "{transcript}");
}

fn shop_c() -> ClusterKey {
    ClusterKey::domain("shop.c.domain")
}

fn operator() -> Source {
    Source::new(Layer::RunTime, "admin")
}

/// A member that an operator adds.
fn add(flows: &Flows, host: &str) {
    let definition = MemberDefinition::new(host, Some(9763), Some(9443));
    flows.directory().add(&operator(), &shop_c(), definition).expect("a member");
}

fn answers(flows: &Flows, count: usize) -> Vec<String> {
    (0..count).map(|_| flows.send(ask(SHOP, "/")).body).collect()
}

#[test]
fn case_103_104_members_come_and_go() {
    let flows = Fixture::default().load().stub("http://10.0.3.4:9763", Reply::ok("10.0.3.4"));
    assert_eq!(answers(&flows, 2), ["10.0.3.1", "10.0.3.2"]);
    add(&flows, "10.0.3.4");
    assert_eq!(answers(&flows, 3), ["10.0.3.3", "10.0.3.4", "10.0.3.1"], "case 103");
    flows.directory().remove(&operator(), &shop_c(), "10.0.3.4:9763").expect("it was added");
    assert_eq!(answers(&flows, 3), ["10.0.3.2", "10.0.3.3", "10.0.3.1"]);
}

/// Case 126: the member of a session leaves; another gets its request, and its new session.
#[tokio::test(start_paused = true)]
async fn case_126_the_member_of_a_session_leaves() {
    let flows = Fixture { shop_c: &[C1], ..Fixture::default() }.load();
    let host = "10.0.3.9";
    let login = Reply::ok(host).header("Set-Cookie", "JSESSIONID=first; Path=/");
    let flows = flows.stub(&format!("http://{host}:9763/login"), login);
    add(&flows, host);
    while flows.exchange(ask(SHOP, "/login")).await.body != host {}
    flows.directory().remove(&operator(), &shop_c(), &format!("{host}:9763")).expect("it was added");
    let bound = || ask(SHOP, "/").header("Cookie", "JSESSIONID=first");
    assert_eq!(flows.exchange(bound()).await.body, "10.0.3.1");
}

/// Case 226: a drained member keeps its sessions for the drain's time, and gets no others.
#[tokio::test(start_paused = true)]
async fn case_226_a_drained_member_keeps_its_sessions_for_a_while() {
    let flows = Fixture { shop_c: &[C1, C2, C3], ..Fixture::default() }.load();
    let login = Reply::ok("10.0.3.1").header("Set-Cookie", "JSESSIONID=X; Path=/");
    let flows = flows.stub("http://10.0.3.1:9763/login", login);
    flows.exchange(ask(SHOP, "/login")).await;
    flows.directory().drain(&shop_c(), "10.0.3.1:9763").expect("it is there");
    for _ in 0..4 {
        assert_ne!(flows.exchange(ask(SHOP, "/")).await.body, "10.0.3.1");
    }
    let bound = || ask(SHOP, "/").header("Cookie", "JSESSIONID=X");
    advance(Duration::from_secs(29)).await;
    assert_eq!(flows.exchange(bound()).await.body, "10.0.3.1");
    advance(Duration::from_secs(2)).await;
    assert_ne!(flows.exchange(bound()).await.body, "10.0.3.1", "30 s are over");
}

/// What an operator or a health check takes out gets no requests of sessions either; a failure alone keeps none away.
#[tokio::test(start_paused = true)]
async fn members_that_are_taken_out_lose_their_sessions() {
    let flows = Fixture { shop_c: &[C1, C2], ..Fixture::default() }.load();
    let login = Reply::ok("10.0.3.1").header("Set-Cookie", "JSESSIONID=X; Path=/");
    let flows = flows.stub("http://10.0.3.1:9763/login", login);
    flows.exchange(ask(SHOP, "/login")).await;
    let member = flows.directory().cluster(&shop_c()).member("10.0.3.1:9763").expect("it is there");
    let bound = || ask(SHOP, "/").header("Cookie", "JSESSIONID=X");
    assert_eq!(flows.exchange(bound()).await.body, "10.0.3.1");
    member.live().availability.suspend(&Rules::default(), Instant::now());
    assert_eq!(flows.exchange(bound()).await.body, "10.0.3.1", "strict");
    member.live().availability.switch_off();
    assert_eq!(flows.exchange(bound()).await.body, "10.0.3.2", "switched off");
    member.live().availability.switch_on();
    member.live().set_healthy(false);
    assert_eq!(flows.exchange(bound()).await.body, "10.0.3.2", "unhealthy");
}

/// Case 251: a request waits for the first member; without one it fails when its time is over.
#[tokio::test(start_paused = true)]
async fn case_251_a_request_waits_for_a_member() {
    let keys = "scale_from_zero_wait 30000;";
    let flows = Fixture { keys, shop_c: &[], ..Fixture::default() }.load();
    let started = Instant::now();
    let lost = flows.exchange(ask(SHOP, "/")).await;
    assert_eq!((lost.status, started.elapsed()), (503, Duration::from_secs(30)));
    // It announces itself, and is let in ten seconds later.
    let joins = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let definition = MemberDefinition::new("10.0.3.1", Some(9763), Some(9443));
        let source = Source::new(Layer::Topology, "registration");
        let member = flows.directory().announce(&source, &shop_c(), definition).expect("a member");
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(flows.directory().advance(&member, Phase::Joining, Phase::Ready));
    };
    let started = Instant::now();
    let (transcript, ()) = tokio::join!(flows.exchange(ask(SHOP, "/")), joins);
    assert_eq!((&*transcript.body, started.elapsed()), ("10.0.3.1", Duration::from_secs(20)));
    assert_eq!(called(&transcript).len(), 1);
}
