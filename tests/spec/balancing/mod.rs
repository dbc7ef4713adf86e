//! The cases of elastic-load-balancer.md §9 for a balancer that runs: fixture F1 with stub members.

mod fail_over;
mod reloading;
mod resolution;
mod rewriting;
mod run_time;
mod run_time_changes;
mod selection;
mod sessions;
mod simulation;

use std::net::SocketAddr;

use sinew::testing::{Flows, Reply, Request};

use tempfile::TempDir;

use crate::support::{called, errors, folder, sent};

/// The members of F1, each in a block of its domain.
const A1: &str = "a1 { host 10.0.1.1; httpPort 9763; httpsPort 9443; }";
const A2: &str = "a2 { host 10.0.1.2; httpPort 9763; httpsPort 9443; }";
const C1: &str = "c1 { host 10.0.3.1; httpPort 9763; httpsPort 9443; }";
const C2: &str = "c2 { host 10.0.3.2; httpPort 9763; httpsPort 9443; }";
const C3: &str = "c3 { host 10.0.3.3; httpPort 9763; httpsPort 9443; }";
const B1: &str = "b1 { host 10.0.2.1; httpPort 9763; httpsPort 9443; }";
const E1: &str =
    "e1 { host 10.0.4.1; remoteHost 203.0.113.5; httpPort 9763; httpsPort 9443; port.mapping.8280 9000; }";

/// What a test changes about F1.
#[derive(Clone, Copy)]
struct Fixture<'a> {
    /// Further keys of the balancer's block.
    keys: &'a str,
    shop_a: &'a [&'a str],
    shop_b: &'a [&'a str],
    shop_c: &'a [&'a str],
    esb: &'a [&'a str],
    main: &'a str,
}

impl Default for Fixture<'_> {
    fn default() -> Self {
        Self {
            keys: "",
            shop_a: &[A1, A2],
            shop_b: &[B1],
            shop_c: &[C1, C2, C3],
            esb: &[E1],
            main: "<in><send/></in><out><send/></out>",
        }
    }
}

impl Fixture<'_> {
    /// `loadbalancer.conf`.
    fn configuration(&self) -> String {
        let block = |members: &[&str]| format!("members {{\n{}\n}}", members.join("\n"));
        format!(
            "loadbalancer {{\ninstances 1;\nsession_timeout 90000;\nsize_of_cache 2;\n{}\n}}\n\
             services {{\ndefaults {{\nmax_app_instances 5;\n}}\n\
             shop {{\nhosts shop.example.org,store.example.org;\ndomains {{\n\
             shop.a.domain {{\ntenant_range 1-100;\n{}\n}}\n\
             shop.b.domain {{\ntenant_range 101-200;\nsub_domain worker;\n{}\n}}\n\
             shop.c.domain {{\ntenant_range *;\n{}\n}}\n}}\n}}\n\
             esb {{\nhosts esb.example.org;\ndomains {{\nesb.domain {{\ntenant_range *;\n{}\n}}\n}}\n}}\n}}\n",
            self.keys,
            block(self.shop_a),
            block(self.shop_b),
            block(self.shop_c),
            block(self.esb),
        )
    }

    /// The balancer with the fault sequence that answers nothing, so that the status tells; each of whose members answers with its address.
    fn load(&self) -> Flows {
        stubbed(Flows::try_load(self.folder().path()).expect("a readable folder"))
    }

    /// The files of the balancer, to be changed later.
    fn folder(&self) -> TempDir {
        let main = format!("<sequence NS name=\"main\">{}</sequence>", self.main);
        folder(&[
            ("loadbalancer.conf", &self.configuration()),
            ("tenants.conf", "acme 7;\nbeta 150;\ngamma 900;\n"),
            ("url-mapping.conf", "www.acme.test shop.example.org;\n"),
            ("sequences/main.xml", &main),
        ])
    }
}

/// Members that answer with their addresses.
fn stubbed(mut flows: Flows) -> Flows {
    for host in ["10.0.1.1", "10.0.1.2", "10.0.2.1", "10.0.3.1", "10.0.3.2", "10.0.3.3"] {
        flows = flows.stub(&format!("http://{host}:9763"), Reply::ok(host));
    }
    flows
        .stub("http://203.0.113.5:9000", Reply::ok("e1 mapped"))
        .stub("http://203.0.113.5:9763", Reply::ok("e1"))
}

/// A request for a host.
fn ask(host: &str, target: &str) -> Request {
    Request::get(target).header("Host", host)
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// What a configuration that is all wrong says is left to its own tests; here it only must not serve.
#[test]
fn a_wrong_configuration_is_reported() {
    assert_eq!(errors(&[("loadbalancer.conf", "loadbalancer { instances 1; }\n")]).len(), 1, "case 23");
}
