//! E79 to E94: `<serviceDynamicLoadbalance>`.

use std::time::Duration;

use sinew::testing::{Flows, Reply, Request};
use tokio::time::advance;

use super::{
    B1, B2, answering, ask, called, configuration, load, load_with, members, outcome, outcomes, sent,
};
use crate::support::{errors, header};

const SERVICES: &str = "<loadBalancerConfig><services>\
    <service><hosts><host>a.x</host></hosts><domain>d1</domain></service>\
    <service><hosts><host>b.x</host></hosts><domain>d2</domain></service>\
    </services></loadBalancerConfig>";

/// An endpoint with this beside and inside its element.
fn endpoint(session: &str, attributes: &str, inside: &str) -> String {
    format!(
        "<endpoint>{session}<serviceDynamicLoadbalance {attributes}>{inside}</serviceDynamicLoadbalance></endpoint>"
    )
}

fn inline(numbers: &[u8]) -> Flows {
    load(&endpoint("", "failover=\"true\"", SERVICES), numbers)
}

fn post() -> Request {
    Request::post("/p", "text/plain", "body").header("Host", "a.x")
}

/// E79, E80, E81: hosts lead to domains, with labels stripped from the left.
#[tokio::test(start_paused = true)]
async fn e79_to_e81_hosts_lead_to_domains() {
    let flows = answering(inline(&[1]));
    for (case, host, expected) in [
        ("E79", "a.x", "B1"),
        ("E79", "b.x:8280", "B3"),
        ("E79", "A.X", "B1"),
        ("E80", "c.a.x", "B1"),
        // "Domain not found for host": the fault sequence runs, with the code of what nobody serves.
        ("E81", "zzz", "ERR 404"),
    ] {
        assert_eq!(outcome(&flows.exchange(ask(host)).await), expected, "{case} {host}");
    }
}

#[test]
fn e82_a_host_of_two_services() {
    let twice = SERVICES.replace("b.x", "a.x");
    let main =
        format!("<sequence NS name=\"main\"><in><send>{}</send></in></sequence>", endpoint("", "", &twice));
    assert_eq!(errors(&[("sequences/main.xml", &main)]), ["E0905"]);
}

#[tokio::test(start_paused = true)]
async fn e83_e84_the_next_member_gets_the_whole_request() {
    let flows = answering(inline(&[1, 2]).stub(B1, Reply::refused()).stub(B1, Reply::ok("back")));
    let first = flows.exchange(ask("a.x")).await;
    assert_eq!(outcome(&first), "B2", "E83");
    assert_eq!(called(&first), [format!("{B1}/p?q=1"), format!("{B2}/p?q=1")], "E83");
    advance(Duration::from_millis(9_900)).await;
    assert_eq!(outcomes(&flows, ask("a.x"), 3).await, ["B2", "B2", "B2"], "E84");
    advance(Duration::from_millis(100)).await;
    assert!(outcomes(&flows, ask("a.x"), 2).await.contains(&"back".to_owned()), "suspended for 10 s");
}

#[tokio::test(start_paused = true)]
async fn e85_e86_when_all_refuse() {
    let flows =
        inline(&[1, 2]).stub(B1, Reply::refused()).stub(B1, Reply::ok("B1")).stub(B2, Reply::refused());
    let first = flows.exchange(ask("a.x")).await;
    assert_eq!((outcome(&first).as_str(), called(&first).len()), ("ERR 303001", 2), "E85");
    // Both were suspended in the same moment.
    let second = flows.exchange(ask("a.x")).await;
    assert_eq!(outcome(&second), "B1", "E86: {second}");
}

#[tokio::test(start_paused = true)]
async fn e87_what_was_sent_is_repeated_only_when_harmless() {
    let closing = || inline(&[1, 2]).stub(B1, Reply::closed()).stub(B2, Reply::ok("B2"));
    assert_eq!(outcome(&closing().exchange(ask("a.x")).await), "B2");
    let posted = closing().exchange(post()).await;
    assert_eq!((outcome(&posted).as_str(), called(&posted).len()), ("ERR 101505", 1));
}

