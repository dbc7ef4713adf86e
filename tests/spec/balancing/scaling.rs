//! Requests as demand: which of them count, and for how long (elastic-load-balancer.md §4.1, mediators.md §11).

use sinew::clusters::{ClusterKey, DemandCounter};
use sinew::testing::{Flows, Reply, Request};
use std::sync::Arc;
use tokio::time::Instant;

use super::{Fixture, ask};
use crate::support::write;

const ON: &str = "enable_autoscaler true;";

fn counter(flows: &Flows, domain: &str) -> Arc<DemandCounter> {
    let cluster = flows.directory().cluster(&ClusterKey::domain(domain));
    cluster.demand().expect("it is counted")
}

/// How many requests came for a cluster, how many of them found no member, and how many count now.
fn counts(flows: &Flows, domain: &str) -> (u64, u64, u64) {
    let counter = counter(flows, domain);
    (counter.arrived(), counter.refused(), counter.total(Instant::now()))
}

/// How often a mediator runs for a request and its answer.
fn runs(flows: &Flows, mediator: &str) -> usize {
    let transcript = flows.send(ask("shop.example.org", "/")).to_string();
    transcript.matches(&format!(".{mediator}")).count()
}

#[test]
fn case_240_the_mediators_are_inserted_once() {
    for (main, each) in [
        ("<in><send/></in><out><send/></out>", 1),
        ("<in><autoscaleIn/><send/></in><out><autoscaleOut/><send/></out>", 1),
        ("<in><log level=\"none\"/><autoscaleIn/><send/></in><out><send/></out>", 1),
    ] {
        let flows = Fixture { keys: ON, main, ..Fixture::default() }.load();
        let found = (runs(&flows, "AutoscaleIn"), runs(&flows, "AutoscaleOut"));
        // Whoever writes it elsewhere than at the beginning has it there, too, and is counted once.
        let more = usize::from(main.contains("level"));
        assert_eq!(found, (each + more, each), "{main}");
        assert_eq!(counts(&flows, "shop.c.domain"), (2, 0, 0), "{main}");
    }
    let off = Fixture::default().load();
    assert_eq!(runs(&off, "AutoscaleIn"), 0);
    let without_in = Fixture { keys: ON, main: "<send/>", ..Fixture::default() }.load();
    without_in.send(ask("shop.example.org", "/"));
    assert_eq!(counts(&without_in, "shop.c.domain").0, 1);
}

/// Case 184 (W11): what is balanced is counted, however the host is found; and only for its cluster.
#[test]
fn case_184_what_is_balanced_is_counted() {
    let flows = Fixture { keys: ON, ..Fixture::default() }.load();
    for host in ["shop.example.org", "a.shop.example.org", "www.acme.test"] {
        assert_eq!(flows.send(ask(host, "/")).status, 200, "{host}");
    }
    flows.send(ask("shop.example.org", "/t/acme/x"));
    flows.send(ask("nowhere.test", "/"));
    assert_eq!(counts(&flows, "shop.c.domain"), (3, 0, 0));
    assert_eq!(counts(&flows, "shop.a.domain"), (1, 0, 0));
}

/// Cases 163 and 164: refused for lack of a member it stays; a member that broke, or a fault, ends it.
#[test]
fn case_163_and_164_who_finds_no_member_stays_counted() {
    let flows = Fixture { keys: ON, shop_c: &[], ..Fixture::default() }.load();
    assert_eq!(flows.send(ask("shop.example.org", "/")).status, 503);
    assert_eq!(counts(&flows, "shop.c.domain"), (1, 1, 1));
    let broken = Fixture { keys: ON, ..Fixture::default() }.load();
    let broken = ["10.0.3.1", "10.0.3.2", "10.0.3.3"]
        .into_iter()
        .fold(broken, |flows, host| flows.stub(&format!("http://{host}:9763/broken"), Reply::closed()));
    assert!(broken.send(ask("shop.example.org", "/broken")).status >= 500);
    assert_eq!(counts(&broken, "shop.c.domain"), (1, 0, 0));
}

/// Case 245: the health check of others is a proxy service, which is neither balanced nor counted.
#[test]
fn case_245_proxy_services_are_not_counted() {
    let folder = Fixture { keys: ON, ..Fixture::default() }.folder();
    let echo = "<proxy NS name=\"EchoProxy\"><target><inSequence><header name=\"To\" action=\"remove\"/>\
                <property name=\"RESPONSE\" value=\"true\"/><send/></inSequence></target></proxy>";
    write(folder.path(), "proxy-services/EchoProxy.xml", echo);
    let flows = Flows::try_load(folder.path()).expect("a readable folder");
    let transcript = flows.send(Request::get("/services/EchoProxy").header("Host", "shop.example.org"));
    assert_eq!(transcript.status, 200);
    assert_eq!(counts(&flows, "shop.c.domain"), (0, 0, 0));
}
