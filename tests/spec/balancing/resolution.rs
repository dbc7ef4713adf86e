//! Cases 54–76 through the endpoint: hosts, tenants and aliases lead to members.

use sinew::testing::{Flows, Reply, Request};

use super::{Fixture, ask, sent, stubbed};
use crate::support::flows;

/// Host, target, and the address of the first member of the cluster; none for a status.
const ROWS: [(&str, &str, &str, Result<&str, u16>); 16] = [
    ("54", "shop.example.org", "/", Ok("10.0.3.1")),
    ("55", "shop.example.org:8280", "/t/acme/x", Ok("10.0.1.1")),
    ("56", "store.example.org", "/t/beta/", Ok("10.0.2.1")),
    ("57", "shop.example.org", "/t/gamma/x", Ok("10.0.3.1")),
    ("58", "shop.example.org", "/t/nosuch/x", Ok("10.0.3.1")),
    ("59", "eu.shop.example.org", "/", Ok("10.0.3.1")),
    ("60", "a.b.c.esb.example.org", "/", Ok("e1")),
    ("61", "example.org", "/", Err(404)),
    ("63", "SHOP.Example.ORG", "/", Ok("10.0.3.1")),
    ("65", "[2001:db8::1]:8280", "/", Err(404)),
    ("66", "www.acme.test", "/", Ok("10.0.3.1")),
    ("70", "shop.example.org", "/acs?tenantDomain=acme", Ok("10.0.1.1")),
    ("71", "shop.example.org", "/acs?x=1&tenantDomain=acme", Ok("10.0.1.1")),
    ("72", "shop.example.org", "/acs?teantDomain=acme", Ok("10.0.1.1")),
    ("73", "shop.example.org", "/x?u=/t/acme/", Ok("10.0.3.1")),
    ("74", "shop.example.org", "/t/acme?x=1", Ok("10.0.1.1")),
];

#[test]
fn hosts_and_tenants_lead_to_clusters() {
    for (case, host, target, expected) in ROWS {
        let transcript = Fixture::default().load().send(ask(host, target));
        match expected {
            Ok(member) => assert_eq!((transcript.status, &*transcript.body), (200, member), "case {case}"),
            Err(status) => assert_eq!(transcript.status, status, "case {case}: {transcript}"),
        }
    }
}

#[test]
fn case_064_a_request_without_a_host() {
    let transcript = Fixture::default().load().send(Request::get("/").without("Host"));
    assert_eq!(transcript.status, 400, "{transcript}");
}

/// Cases 66 and 67: what the member of an alias is told.
#[test]
fn case_066_067_the_host_of_an_alias() {
    let keeping = "<in><property name=\"REQUEST_HOST_HEADER\" expression=\"$trp:host\" scope=\"axis2\"/><send/></in>\
        <out><send/></out>";
    let host = |main| sent(&Fixture { main, ..Fixture::default() }.load().send(ask("www.acme.test", "/")));
    assert!(host(keeping).contains(&"host: www.acme.test".to_owned()), "case 66");
    assert!(host(Fixture::default().main).contains(&"host: 10.0.3.1:9763".to_owned()), "case 67");
}

/// §2.1 (W51): wherever a `<send/>` without an endpoint stands, in a branch or in a sequence that `main` names.
#[test]
fn every_send_without_an_endpoint_is_balanced() {
    let inside = "<in><filter source=\"get-property('To')\" regex=\".*\"><then><send/></then></filter></in>\
        <out><send/></out>";
    let elsewhere = "<in><sequence key=\"deliver\"/></in><out><send/></out>";
    for main in [inside, elsewhere] {
        let fixture = Fixture { main, ..Fixture::default() };
        let folder = fixture.folder();
        let deliver = "<sequence NS name=\"deliver\"><send/></sequence>";
        crate::support::write(folder.path(), "sequences/deliver.xml", deliver);
        let flows = stubbed(Flows::load(folder.path()));
        assert_eq!(flows.send(ask("shop.example.org", "/")).body, "10.0.3.1", "{main}");
    }
}

/// `loadbalancer.conf` alone balances, and the member sees the host of the client.
#[test]
fn a_configuration_without_a_main_sequence_balances() {
    let text = Fixture::default().configuration();
    let flows = flows(&[("loadbalancer.conf", &text)]).stub("http://10.0.3.1:9763", Reply::ok("10.0.3.1"));
    let transcript = flows.send(ask("shop.example.org", "/"));
    assert_eq!((transcript.status, &*transcript.body), (200, "10.0.3.1"));
    assert!(sent(&transcript).contains(&"host: shop.example.org".to_owned()), "{transcript}");
}

/// Case 239 and W51: a main sequence that leaves nothing to the balancer is warned of, a nested `<send/>` reaches it.
#[test]
fn case_239_where_the_main_sequence_sends() {
    let nested = "<in><filter source=\"$trp:Host\" regex=\".+\"><send/></filter></in><out><send/></out>";
    let elsewhere = "<in><send><endpoint><address uri=\"http://127.0.0.1:9000\"/></endpoint></send></in>\
        <out><send/></out>";
    for (main, expected) in
        [(nested, vec![]), (elsewhere, vec!["W0909"]), ("<in><drop/></in>", vec!["W0909"])]
    {
        let flows = Fixture { main, ..Fixture::default() }.load();
        let codes: Vec<String> =
            flows.status().diagnostics.iter().map(|found| found.code.to_string()).collect();
        assert_eq!(codes, expected, "{main}");
    }
    let flows = Fixture { main: nested, ..Fixture::default() }.load();
    assert_eq!(flows.send(ask("shop.example.org", "/")).body, "10.0.3.1");
}