#[tokio::test(start_paused = true)]
async fn e88_a_domain_without_members() {
    assert_eq!(outcome(&inline(&[]).exchange(ask("a.x")).await), "ERR 303001");
}

#[tokio::test(start_paused = true)]
async fn e89_ports_of_members_by_the_port_asked_for() {
    let mapped = "members {\nm1 { host 10.0.0.1; httpPort 9; port.mapping.8280 80; }\n}";
    let configuration = configuration("", &[("d1", mapped), ("d2", "")]);
    let flows = load_with(&endpoint("", "", SERVICES), &[("loadbalancer.conf", &configuration)]);
    let flows = answering(flows).stub("http://10.0.0.1:9", Reply::ok("usual"));
    assert_eq!(outcome(&flows.exchange(ask("a.x:8280")).await), "B1");
    assert_eq!(outcome(&flows.exchange(ask("a.x")).await), "usual");
}

fn with_sessions(timeout: &str) -> Flows {
    let session = format!("<session type=\"http\">{timeout}</session>");
    let both = members(&[1, 2]);
    let configuration = configuration("", &[("d1", &both), ("d2", &both)]);
    let flows = load_with(&endpoint(&session, "", SERVICES), &[("loadbalancer.conf", &configuration)]);
    answering(flows)
        .stub(&format!("{B1}/login"), Reply::ok("B1").header("Set-Cookie", "JSESSIONID=B11"))
        .stub(&format!("{B1}/away"), Reply::refused())
        .stub(&format!("{B2}/away"), Reply::ok("B2").header("Set-Cookie", "JSESSIONID=B21"))
}

fn login() -> Request {
    Request::get("/login").header("Host", "a.x")
}

#[tokio::test(start_paused = true)]
async fn e90_sessions_stick_within_their_service() {
    let flows = with_sessions("");
    assert_eq!(outcome(&flows.exchange(login()).await), "B1");
    let cookie = |host: &str| ask(host).header("Cookie", "JSESSIONID=B11");
    assert_eq!(outcomes(&flows, cookie("a.x"), 3).await, ["B1", "B1", "B1"]);
    assert_eq!(outcomes(&flows, cookie("b.x"), 2).await, ["B1", "B2"], "of another service");
    let transcript = flows.exchange(cookie("a.x")).await;
    assert!(sent(&transcript).contains(&"cookie: JSESSIONID=B11".to_owned()), "members get their cookies");
    // Without <session> nothing sticks.
    let flows = answering(inline(&[1, 2]))
        .stub(&format!("{B1}/login"), Reply::ok("B1").header("Set-Cookie", "JSESSIONID=B11"));
    flows.exchange(login()).await;
    assert_eq!(outcomes(&flows, cookie("a.x"), 2).await, ["B2", "B1"]);
}

#[tokio::test(start_paused = true)]
async fn e91_sessions_live_from_their_last_use() {
    let flows = with_sessions("<sessionTimeout>1000</sessionTimeout>");
    flows.exchange(login()).await;
    let cookie = || ask("a.x").header("Cookie", "JSESSIONID=B11");
    for _ in 0..4 {
        advance(Duration::from_millis(600)).await;
        assert_eq!(outcome(&flows.exchange(cookie()).await), "B1");
    }
    advance(Duration::from_millis(1001)).await;
    assert_eq!(outcome(&flows.exchange(cookie()).await), "B2", "balanced anew");
}

#[tokio::test(start_paused = true)]
async fn e92_a_bound_member_that_refuses_loses_the_session() {
    let flows = with_sessions("");
    flows.exchange(login()).await;
    let away = Request::get("/away").header("Host", "a.x").header("Cookie", "JSESSIONID=B11");
    assert_eq!(outcome(&flows.exchange(away).await), "B2");
    let bound = ask("a.x").header("Cookie", "JSESSIONID=B21");
    assert_eq!(outcomes(&flows, bound, 3).await, ["B2", "B2", "B2"]);
}

