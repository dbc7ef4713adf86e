//! The tenant-aware endpoint by its class and by its name (elastic-load-balancer.md §1.11.3, §2.1).

use std::time::Duration;

use sinew::testing::{Flows, Reply, Request};
use tokio::time::advance;

use super::{B1, answering, ask, called, configuration, load_with, members, outcome, outcomes};
use crate::support::errors;

const HOST: &str = "d1.own.test";

fn class(parameters: &[(&str, &str)]) -> String {
    let parameter =
        |(name, value): &(&str, &str)| format!("<parameter name=\"{name}\"> {value} </parameter>");
    let parameters: String = parameters.iter().map(parameter).collect();
    format!(
        "<class name=\"org.wso2.carbon.lb.endpoint.endpoint.TenantAwareLoadBalanceEndpoint\">{parameters}</class>"
    )
}

fn load(endpoint: &str, keys: &str) -> Flows {
    let both = members(&[1, 2]);
    let configuration = configuration(keys, &[("d1", &both)]);
    load_with(endpoint, &[("loadbalancer.conf", &configuration)])
}

/// As the product of 2.0 ships it, in a comment.
#[tokio::test(start_paused = true)]
async fn the_class_is_the_tenant_aware_endpoint() {
    let shipped = class(&[
        ("algorithm", "org.apache.synapse.endpoints.algorithms.RoundRobin"),
        ("configuration", "$system:loadbalancer.conf"),
        ("failover", "true"),
        ("sessionTimeout", "900000"),
    ]);
    let endpoint = format!("<endpoint name=\"tenantAwareLBEndpoint\">{shipped}</endpoint>");
    let flows = answering(load(&endpoint, "").stub(B1, Reply::refused()));
    let transcript = flows.exchange(ask(HOST)).await;
    assert_eq!((outcome(&transcript).as_str(), called(&transcript).len()), ("B2", 2));
    assert_eq!(outcome(&flows.exchange(ask("nowhere.test")).await), "ERR 404");
}

#[tokio::test(start_paused = true)]
async fn its_parameters_count() {
    let endpoint = |parameters| format!("<endpoint>{}</endpoint>", class(parameters));
    let flows = answering(load(&endpoint(&[("failover", "false")]), "").stub(B1, Reply::refused()));
    assert_eq!(outcome(&flows.exchange(ask(HOST)).await), "ERR 101503");
    // Nothing said leaves it to the configuration.
    let flows = answering(load(&endpoint(&[]), "fail_over false;").stub(B1, Reply::refused()));
    assert_eq!(outcome(&flows.exchange(ask(HOST)).await), "ERR 101503");

    let flows = answering(load(&endpoint(&[("algorithm", "consistent_hash")]), ""));
    let request = || ask(HOST).from("192.0.2.9:5000".parse().expect("an address"));
    let first = outcome(&flows.exchange(request()).await);
    assert_eq!(outcomes(&flows, request(), 3).await, [&*first, &*first, &*first]);

    let flows = answering(load(&endpoint(&[("sessionTimeout", "1000")]), "session_timeout 90000;"))
        .stub(&format!("{B1}/login"), Reply::ok("B1").header("Set-Cookie", "JSESSIONID=B11"));
    flows.exchange(Request::get("/login").header("Host", HOST)).await;
    let cookie = || ask(HOST).header("Cookie", "JSESSIONID=B11");
    assert_eq!(outcome(&flows.exchange(cookie()).await), "B1");
    advance(Duration::from_millis(1001)).await;
    assert_eq!(outcome(&flows.exchange(cookie()).await), "B2");
}

/// §2.1: a key that nobody has to define, with and without services.
#[tokio::test(start_paused = true)]
async fn the_key_of_the_tenant_aware_endpoint() {
    let flows = answering(load("<endpoint key=\"tlbEndpoint\"/>", ""));
    assert_eq!(outcomes(&flows, ask(HOST), 3).await, ["B1", "B2", "B1"]);
    let flows = answering(load("<endpoint key-expression=\"'tlbEndpoint'\"/>", ""));
    assert_eq!(outcomes(&flows, ask(HOST), 2).await, ["B1", "B2"]);
    let main = "<sequence NS name=\"main\"><in><send><endpoint key=\"tlbEndpoint\"/></send></in></sequence>";
    assert_eq!(errors(&[("sequences/main.xml", main)]), ["E0208"]);
}

/// One that is defined is the one that the main sequence sends to.
#[tokio::test(start_paused = true)]
async fn a_tenant_aware_endpoint_of_that_name_takes_its_place() {
    let both = members(&[1, 2]);
    let configuration = configuration("", &[("d1", &both)]);
    let defined = format!("<endpoint NS name=\"tlbEndpoint\">{}</endpoint>", class(&[("failover", "false")]));
    let files = [("loadbalancer.conf", &*configuration), ("endpoints/tlb.xml", &*defined)];
    let flows = answering(load_with("", &files).stub(B1, Reply::refused()));
    assert_eq!(outcome(&flows.exchange(ask(HOST)).await), "ERR 101503");
    // An endpoint of another kind does not.
    let other = "<endpoint NS name=\"tlbEndpoint\"><address uri=\"http://elsewhere\"/></endpoint>";
    let files = [("loadbalancer.conf", &*configuration), ("endpoints/tlb.xml", other)];
    assert_eq!(outcome(&answering(load_with("", &files)).exchange(ask(HOST)).await), "B1");
}

#[test]
fn other_classes_are_errors() {
    let endpoint = "<endpoint NS name=\"e\"><class name=\"com.example.Mine\"/></endpoint>";
    assert_eq!(errors(&[("endpoints/e.xml", endpoint)]), ["E0302"]);
    let endpoint = format!("<endpoint NS name=\"e\">{}</endpoint>", class(&[]));
    assert_eq!(errors(&[("endpoints/e.xml", &*endpoint)]), ["E0602"], "no loadbalancer.conf");
    let missing = class(&[("configuration", "lb.conf")]);
    let endpoint = format!("<endpoint NS name=\"e\">{missing}</endpoint>");
    assert_eq!(errors(&[("endpoints/e.xml", &*endpoint)]), ["E0101"]);
}
