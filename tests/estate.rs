//! A whole estate of real processes: three balancers in one group, five members with side-cars, and a client of each balancer.
//! Members, balancers, cables and clocks fail and come back; everybody must know in the documented time, no two balancers may
//! ever act at once, and no request may fail for which there is a member, except where the documentation says so.
//!
//! On one machine, and with root on hosts of their own, in network namespaces. The observed times are printed as tables.

#![cfg(feature = "group")]

#[path = "support/namespaces.rs"]
mod namespaces;
#[path = "support/mod.rs"]
mod support;

#[path = "estate/times.rs"]
mod times;

#[path = "estate/place.rs"]
mod place;

#[path = "estate/nodes.rs"]
mod nodes;

#[path = "estate/client.rs"]
mod client;
#[path = "estate/meter.rs"]
mod meter;
#[path = "estate/watch.rs"]
mod watch;

#[path = "estate/report.rs"]
mod report;
#[path = "estate/run.rs"]
mod run;

#[path = "estate/links.rs"]
mod links;
#[path = "estate/processes.rs"]
mod processes;

use std::sync::{Arc, Mutex, PoisonError};

use namespaces::{Network, within};
use place::Place;
use report::say;

/// One at a time: the bounds are for machines that have something left.
static TURN: Mutex<()> = Mutex::new(());

/// Names the network to a process of this test inside it.
const NETWORK: &str = "ESTATE_NETWORK";

#[test]
fn processes_come_and_go_on_one_machine() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    processes::run(&Place::Loopback);
}

/// The test starts itself once more in the namespace of the client, for sockets belong to the namespace of their process.
#[test]
fn links_and_clocks_fail_on_hosts_of_their_own() {
    if let Ok(name) = std::env::var(NETWORK) {
        return links::run(&Place::Hosts(Arc::new(Network::existing(&name, links::HOSTS))));
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let network = match Network::new(links::HOSTS) {
        Ok(network) => network,
        Err(reason) => return say(&format!("skipped: no network namespaces: {reason}")),
    };
    let itself = std::env::current_exe().expect("the path of this program");
    let mut inside = within(&network.client(), &itself.display().to_string());
    inside.args(["--exact", "links_and_clocks_fail_on_hosts_of_their_own", "--nocapture"]);
    let status = inside.env(NETWORK, network.name()).status().expect("it runs");
    assert!(status.success(), "it failed in the network, as it says above");
}