#[tokio::test(start_paused = true)]
async fn e93_the_host_that_was_asked_for() {
    let property =
        "<property name=\"X-Host\" expression=\"get-property('LB_REQUEST_HOST')\" scope=\"transport\"/>";
    let d1 = members(&[1]);
    let configuration = configuration("", &[("d1", &d1), ("d2", "")]);
    let out = format!(
        "<sequence NS name=\"main\"><in><send>{}</send></in><out>{property}<send/></out></sequence>",
        endpoint("", "", SERVICES)
    );
    let flows =
        crate::support::flows(&[("loadbalancer.conf", &*configuration), ("sequences/main.xml", &*out)]);
    let transcript = answering(flows).exchange(ask("a.x:8280")).await;
    assert_eq!(header(&transcript, "x-host"), Some("a.x:8280"), "{transcript}");
}

/// E94, and names that nobody has.
#[test]
fn e94_algorithms_for_endpoints_are_none_for_services() {
    for algorithm in ["WeightedRoundRobin", "WeightedRRLCAlgorithm", "Best"] {
        let name = format!("algorithm=\"org.apache.synapse.endpoints.algorithms.{algorithm}\"");
        let endpoint = endpoint("", &name, SERVICES);
        let main = format!("<sequence NS name=\"main\"><in><send>{endpoint}</send></in></sequence>");
        assert_eq!(errors(&[("sequences/main.xml", &main)]), ["E0302"], "{algorithm}");
    }
}

/// §7.3: the file may be of either dialect, and may be the deployed one.
#[tokio::test(start_paused = true)]
async fn services_come_from_files() {
    let xml = format!("<loadBalancerConfig NS >{}", SERVICES.trim_start_matches("<loadBalancerConfig>"));
    let d1 = members(&[1]);
    let deployed = configuration("", &[("d1", &d1), ("d2", "")]);
    for (configuration, host) in
        [("lb.xml", "a.x"), ("file:lb.xml", "a.x"), ("$system:loadbalancer.conf", "d1.own.test")]
    {
        let endpoint = endpoint("", &format!("configuration=\"{configuration}\""), "");
        let flows = load_with(&endpoint, &[("loadbalancer.conf", &deployed), ("lb.xml", &xml)]);
        assert_eq!(outcome(&answering(flows).exchange(ask(host)).await), "B1", "{configuration}");
    }
    let endpoint = endpoint("", "configuration=\"$system:loadbalancer.conf\"", "");
    let main = format!("<sequence NS name=\"main\"><in><send>{endpoint}</send></in></sequence>");
    assert_eq!(errors(&[("sequences/main.xml", &main)]), ["E0602"], "there is none");
}

/// A change of the file is a change of the endpoint.
#[tokio::test(start_paused = true)]
async fn a_changed_file_is_read_again() {
    let text = |host: &str| {
        let d1 = members(&[1]);
        configuration("", &[("d1", &d1)]).replace("d1.own.test", host)
    };
    let endpoint = endpoint("", "configuration=\"lb.conf\"", "");
    let main =
        format!("<sequence NS name=\"main\"><in><send>{endpoint}</send></in><out><send/></out></sequence>");
    let folder = crate::support::folder(&[("sequences/main.xml", &main), ("lb.conf", &text("a.x"))]);
    let mut flows = answering(Flows::load(folder.path()));
    assert_eq!(flows.exchange(ask("a.x")).await.body, "B1");
    crate::support::write(folder.path(), "lb.conf", &text("longer.x"));
    flows.reload().expect("a readable folder");
    assert_eq!(flows.exchange(ask("longer.x")).await.body, "B1");
    crate::support::write(folder.path(), "lb.conf", &text("a.x").replace("tenant_range *", "tenant_rage *"));
    flows.reload().expect("a readable folder");
    assert_eq!(flows.exchange(ask("longer.x")).await.body, "B1", "the last good one stays");
    let wrong = flows.status().diagnostics.iter().filter(|found| found.severity.is_error());
    let places: Vec<&str> = wrong.filter_map(|found| Some(found.location.as_ref()?.file.name())).collect();
    assert!(!places.is_empty() && places.iter().all(|name| name.ends_with("lb.conf")), "{places:?}");
}
